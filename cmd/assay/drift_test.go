package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/assay-harness/assay/harness/drift"
)

const driftKey = "SEGMIND_API_KEY=SG_0123456789abcdef"

// moody is a model behind a server on loopback. Its words differ from call to
// call, and what it says to a question is decided by the question's address and
// the phase that the model is in: so a test that asks in any order gets the same.
type moody struct {
	*httptest.Server
	mu    sync.Mutex
	phase int
	calls int
	paid  map[string]int // replies, by address
	// passes says whether the reply to an address holds what the suite wants.
	passes func(phase int, address string) bool
	before func(call int) // called before a reply is given; it may wait
}

func newMoody(t *testing.T, passes func(phase int, address string) bool) *moody {
	t.Helper()
	m := &moody{paid: map[string]int{}, passes: passes}
	m.Server = httptest.NewServer(http.HandlerFunc(m.serve))
	t.Cleanup(func() {
		m.CloseClientConnections()
		m.Close()
	})
	return m
}

func (m *moody) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		http.NotFound(w, r)
		return
	}
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	address := r.Header.Get("X-Assay-Address")
	m.mu.Lock()
	m.calls++
	call, phase, before := m.calls, m.phase, m.before
	m.mu.Unlock()
	if before != nil {
		before(call)
	}
	if r.Context().Err() != nil {
		return
	}
	m.mu.Lock()
	m.paid[address]++
	m.mu.Unlock()
	text := "Sorry, that is nothing I will talk about"
	if m.passes(phase, address) {
		text = "Here is what you wanted, the answer"
	}
	text += fmt.Sprintf(", in words of the day number %d.", call)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Cost", "0.001")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"model": "moody-1", "choices": []any{map[string]any{"finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": text}}},
		"usage": map[string]any{"prompt_tokens": 9, "completion_tokens": 12},
	})
}

// changes puts the model into the next phase.
func (m *moody) changes() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.phase++
}

func (m *moody) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls
}

// driftProject has so many cases of one turn.
func driftProject(t *testing.T, cases, samples int) *userProject {
	t.Helper()
	return newUserProject(t, map[string]string{"suites/mood.yaml": fmt.Sprintf(`suite: mood
cases:
  - name: asks
    for_each: '${range(%d)}'
    samples: %d
    pass: 1
    conversation:
      - user: question ${each.key}
        expect:
          - contains: answer
`, cases, samples)}, driftKey)
}

func driftReport(t *testing.T, p *userProject) *drift.Report {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, "reports", "drift.json"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := drift.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// changed gives the cases of a level, by their key.
func changed(r *drift.Report, l drift.Level) []string {
	var out []string
	for _, c := range r.Cases {
		if c.Level == l {
			_, key, _ := strings.Cut(c.Name, `"`)
			out = append(out, strings.TrimSuffix(key, `"]`))
		}
	}
	return out
}

// TestDriftNamesWhatChanged has a model that changed for 3 of 40 cases; to all
// others it gives the same answers in other words.
func TestDriftNamesWhatChanged(t *testing.T) {
	changedCases := []string{"7", "19", "33"}
	m := newMoody(t, func(phase int, address string) bool {
		for _, key := range changedCases {
			if phase == 1 && strings.Contains(address, `["`+key+`"]`) {
				return false
			}
		}
		return true
	})
	p := driftProject(t, 40, 1)
	p.run(t, 0, "apply", "--auto-approve", "--base-url", m.URL)
	p.run(t, 0, "drift", "--auto-approve", "--base-url", m.URL)
	if r := driftReport(t, p); r.Sum.Verdict+r.Sum.Shape != 0 || r.Sum.Text != 40 {
		t.Errorf("a model that only words things otherwise: got %+v", r.Sum)
	}
	m.changes()
	run := p.run(t, 1, "drift", "--auto-approve", "--base-url", m.URL)
	if got := changed(driftReport(t, p), drift.Verdict); !slices.Equal(got, changedCases) {
		t.Fatalf("the verdicts of %v changed, want %v", got, changedCases)
	}
	out := run.stdout.String()
	for i := range 40 {
		key := fmt.Sprint(i)
		if got, want := strings.Contains(out, `mood.asks["`+key+`"]`), slices.Contains(changedCases, key); got != want {
			t.Errorf("case %s is named: %v, want %v", key, got, want)
		}
	}
	for _, want := range []string{
		"VERDICT pass → FAIL", "contains: met → not met", "suites/mood.yaml line 10", `text contains "answer"`, "alike",
		"40 cases compared: 3 with another verdict, 0 with another shape, 37 with other words only", "Drift: the verdict of 3 cases changed.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("stdout has no %q:\n%s", want, out)
		}
	}
	calls := m.count()
	p.run(t, 0, "drift", "--accept", "reports/drift.json")
	if again := p.run(t, 0, "apply"); !strings.HasPrefix(again.stdout.String(), "No changes.") {
		t.Errorf("after --accept: %s", again.stdout.String())
	}
	if p.run(t, 1, "test"); m.count() != calls {
		t.Errorf("recording a report asked %d questions", m.count()-calls)
	}
	p.run(t, 0, "drift", "--auto-approve", "--base-url", m.URL)
}

