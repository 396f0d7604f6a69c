package mock_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/mock"
)

func script(t testing.TB, source string) *mock.Script {
	t.Helper()
	s, ds := mock.ParseScript("script.yaml", []byte(source))
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	return s
}

const sample = `
script: 1
replies:
  - when: {path: /grok-2, last_user: {equals: hello}}
    text: "Hello to ${last_user} of ${length(messages)}, ${messages[0].role}!"
    credits: 0.0100
    headers: {x-request-id: r-1, x-cost: 0.01}
  - when: {last_user: {contains: break}}
    status: 500
    text: Server had some issue with processing
  - when: {last_user: {regex: '^(?i)retire'}}
    status: 410
  - when: {last_user: {equals: raw}}
    body: '<html>no JSON</html>'
  - when: {last_user: {equals: map}}
    body: {code: x, n: 1.50, list: [true, null, "a\tb"]}
    credits: 0
  - when: {last_user: {equals: garbage}}
    text: fine
    headers: {x-remaining-credits: lots}
  - when: {last_user: {equals: silent}}
    text: fine
    headers: {X-Remaining-Credits: ""}
  - when: {last_user: {equals: accepted}}
    status: 202
    text: later
  - when: {last_user: {equals: oops}}
    text: '${jsondecode(last_user)}'
  - when: {path: /mini}
    text: from mini
`

func TestScript(t *testing.T) {
	_, c := serve(t, mock.Options{Recordings: recorded(t), Script: script(t, sample), Price: amount(t, "0.5")})
	c.ask("a joke on cats").want(t, 200, "cats!", "9.9969") // what is recorded comes first
	hello := c.do("POST", "/grok-2", `{"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"hello"}]}]}`)
	hello.want(t, 200, `"content":"Hello to hello of 2, system!"`, "9.9869")
	if got := hello.header.Get("x-request-id") + hello.header.Get("x-cost") + hello.header.Get("x-assay-origin"); got != "r-10.01scripted" {
		t.Errorf("headers: %v", hello.header)
	}
	c.ask("break it").want(t, 500, `{"error":"Server had some issue with processing"}`, "9.9869")
	c.ask("RETIRED?").want(t, 410, `{"error":"Gone"}`, "9.9869")
	raw := c.ask("raw")
	raw.want(t, 200, "<html>no JSON</html>", "9.4869")
	if got := raw.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("type %q", got)
	}
	c.ask("map").want(t, 200, `{"code":"x","n":1.50,"list":[true,null,"a\tb"]}`, "9.4869")
	if got := c.ask("garbage").header.Get("x-remaining-credits"); got != "lots" {
		t.Errorf("balance %q", got)
	}
	if got, there := c.ask("silent").header["X-Remaining-Credits"]; there {
		t.Errorf("balance %q", got)
	}
	c.ask("accepted").want(t, 202, "later", "8.4869")
	c.ask("oops").want(t, 500, "the script's text can't be evaluated", "8.4869")
	c.do("POST", "/mini", string(asking("x").Body)).want(t, 200, "from mini", "7.9869")
	c.ask("anything else").want(t, 424, "no answer", "7.9869")
}

// A scripted reply looks like Grok-2's, and is the same whenever the same is asked.
func TestScriptedReplyLooksReal(t *testing.T) {
	replies := map[string]bool{}
	for range 2 {
		_, c := serve(t, mock.Options{Script: script(t, sample), Now: func() time.Time { return time.Unix(1763820191, 0) }})
		first, again := c.ask("hello").body, c.ask("hello").body
		replies[first] = true
		if first == again {
			t.Error("two replies have one id")
		}
		want := `{"id":"` + idOf(t, first) + `","object":"chat.completion","created":1763820191,"model":"grok-2-1212","choices":[{"index":0,"message":` +
			`{"role":"assistant","content":"Hello to hello of 1, user!","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":6,"completion_tokens":7,` +
			`"total_tokens":13,"prompt_tokens_details":{"text_tokens":6,"audio_tokens":0,"image_tokens":0,"cached_tokens":0}},"system_fingerprint":"fp_assay_mock"}`
		if first != want {
			t.Errorf("got  %s\nwant %s", first, want)
		}
		named := c.do("POST", "/chat/completions", `{"model":"m-7","messages":[{"role":"user","content":"hello"}]}`, noKey)
		named.want(t, 424, "no answer", "") // the entry is for another path
	}
	if len(replies) != 1 {
		t.Errorf("not deterministic: %v", replies)
	}
}

func idOf(t *testing.T, body string) string {
	t.Helper()
	var reply struct{ ID string }
	if err := json.Unmarshal([]byte(body), &reply); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(reply.ID) {
		t.Errorf("id %q is no UUID", reply.ID)
	}
	return reply.ID
}

func TestEcho(t *testing.T) {
	_, c := serve(t, mock.Options{Recordings: recorded(t), Script: script(t, sample), Echo: true})
	c.ask("a joke on cats").want(t, 200, "cats!", "9.9969")
	c.ask("break").want(t, 500, "", "")
	c.ask(`an "unknown" question`).want(t, 200, `"content":"an \"unknown\" question"`, "9.9939")
	c.ask("a joke on cats, please", "X-Assay-Address: jokes.cats@grok-2#1.turn[1]").want(t, 200, "please", "9.9909")
	gemini := `{"messages":{"system_instruction":"x","contents":[{"role":"user","parts":[{"text":"a"},{"text":"b"}]},{"role":"model","parts":[{"text":"c"}]}]}}`
	c.do("POST", "/grok-2", gemini).want(t, 200, `"content":"a\nb"`, "")
	c.do("POST", "/chat/completions", `{"model":"m-7","messages":[{"role":"developer"},{"role":"tool","content":null}]}`, noKey).want(t, 200, `"model":"m-7","choices":[{"index":0,"message":{"role":"assistant","content":""`, "9.997")
	c.do("POST", "/nowhere", gemini).want(t, 404, "", "")
}

