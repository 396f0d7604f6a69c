package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// browsers are the names that Chromium goes by.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// testImportHAR has a headless browser record what a page asks a chat model, and
// imports that. testdata/browser.har was made so; its README says how.
func (p *program) testImportHAR(t *testing.T) {
	n := newNode(t)
	browser := ""
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		cannot(t, "no Chromium is installed")
	}
	server := httptest.NewServer(chatPage(t))
	defer server.Close()
	har := filepath.Join(n.dir, "browser.har")
	host := "chat.example=" + strings.TrimPrefix(server.URL, "http://")
	cmd := p.command(t, n.dir, n.program, "har_record.cjs", browser, "http://chat.example/", har, host)
	if out := finish(t, cmd); out.code != 0 {
		t.Fatalf("no HAR was recorded: exit code %d\n%.3000s", out.code, out.stderr)
	}
	if *update {
		data, err := os.ReadFile(har)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("testdata", "import", "browser.har"), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p.checkImportedHAR(t, har)
}

// TestImportRecordedHAR imports the HAR that was recorded in that way.
func TestImportRecordedHAR(t *testing.T) {
	buildProgram(t).checkImportedHAR(t, filepath.Join("testdata", "import", "browser.har"))
}

// checkImportedHAR imports a HAR of the page into a project that knows its
// server, and replays what came of it, without that server.
func (p *program) checkImportedHAR(t *testing.T, har string) {
	t.Helper()
	dir := t.TempDir()
	config := "version: 1\nproviders:\n  page:\n    kind: openai\n    model: m1\n    base_url: http://chat.example/v1\n    api_key: ${env.PAGE_KEY}\n"
	if err := os.WriteFile(filepath.Join(dir, "assay.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(har)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "browser.har"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	out := p.run(t, dir, 0, "import", "har", "browser.har")
	for _, want := range []string{"4 questions", "3 with a reply", "it is a stream", "no chat request", "a key belongs in the environment", "assay test browser"} {
		if !strings.Contains(out.stdout, want) {
			t.Errorf("import does not say %q:\n%s", want, out.stdout)
		}
	}
	p.run(t, dir, 0, "validate")
	p.run(t, dir, 0, "test", "browser", "--exclude", "browser.count_to_three")
	_, cases := runRecord(t, dir)
	turns := 0
	for _, c := range cases {
		for _, s := range c.Samples {
			turns += len(s.Turns)
		}
	}
	if len(cases) != 2 || turns != 3 {
		t.Errorf("%d cases of %d turns, want 2 of 3: the chat is one case", len(cases), turns)
	}
	if err := os.Remove(filepath.Join(dir, "browser.har")); err != nil {
		t.Fatal(err)
	}
	refuseSecrets(t, dir, "sk-browser", "cookie-0123456789abcdef")
}

// refuseSecrets looks for secrets in all files of a folder.
func refuseSecrets(t *testing.T, dir string, secrets ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, secret := range secrets {
			if strings.Contains(string(data), secret) {
				t.Errorf("%s holds the secret %s", path, secret)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// chatPage serves the page and the chat model that it asks.
func chatPage(t *testing.T) http.Handler {
	page, err := os.ReadFile(filepath.Join("e2e", "har_page.html"))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		_, _ = io.WriteString(w, "p { color: teal }\n")
	})
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"object":"list","data":[]}`)
	})
	mux.HandleFunc("POST /v1/chat/completions", answerPage)
	return mux
}

func answerPage(w http.ResponseWriter, r *http.Request) {
	var question struct {
		Messages []struct{ Content string }
		Stream   bool
	}
	if err := json.NewDecoder(r.Body).Decode(&question); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.Contains(r.Header.Get("Authorization"), "wrong"):
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}`)
	case question.Stream:
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"}}]}\n\ndata: [DONE]\n\n")
	default:
		text, _ := json.Marshal(fmt.Sprintf("Answer to message %d: \U0001F600\n- \"one\"\n- two", len(question.Messages)))
		_, _ = fmt.Fprintf(w, `{"id":"chatcmpl-%d","object":"chat.completion","created":1763800000,"model":"m1-2026",`+
			`"choices":[{"index":0,"message":{"role":"assistant","content":%s,"refusal":null},"finish_reason":"stop"}],`+
			`"usage":{"prompt_tokens":20,"completion_tokens":9,"total_tokens":29}}`, len(question.Messages), text)
	}
}
