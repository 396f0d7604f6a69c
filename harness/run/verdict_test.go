package run_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/verdict"
)

// TestStatusAndClasses holds language.md's section on statuses.
func TestStatusAndClasses(t *testing.T) {
	const (
		none    = "[{contains: reply}]"
		notOne  = "[{not: {status: 404}}]"
		written = "[{status: 404}]"
		two     = "[{status: [200, 404]}, {contains: reply}]"
	)
	tests := []struct {
		name   string
		expect string
		status int
		body   string // "" is a good reply
		want   verdict.Verdict
		code   diag.Code
	}{
		{"200", none, 200, "", verdict.Pass, ""},
		{"201 where nothing is written", none, 201, "", verdict.Fail, ""},
		{"404 where nothing is written", none, 404, `{"error":"no such model"}`, verdict.Error, diag.NotServed},
		{"400 where nothing is written", none, 400, `{"error":"temperature"}`, verdict.Error, diag.NotServed},
		{"404 as written", written, 404, `{"error":"no such model"}`, verdict.Pass, ""},
		{"400 where 404 is written", written, 400, `{"error":"temperature"}`, verdict.Fail, ""},
		{"401 where 404 is written", written, 401, `{"error":"key"}`, verdict.Error, diag.CallRefused},
		{"500 where 404 is written", written, 500, `{"error":"oops"}`, verdict.Error, diag.NotServed},
		{"429 where 404 is written", written, 429, `{"error":"slow"}`, verdict.Error, diag.NotServed},
		{"410 where 404 is written", written, 410, `{"error":"gone"}`, verdict.Error, diag.ModelRetired},
		{"406 for credits", written, 406, `{"error":"Insufficient credits"}`, verdict.Error, diag.AccountEmpty},
		{"200 where 404 is written", written, 200, "", verdict.Fail, ""},
		{"a status inside not widens nothing", notOne, 404, `{"error":"no such model"}`, verdict.Error, diag.NotServed},
		{"one of two, and the other check fails", two, 404, `{"error":"no such model"}`, verdict.Fail, ""},
		{"an error inside a 200", none, 200, `{"code":"x","error":"overloaded"}`, verdict.Error, diag.NotServed},
		{"an empty 200", none, 200, ` `, verdict.Error, diag.NotServed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &world{
				suite: "suite: s\ncases:\n  - name: c\n    conversation:\n      - user: hello\n        expect: " + test.expect + "\n",
				answer: func(question) (*http.Response, error) {
					if test.body == "" {
						r := says("reply")
						r.StatusCode = test.status
						return r, nil
					}
					return answers(test.status, test.body), nil
				},
			}
			out := w.run(t, t.Context())
			var want []diag.Code
			if test.code != "" {
				want = []diag.Code{test.code}
			}
			if got := out.cases[0].Verdict; got != test.want || !slices.Equal(out.problems(), want) {
				t.Errorf("%s with problems %v, want %s with %v", got, out.problems(), test.want, want)
			}
		})
	}
}

// TestSamples holds pass, flaky and known_failure.
func TestSamples(t *testing.T) {
	tests := []struct {
		keys    string
		replies string // one a sample: g is good, b is bad, e is an error
		want    verdict.Verdict
		flaky   bool
		known   bool
		exit    int
	}{
		{"samples: 3", "ggg", verdict.Pass, false, false, 0},
		{"samples: 3", "ggb", verdict.Fail, true, false, 1},
		{"samples: 3", "bbb", verdict.Fail, false, false, 1},
		{"samples: 3\n    pass: 2", "ggb", verdict.Pass, true, false, 0},
		{"samples: 3\n    pass: 2", "gbb", verdict.Fail, true, false, 1},
		{"samples: 3\n    pass: 2", "gbe", verdict.Error, true, false, 7},
		{"samples: 3\n    pass: 2", "gge", verdict.Pass, true, false, 0},
		{"known_failure: it is known", "b", verdict.Skip, false, true, 0},
		{"known_failure: it is known", "g", verdict.Fail, false, false, 1},
		{"known_failure: it is known", "e", verdict.Error, false, false, 7},
		{"known_failure: it is known\n    samples: 2\n    pass: 1", "bg", verdict.Fail, true, false, 1},
	}
	for _, test := range tests {
		t.Run(strings.ReplaceAll(test.keys, "\n    ", ", ")+" "+test.replies, func(t *testing.T) {
			w := &world{
				suite: "suite: s\ncases:\n  - name: c\n    " + test.keys + "\n    conversation:\n      - user: hello\n        expect: [{contains: good}]\n",
				answer: func(q question) (*http.Response, error) {
					switch test.replies[q.n-1] {
					case 'g':
						return says("good"), nil
					case 'b':
						return says("bad"), nil
					}
					return answers(503, `{"error":"down"}`), nil
				},
			}
			out := w.run(t, t.Context())
			c := out.cases[0]
			if c.Verdict != test.want || c.Flaky != test.flaky || c.KnownFailure != test.known {
				t.Errorf("%s, flaky %t, known %t (%q)", c.Verdict, c.Flaky, c.KnownFailure, c.Reason)
			}
			if (c.KnownFailure || test.replies == "g") && !strings.Contains(c.Reason, "it is known") {
				t.Errorf("the reason is not named: %q", c.Reason)
			}
			if out.exit() != test.exit {
				t.Errorf("exit %d, want %d", out.exit(), test.exit)
			}
		})
	}
}

