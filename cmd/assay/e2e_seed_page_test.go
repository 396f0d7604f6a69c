package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The two things of the seed page's script that a person changes.
const (
	pageURL = "https://api.segmind.com/v1/grok-2"
	pageKey = "YOUR API-KEY"
)

// testSeedPage runs the script of Segmind's Grok-2 page, with its axios, against
// `assay serve` of the shipped recordings.
func (p *program) testSeedPage(t *testing.T) {
	n := newNode(t)
	dir := shippedProject(t)
	p.run(t, dir, 0, "test", "cats_and_dogs.changes_the_subject")
	_, cases := runRecord(t, dir)
	joke, _, _ := strings.Cut(cases[0].Samples[0].Turns[0].Text, "\n")
	if joke == "" {
		t.Fatal("the recording has no text")
	}
	url := p.serve(t, dir)

	t.Run("prints the reply", func(t *testing.T) {
		out := n.seedPage(t, p, url+"/grok-2", e2eKey)
		for _, want := range []string{joke, "object: 'chat.completion'", "role: 'assistant'", "finish_reason: 'stop'"} {
			if !strings.Contains(out.stdout, want) {
				t.Errorf("stdout does not hold %q", want)
			}
		}
		if out.code != 0 || out.stderr != "" || t.Failed() {
			t.Errorf("exit code %d, stdout:\n%s\nstderr:\n%s", out.code, out.stdout, out.stderr)
		}
	})
	refusals := []struct{ name, url, key, want string }{
		{"wrong key", url + "/grok-2", "SG_not_the_key", "Error: {\n  error: 'Unauthorized. API key is invalid or may have expired"},
		{"no key", url + "/grok-2", "", "Error: { error: 'Missing Authorization or x-api-key in header' }"},
		{"wrong model", url + "/grok-3", e2eKey, "Error: {"},
	}
	for _, test := range refusals {
		t.Run("prints the error body/"+test.name, func(t *testing.T) {
			out := n.seedPage(t, p, test.url, test.key)
			if out.code != 0 || out.stdout != "" || !strings.HasPrefix(out.stderr, test.want) {
				t.Errorf("exit code %d, stdout %q, stderr %q, want %q", out.code, out.stdout, out.stderr, test.want)
			}
		})
	}
}

// seedPage runs the page's script, URL and key changed and nothing else.
func (n *node) seedPage(t *testing.T, p *program, url, key string) output {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("e2e", "seed_page.js"))
	if err != nil {
		t.Fatal(err)
	}
	script := string(page)
	for old, new := range map[string]string{pageURL: url, pageKey: key} {
		if strings.Count(script, old) != 1 {
			t.Fatalf("the page's script does not hold %q once", old)
		}
		script = strings.Replace(script, old, new, 1)
	}
	if err := os.WriteFile(filepath.Join(n.dir, "seed_page.js"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	return finish(t, p.command(t, n.dir, n.program, "--require", "./whole.cjs", "seed_page.js"))
}
