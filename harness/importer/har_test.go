package importer_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// entry is one entry of a HAR, as Chromium writes it.
type entry struct {
	url, key, body  string
	status          int
	reply, encoding string
	media           string
	header          string
}

func har(entries ...entry) string {
	var list []string
	for i, e := range entries {
		media := e.media
		if media == "" {
			media = "application/json"
		}
		if e.status == 0 {
			e.status = 200
		}
		list = append(list, fmt.Sprintf(`{"startedDateTime":"2026-11-22T14:03:%02d.250Z","time":812.4999,"_resourceType":"fetch","request":{"method":"POST","url":%s,
"httpVersion":"h2","headers":[{"name":":method","value":"POST"},{"name":"authorization","value":%s},{"name":"User-Agent","value":"Mozilla/5.0"}%s],"queryString":[],"cookies":[],
"postData":{"mimeType":"application/json","text":%s}},"response":{"status":%d,"statusText":"","headers":[{"name":"content-type","value":%s}],
"content":{"size":3,"mimeType":%s,"text":%s,"encoding":%s}},"cache":{},"timings":{}}`,
			i, quote(e.url), quote("Bearer "+e.key), e.header, quote(e.body), e.status, quote(media), quote(media), quote(e.reply), quote(e.encoding)))
	}
	return `{"log":{"version":"1.2","creator":{"name":"WebInspector"},"entries":[` + strings.Join(list, ",\n") + `]}}`
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string always can
	return string(b)
}

const (
	chatURL = "https://api.example.com/v1/chat/completions"
	harKey  = "sk-har-0123456789abcdef"
)

func ask(messages string) string {
	return `{"model":"m1","max_tokens":400,"messages":[` + messages + `]}`
}

func user(text string) string      { return `{"role":"user","content":` + quote(text) + `}` }
func assistant(text string) string { return `{"role":"assistant","content":` + quote(text) + `}` }

func TestHAR(t *testing.T) {
	config := openAI("https://api.example.com/v1")
	w := mustImport(t, "har", har(
		entry{url: chatURL, key: harKey, body: ask(user("one")), reply: completion("first")},
		entry{url: "https://example.com/track", key: harKey, body: `{"event":"click"}`, reply: "{}"},
		entry{url: chatURL, key: harKey, body: ask(user("one") + "," + assistant("first") + "," + user("two")), reply: completion("second")},
		entry{url: chatURL, key: harKey, body: ask(user("my key is " + harKey)), reply: base64.StdEncoding.EncodeToString([]byte(completion("third " + harKey))), encoding: "base64"},
		entry{url: chatURL, key: harKey, body: ask(user("one") + "," + assistant("first") + "," + user("or three")), reply: completion("branch")},
	), options{config: config})
	suite := string(w.suite.YAML)
	if w.suite.Cases != 3 || w.suite.Questions != 4 {
		t.Errorf("%s, want 3 cases of 4 questions: the chat is one case, its branch another\n%s", w.suite, suite)
	}
	wantLines(t, suite, "# calls.har, entries 1, 3\n", "- name: one\n", "- name: or_three\n", "- assistant: first\n")
	wantLines(t, w.listed(), "calls.har, entry 2: no chat request", "calls.har, entries 1, 3-5: left out: header authorization")
	everything := w.everything()
	wantLines(t, everything, "latency: 0.8125", "recorded_at: 2026-11-22T14:03:00.25Z", "third (sensitive:authorization)")
	refuseLines(t, everything, harKey)
}

