package importer_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	vcr3 "gopkg.in/dnaeon/go-vcr.v3/recorder"
	vcr4 "gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

// chatServer answers like an OpenAI-compatible server, gzipped where the client
// takes that; a wrong key is refused.
func chatServer(t *testing.T) *httptest.Server {
	replies := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "r1")
		if r.Header.Get("Authorization") != "Bearer sk-0123456789abcdef" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}`)
			return
		}
		if r.URL.Path != "/v1/chat/completions" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		replies++
		fmt.Fprint(w, completion(fmt.Sprintf("Reply %d: \U0001F600 \\n- one\\n- two", replies)))
	}))
	t.Cleanup(server.Close)
	return server
}

const (
	firstAsked  = `{"model":"m1","messages":[{"role":"system","content":"Be \"brief\"."},{"role":"user","content":"hello"}],"temperature":0.20}`
	secondAsked = `{"model":"m1","messages":[{"role":"system","content":"Be \"brief\"."},{"role":"user","content":"hello"},` +
		`{"role":"assistant","content":"Reply 1: \ud83d\ude00 \n- one\n- two"},{"role":"user","content":"and now?\nline ${two}"}],"temperature":0.2}`
	refused = `{"model":"m1","messages":[{"role":"user","content":"may I?"}],"max_tokens":400}`
)

// talk sends what a client would: a chat of two turns, a wrong key, a request
// that is no chat.
func talk(t *testing.T, client *http.Client, base string) {
	t.Helper()
	send := func(method, path, key, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+key)
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	send("POST", "/chat/completions", "sk-0123456789abcdef", firstAsked)
	send("POST", "/chat/completions", "sk-0123456789abcdef", secondAsked)
	send("POST", "/chat/completions", "sk-wrong-wrong-wrong", refused)
	send("GET", "/models", "sk-0123456789abcdef", "")
}

// TestGoVCR imports cassettes that go-vcr itself wrote.
func TestGoVCR(t *testing.T) {
	recorders := map[string]func(t *testing.T, path string) (*http.Client, func() error){
		"v3": func(t *testing.T, path string) (*http.Client, func() error) {
			r, err := vcr3.New(path)
			if err != nil {
				t.Fatal(err)
			}
			return r.GetDefaultClient(), r.Stop
		},
		"v4": func(t *testing.T, path string) (*http.Client, func() error) {
			r, err := vcr4.New(path)
			if err != nil {
				t.Fatal(err)
			}
			return r.GetDefaultClient(), r.Stop
		},
	}
	for version, start := range recorders {
		t.Run(version, func(t *testing.T) {
			server := chatServer(t)
			path := filepath.Join(t.TempDir(), "chat")
			client, stop := start(t, path)
			talk(t, client, server.URL+"/v1")
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			server.Close() // nothing asks it again
			cassette, err := os.ReadFile(path + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			w := mustImport(t, "vcr", string(cassette), options{config: openAI(server.URL + "/v1")})
			checkTalk(t, w)
		})
	}
}

// checkTalk checks what came of talk.
func checkTalk(t *testing.T, w *world) {
	t.Helper()
	suite := string(w.suite.YAML)
	if w.suite.Cases != 2 || w.suite.Questions != 3 {
		t.Errorf("%s, want 2 cases of 3 questions:\n%s", w.suite, suite)
	}
	wantLines(t, suite,
		"params: {temperature: 0.20, max_tokens: null}", // the provider's own is taken away: it was not sent
		"request:\n      api_key: not-a-valid-key\n",
		"- status: 401",
		"raw: |-\n            and now?\n            line ${two}\n",
		"- system: Be \"brief\".",
	)
	refuseLines(t, suite, "Reply 1") // the first reply is an asked turn's, no scripted one
	wantLines(t, w.listed(), "interaction 4", "no chat request", "header authorization: a key belongs in the environment")
	everything := w.everything()
	refuseLines(t, everything, "sk-0123456789abcdef", "sk-wrong-wrong-wrong", "Bearer sk")
	wantLines(t, everything, "origin: imported", "Reply 2: \U0001F600", "x-request-id: r1", "latency:")
}

// TestSampleCassettes imports cassettes in the formats of recorders that can't
// run here: see testdata/README.md.
func TestSampleCassettes(t *testing.T) {
	tests := []struct {
		file, config string
		wants        []string
	}{
		{"vcrpy.yaml", openAI("https://api.example.com/v1"), []string{
			"To get to the other meow. \U0001F63A", "zipped ✓", "recorded_at: 2026-11-22T14:03:11Z", "- user: binary",
			"client's headers accept, accept-encoding, host, user-agent, x-stainless-lang",
		}},
		{"vcrpy.json", openAI("https://api.example.com/v1"), []string{"plain \U0001F600", "zipped ✓"}},
		{"go-vcr-v2.yaml", "", []string{
			"provider: grok-2", "latency: 0.8125", "credits: 0.0031", "unsure: true",
			"live: false", "- status: 406", // nobody can be made to have no credits
		}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			cassette, err := os.ReadFile(filepath.Join("testdata", test.file))
			if err != nil {
				t.Fatal(err)
			}
			w := mustImport(t, "vcr", string(cassette), options{config: test.config})
			everything := w.everything()
			wantLines(t, everything, test.wants...)
			refuseLines(t, everything, "sk-vcrpy", "cookie0123456789abcdef", "SG_0123456789abcdef")
		})
	}
}

func TestBadCassettes(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "empty",
		"a: b":                  "no interactions",
		"http_interactions: []": "Ruby",
		"interactions: {":       "calls.vcr:1",
		"[1, 2]":                "no interactions",
		"interactions: [1, {request: 3, response: [4]}]": "nothing to import",
		"interactions: []\nversion: 1":                   "nothing to import",
	} {
		_, err := importText(t, "vcr", text, options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