const stopping = `suite: s
cases:
  - name: stops
    conversation:
      - user: one
        expect: [{contains: nowhere}]
      - user: two
        expect: [{contains: reply}]
  - name: goes_on
    on_failure: continue
    conversation:
      - user: one
        expect: [{contains: nowhere}]
      - user: two
        expect: [{contains: reply}]
`

func TestStopOnFailure(t *testing.T) {
	verdicts := func(turns []result.Turn) string {
		var words []string
		for _, turn := range turns {
			words = append(words, turn.Verdict.String())
		}
		return strings.Join(words, " ")
	}
	w := &world{suite: stopping}
	out := w.run(t, t.Context())
	if got := verdicts(out.turns(0)); got != "fail skip" || out.turns(0)[1].Reason != "turn[1] failed" {
		t.Errorf("stop: %s %q", got, out.turns(0)[1].Reason)
	}
	if got := verdicts(out.turns(1)); got != "fail pass" {
		t.Errorf("continue: %s", got)
	}
	w = &world{suite: stopping}
	w.config.AskAll = true
	if out = w.run(t, t.Context()); len(out.asked) != 4 || verdicts(out.turns(0)) != "fail pass" {
		t.Errorf("when recording, %d were asked: %s", len(out.asked), verdicts(out.turns(0)))
	}
	// A turn without a reply ends the conversation, whatever the suite says.
	w = &world{suite: stopping, answer: func(question) (*http.Response, error) { return fails(503), nil }}
	w.config.AskAll = true
	if out = w.run(t, t.Context()); len(out.asked) != 2 || out.turns(1)[1].Reason != "turn[1] got no reply" {
		t.Errorf("without replies %d were asked: %q", len(out.asked), out.turns(1)[1].Reason)
	}
}

func TestFailedCaptureSkipsWhatDependsOnIt(t *testing.T) {
	w := &world{suite: `suite: s
cases:
  - name: c
    on_failure: continue
    conversation:
      - user: one
        capture: {price: {regex: '\$([0-9]+)', group: 1}, said: '${self.text}'}
        expect: [{contains: reply}]
      - user: you said ${capture.said}
        expect: [{contains: reply}]
      - user: so it is ${capture.price}
        expect: [{contains: reply}]
      - user: and then
        expect: [{contains: reply}]
`}
	out := w.run(t, t.Context())
	turns := out.turns(0)
	if turns[0].Verdict != verdict.Fail || turns[0].Checks[0].Name != "capture" {
		t.Errorf("the capture's turn: %s %+v", turns[0].Verdict, turns[0].Checks)
	}
	if turns[1].Verdict != verdict.Pass || out.asked[1].text != "you said reply" {
		t.Errorf("what depends on the other capture: %s, sent %q", turns[1].Verdict, out.asked[1].text)
	}
	for _, turn := range turns[2:] {
		if turn.Verdict != verdict.Skip || turn.Reason == "" {
			t.Errorf("%s: %s %q, want it skipped", turn.Address, turn.Verdict, turn.Reason)
		}
	}
	if len(out.asked) != 2 {
		t.Errorf("%d turns were asked, want 2: a history with a question missing is not the suite's", len(out.asked))
	}
}

