package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// heard is what a program wrote, as it comes: a test waits for a text instead
// of for a time.
type heard struct {
	mu   sync.Mutex
	all  bytes.Buffer
	more chan struct{} // closed when there is more
	from int           // what was waited for stands before this
}

func newHeard() *heard { return &heard{more: make(chan struct{})} }

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.Write(b)
	close(h.more)
	h.more = make(chan struct{})
	return len(b), nil
}

// await waits for a text behind the last one that was waited for, and gives
// what stood before it.
func (h *heard) await(t *testing.T, pattern string) string {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		h.mu.Lock()
		rest, more := h.all.Bytes()[h.from:], h.more
		if at := wanted.FindIndex(rest); at != nil {
			text := string(rest[:at[1]])
			h.from += at[1]
			h.mu.Unlock()
			return text
		}
		text := string(rest)
		h.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("%q did not come:\n%s", pattern, text)
		}
	}
}

const watchSuite = `suite: s
cases:
  - name: greets
    conversation:
      - user: ${file("../prompts/hello.txt")}
        expect: [{contains: hm}]
`

const watchConfig = `providers: {grok-2: {kind: segmind, model: grok-2, api_key: "${env.SEGMIND_API_KEY}"}}`

const watchFixtureScript = "script: 1\nreplies: [{when: {last_user: {contains: ''}}, text: hm}]\n"

// TestWatch goes through an afternoon: a mistake, its cure, a file that an
// editor replaces, a new folder, a mistake in assay.yaml, and the end.
func TestWatch(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("interrupts can't be sent there")
	}
	p := newUserProject(t, map[string]string{
		"assay.yaml":        watchConfig,
		"suites/s.yaml":     watchSuite,
		"prompts/hello.txt": "hello\n",
		"script.yaml":       watchFixtureScript,
	}, "SEGMIND_API_KEY=a-key-for-tests")
	server := p.start(t, "serve", "--script", "script.yaml", "--listen", "127.0.0.1:0")
	p.run(t, 0, "apply", "--auto-approve", "--base-url", <-server.stdout.first)
	interrupt(t, server)

	program, err := exec.LookPath("assay")
	if err != nil {
		t.Fatal(err)
	}
	out := newHeard()
	watch := exec.CommandContext(t.Context(), program, "watch")
	watch.Dir, watch.Stdout, watch.Stderr = p.dir, out, out
	watch.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.home, "NO_COLOR=1", "GORACE=" + atExit}
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(p.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out.await(t, `1 passed[\s\S]*Watching .*\n`)

	// An expectation that is not met, then a suite that is none, then all well.
	write("suites/s.yaml", strings.Replace(watchSuite, "hm", "purple", 1))
	out.await(t, `suites/s.yaml changed\n[\s\S]*text contains "purple"[\s\S]*1 failed[\s\S]*Watching`)
	write("suites/s.yaml", "cases: [\n")
	out.await(t, `ASY4001[\s\S]*Watching`)
	// An editor writes a new file and renames it over the old one.
	write("suites/.s.yaml.new", watchSuite)
	if err := os.Rename(filepath.Join(p.dir, "suites", ".s.yaml.new"), filepath.Join(p.dir, "suites", "s.yaml")); err != nil {
		t.Fatal(err)
	}
	out.await(t, `suites/s.yaml changed\n[\s\S]*1 passed[\s\S]*Watching`)

	// A prompt is part of the question; a recording is what answers it.
	write("prompts/hello.txt", "good day\n")
	out.await(t, `prompts/hello.txt changed\n[\s\S]*ASY6002[\s\S]*Watching`)
	write("prompts/hello.txt", "hello\n")
	out.await(t, `1 passed[\s\S]*Watching`)

	// A folder that was not there, with a suite in it.
	write("suites/more/deep/new.yaml", "cases:\n  - {name: n, skip: not yet, conversation: [{user: x, expect: [{contains: x}]}]}\n")
	out.await(t, `1 passed, 1 skipped[\s\S]*Watching`)
	write("suites/more/deep/new.yaml", "cases:\n  - {nam: n}\n")
	out.await(t, `new.yaml changed\n[\s\S]*ASY4012[\s\S]*Watching`)
	if err := os.RemoveAll(filepath.Join(p.dir, "suites", "more")); err != nil {
		t.Fatal(err)
	}
	out.await(t, `1 passed[\s\S]*Watching`)

	// The configuration.
	write("assay.yaml", "provider: {}\n")
	out.await(t, `assay.yaml changed\n[\s\S]*ASY4012[\s\S]*Watching`)
	write("assay.yaml", watchConfig)
	out.await(t, `1 passed[\s\S]*Watching`)

	// Reports and hidden files are nothing to look at: the next thing that is
	// told is the change after them.
	write("reports/junit.xml", "x")
	write(".git/index", "x")
	write("suites/s.yaml~", "x")
	write("data/rows.csv", "a\n")
	if before := out.await(t, `rows.csv changed|data changed`); strings.Contains(before, "junit") || strings.Contains(before, ".git") {
		t.Errorf("a file was looked at that is none of the project's: %s", before)
	}
	out.await(t, `Watching`)
	if err := watch.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := watch.Wait(); err != nil {
		t.Errorf("the interrupted watch: %v, want exit 0", err)
	}
	if _, err := os.Stat(filepath.Join(p.dir, "reports", "run.json")); err == nil {
		// apply wrote one; the watch must not have written it again
		run, _ := runRecord(t, p.dir)
		if run.Mode != "apply" {
			t.Errorf("the watch wrote a report of mode %s", run.Mode)
		}
	}
}

func interrupt(t *testing.T, r *process) {
	t.Helper()
	if err := r.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	r.end(t)
}
