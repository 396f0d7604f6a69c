package mock_test

import (
	"errors"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/mock"
)

// cases are recordings in memory.
type cases []*fixture.Case

func (c cases) All() iter.Seq2[*fixture.Case, error] {
	return func(yield func(*fixture.Case, error) bool) {
		for _, one := range c {
			if one == nil {
				if !yield(nil, errors.New("fixtures/broken.yaml is damaged")) {
					return
				}
			} else if !yield(one, nil) {
				return
			}
		}
	}
}

func amount(t testing.TB, s string) *credit.Amount {
	t.Helper()
	a, err := credit.ParseAmount(s)
	if err != nil {
		t.Fatal(err)
	}
	return &a
}

// asking gives a request of one user message as Segmind's provider builds it.
func asking(text string) exchange.Request {
	body := string(exchange.AppendMessages([]byte(`{"messages":`), []exchange.Message{{Role: "user", Text: text}})) + "}"
	return exchange.Request{Method: http.MethodPost, Path: "/grok-2", Credential: exchange.Own, Body: []byte(body)}
}

// kept is one recorded exchange.
func kept(t testing.TB, name string, sample int, r exchange.Request, status int, body, cost string) exchange.Exchange {
	e := exchange.Exchange{
		Address:  address.Address{Suite: "jokes", Case: name, Provider: "grok-2", Sample: sample, Turn: address.Turn{Number: 1}},
		Number:   1,
		Key:      r.Key(),
		Response: exchange.Response{Status: status, Body: []byte(body)},
		Meta:     exchange.Meta{Origin: exchange.Live, RecordedAt: time.Unix(0, 0)},
	}
	if text, ok := strings.CutPrefix(string(r.Body), `{"messages":[{"role":"user","content":"`); ok {
		e.Adds = []exchange.Message{{Role: "user", Text: strings.TrimSuffix(text, `"}]}`)}}
	}
	if cost != "" {
		e.Credits = amount(t, cost)
	}
	return e
}

func caseOf(exchanges ...exchange.Exchange) *fixture.Case {
	return &fixture.Case{Address: exchanges[0].Address.Instance(), Exchanges: exchanges}
}

// client talks to a mock server over a socket.
type client struct {
	t    testing.TB
	url  string
	http *http.Client
}

func serve(t testing.TB, o mock.Options) (*mock.Server, *client) {
	s := mock.New(o)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, &client{t, server.URL + "/v1", server.Client()}
}

// got is a reply.
type got struct {
	status int
	body   string
	header http.Header
}

