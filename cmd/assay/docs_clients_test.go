package main

import (
	"context"
	"iter"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/mock"
)

// readmeURL is where README.md's clients ask.
const readmeURL = "http://127.0.0.1:8787"

// TestReadmeClients runs the clients that README.md shows, with the languages
// that are installed, against a mock server of the shipped recordings.
func TestReadmeClients(t *testing.T) {
	p, ds := harness.Load(harness.Config{FS: os.DirFS(projectRoot)})
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	server := httptest.NewServer(mock.New(mock.Options{Recordings: recordings{p.Store()}, Keys: []string{"my-test-key"}}))
	defer server.Close()
	clients := map[string]string{}
	for _, s := range snippetsOf(t, "README.md") {
		if strings.Contains(s.text, readmeURL) {
			clients[s.language] = strings.ReplaceAll(s.text, readmeURL, server.URL)
		}
	}
	for language, run := range map[string]func(*testing.T, string) *exec.Cmd{
		"js": nodeCommand,
		"python": func(t *testing.T, code string) *exec.Cmd {
			return exec.CommandContext(t.Context(), installed(t, "python3"), "-c", code)
		},
		"sh": func(t *testing.T, code string) *exec.Cmd {
			installed(t, "curl")
			return exec.CommandContext(t.Context(), installed(t, "sh"), "-c", code)
		},
	} {
		t.Run(language, func(t *testing.T) {
			code := clients[language]
			if code == "" {
				t.Fatal("README.md shows no such client")
			}
			out, err := run(t, code).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "Why did the dog sit in the shade?") {
				t.Errorf("%v:\n%s", err, out)
			}
		})
	}
}

// installed finds a program, or skips what needs it.
func installed(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	return path
}

func nodeCommand(t *testing.T, code string) *exec.Cmd {
	t.Helper()
	if os.Getenv("ASSAY_E2E_NODE") == "" {
		t.Skip("ASSAY_E2E_NODE does not say where axios is (make e2e does)")
	}
	n := newNode(t)
	file := filepath.Join(n.dir, "readme.cjs")
	if err := os.WriteFile(file, []byte(code), 0o666); err != nil {
		t.Fatal(err)
	}
	return exec.CommandContext(t.Context(), n.program, file)
}

// recordings gives a store's recordings to a mock server.
type recordings struct{ store *fixture.Store }

func (r recordings) All() iter.Seq2[*fixture.Case, error] { return r.store.Scan(context.Background()) }