// TestLateChecks judges what a call cost when that is known, and stops nothing.
func TestLateChecks(t *testing.T) {
	w := &world{suite: `suite: s
cases:
  - name: c
    total: {credits: {max: 0.5}, tokens: {max: 20}}
    conversation:
      - user: one
        expect: [{credits: {max: 0.1}}]
      - user: two
        expect: [{credits: {max: 0.1}}]
`}
	balances := []string{"9.7", "9.65"}
	w.answer = func(q question) (*http.Response, error) {
		return says("reply", "x-remaining-credits", balances[q.n-1]), nil
	}
	w.config.Emit = nil
	out := w.runFrom(t, "10")
	turns := out.turns(0)
	if len(out.asked) != 2 {
		t.Fatalf("%d turns were asked: a cost stops no conversation", len(out.asked))
	}
	if turns[0].Verdict != verdict.Fail || turns[0].Credits.String() != "0.3" || turns[1].Verdict != verdict.Pass || turns[1].Credits.String() != "0.05" {
		t.Errorf("%s for %v, %s for %v, want fail for 0.3, pass for 0.05", turns[0].Verdict, turns[0].Credits, turns[1].Verdict, turns[1].Credits)
	}
	for _, total := range out.cases[0].Samples[0].Total {
		if total.Verdict != verdict.Pass {
			t.Errorf("%s: %+v", total.Name, total)
		}
	}
}

func TestTotals(t *testing.T) {
	tests := []struct {
		total string
		cost  string // of each of two turns; "" is unknown
		want  verdict.Verdict
	}{
		{"{credits: {max: 0.2}}", "0.1", verdict.Pass},
		{"{credits: {max: 0.19}}", "0.1", verdict.Fail},
		{"{credits: {max: 5}}", "", verdict.Fail}, // unknown is not little
		{"{tokens: {max: 14}}", "", verdict.Pass},
		{"{tokens: {max: 13}}", "", verdict.Fail},
		{"{latency: {max: 10s}}", "", verdict.Pass},
	}
	for _, test := range tests {
		t.Run(test.total+" "+test.cost, func(t *testing.T) {
			w := &world{suite: "suite: s\ncases:\n  - name: c\n    total: " + test.total + "\n    conversation:\n      - user: one\n      - user: two\n"}
			w.answer = func(question) (*http.Response, error) {
				if test.cost == "" {
					return says("reply"), nil
				}
				return says("reply", "x-cost", test.cost), nil
			}
			if got := w.run(t, t.Context()).cases[0].Verdict; got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// TestPanics has a check, and the transport, break: it is that case's error, the
// others end, and the exit code says that the program is at fault.
func TestPanics(t *testing.T) {
	kinds := check.Default()
	kinds["explode"] = check.Kind{Name: "explode", Doc: "never passes", Schema: "true", Parse: func(*check.Parser, *spec.Node) check.Check {
		return check.CheckFunc(func(s *check.Subject) check.Outcome {
			if s.Reply.Text == "boom" {
				panic("the check is at fault")
			}
			return check.Outcome{Verdict: verdict.Pass}
		})
	}}
	suite := strings.Replace(fmt.Sprintf(manySuite, 3), "contains: reply", "explode: true", 1)
	t.Run("check", func(t *testing.T) {
		w := &world{suite: suite, kinds: kinds, answer: func(q question) (*http.Response, error) {
			if q.text == "1" {
				return says("boom"), nil
			}
			return says("reply"), nil
		}}
		out := w.run(t, t.Context())
		if got := out.problems(); !slices.Equal(got, []diag.Code{diag.Internal}) || out.exit() != 11 {
			t.Errorf("problems %v, exit %d, want one and 11", got, out.exit())
		}
		if c := out.cases[1]; c.Verdict != verdict.Error || !strings.Contains(c.Samples[0].Turns[0].Problem.Detail, "goroutine") {
			t.Errorf("the case: %s %+v", c.Verdict, c.Samples[0].Turns[0].Problem)
		}
		if out.cases[0].Verdict != verdict.Pass || out.cases[2].Verdict != verdict.Pass {
			t.Error("a check that panics is no other case's error")
		}
	})
	t.Run("transport", func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 3), answer: func(q question) (*http.Response, error) {
			if q.text == "1" {
				panic("the transport is at fault")
			}
			return says("reply"), nil
		}}
		out := w.run(t, t.Context())
		if got := out.problems(); !slices.Equal(got, []diag.Code{diag.Internal}) || out.exit() != 11 {
			t.Errorf("problems %v, exit %d, want one and 11", got, out.exit())
		}
		if len(out.cases) != 3 || out.cases[1].Verdict != verdict.Error || out.cases[2].Verdict != verdict.Skip {
			t.Errorf("%d cases; %s, %s", len(out.cases), out.cases[1].Verdict, out.cases[2].Verdict)
		}
	})
}