// TestHARWithout tells of what an archive lacks.
func TestHARWithout(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"stream", har(entry{url: chatURL, body: strings.Replace(ask(user("x")), "{", `{"stream":true,`, 1), reply: "data: {}\n\n", media: "text/event-stream"}), "it is a stream"},
		{"no text", strings.Replace(har(entry{url: chatURL, body: ask(user("x"))}), `"text":"","encoding":""`, `"comment":""`, 1), "no text of it"},
		{"failed", strings.Replace(har(entry{url: chatURL, body: ask(user("x"))}), `"status":200`, `"status":0`, 1), "broken off"},
		{"file", strings.Replace(har(entry{url: chatURL, body: ask(user("x"))}), `"text":"","encoding":""`, `"_file":"a.json"`, 1), "file of its own"},
		{"html", har(entry{url: chatURL, body: ask(user("x")), reply: "<html>no</html>", media: "text/html"}), "web page"},
		{"error in 200", har(entry{url: chatURL, body: ask(user("x")), reply: `{"error":"out of order"}`}), "out of order"},
		{"redirect", har(entry{url: chatURL, body: ask(user("x")), status: 302}), "its status is 302"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, err := importText(t, "har", test.text, options{config: openAI("https://api.example.com/v1")})
			if err != nil {
				t.Fatal(err, w.listed())
			}
			wantLines(t, w.listed(), test.want)
			if w.suite.Questions != 1 || w.suite.Replies != 0 {
				t.Errorf("%s, want the question without a reply", w.suite)
			}
			if exit := w.report.Exit(); exit != 6 {
				t.Errorf("the replay ends with %d, want 6: nothing is recorded", exit)
			}
		})
	}
	for text, want := range map[string]string{
		"{}": "no log", "[": "no HAR", `{"log":{"entries":3}}`: "log.entries", "": "empty", `{"log":{"entries":[]}}`: "nothing to import",
	} {
		if _, err := importText(t, "har", text, options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// TestProvider binds addresses to providers, and says what to add where none fits.
func TestProvider(t *testing.T) {
	gpt := entry{url: "https://api.openai.com/v1/chat/completions", key: harKey, body: `{"model":"gpt-4o","messages":[` + user("x") + `]}`, reply: completion("y")}
	w, err := importText(t, "har", har(gpt), options{})
	if err == nil || len(w.missing) != 1 {
		t.Fatalf("got %v and %v, want one address that no provider asks", err, w.missing)
	}
	if got, want := w.missing[0].Snippet, "  gpt-4o:\n    kind: openai\n    model: gpt-4o\n    base_url: https://api.openai.com/v1\n    api_key: ${env.OPENAI_API_KEY}\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// What it says works.
	config := "version: 1\nproviders:\n" + w.missing[0].Snippet
	w = mustImport(t, "har", har(gpt), options{config: config})
	refuseLines(t, string(w.suite.YAML), "params")
	// Another model at the same address is asked by params.
	w = mustImport(t, "har", har(gpt), options{config: strings.ReplaceAll(config, "gpt-4o", "gpt-5")})
	wantLines(t, string(w.suite.YAML), "params: {model: gpt-4o}")
	// A provider that a person chose is asked in its own way.
	w = mustImport(t, "har", har(gpt), options{provider: "grok-2"})
	wantLines(t, string(w.suite.YAML), "provider: grok-2")
	wantLines(t, w.listed(), "as told by --provider")

	segmind := entry{url: "https://api.segmind.com/v1/claude-4", key: harKey, body: `{"instruction":"Be brief.","messages":[` + user("x") + `]}`, reply: completion("y")}
	w, _ = importText(t, "har", har(segmind), options{})
	if len(w.missing) != 1 || !strings.Contains(w.missing[0].Snippet, "kind: segmind\n    model: claude-4\n    base_url: https://api.segmind.com/v1\n") {
		t.Fatalf("got %+v", w.missing)
	}
	w = mustImport(t, "har", har(segmind), options{config: "version: 1\nproviders:\n" + w.missing[0].Snippet})
	wantLines(t, string(w.suite.YAML), "params: {instruction: Be brief.}")
}

// TestOtherShapes imports Anthropic's and Gemini's requests.
func TestOtherShapes(t *testing.T) {
	claude := entry{
		url: "https://api.anthropic.com/v1/messages", key: harKey, body: `{"model":"claude","max_tokens":10,"system":"Be brief.","messages":[` + user("x") + `]}`,
		reply: `{"content":[{"type":"text","text":"Yes."}],"model":"claude","stop_reason":"end_turn"}`,
	}
	w, _ := importText(t, "har", har(claude), options{})
	if len(w.missing) != 1 || w.missing[0].Snippet != "" {
		t.Fatalf("got %+v, want an address that no kind of provider asks", w.missing)
	}
	w = mustImport(t, "har", har(claude), options{provider: "grok-2"})
	wantLines(t, string(w.suite.YAML), "- system: Be brief.", "params: {max_tokens: 10}")

	inner := `{"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"text":"y"}]},{"role":"user","parts":[{"text":"z ${a}"}]}],"system_instruction":{"parts":[{"text":"Be brief."}]}}`
	reply := `{"candidates":[{"content":{"parts":[{"text":"Yes."}],"role":"model"},"finishReason":"STOP"}]}`
	gemini := entry{url: "https://generativelanguage.googleapis.com/v1beta/models/g:generateContent?key=AIza0123456789abcdef", body: strings.Replace(inner, "{", `{"generationConfig":{"topK":1},`, 1), reply: reply}
	w = mustImport(t, "har", har(gemini), options{provider: "grok-2"})
	wantLines(t, string(w.suite.YAML), "- system: Be brief.", "- user: x", "- assistant: \"y\"")
	wantLines(t, w.listed(), `field "generationConfig" belongs to Gemini's own API`, "query parameter key: a key belongs in the environment")
	refuseLines(t, w.everything(), "AIza0123456789abcdef")

	wrapped := entry{url: "https://api.segmind.com/v1/gemini-2", key: harKey, body: `{"messages":` + inner + `}`, reply: reply}
	w = mustImport(t, "har", har(wrapped), options{config: "version: 1\nproviders:\n  gemini:\n    kind: segmind\n    model: gemini-2\n"})
	wantLines(t, string(w.suite.YAML), "request:\n", "body: ")
	wantLines(t, w.listed(), "in Gemini's form is carried over as it stands")
}

// TestDefaults keeps what a project sets for all out of imported requests.
func TestDefaults(t *testing.T) {
	config := openAI("https://api.example.com/v1") + "defaults:\n  params: {temperature: 0.5, seed: 7}\n"
	w := mustImport(t, "har", har(
		entry{url: chatURL + "?api-version=3", key: harKey, body: `{"model":"m1","temperature":0.50,"messages":[` + user("x") + `]}`, reply: completion("y")},
	), options{config: config})
	wantLines(t, string(w.suite.YAML), "params: {max_tokens: null, seed: null}", "path: /chat/completions?api-version=3")
}