// do sends a request; header holds "name: value" lines, and "name:" takes one away.
func (c *client) do(method, path, body string, header ...string) got {
	c.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-api-key", "key-one")
	for _, line := range header {
		name, value, _ := strings.Cut(line, ":")
		if req.Header.Del(name); value != "" {
			req.Header.Set(name, strings.TrimSpace(value))
		}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return got{resp.StatusCode, string(data), resp.Header}
}

func (c *client) ask(text string, header ...string) got {
	c.t.Helper()
	return c.do(http.MethodPost, "/grok-2", string(asking(text).Body), header...)
}

// want checks a reply: its status, words in its body, its balance ("" for any).
func (g got) want(t testing.TB, status int, words, balance string) {
	t.Helper()
	if g.status != status || !strings.Contains(g.body, words) {
		t.Fatalf("got %d %s, want %d with %q", g.status, g.body, status, words)
	}
	if left := g.header.Get("x-remaining-credits"); balance != "" && left != balance {
		t.Fatalf("balance: got %q, want %q", left, balance)
	}
}

const (
	noKey   = "x-api-key:"
	badKey  = "x-api-key: wrong"
	missing = "Missing Authorization or x-api-key in header"
	invalid = "Unauthorized. API key is invalid or may have expired"
)

func recorded(t testing.TB) cases {
	return cases{
		caseOf(kept(t, "cats", 1, asking("a joke on cats"), 200, `{"id":"1","choices":[{"message":{"content":"cats!"}}]}`, "0.0031")),
		nil,
		caseOf(kept(t, "dogs", 1, asking("a joke on dogs"), 200, `{"id":"2","choices":[{"message":{"content":"dogs!"}}]}`, "0.0029")),
	}
}

func TestServesRecordings(t *testing.T) {
	var log []string
	_, c := serve(t, mock.Options{Recordings: recorded(t), Log: func(line string) { log = append(log, line) }})
	reply := c.ask("a joke on cats")
	reply.want(t, 200, `{"id":"1","choices":[{"message":{"content":"cats!"}}]}`, "9.9969")
	if got := reply.header.Get("x-assay-origin") + " " + reply.header.Get("Content-Type"); got != "live application/json" {
		t.Errorf("origin and type: got %q", got)
	}
	c.ask("a joke on cats").want(t, 200, "cats!", "9.9938")
	c.ask("a joke on dogs").want(t, 200, "dogs!", "9.9909")
	// White space and key order are not part of the question.
	c.do("POST", "/grok-2", `{ "messages" : [ {"content": "a joke on \u0063ats", "role": "user"} ] }`).want(t, 200, "cats!", "9.9878")
	// Another key has another account; Bearer is a key too.
	c.ask("a joke on cats", noKey, "Authorization: Bearer key-two").want(t, 200, "cats!", "9.9969")
	c.do("GET", "/get-user-credits", "").want(t, 200, `{"credits":9.9878,"free-credits":0}`, "9.9878")
	if len(log) != 1 || !strings.Contains(log[0], "fixtures/broken.yaml is damaged") {
		t.Errorf("log: %q", log)
	}
}

// The table of the seed page, in the API's order of checks: each request has
// all the faults that are looked for later too.
func TestErrorTable(t *testing.T) {
	s, c := serve(t, mock.Options{Recordings: recorded(t), Keys: []string{"key-one", "key-two"}})
	form := "Content-Type: application/x-www-form-urlencoded"
	for _, step := range []struct {
		name                 string
		reply                got
		status               int
		words, header, value string
	}{
		{"path", c.do("GET", "/no-such-model", "{", noKey, form), 404, `{"error":"The requested URL does not exist"}`, "", ""},
		{"path with a good key", c.do("POST", "/grok-3", "{}"), 404, "does not exist", "", ""},
		{"no key", c.do("GET", "/grok-2", "{", noKey, form), 401, `{"error":"` + missing + `"}`, "", ""},
		{"no key at the credits", c.do("POST", "/get-user-credits", "", noKey), 401, missing, "", ""},
		{"bad key", c.do("GET", "/grok-2", "{", badKey, form), 401, invalid, "", ""},
		{"bad bearer", c.do("POST", "/grok-2", "{", noKey, "Authorization: Bearer nope"), 401, invalid, "", ""},
		{"no bearer", c.do("POST", "/grok-2", "{", noKey, "Authorization: Basic key-one"), 401, missing, "", ""},
		{"method", c.do("GET", "/grok-2", "{", form), 405, `{"error":"The HTTP method is not allowed"}`, "Allow", "POST"},
		{"method at the credits", c.do("POST", "/get-user-credits", "{}"), 405, "not allowed", "Allow", "GET"},
		{"content type", c.do("POST", "/grok-2", "{", form), 406, `{"error":"Invalid content type"}`, "", ""},
		{"no content type", c.do("POST", "/grok-2", "{", "Content-Type:"), 406, "Invalid content type", "", ""},
		{"body", c.do("POST", "/grok-2", "{"), 406, "not valid JSON", "", ""},
		{"empty body", c.do("POST", "/grok-2", ""), 406, "it is empty", "", ""},
		{"no object", c.do("POST", "/grok-2", "[1]"), 406, "not a JSON object", "", ""},
		{"no messages", c.do("POST", "/grok-2", "{}"), 406, "messages is missing", "", ""},
		{"empty messages", c.do("POST", "/grok-2", `{"messages":[]}`), 406, "messages is empty", "", ""},
		{"odd messages", c.do("POST", "/grok-2", `{"messages":"hi"}`), 406, "messages is not an array", "", ""},
		{"odd list", c.do("POST", "/grok-2", `{"messages":["hi"]}`), 406, "messages is not an array of objects", "", ""},
		{"odd object", c.do("POST", "/grok-2", `{"messages":{"contents":[]}}`), 406, "messages is not an array", "", ""},
		{"odd role", c.do("POST", "/grok-2", `{"messages":[{"role":"tool","content":"x"}]}`), 406, "role", "", ""},
		{"odd content", c.do("POST", "/grok-2", `{"messages":[{"role":"user","content":7}]}`), 406, "content of a message", "", ""},
		{"recording", c.ask("a joke on ants"), 424, "no answer", "X-Assay-Miss", "not recorded"},
		{"with a charset", c.ask("a joke on cats", "Content-Type: application/json; charset=utf-8"), 200, "cats!", "", ""},
	} {
		if step.reply.status != step.status || !strings.Contains(step.reply.body, step.words) || step.header != "" && step.reply.header.Get(step.header) != step.value {
			t.Errorf("%s: got %d %s %v, want %d %s %s: %s", step.name, step.reply.status, step.reply.body, step.reply.header, step.status, step.words, step.header, step.value)
		}
		if left := step.reply.header.Get("x-remaining-credits"); step.status != 200 && left != "10" {
			t.Errorf("%s: balance %q: an error is not billed", step.name, left)
		}
		if origin := step.reply.header.Get("x-assay-origin"); step.status != 200 && origin != "scripted" {
			t.Errorf("%s: origin %q", step.name, origin)
		}
	}
	if got := len(s.Misses()); got != 1 {
		t.Errorf("%d misses, want 1", got)
	}
}

func TestOutsideTheBaseURL(t *testing.T) {
	_, c := serve(t, mock.Options{Recordings: recorded(t)})
	root := &client{t, strings.TrimSuffix(c.url, "/v1"), c.http}
	for _, path := range []string{"/", "/grok-2", "/v1", "/v1/", "/v10/grok-2", "/v1/grok-2/", "/v1//grok-2", "/v1/../v1/grok-2", "/v1/%67rok-2/x"} {
		root.do("POST", path, string(asking("a joke on cats").Body)).want(t, 404, "does not exist", "10")
	}
}

func TestInsufficientCredits(t *testing.T) {
	_, c := serve(t, mock.Options{Recordings: recorded(t), Credits: amount(t, "0.0060")})
	c.ask("a joke on cats").want(t, 200, "cats!", "0.0029")
	c.ask("a joke on cats").want(t, 406, `{"error":"Insufficient credits"}`, "0.0029") // it costs more than is left
	c.ask("a joke on dogs").want(t, 200, "dogs!", "0.0000")
	c.do("POST", "/grok-2", "{").want(t, 406, "Insufficient credits", "0.0000") // before the body is looked at
	c.do("POST", "/grok-2", "{", "Content-Type: text/plain").want(t, 406, "Invalid content type", "0.0000")
	c.do("GET", "/get-user-credits", "").want(t, 200, `"credits":0.0000`, "0.0000")
	_, poor := serve(t, mock.Options{Recordings: recorded(t), Credits: amount(t, "-1.5")})
	poor.ask("a joke on cats").want(t, 406, "Insufficient credits", "-1.5")
}

// Suites that pin the API's errors find here what they found there, though the
// generic checks would say it in other words.
func TestRecordedErrors(t *testing.T) {
	with := func(r exchange.Request, bend func(*exchange.Request)) exchange.Request {
		bend(&r)
		return r
	}
	record := func(name string, r exchange.Request, status int, with string) *fixture.Case {
		e := kept(t, name, 1, r, status, `{"error":"recorded: `+name+`"}`, "")
		e.With = with
		return caseOf(e)
	}
	hello := asking("hello")
	noKeyed := with(hello, func(r *exchange.Request) { r.Credential = exchange.None })
	badKeyed := with(hello, func(r *exchange.Request) { r.Credential = exchange.Other })
	nowhere := with(hello, func(r *exchange.Request) { r.Path, r.Query = "/a b/ü", "x=1 2" })
	get := with(hello, func(r *exchange.Request) { r.Method, r.Body = "GET", nil })
	plain := with(hello, func(r *exchange.Request) {
		r.Header = []exchange.Field{{Name: "content-type", Value: "text/plain"}}
	})
	noType := with(hello, func(r *exchange.Request) { r.Header = []exchange.Field{{Name: "content-type"}} })
	team := with(hello, func(r *exchange.Request) { r.Header = []exchange.Field{{Name: "x-team", Value: "blue"}} })
	ownKey := with(hello, func(r *exchange.Request) { r.Header = []exchange.Field{{Name: "x-api-key", Value: "stale"}} })
	broken := with(hello, func(r *exchange.Request) { r.Body = []byte(`{"messages": nonsense`) })
	recordings := cases{
		record("no_key", noKeyed, 401, `{"api_key":"none"}`),
		record("bad_key", badKeyed, 401, `{"api_key":"other"}`),
		record("nowhere", nowhere, 404, `{"path":"/a b/ü","query":"x=1 2"}`),
		record("get", get, 405, `{"method":"GET"}`),
		record("plain", plain, 406, `{"headers":{"content-type":"text/plain"}}`),
		record("no_type", noType, 406, `{"headers":{"content-type":""}}`),
		record("team", team, 500, `{"headers":{"x-team":"blue"}}`),
		record("own_key", ownKey, 401, `{"headers":{"x-api-key":"stale"}}`),
		record("broken", broken, 500, `{"body":"{\"messages\": nonsense"}`),
	}
	_, c := serve(t, mock.Options{Recordings: recordings, Keys: []string{"key-one"}, Credits: amount(t, "0")})
	body := string(hello.Body)
	for name, reply := range map[string]got{
		"no_key": c.ask("hello", noKey), "bad_key": c.ask("hello", badKey),
		"nowhere": c.do("POST", "/a%20b/%C3%BC?x=1%202", body),
		"get":     c.do("GET", "/grok-2", "", "Content-Type:"), "plain": c.ask("hello", "Content-Type: text/plain"),
		"no_type": c.ask("hello", "Content-Type:"), "team": c.ask("hello", "X-Team: blue"),
		"own_key": c.ask("hello", "x-api-key: stale"), "broken": c.do("POST", "/grok-2", string(broken.Body)),
	} {
		if want := `{"error":"recorded: ` + name + `"}`; reply.body != want {
			t.Errorf("%s: got %d %s, want %s", name, reply.status, reply.body, want)
		}
	}
	c.ask("hello", "X-Team: red").want(t, 406, "Insufficient credits", "0")
	// Without keys a wrong one can't be told from a right one, but by the address.
	_, open := serve(t, mock.Options{Recordings: recordings})
	open.ask("hello", badKey).want(t, 424, "no answer", "10")
	open.ask("hello", badKey, "X-Assay-Address: jokes.bad_key@grok-2#1.turn[1]").want(t, 401, "recorded: bad_key", "10")
}

func several(t testing.TB) cases {
	var samples []exchange.Exchange
	for i, text := range []string{"one", "two", "three"} {
		samples = append(samples, kept(t, "cats", i+1, asking("a joke on cats"), 200, `"`+text+`"`, "0.001"))
	}
	return cases{caseOf(samples...)}
}

func TestSeveralRecordingsOfAQuestion(t *testing.T) {
	_, c := serve(t, mock.Options{Recordings: several(t)})
	for _, want := range []string{"one", "two", "three", "one"} {
		c.ask("a joke on cats").want(t, 200, want, "")
	}
	c.ask("a joke on cats", "x-api-key: key-two").want(t, 200, "one", "")
	c.ask("a joke on cats").want(t, 200, "two", "")
	c.ask("a joke on cats", "X-Assay-Address: jokes.cats@grok-2#3.turn[1]").want(t, 200, "three", "")
	c.ask("a joke on cats").want(t, 200, "three", "")
}

func TestOnce(t *testing.T) {
	s, c := serve(t, mock.Options{Recordings: several(t), Once: true})
	for _, want := range []string{"one", "two", "three"} {
		c.ask("a joke on cats").want(t, 200, want, "")
	}
	for range 2 {
		reply := c.ask("a joke on cats")
		reply.want(t, 424, "exhausted", "")
		if got := reply.header.Get("x-assay-miss"); got != "exhausted" {
			t.Errorf("x-assay-miss: %q", got)
		}
	}
	c.ask("a joke on cats", "x-api-key: key-two").want(t, 200, "one", "")
	if misses := s.Misses(); len(misses) != 1 || misses[0].Times != 2 {
		t.Errorf("misses: %v", misses)
	}
}

func TestAddress(t *testing.T) {
	s, c := serve(t, mock.Options{Recordings: recorded(t), Keys: []string{"key-one"}})
	cats := "X-Assay-Address: jokes.cats@grok-2#1.turn[1]"
	c.ask("a joke on cats", cats).want(t, 200, "cats!", "9.9969")
	stale := c.ask("a joke on cats, please", cats)
	stale.want(t, 424, "recorded for another question (jokes.cats@grok-2#1.turn[1])", "9.9969")
	if got := stale.header.Get("x-assay-miss"); got != "recorded for another question" {
		t.Errorf("x-assay-miss: %q", got)
	}
	// A sample that is not recorded does not get another's reply.
	c.ask("a joke on cats", "X-Assay-Address: jokes.cats@grok-2#2.turn[1]").want(t, 424, "not recorded (jokes.cats@grok-2#2.turn[1])", "9.9969")
	c.ask("a joke on cats", cats, badKey).want(t, 401, invalid, "9.9969")
	c.ask("a joke on cats", cats, noKey).want(t, 401, missing, "9.9969")
	if got := len(s.Misses()); got != 2 {
		t.Errorf("%d misses, want 2", got)
	}
}

func TestMisses(t *testing.T) {
	var log []string
	redactor, err := exchange.NewRedactor(exchange.Secret{Name: "token", Value: "very-secret-token"})
	if err != nil {
		t.Fatal(err)
	}
	s, c := serve(t, mock.Options{Recordings: recorded(t)[:1], Redactor: redactor, Log: func(line string) { log = append(log, line) }})
	for range 3 {
		c.ask("a joke on rats").want(t, 424, "The nearest recording is jokes.cats@grok-2#1.turn[1]", "10")
	}
	c.ask("my very-secret-token").want(t, 424, "(sensitive:token)", "10")
	misses := s.Misses()
	if len(misses) != 2 || len(log) != 4 {
		t.Fatalf("misses %v, log %q", misses, log)
	}
	want := `POST /grok-2 "a joke on rats": not recorded; the nearest is jokes.cats@grok-2#1.turn[1] (3 times)`
	if got := misses[0].String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := misses[1].String(); strings.Contains(got, "very-secret") {
		t.Errorf("a secret in %s", got)
	}
}

func TestOpenAIRoute(t *testing.T) {
	r := asking("a joke on cats")
	r.Path = "/chat/completions"
	r.Body = []byte(`{"model":"llama3.2","messages":[{"role":"user","content":"a joke on cats"}]}`)
	recordings := cases{caseOf(kept(t, "cats", 1, r, 200, `{"choices":[]}`, ""))}
	_, c := serve(t, mock.Options{Recordings: recordings})
	c.do("POST", "/chat/completions", string(r.Body), noKey, "Authorization: Bearer any").want(t, 200, `{"choices":[]}`, "10")
	c.do("POST", "/chat/completions", string(r.Body), noKey).want(t, 200, `{"choices":[]}`, "10") // local servers want no key
	c.do("POST", "/chat/completions", `{"messages":[]}`, noKey).want(t, 401, missing, "")
	_, locked := serve(t, mock.Options{Recordings: recordings, Keys: []string{"k"}})
	locked.do("POST", "/chat/completions", string(r.Body), noKey).want(t, 401, missing, "10")
	locked.do("POST", "/chat/completions", string(r.Body), noKey, "Authorization: bearer k").want(t, 200, "choices", "10")
}

func TestPaths(t *testing.T) {
	named := kept(t, "cats", 1, asking("x"), 200, `{}`, "")
	named.Address.Provider = "claude"
	_, c := serve(t, mock.Options{Recordings: cases{caseOf(named)}, Echo: true})
	c.do("POST", "/claude", `{"messages":[{"role":"user","content":"hi"}]}`).want(t, 200, "hi", "9.997")
	_, c = serve(t, mock.Options{Paths: []string{"/only"}, Echo: true, Price: amount(t, "0.5")})
	c.do("POST", "/only", `{"messages":[{"role":"user","content":"hi"}]}`).want(t, 200, "hi", "9.5")
	c.ask("hi").want(t, 404, "", "9.5")
}
