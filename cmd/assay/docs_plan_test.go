package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlanGuide does what docs/plan-and-apply.md tells, and holds it to what assay
// prints.
func TestPlanGuide(t *testing.T) {
	const document = "docs/plan-and-apply.md"
	shown := map[string]string{}
	for _, s := range snippetsOf(t, document) {
		shown[strings.TrimSpace(s.language+" "+s.info)] = s.text
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("x-cost", "0.0031")
		_, _ = w.Write([]byte(`{"choices":[{"message":{"role":"assistant","content":"a joke"},"finish_reason":"stop"}]}`))
	}))
	defer server.Close()
	url := server.URL + "/v1"
	p := newUserProject(t, map[string]string{"suites/jokes.yaml": shown["yaml"]}, "SEGMIND_API_KEY=SG_0123456789abcdef")
	compare := func(what, got string) {
		t.Helper()
		if strings.TrimSpace(got) != strings.TrimSpace(shown["text "+what]) {
			t.Errorf("%s shows for %q\n%s\nassay prints\n%s", document, what, shown["text "+what], got)
		}
	}
	compare("new", p.run(t, 0, "plan").stdout.String())
	p.run(t, 0, "apply", "--auto-approve", "--base-url", url)
	compare("none", p.run(t, 0, "plan", "--detailed-exitcode").stdout.String())

	path := filepath.Join(p.dir, "suites", "jokes.yaml")
	text := strings.Replace(shown["yaml"], "now a joke on", "now a pun on", 1)
	text = strings.Replace(text, "name: greets", "name: says_hello", 1)
	text = text[:strings.Index(text, "  - name: bows_out")]
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	compare("changed", p.run(t, 2, "plan", "--detailed-exitcode").stdout.String())
	lines := strings.Split(strings.TrimSpace(p.run(t, 0, "apply", "--auto-approve", "--base-url", url).stdout.String()), "\n")
	compare("applied", lines[len(lines)-1])
	p.run(t, 0, "plan", "--detailed-exitcode")
}
