package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestMergeOfTwoBranches is a merge as git does it: two branches edit different
// lines of one prompt, and both record. What the merged suite asks and no side
// recorded is paid for, and nothing else.
func TestMergeOfTwoBranches(t *testing.T) {
	for _, style := range []string{"merge", "diff3", "zdiff3"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			m := newMerging(t, style)
			m.suite(t, prompts{})
			m.record(t, 4)
			m.commit(t, "begin")

			m.git(t, "checkout", "-q", "-b", "theirs")
			m.suite(t, prompts{last: "Be kind.", right: "right, changed"})
			m.record(t, 3) // both its samples, and right
			m.commit(t, "theirs")

			m.git(t, "checkout", "-q", "main")
			m.suite(t, prompts{first: "You are a poet.", left: "left, changed"})
			m.record(t, 3)
			m.commit(t, "ours")
			m.forget(t) // a merge is made on any machine

			m.merge(t)
			if text := m.read(t, bothFile); !strings.Contains(text, "<<<<<<<") {
				t.Fatalf("git merged the recording by itself:\n%s", text)
			}
			m.run(t, 6, "test")
			m.run(t, 6, "state", "verify")
			m.run(t, 6, "apply", "--auto-approve")
			m.wantAsked(t, 0)
			m.run(t, 0, "state", "resolve", "--dry-run")
			if text := m.read(t, bothFile); !strings.Contains(text, "<<<<<<<") {
				t.Error("a dry run wrote")
			}
			m.run(t, 0, "state", "resolve")
			m.git(t, "add", "-A")
			// Git took the prompt's lines from both sides, in the recording too: no reply was given to that.
			if out := m.run(t, 0, "plan"); !strings.Contains(out, "2 questions are not recorded yet") || strings.Contains(out, "the model") {
				t.Errorf("the plan after the merge is\n%s", out)
			}
			m.record(t, 2) // the merged prompt, both samples: no side recorded that
			if out := m.run(t, 0, "apply", "--auto-approve"); !strings.HasPrefix(out, "No changes.") {
				t.Errorf("got %s", out)
			}
			m.wantAsked(t, 0)
			m.run(t, 0, "state", "verify")
			m.run(t, 0, "test")
		})
	}
}

// TestMergeKeepsTheSideThatIsAsked resolves the suite for one side. That side's
// replies answer it, and are not paid for again; a reply that git has put
// together from both sides is none of them.
func TestMergeKeepsTheSideThatIsAsked(t *testing.T) {
	for name, c := range map[string]struct {
		keep  prompts
		asked int
	}{
		"ours":   {prompts{first: "You are a poet."}, 0},
		"theirs": {prompts{first: "You are a plumber."}, 0},
		"before": {prompts{}, 2}, // both sides replaced that recording
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMerging(t, "merge")
			m.suite(t, prompts{})
			m.record(t, 4)
			m.commit(t, "begin")
			m.git(t, "checkout", "-q", "-b", "theirs")
			m.suite(t, prompts{first: "You are a plumber."})
			m.record(t, 2)
			m.commit(t, "theirs")
			m.git(t, "checkout", "-q", "main")
			m.suite(t, prompts{first: "You are a poet."})
			m.record(t, 2)
			m.commit(t, "ours")
			m.forget(t)
			m.merge(t)
			m.run(t, 4, "state", "resolve") // the suite has a conflict itself
			m.suite(t, c.keep)
			out := m.run(t, 0, "state", "resolve")
			before := m.read(t, bothFile)
			m.run(t, 0, "apply", "--auto-approve")
			m.wantAsked(t, c.asked)
			text := m.read(t, bothFile)
			// The poet says yes; the plumber says no, as everyone did before.
			if want := "text: " + answer(c.keep.system()); strings.Count(text, want) != 2 {
				t.Errorf("%s is not there twice:\n%s\nresolved:\n%s\n%s", want, text, before, out)
			}
			m.run(t, 0, "state", "verify")
		})
	}
}

const bothFile = "fixtures/jokes/grok-2/both.yaml"

// prompts are what branches edit; "" is what was there before.
type prompts struct{ first, last, left, right string }

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (p prompts) system() string { return or(p.first, "You are a comedian.") }

