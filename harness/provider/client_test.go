package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/openai"
	"github.com/assay-harness/assay/harness/provider/segmind"
)

const key = "sk-own-key-0123456789"

// client asks a server through the real socket, as live runs do.
func client(t *testing.T, url string) *provider.Client {
	t.Helper()
	redactor, err := exchange.NewRedactor(exchange.Secret{Name: "KEY", Value: key})
	if err != nil {
		t.Fatal(err)
	}
	socket := provider.NewHTTPTransport(4)
	t.Cleanup(socket.CloseIdleConnections)
	return &provider.Client{
		Kind: segmind.Kind(), Config: provider.Config{Name: "grok-2", Model: "grok-2", BaseURL: url + "/v1"},
		Transport: provider.Wire(socket, redactor, 1<<20),
		Key:       func() (string, error) { return key, nil },
		Redactor:  redactor, Now: time.Now,
	}
}

// hello is a question.
func hello(change ...func(*provider.Question)) provider.Question {
	q := provider.Question{Messages: []exchange.Message{{Role: "user", Text: "hello"}}}
	for _, c := range change {
		c(&q)
	}
	return q
}

// fields gives a header from names and values.
func fields(pairs ...string) (out []exchange.Field) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, exchange.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return out
}

// ask asks and gives the call too.
func ask(t *testing.T, c *provider.Client, q provider.Question) (provider.Reply, *exchange.Call, error) {
	t.Helper()
	r, _, err := c.Build(q)
	if err != nil {
		t.Fatal(err)
	}
	call := &exchange.Call{Request: r}
	reply, err := c.Ask(exchange.NewContext(t.Context(), call), q, r)
	return reply, call, err
}

// server answers every request with f and keeps the last one.
func server(t *testing.T, f http.HandlerFunc) (*httptest.Server, *seen) {
	t.Helper()
	last := new(seen)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last.Request, last.body = r, string(body)
		f(w, r)
	}))
	t.Cleanup(s.Close)
	return s, last
}

