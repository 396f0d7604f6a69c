package cli

import (
	"bytes"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/verdict"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func amount(t *testing.T, s string) credit.Amount {
	t.Helper()
	a, err := credit.ParseAmount(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestStatusFits: whatever the width, the line is not wider, and what is known
// of the run's size is the last thing to go.
func TestStatusFits(t *testing.T) {
	s := status{
		started: noon.Add(-time.Minute), total: 1200, turns: 2400, done: 412, failed: 3, requests: 824, spent: amount(t, "1.2345"),
		held: run.Held{Until: noon.Add(20 * time.Second), Reason: "the provider's rate"},
	}
	full := "412/1200 conversations, 3 failed, 824 requests, 1.2345 credits, waiting until 12:00:20 UTC: the provider's rate, about 1m55s left"
	for _, test := range []struct {
		columns int
		want    string
	}{
		{0, full},
		{200, full},
		{110, "412/1200 conversations, 3 failed, 1.2345 credits, waiting until 12:00:20 UTC, about 1m55s left"},
		{79, "412/1200, 3 failed, 1.2345 credits, waiting until 12:00:20 UTC, 1m55s left"},
		{40, "412/1200, 3 failed, 1m55s left"},
		{20, "412/1200, 3 failed"},
		{5, "412/1"},
	} {
		if got := s.line(noon, test.columns); got != test.want {
			t.Logf("in %d columns:\n got %s\nwant %s", test.columns, got, test.want)
			t.Fail()
		}
	}
	for columns := 1; columns < 200; columns++ {
		if line := s.line(noon, columns); utf8.RuneCountInString(line) > columns || !strings.HasPrefix(line, "412/1200"[:min(columns, 8)]) {
			t.Errorf("in %d columns: %q", columns, line)
		}
	}
}

// TestStatusLeft: the estimate is the plan's until there is something to go by,
// and promises nothing that a rate or a pause forbids.
func TestStatusLeft(t *testing.T) {
	for _, test := range []struct {
		what string
		s    status
		want time.Duration // 0: nothing is said
	}{
		{"nothing is known", status{total: 10, turns: 10}, 0},
		{"all is done", status{total: 10, turns: 10, done: 10}, 0},
		{"no cases", status{}, 0},
		{"half is done", status{total: 10, turns: 10, done: 5}, time.Minute},
		{"the plan says", status{total: 100, turns: 100, expected: 5 * time.Minute}, 4 * time.Minute},
		{"the plan was wrong", status{total: 100, turns: 100, expected: time.Second}, 0},
		{"the plan says, and little is done", status{total: 100, turns: 100, done: 1, expected: 5 * time.Minute}, 4 * time.Minute},
		{"a rate, nothing done", status{total: 10, turns: 20, rate: 0.1}, 200 * time.Second},
		{"a rate after a quick start", status{total: 100, turns: 100, done: 50, requests: 50, rate: 0.1}, 500 * time.Second},
		{"a rate, but nothing had to be asked", status{total: 100, turns: 100, done: 50, rate: 0.1}, time.Minute},
		{"a pause", status{total: 10, turns: 10, done: 9, held: run.Held{Until: noon.Add(time.Hour)}}, time.Hour},
	} {
		test.s.started = noon.Add(-time.Minute)
		if got, _ := test.s.left(noon); got != test.want {
			t.Errorf("%s: got %v, want %v", test.what, got, test.want)
		}
	}
}

// TestScreen: what is written stands on lines of its own, and the status line
// is gone when it is written.
func TestScreen(t *testing.T) {
	var b bytes.Buffer
	s := &screen{w: &b}
	out := s.above(&b)
	s.clear() // nothing is there
	s.status("1/2")
	s.status("2/2")
	out.Write([]byte("a table\n"))
	out.Write([]byte("more\n"))
	s.status("3/2")
	s.clear()
	want := "\r\x1b[K1/2\r\x1b[K2/2\r\x1b[Ka table\nmore\n\r\x1b[K3/2\r\x1b[K"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

func TestNewScreen(t *testing.T) {
	for _, test := range []struct {
		columns int
		env     map[string]string
		want    bool
	}{
		{80, nil, true},
		{80, map[string]string{"CI": "false"}, true},
		{80, map[string]string{"CI": "true"}, false},
		{80, map[string]string{"TERM": "dumb"}, false},
		{0, nil, false},
	} {
		p := &Process{StderrColumns: test.columns, Env: func(name string) string { return test.env[name] }}
		if got := p.newScreen() != nil; got != test.want {
			t.Errorf("%d columns, %v: got %v, want %v", test.columns, test.env, got, test.want)
		}
	}
}

// TestProgressPlain: elsewhere than on a terminal there is a line every few
// seconds, none with a carriage return; what does not change is seldom repeated.
func TestProgressPlain(t *testing.T) {
	got := progressOf(t, &command{Process: &Process{}}, func(p *progress) {
		time.Sleep(4 * time.Second) // over before that: nothing is said
		p.event(run.Started{Size: plan.Size{Conversations: 3, Turns: 3}})
		p.event(run.ConversationEnded{Requests: 2})
		p.event(run.CaseEnded{Case: &result.Case{Verdict: verdict.Fail, Sum: result.CaseSum{Spent: amount(t, "0.5")}}})
		time.Sleep(7 * time.Second)
		p.event(run.Held{Until: time.Now().Add(time.Minute), Reason: "the provider's rate"})
		time.Sleep(5 * time.Second)
		p.event(run.ConversationEnded{})
		p.event(run.ConversationEnded{})
		time.Sleep(91 * time.Second)
	})
	if strings.ContainsAny(got, "\r\x1b") {
		t.Errorf("control characters: %q", got)
	}
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	for i, want := range []string{
		"1/3 conversations, 1 failed, 2 requests, 0.5 credits, about 10s left",
		"1/3 conversations, 1 failed, 2 requests, 0.5 credits, about 20s left",
		"waiting until 00:01:11 UTC: the provider's rate",
	} {
		if i >= len(lines) || lines[i] != want {
			t.Fatalf("line %d is not %q:\n%s", i+1, want, got)
		}
	}
	if n := strings.Count(got, "3/3 conversations, 1 failed, 2 requests, 0.5 credits\n"); n != 2 {
		t.Errorf("what did not change after the pause was said %d times, want 2:\n%s", n, got)
	}
}

func TestProgressQuiet(t *testing.T) {
	c := &command{Process: &Process{}}
	c.flags.quiet = true
	if got := progressOf(t, c, func(p *progress) {
		p.event(run.Started{Size: plan.Size{Conversations: 3}})
		p.event(run.Held{Until: time.Now().Add(time.Hour), Reason: "the provider's rate"})
		time.Sleep(time.Minute)
	}); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestProgressTerminal: the line follows the width that the terminal has, and
// is gone at the end.
func TestProgressTerminal(t *testing.T) {
	var width atomic.Int64
	width.Store(80)
	c := &command{Process: &Process{StderrColumns: 80, StderrWidth: func() int { return int(width.Load()) }, Env: func(string) string { return "" }}}
	got := progressOf(t, c, func(p *progress) {
		p.event(run.Started{Size: plan.Size{Conversations: 3, Turns: 3}})
		time.Sleep(300 * time.Millisecond)
		width.Store(10)
		time.Sleep(200 * time.Millisecond)
	})
	want := clearLine + "0/3 conversations, 0 failed" + clearLine + "0/3" + clearLine
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// progressOf runs a progress in fake time and gives what it wrote.
func progressOf(t *testing.T, c *command, during func(*progress)) string {
	t.Helper()
	var b bytes.Buffer
	synctest.Test(t, func(*testing.T) {
		c.Stderr, c.Now = &b, time.Now
		if c.StderrColumns > 0 {
			c.screen = c.newScreen()
		}
		p := c.newProgress(&harness.Project{})
		during(p)
		p.end()
	})
	return b.String()
}