func TestParseScriptRefuses(t *testing.T) {
	for name, c := range map[string]struct{ source, words string }{
		"empty":           {"", "the file is empty"},
		"no version":      {"replies: []", `needs the key "script"`},
		"no replies":      {"script: 1", `needs the key "replies"`},
		"another version": {"script: 2\nreplies: []", `version "2"`},
		"unknown key":     {"script: 1\nreplys: []\nreplies: []", `unknown key "replys"`},
		"no list":         {"script: 1\nreplies: {text: x}", "replies must be a list"},
		"no map":          {"script: 1\nreplies: [x]", "a reply must be a map"},
		"nothing said":    {"script: 1\nreplies: [{credits: 1}]", "neither text nor body"},
		"said twice":      {"script: 1\nreplies: [{text: a, body: b}]", "text and body"},
		"text of lists":   {"script: 1\nreplies: [{text: [a]}]", "text must be text"},
		"misspelt":        {"script: 1\nreplies: [{txt: a}]", `unknown key "txt"`},
		"misspelt when":   {"script: 1\nreplies: [{when: {lastuser: {equals: a}}, text: b}]", `unknown key "lastuser"`},
		"when is text":    {"script: 1\nreplies: [{when: hello, text: b}]", "when must be a map"},
		"no condition":    {"script: 1\nreplies: [{when: {last_user: {}}, text: b}]", "last_user has 0 conditions"},
		"two conditions":  {"script: 1\nreplies: [{when: {last_user: {equals: a, contains: b}}, text: b}]", "last_user has 2 conditions"},
		"pattern":         {"script: 1\nreplies: [{when: {last_user: {regex: '(?=a)'}}, text: b}]", `the pattern "(?=a)"`},
		"path":            {"script: 1\nreplies: [{when: {path: grok-2}, text: b}]", `the path "grok-2"`},
		"status":          {"script: 1\nreplies: [{status: 100, text: b}]", "status cannot be 100"},
		"latency":         {"script: 1\nreplies: [{latency: 5, text: b}]", "has no unit"},
		"credits":         {"script: 1\nreplies: [{credits: free, text: b}]", `"free" is no amount`},
		"negative":        {"script: 1\nreplies: [{credits: -1, text: b}]", `"-1" is no amount`},
		"costly error":    {"script: 1\nreplies: [{credits: 1, status: 500}]", "a reply with status 500 has a cost"},
		"header name":     {"script: 1\nreplies: [{headers: {'a b': c}, text: b}]", `the header "a b"`},
		"header value":    {"script: 1\nreplies: [{headers: {a: \"b\\r\\nc\"}, text: b}]", `the header "a"`},
		"framing":         {"script: 1\nreplies: [{headers: {Content-Length: 3}, text: b}]", "Content-Length"},
		"origin":          {"script: 1\nreplies: [{headers: {x-assay-origin: live}, text: b}]", "x-assay-origin"},
		"undefined":       {"script: 1\nreplies: [{text: '${last_usr}'}]", "last_usr"},
		"bad template":    {"script: 1\nreplies: [{text: '${last_user'}]", ""},
		"bad YAML":        {"script: 1\nreplies: [", ""},
		"control":         {"script: 1\x00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, ds := mock.ParseScript("script.yaml", []byte(c.source))
			var all []string
			for _, d := range ds {
				all = append(all, d.Summary)
				if d.Range.Filename != "script.yaml" {
					t.Errorf("%s: no place: %v", d.Summary, d.Range)
				}
			}
			if !ds.HasErrors() || !strings.Contains(strings.Join(all, "\n"), c.words) {
				t.Errorf("got %q, want %q", all, c.words)
			}
		})
	}
}

func TestLatencyPassesOrTheClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := mock.New(mock.Options{Script: script(t, "script: 1\nreplies: [{text: slow, latency: 30s, credits: 1}]")})
		start := time.Now()
		resp, err := mock.Transport(server).RoundTrip(request(t, "hello"))
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 30*time.Second || resp.Header.Get("X-Remaining-Credits") != "9" {
			t.Errorf("took %s, balance %v", took, resp.Header)
		}
		req := request(t, "hello")
		ctx, cancel := contextWithTimeout(t, 5*time.Second)
		defer cancel()
		start = time.Now()
		if resp, err := mock.Transport(server).RoundTrip(req.WithContext(ctx)); err == nil {
			t.Errorf("got %d", resp.StatusCode)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func FuzzParseScript(f *testing.F) {
	f.Add([]byte(sample), "hello")
	f.Add([]byte("script: 1\nreplies: [{when: {last_user: {regex: 'a*'}}, text: '${upper(last_user)}'}]"), "a")
	f.Add([]byte("script: 1\nreplies: [{body: [1.5, null, {a: b}], status: 404}]"), "")
	f.Add([]byte("script: 1\nreplies: [{text: '%{ for m in messages }${m.content}%{ endfor }'}]"), "x\x00")
	f.Fuzz(func(t *testing.T, source []byte, text string) {
		parsed, ds := mock.ParseScript("script.yaml", source)
		if ds.HasErrors() || strings.Contains(string(source), "latency") {
			return
		}
		w := httptest.NewRecorder()
		mock.New(mock.Options{Script: parsed}).ServeHTTP(w, request(t, text))
		if w.Code == http.StatusOK && w.Header().Get("Content-Type") == "application/json" && !json.Valid(w.Body.Bytes()) {
			t.Errorf("not JSON: %q", w.Body)
		}
	})
}