type seen struct {
	*http.Request
	body string
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Remaining-Credits", "9.9969")
		w.Header().Set("X-Request-Id", "r-1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// The seed page, to the letter.
func TestAskSegmind(t *testing.T) {
	s, last := server(t, says(200, grok))
	c := client(t, s.URL)
	reply, call, err := ask(t, c, provider.Question{Messages: []exchange.Message{
		{Role: "user", Text: "tell me a joke on cats"}, {Role: "assistant", Text: "here is a joke about cats..."}, {Role: "user", Text: "now a joke on dogs"},
	}})
	if err != nil || reply.Error != nil {
		t.Fatal(err, reply.Error)
	}
	want := `{"messages":[{"role":"user","content":"tell me a joke on cats"},{"role":"assistant","content":"here is a joke about cats..."},{"role":"user","content":"now a joke on dogs"}]}`
	if last.Method != "POST" || last.RequestURI != "/v1/grok-2" || last.body != want {
		t.Errorf("the server saw %s %s %s", last.Method, last.RequestURI, last.body)
	}
	sent := http.Header{
		"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "Content-Type": {"application/json"}, "User-Agent": {"assay"}, "X-Api-Key": {key},
		"Content-Length": last.Header["Content-Length"],
	}
	if !reflect.DeepEqual(last.Header, sent) {
		t.Errorf("the server saw %v", last.Header)
	}
	if reply.Status != 200 || !strings.HasPrefix(reply.Text, "Why did the dog") || string(reply.Body) != grok {
		t.Errorf("got %+v", reply)
	}
	if !reflect.DeepEqual(reply.Header, fields("content-type", "application/json", "x-request-id", "r-1")) {
		t.Errorf("got the header %v", reply.Header)
	}
	if !reply.LatencyKnown || reply.Latency <= 0 || call.Latency != reply.Latency {
		t.Errorf("latency %v, of the call %v", reply.Latency, call.Latency)
	}
	if reply.Credits != nil {
		t.Error("what it cost is the ledger's to say")
	}
}

func TestAskOpenAI(t *testing.T) {
	s, last := server(t, says(200, grok))
	c := client(t, s.URL)
	c.Kind, c.Config.Model = openai.Kind(), `llama"3.2`
	c.Config.Params = []provider.Param{{"max_tokens", json.RawMessage("400")}, {"temperature", json.RawMessage("1")}}
	q := hello(func(q *provider.Question) { q.Params = []provider.Param{{"temperature", json.RawMessage("0.70")}} })
	if _, _, err := ask(t, c, q); err != nil {
		t.Fatal(err)
	}
	want := `{"model":"llama\"3.2","messages":[{"role":"user","content":"hello"}],"max_tokens":400,"temperature":0.70}`
	if last.RequestURI != "/v1/chat/completions" || last.body != want || last.Header.Get("Authorization") != "Bearer "+key {
		t.Errorf("the server saw %s %s %v", last.RequestURI, last.body, last.Header)
	}
}

func TestAskBent(t *testing.T) {
	none, other, raw := "", "wrong-key", "{not json"
	tests := []struct {
		name  string
		bend  func(*provider.Question)
		check func(*seen) bool
	}{
		{"no key", func(q *provider.Question) { q.Override.APIKey = &none }, func(s *seen) bool { return s.Header["X-Api-Key"] == nil }},
		{"another key", func(q *provider.Question) { q.Override.APIKey = &other }, func(s *seen) bool { return s.Header.Get("x-api-key") == other }},
		{"GET", func(q *provider.Question) { q.Override.Method = "GET" }, func(s *seen) bool { return s.Method == "GET" && s.body == "" && s.Header["Content-Type"] == nil }},
		{"PUT", func(q *provider.Question) { q.Override.Method = "PUT" }, func(s *seen) bool { return s.Method == "PUT" && strings.Contains(s.body, "hello") }},
		{"path", func(q *provider.Question) { q.Override.Path = "/no such/é?a=b c#d" }, func(s *seen) bool { return s.RequestURI == "/v1/no%20such/%C3%A9?a=b%20c%23d" }},
		{"path without a slash", func(q *provider.Question) { q.Override.Path = "@evil.example/x" }, func(s *seen) bool { return s.RequestURI == "/v1/@evil.example/x" }},
		{"escaped path", func(q *provider.Question) { q.Override.Path = "/a%2Fb/100%" }, func(s *seen) bool { return s.URL.Path == "/v1/a%2Fb/100%" }},
		{"kept escapes", func(q *provider.Question) { q.Override.Path = "/a%2Fb" }, func(s *seen) bool { return s.RequestURI == "/v1/a%2Fb" }},
		{"raw body", func(q *provider.Question) { q.Override.Body = &raw }, func(s *seen) bool { return s.body == raw && s.Header.Get("Content-Type") == "application/json" }},
		{"header", func(q *provider.Question) {
			q.Override.Header = fields("content-type", "text/plain", "x-a", "1", "X-A", "2")
		}, func(s *seen) bool {
			return s.Header.Get("Content-Type") == "text/plain" && reflect.DeepEqual(s.Header["X-A"], []string{"1", "2"})
		}},
		{"header left out", func(q *provider.Question) {
			q.Override.Header = fields("content-type", "", "user-agent", "", "x-b", "")
		}, func(s *seen) bool {
			_, there := s.Header["X-B"]
			return s.Header["Content-Type"] == nil && s.Header["User-Agent"] == nil && there
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, last := server(t, says(200, grok))
			if reply, _, err := ask(t, client(t, s.URL), hello(tt.bend)); err != nil || reply.Error != nil {
				t.Fatal(err, reply.Error)
			}
			if !tt.check(last) {
				t.Errorf("the server saw %s %s %v %s", last.Method, last.RequestURI, last.Header, last.body)
			}
		})
	}
}

func TestBuildRefuses(t *testing.T) {
	param := func(name, value string) func(*provider.Question) {
		return func(q *provider.Question) { q.Params = append(q.Params, provider.Param{name, json.RawMessage(value)}) }
	}
	header := func(name, value string) func(*provider.Question) {
		return func(q *provider.Question) { q.Override.Header = fields(name, value) }
	}
	tests := []struct {
		want string
		bend func(*provider.Question)
	}{
		{`parameter "messages"`, param("messages", "[]")},
		{`parameter "stream"`, param("stream", "true")},
		{"is not JSON", param("n", "{")},
		{"there twice", func(q *provider.Question) { param("n", "1")(q); param("n", "2")(q) }},
		{"no HTTP method", func(q *provider.Question) { q.Override.Method = "GE T" }},
		{"control characters", func(q *provider.Question) { q.Override.Path = "/a\r\nX-Evil: 1" }},
		{"no name of a header", header("x y", "1")},
		{"control characters in its value", header("x-a", "1\r\nx-b: 2")},
		{"connection's own", header("Host", "evil.example")},
		{"connection's own", header("transfer-encoding", "chunked")},
		{"connection's own", header("X-Assay-Address", "a.b")},
		{"not valid UTF-8", func(q *provider.Question) { q.Messages[0].Text = "\xff" }},
	}
	for _, tt := range tests {
		_, _, err := client(t, "http://127.0.0.1:1").Build(hello(tt.bend))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
	c := client(t, "https://user:hunter22@host")
	if _, _, err := c.Build(hello()); err == nil {
		t.Error("a base URL with a password was taken")
	}
	c = client(t, "http://127.0.0.1:1")
	c.Config.Model = ""
	for _, kind := range []provider.Kind{segmind.Kind(), openai.Kind()} {
		c.Kind = kind
		if _, _, err := c.Build(hello()); err == nil {
			t.Errorf("%s: no model, and no error", kind.Name)
		}
	}
}

func TestBuildWith(t *testing.T) {
	none, raw := "", "raw "+key
	tests := []struct {
		name, want string
		kind       provider.Kind
		bend       func(*provider.Question)
	}{
		{"nothing", "", segmind.Kind(), func(*provider.Question) {}},
		{"the model", `{"params":{"model":"grok-2"}}`, openai.Kind(), func(*provider.Question) {}},
		{"params", `{"params":{"temperature":0.70,"stop":["a"]}}`, segmind.Kind(), func(q *provider.Question) {
			q.Params = []provider.Param{{"temperature", json.RawMessage("0.70")}, {"stop", json.RawMessage(`["a"]`)}}
		}},
		{"the model in place", `{"params":{"model":"x"}}`, openai.Kind(), func(q *provider.Question) { q.Params = []provider.Param{{"model", json.RawMessage(`"x"`)}} }},
		{"all of it", `{"method":"GET","path":"/x","query":"a=b","api_key":"none","headers":{"x-a":"(sensitive:KEY)"},"body":"raw (sensitive:KEY)"}`, segmind.Kind(), func(q *provider.Question) {
			q.Override = provider.Override{APIKey: &none, Method: "GET", Path: "x?a=b", Header: fields("X-A", key), Body: &raw}
		}},
	}
	for _, tt := range tests {
		c := client(t, "http://127.0.0.1:1")
		c.Kind = tt.kind
		r, with, err := c.Build(hello(tt.bend))
		if err != nil || with != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.name, with, err, tt.want)
		}
		if tt.name == "all of it" && (string(r.Body) != raw || r.Header[0].Value != key) {
			t.Errorf("what is sent must not be redacted: %+v", r)
		}
	}
}

func TestBuildParams(t *testing.T) {
	c := client(t, "http://127.0.0.1:1")
	c.Config.Params = []provider.Param{{"a", json.RawMessage("1")}, {"b", json.RawMessage("2")}, {"c", json.RawMessage("3")}}
	r, _, err := c.Build(hello(func(q *provider.Question) {
		q.Params = []provider.Param{{"d", json.RawMessage("4")}, {"b", json.RawMessage("null")}, {"a", json.RawMessage("5")}}
	}))
	want := `{"messages":[{"role":"user","content":"hello"}],"c":3,"d":4,"a":5}`
	if err != nil || string(r.Body) != want {
		t.Errorf("got %s, %v, want %s", r.Body, err, want)
	}
}

func TestCallHidesSecrets(t *testing.T) {
	c := client(t, "http://127.0.0.1:1")
	q := hello(func(q *provider.Question) { q.Messages[0].Text = "my key is " + key })
	r, _, err := c.Build(q)
	if err != nil {
		t.Fatal(err)
	}
	call := c.Call(exchange.Call{}.Address, r)
	if strings.Contains(string(call.Request.Body), key) || !strings.Contains(string(r.Body), key) || call.Key != call.Request.Key() {
		t.Errorf("got %s", call.Request.Body)
	}
}

// seenBy is a transport that is no socket.
type seenBy func(*http.Request) (*http.Response, error)

func (f seenBy) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAskReplayed(t *testing.T) {
	cost, _ := credit.ParseAmount("0.0031")
	c := &provider.Client{Kind: segmind.Kind(), Config: provider.Config{Model: "grok-2", BaseURL: "https://api.segmind.com/v1"}}
	c.Transport = seenBy(func(r *http.Request) (*http.Response, error) {
		if r.Header["X-Api-Key"] != nil {
			t.Error("there is no key in replay")
		}
		exchange.FromContext(r.Context()).Recorded = &exchange.Meta{Latency: 812 * time.Millisecond, Credits: &cost, Unsure: true, Model: "grok-2-1212"}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: provider.BodyOf([]byte(`{"choices":[{"message":{"content":"hi"}}]}`)), ContentLength: -1}, nil
	})
	reply, _, err := ask(t, c, hello())
	if err != nil || reply.Latency != 812*time.Millisecond || !reply.LatencyKnown || reply.Credits != &cost || !reply.Unsure || reply.Model != "grok-2-1212" || reply.Text != "hi" {
		t.Errorf("got %+v, %v", reply, err)
	}

	c.Transport = seenBy(func(r *http.Request) (*http.Response, error) {
		exchange.FromContext(r.Context()).Recorded = &exchange.Meta{}
		return &http.Response{StatusCode: 401, Body: nil}, nil
	})
	reply, _, err = ask(t, c, hello())
	if err != nil || reply.LatencyKnown || reply.Credits != nil || reply.Error == nil || reply.Error.Class != provider.Auth {
		t.Errorf("got %+v, %v", reply, err)
	}
}