// merging is a project in a git repository, and the server that it pays.
type merging struct {
	*userProject
	url string

	mu    sync.Mutex
	asked int
}

func newMerging(t *testing.T, style string) *merging {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed: ", err)
	}
	attributes, err := os.ReadFile("../../harness/cli/starter/gitattributes")
	if err != nil {
		t.Fatal(err)
	}
	m := &merging{userProject: newUserProject(t, map[string]string{
		".gitignore": "/.assay/\n/reports/\n", ".gitattributes": string(attributes),
	}, "SEGMIND_API_KEY=a-key-for-tests")}
	server := httptest.NewServer(http.HandlerFunc(m.answer))
	t.Cleanup(server.Close)
	m.url = server.URL + "/v1"
	m.git(t, "init", "-q", "-b", "main")
	m.git(t, "config", "merge.conflictStyle", style)
	return m
}

// answer is yes for a poet, and no for everyone else.
func answer(prompt string) string {
	if strings.Contains(prompt, "poet") {
		return "Indeed."
	}
	return "Never."
}

func (m *merging) answer(w http.ResponseWriter, r *http.Request) {
	var body struct{ Messages []struct{ Content string } }
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&body) != nil {
		http.Error(w, `{"error":"no"}`, http.StatusNotFound)
		return
	}
	m.mu.Lock()
	m.asked++
	id := m.asked
	m.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"id":"r-%d","model":"grok-2-1212","choices":[{"index":0,"message":{"role":"assistant","content":%q},"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":2}}`,
		id, answer(body.Messages[0].Content), id)
}

// suite writes the suite with these prompts.
func (m *merging) suite(t *testing.T, p prompts) {
	t.Helper()
	m.write(t, "suites/jokes.yaml", fmt.Sprintf(`cases:
  - name: both
    samples: 2
    conversation:
      - system: |-
          %s
          Say what you think.
          Do not hide anything.
          Use few words.
          Never use many.
          %s
      - user: is it so?
        expect: [{ends_with: .}]
  - name: left
    conversation: [{user: '%s', expect: [{ends_with: .}]}]
  - name: between
    skip: not of interest
    conversation: [{user: nothing at all, expect: [{ends_with: .}]}]
  - name: right
    conversation: [{user: '%s', expect: [{ends_with: .}]}]
`, p.system(), or(p.last, "Be polite."), or(p.left, "left"), or(p.right, "right")))
}

func (m *merging) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(m.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (m *merging) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(m.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// run runs assay and gives its stdout.
func (m *merging) run(t *testing.T, exit int, args ...string) string {
	t.Helper()
	if args[0] == "apply" {
		args = append(args, "--base-url", m.url)
	}
	p := m.start(t, args...)
	_ = p.Wait()
	if got := p.ProcessState.ExitCode(); got != exit {
		t.Fatalf("assay %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, exit, p.stdout.String(), p.stderr.String())
	}
	return p.stdout.String()
}

// record applies, and pays for so many replies.
func (m *merging) record(t *testing.T, want int) {
	t.Helper()
	m.run(t, 0, "apply", "--auto-approve")
	m.wantAsked(t, want)
}

// wantAsked compares how many requests the server had since the last time.
func (m *merging) wantAsked(t *testing.T, want int) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.asked%1000 != want {
		t.Fatalf("the server was asked %d times, want %d", m.asked%1000, want)
	}
	m.asked += 1000 - want // so that no two replies are alike
}

// forget takes away what only this machine has.
func (m *merging) forget(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(m.dir, ".assay")); err != nil {
		t.Fatal(err)
	}
}

func (m *merging) commit(t *testing.T, message string) {
	t.Helper()
	m.git(t, "add", "-A")
	m.git(t, "commit", "-q", "-m", message)
}

// merge merges theirs, which ends in a conflict.
func (m *merging) merge(t *testing.T) {
	t.Helper()
	cmd := m.gitCommand(t, "merge", "-q", "theirs")
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("there is no conflict: %s", out)
	}
}

func (m *merging) git(t *testing.T, args ...string) {
	t.Helper()
	if out, err := m.gitCommand(t, args...).CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (m *merging) gitCommand(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = m.dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + m.home, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
	}
	return cmd
}