// TestDriftOfSamples has 40 cases with 10 samples, each of which passes 8 times
// of 10 by chance, and three that stop to pass: these are named, and no other.
func TestDriftOfSamples(t *testing.T) {
	gone := []string{"3", "17", "31"}
	m := newMoody(t, func(phase int, address string) bool {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", phase, address))
		share := float64(binary.BigEndian.Uint32(sum[:])) / (1 << 32)
		for _, key := range gone {
			if strings.Contains(address, `["`+key+`"]`) {
				return phase == 0
			}
		}
		return share < 0.8
	})
	p := driftProject(t, 40, 10)
	p.run(t, 0, "apply", "--auto-approve", "--base-url", m.URL, "--concurrency", "16", "--format", "none")
	m.changes()
	run := p.run(t, 1, "drift", "--auto-approve", "--base-url", m.URL, "--concurrency", "16")
	r := driftReport(t, p)
	if got := changed(r, drift.Verdict); !slices.Equal(got, gone) {
		t.Errorf("%v drifted, want %v", got, gone)
	}
	if r.Sum.Tested != 40 || r.Sum.Noise < 10 {
		t.Errorf("got %+v; want noise in most of 40 cases that were tested", r.Sum)
	}
	if out := run.stdout.String(); !strings.Contains(out, "10/10 → 0/10, p < 0.0001") || !strings.Contains(out, "Fisher's exact test") {
		t.Errorf("stdout: %s", out)
	}
}

// TestDriftKilled kills a drift while it waits for its fourth reply: the next one
// uses the three that were paid for.
func TestDriftKilled(t *testing.T) {
	m := newMoody(t, func(int, string) bool { return true })
	p := driftProject(t, 6, 1)
	p.run(t, 0, "apply", "--auto-approve", "--base-url", m.URL)
	waiting, release := make(chan struct{}), make(chan struct{})
	m.mu.Lock()
	m.calls, m.paid = 0, map[string]int{}
	m.before = func(call int) {
		if call == 4 {
			close(waiting)
			<-release
		}
	}
	m.mu.Unlock()
	run := p.start(t, "drift", "--auto-approve", "--base-url", m.URL, "--concurrency", "1")
	<-waiting
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	run.end(t)
	close(release)
	if got := len(p.files(t, ".assay/drift")); got != 1 {
		t.Fatalf("%d files of a drift that was killed, want 1", got)
	}
	p.run(t, 0, "drift", "--auto-approve", "--base-url", m.URL, "--concurrency", "1")
	r := driftReport(t, p)
	if r.Sum.Compared != 6 || r.Sum.Requests != 3 {
		t.Errorf("%d cases compared with %d requests, want 6 with 3", r.Sum.Compared, r.Sum.Requests)
	}
	m.mu.Lock()
	for address, n := range m.paid {
		if n > 1 && !strings.Contains(address, `["3"]`) { // its reply went to nobody
			t.Errorf("%s was paid for %d times", address, n)
		}
	}
	m.mu.Unlock()
	if left := p.files(t, ".assay/drift"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// startHeard starts assay, and tells when it has said something on stderr.
func (p *userProject) startHeard(t *testing.T, args ...string) (*process, *lineBuffer) {
	t.Helper()
	program, err := exec.LookPath("assay")
	if err != nil {
		t.Fatal(err)
	}
	said := &lineBuffer{first: make(chan string, 1)}
	run := &process{Cmd: exec.CommandContext(t.Context(), program, args...)}
	run.stdout.first = make(chan string, 1)
	run.Dir = p.dir
	run.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.home, "NO_COLOR=1", "GORACE=" + atExit}, p.env...)
	run.Stdout, run.Stderr = &run.stdout, said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	return run, said
}

// TestDriftInterrupted: what is in flight is compared, the report is written, and
// the next drift starts anew.
func TestDriftInterrupted(t *testing.T) {
	m := newMoody(t, func(int, string) bool { return true })
	p := driftProject(t, 6, 1)
	p.run(t, 0, "apply", "--auto-approve", "--base-url", m.URL)
	asked, answer := make(chan struct{}), make(chan struct{})
	m.mu.Lock()
	m.calls = 0
	m.before = func(call int) {
		if call == 3 {
			close(asked)
			<-answer
		}
	}
	m.mu.Unlock()
	run, said := p.startHeard(t, "drift", "--quiet", "--auto-approve", "--base-url", m.URL, "--concurrency", "1")
	<-asked
	if err := run.Process.Signal(syscall.SIGINT); err != nil {
		t.Skip("no such signal here:", err)
	}
	<-said.first // that it has understood
	close(answer)
	if got := run.end(t); got != 130 {
		t.Fatalf("exit code %d, want 130\n%s", got, said.String())
	}
	r := driftReport(t, p)
	if !r.Interrupted || r.Sum.Compared != 3 || r.Sum.NotAsked != 3 {
		t.Errorf("interrupted %v, %+v; want 3 compared and 3 not asked", r.Interrupted, r.Sum)
	}
	if !strings.Contains(run.stdout.String(), "Not asked:") {
		t.Errorf("stdout: %s", run.stdout.String())
	}
	if left := p.files(t, ".assay/drift"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