func TestAskTransportsOwnErrors(t *testing.T) {
	c := client(t, "http://127.0.0.1:1")
	for name, want := range map[string]error{
		"a recording":        diag.NewError(diag.RecordingStale, "stale", ""),
		"a budget":           (diag.Diagnostics{{Code: diag.BudgetSpent, Summary: "spent"}}).Err(),
		"a disk":             &os.PathError{Op: "write", Path: "journal", Err: errors.New("disk full")},
		"a lost and a cause": errors.Join(diag.NewError(diag.CannotRecord, "x", ""), &exchange.SendError{Err: io.EOF}),
	} {
		c.Transport = seenBy(func(*http.Request) (*http.Response, error) { return nil, want })
		reply, _, err := ask(t, c, hello())
		if !errors.Is(err, want) || reply.Error != nil {
			t.Errorf("%s: got %v, %v", name, err, reply.Error)
		}
	}
	c.Transport = seenBy(func(*http.Request) (*http.Response, error) { t.Error("sent"); return nil, io.EOF })
	c.Key = func() (string, error) { return "", diag.NewError(diag.NoKey, "no key", "") }
	if _, _, err := ask(t, c, hello()); diag.FromError("", err).Code != diag.NoKey {
		t.Errorf("got %v", err)
	}
	r, _, _ := c.Build(hello())
	if _, err := c.Ask(context.Background(), hello(), r); err == nil {
		t.Error("no call in the context, and no error")
	}
}

func TestAskRedactsWhatTheTurnAdds(t *testing.T) {
	c := client(t, "http://127.0.0.1:1")
	c.Transport = seenBy(func(r *http.Request) (*http.Response, error) {
		if got := exchange.FromContext(r.Context()).Adds[0].Text; got != "(sensitive:KEY)" {
			t.Errorf("the transports see %q", got)
		}
		return &http.Response{StatusCode: 200, Body: provider.BodyOf([]byte(grok))}, nil
	})
	r, _, _ := c.Build(hello())
	call := &exchange.Call{Adds: []exchange.Message{{Role: "user", Text: key}}}
	if _, err := c.Ask(exchange.NewContext(t.Context(), call), hello(), r); err != nil {
		t.Error(err)
	}
}

func TestBalance(t *testing.T) {
	s, last := server(t, says(200, ` {"credits": 0.0, "free-credits": 0.0184921035} `))
	c := client(t, s.URL)
	if _, ok := c.Balance(t.Context()); ok {
		t.Error("without a direct transport it is not asked")
	}
	c.Direct = c.Transport
	got, ok := c.Balance(t.Context())
	if !ok || got.String() != "0.0184921035" || last.Method != "GET" || last.RequestURI != "/v1/get-user-credits" || last.Header.Get("X-Api-Key") != key {
		t.Errorf("got %v, %v from %s %s", got, ok, last.Method, last.RequestURI)
	}
	for _, f := range []http.HandlerFunc{says(401, `{"credits":1}`), says(200, `{}`), says(200, `<html>`), says(200, `{"credits":"many"}`), says(200, "")} {
		s, _ := server(t, f)
		c := client(t, s.URL)
		c.Direct = c.Transport
		if got, ok := c.Balance(t.Context()); ok {
			t.Errorf("got %v", got)
		}
	}
	c.Kind = openai.Kind()
	if _, ok := c.Balance(t.Context()); ok {
		t.Error("an OpenAI-compatible server has no balance")
	}
}

func BenchmarkBuildKeyAsk(b *testing.B) {
	c := &provider.Client{Kind: segmind.Kind(), Config: provider.Config{Model: "grok-2", BaseURL: "https://api.segmind.com/v1"}, Now: time.Now}
	c.Transport = seenBy(func(r *http.Request) (*http.Response, error) {
		exchange.FromContext(r.Context()).Recorded = &exchange.Meta{Latency: time.Second}
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: provider.BodyOf([]byte(grok)), ContentLength: int64(len(grok))}, nil
	})
	b.ReportAllocs()
	for b.Loop() {
		q := hello()
		r, _, _ := c.Build(q)
		call := c.Call(exchange.Call{}.Address, r)
		if reply, err := c.Ask(exchange.NewContext(context.Background(), call), q, r); err != nil || reply.Error != nil {
			b.Fatal(err, reply.Error)
		}
	}
}
