package drift_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// turn is a reply that passes or fails one check.
func turn(number int, text string, v verdict.Verdict) result.Turn {
	return result.Turn{
		Number: number, Address: fmt.Sprintf("s.c@p#1.turn[%d]", number), Verdict: v, Status: 200, Text: text, Model: "m-1", Finish: "stop",
		Checks: []result.Check{{Name: "contains", Place: result.Place{File: "s.yaml", Line: 7}, Verdict: v, Expected: "text contains x", Actual: text}},
	}
}

func sample(number int, turns ...result.Turn) result.Sample {
	s := result.Sample{Number: number, Turns: turns}
	for _, t := range turns {
		s.Verdict = max(s.Verdict, t.Verdict)
	}
	return s
}

func caseOf(samples ...result.Sample) *result.Case {
	c := &result.Case{Address: "s.c@p", Display: "s.c", Suite: "s", Name: "c", Provider: "p", Samples: samples}
	for _, s := range samples {
		c.Verdict = max(c.Verdict, s.Verdict)
	}
	return c
}

func one(v verdict.Verdict, text string) *result.Case { return caseOf(sample(1, turn(1, text, v))) }

func compare(t *testing.T, recorded, live *result.Case) drift.Case {
	t.Helper()
	list := []drift.Case{drift.Compare(drift.Pair{Recorded: recorded, Live: live}, drift.DefaultRules())}
	drift.Judge(list, drift.DefaultRules())
	return list[0]
}

func TestLevels(t *testing.T) {
	withModel := one(verdict.Pass, "a joke")
	withModel.Samples[0].Turns[0].Model = "m-2"
	known, unknown := one(verdict.Fail, "a joke"), one(verdict.Pass, "a joke")
	known.Verdict, known.KnownFailure = verdict.Skip, true
	unknown.Verdict = verdict.Fail // it passes, but is a known failure
	tests := []struct {
		name           string
		recorded, live *result.Case
		want           drift.Level
	}{
		{"the same", one(verdict.Pass, "a joke"), one(verdict.Pass, "a joke"), drift.Same},
		{"other words", one(verdict.Pass, "a joke"), one(verdict.Pass, "another joke"), drift.TextLevel},
		{"another model", one(verdict.Pass, "a joke"), withModel, drift.Shape},
		{"fails now", one(verdict.Pass, "a joke"), one(verdict.Fail, "no"), drift.Verdict},
		{"passes now", one(verdict.Fail, "no"), one(verdict.Pass, "a joke"), drift.Verdict},
		{"red before and after", one(verdict.Fail, "no"), one(verdict.Fail, "no"), drift.Same},
		{"a check breaks now", one(verdict.Pass, "a joke"), one(verdict.Error, "a joke"), drift.Verdict},
		{"a known failure passes now", known, unknown, drift.Verdict},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := compare(t, tt.recorded, tt.live); got.State != drift.Compared || got.Level != tt.want {
				t.Errorf("got %s, %s (%s), want %s", got.State, got.Level, got.Reason, tt.want)
			}
		})
	}
}

// samples gives a case of which so many of n samples pass.
func samples(passed, n int) *result.Case {
	var list []result.Sample
	for i := range n {
		v := verdict.Pass
		if i >= passed {
			v = verdict.Fail
		}
		list = append(list, sample(i+1, turn(1, "a joke", v)))
	}
	return caseOf(list...)
}

func TestPassRates(t *testing.T) {
	tests := []struct {
		passed1, n1, passed2, n2 int
		want                     drift.Level
		noise                    bool
	}{
		{10, 10, 9, 10, drift.Same, true},
		{9, 10, 3, 10, drift.Verdict, false},
		{10, 10, 10, 10, drift.Same, false},
		{3, 3, 0, 3, drift.Same, true}, // three can't tell
		{4, 4, 0, 4, drift.Verdict, false},
		{1, 1, 0, 10, drift.Same, true},
		{2, 10, 10, 10, drift.Verdict, false},
	}
	for _, tt := range tests {
		got := compare(t, samples(tt.passed1, tt.n1), samples(tt.passed2, tt.n2))
		if got.Level != tt.want || got.Noise != tt.noise || got.P == nil || got.Q == nil {
			t.Errorf("%d/%d → %d/%d: got %s, noise %v, p %v", tt.passed1, tt.n1, tt.passed2, tt.n2, got.Level, got.Noise, got.P)
		}
	}
}

// TestManyCasesNeedMore: the same table is drift alone, and not among forty.
func TestManyCasesNeedMore(t *testing.T) {
	rules := drift.DefaultRules()
	var list []drift.Case
	for i := range 40 {
		live := samples(9, 10)
		if i == 0 {
			live = samples(3, 10)
		}
		list = append(list, drift.Compare(drift.Pair{Recorded: samples(9, 10), Live: live}, rules))
	}
	drift.Judge(list, rules)
	if list[0].Level == drift.Verdict || !list[0].Noise {
		t.Errorf("9/10 → 3/10 among 40 cases: got %s, q = %v", list[0].Level, *list[0].Q)
	}
	list[0] = drift.Compare(drift.Pair{Recorded: samples(10, 10), Live: samples(0, 10)}, rules)
	drift.Judge(list, rules)
	if list[0].Level != drift.Verdict {
		t.Errorf("10/10 → 0/10 among 40 cases: got %s", list[0].Level)
	}
}

func TestChecksThatChanged(t *testing.T) {
	got := compare(t, one(verdict.Pass, "x"), one(verdict.Fail, "no"))
	if len(got.Checks) != 1 || got.Checks[0].Turn != "turn[1]" || got.Checks[0].Actual != "no" ||
		got.Checks[0].Recorded != (drift.Tally{Passed: 1, Of: 1}) || got.Checks[0].Live != (drift.Tally{Of: 1}) {
		t.Errorf("got %+v", got.Checks)
	}
	if got := compare(t, one(verdict.Pass, "x"), one(verdict.Pass, "xx")); len(got.Checks) != 0 {
		t.Errorf("nothing changed: got %+v", got.Checks)
	}
}

func TestNotCompared(t *testing.T) {
	problem := func(code diag.Code) *result.Case {
		c := one(verdict.Error, "")
		t := &c.Samples[0].Turns[0]
		t.Status, t.Checks, t.Problem = 0, nil, &result.Problem{Code: string(code), Summary: "why"}
		return c
	}
	skipped := caseOf(sample(1, result.Turn{Number: 1, Reason: "interrupted"}))
	half := caseOf(sample(1, turn(1, "x", verdict.Fail), result.Turn{Number: 2, Reason: "interrupted"}))
	tests := []struct {
		name string
		live *result.Case
		want drift.State
	}{
		{"not served", problem(diag.NotServed), drift.NotServed},
		{"outcome unknown", problem(diag.OutcomeUnknown), drift.NotServed},
		{"budget", problem(diag.BudgetSpent), drift.NotAsked},
		{"internal", problem(diag.Internal), drift.NotServed},
		{"interrupted", skipped, drift.NotAsked},
		{"interrupted after a red turn", half, drift.NotAsked},
		{"nothing at all", caseOf(), drift.NotAsked},
	}
	for _, tt := range tests {
		if got := compare(t, one(verdict.Pass, "x"), tt.live); got.State != tt.want || got.Reason == "" {
			t.Errorf("%s: got %s, %q", tt.name, got.State, got.Reason)
		}
	}
}

// TestBlockedIsAVerdict: a reply without what later turns need is a finding, and
// no missing answer.
func TestBlockedIsAVerdict(t *testing.T) {
	broken := turn(1, "no amount", verdict.Fail)
	broken.Checks = append(broken.Checks, result.Check{Name: "capture", Verdict: verdict.Fail, Expected: "capture x failed"})
	live := caseOf(sample(1, broken, result.Turn{Number: 2, Address: "s.c@p#1.turn[2]", Reason: "capture x failed"}))
	recorded := caseOf(sample(1, turn(1, "$5", verdict.Pass), turn(2, "paid", verdict.Pass)))
	got := compare(t, recorded, live)
	if got.Level != drift.Verdict {
		t.Fatalf("got %s, %s", got.State, got.Level)
	}
	if last := got.Turns[1]; len(last.Changes) != 1 || last.Changes[0].Kind != "asked" {
		t.Errorf("turn 2: got %+v", last)
	}
}

func TestFollowed(t *testing.T) {
	pair := drift.Pair{
		Recorded: caseOf(sample(1, turn(1, "a", verdict.Pass), turn(2, "b", verdict.Pass))),
		Live:     caseOf(sample(1, turn(1, "c", verdict.Pass), turn(2, "d", verdict.Pass))),
		Followed: func(address string) bool { return strings.HasSuffix(address, "turn[2]") },
	}
	got := drift.Compare(pair, drift.DefaultRules())
	if got.Turns[0].Followed || !got.Turns[1].Followed {
		t.Errorf("got %+v", got.Turns)
	}
}

// TestShape goes through what a reply has besides words, below and beyond the
// bands.
func TestShape(t *testing.T) {
	cost := func(s string) *credit.Amount {
		a, err := credit.ParseAmount(s)
		if err != nil {
			t.Fatal(err)
		}
		return &a
	}
	took := func(d time.Duration) *time.Duration { return &d }
	tokens := func(in, out int) *result.Tokens { return &result.Tokens{Input: &in, Output: &out} }
	long := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		name    string
		kind    string // "" for none
		drifted bool
		old, is func(*result.Turn)
	}{
		{"finish reason", "finish reason", true, nil, func(t *result.Turn) { t.Finish = "length" }},
		{"model", "model", true, nil, func(t *result.Turn) { t.Model = "m-2" }},
		{"no model", "model", true, nil, func(t *result.Turn) { t.Model = "" }},
		{"status", "status", true, func(t *result.Turn) { t.Status = 401 }, func(t *result.Turn) { t.Status = 403 }},
		{"length doubled", "length", true, func(t *result.Turn) { t.Text = long(100) }, func(t *result.Turn) { t.Text = long(200) }},
		{"length nearly doubled", "length", false, func(t *result.Turn) { t.Text = long(100) }, func(t *result.Turn) { t.Text = long(199) }},
		{"a short answer doubled", "length", false, func(t *result.Turn) { t.Text = long(3) }, func(t *result.Turn) { t.Text = long(9) }},
		{"tokens", "output tokens", true, func(t *result.Turn) { t.Tokens = tokens(10, 30) }, func(t *result.Turn) { t.Tokens = tokens(10, 60) }},
		{"few tokens", "output tokens", false, func(t *result.Turn) { t.Tokens = tokens(10, 5) }, func(t *result.Turn) { t.Tokens = tokens(10, 15) }},
		{"tokens of the same question", "input tokens", true, func(t *result.Turn) { t.Tokens = tokens(50, 30) }, func(t *result.Turn) { t.Tokens = tokens(60, 30) }},
		{"tokens that one side does not say", "", false, func(t *result.Turn) { t.Tokens = tokens(50, 30) }, nil},
		{"slower", "latency", true, func(t *result.Turn) { t.Latency = took(time.Second) }, func(t *result.Turn) { t.Latency = took(3 * time.Second) }},
		{"slower by a hair", "latency", false, func(t *result.Turn) { t.Latency = took(time.Millisecond) }, func(t *result.Turn) { t.Latency = took(900 * time.Millisecond) }},
		{"dearer", "credits", true, func(t *result.Turn) { t.Credits = cost("0.003") }, func(t *result.Turn) { t.Credits = cost("0.0060") }},
		{"dearer by little", "credits", false, func(t *result.Turn) { t.Credits = cost("0.003") }, func(t *result.Turn) { t.Credits = cost("0.004") }},
		{"the same price, written otherwise", "", false, func(t *result.Turn) { t.Credits = cost("0.003") }, func(t *result.Turn) { t.Credits = cost("0.0030") }},
		{"a JSON field gone", "JSON", true, func(t *result.Turn) { t.Text = `{"a":1,"b":[{"c":"x"}]}` }, func(t *result.Turn) { t.Text = `{"a":1,"b":[]}` }},
		{"a JSON field of another type", "JSON", true, func(t *result.Turn) { t.Text = `{"a":1}` }, func(t *result.Turn) { t.Text = `{"a":"1"}` }},
		{"no JSON any more", "JSON", true, func(t *result.Turn) { t.Text = `{"a":1}` }, func(t *result.Turn) { t.Text = `Sure! {"a":1}` }},
		{"JSON with other values", "", false, func(t *result.Turn) { t.Text = `{"a":1,"b":[1]}` }, func(t *result.Turn) { t.Text = "```json\n{\"b\":[2,3],\"a\":9}\n```" }},
		{"never was JSON", "", false, func(t *result.Turn) { t.Text = "Sure!" }, func(t *result.Turn) { t.Text = `{"a":1}` }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recorded, live := one(verdict.Pass, "a joke"), one(verdict.Pass, "a joke")
			for c, change := range map[*result.Case]func(*result.Turn){recorded: tt.old, live: tt.is} {
				if change != nil {
					change(&c.Samples[0].Turns[0])
				}
			}
			var kinds []string
			drifted := false
			for _, c := range compare(t, recorded, live).Turns[0].Changes {
				if c.Kind != "length" || tt.kind == "length" {
					kinds = append(kinds, c.Kind)
					drifted = drifted || c.Drift
				}
			}
			if got := strings.Join(kinds, ", "); got != tt.kind || drifted != tt.drifted {
				t.Errorf("got %q, drifted %v; want %q, %v", got, drifted, tt.kind, tt.drifted)
			}
		})
	}
}

// TestShapeOfSamples: what one recorded sample had before is nothing new.
func TestShapeOfSamples(t *testing.T) {
	recorded, live := samples(10, 10), samples(10, 10)
	recorded.Samples[3].Turns[0].Finish = "length"
	live.Samples[7].Turns[0].Finish = "length"
	if got := compare(t, recorded, live); got.Level != drift.Same {
		t.Errorf("got %s: %+v", got.Level, got.Turns)
	}
	live.Samples[7].Turns[0].Finish = "content_filter"
	got := compare(t, recorded, live)
	if got.Level != drift.Shape || !strings.Contains(got.Turns[0].Changes[0].Live, "content_filter (1 of 10)") {
		t.Errorf("got %s: %+v", got.Level, got.Turns)
	}
}

func TestFailOn(t *testing.T) {
	for level, want := range map[drift.Level][]drift.Level{
		drift.Verdict: {drift.Verdict}, drift.Shape: {drift.Verdict, drift.Shape}, drift.TextLevel: {drift.Verdict, drift.Shape, drift.TextLevel}, "": {drift.Verdict},
	} {
		for _, of := range []drift.Level{drift.Same, drift.TextLevel, drift.Shape, drift.Verdict} {
			c := drift.Case{State: drift.Compared, Level: of}
			if got := c.Fails(drift.Rules{FailOn: level}); got != slices.Contains(want, of) {
				t.Errorf("--fail-on %q, a case of level %s: got %v", level, of, got)
			}
		}
	}
}

func TestExit(t *testing.T) {
	compared := func(l drift.Level) drift.Case { return drift.Case{State: drift.Compared, Level: l} }
	tests := []struct {
		name string
		r    drift.Report
		want int
	}{
		{"nothing changed", drift.Report{Cases: []drift.Case{compared(drift.TextLevel)}}, 0},
		{"a verdict", drift.Report{Cases: []drift.Case{compared(drift.Verdict)}}, 1},
		{"a shape that is asked about", drift.Report{Rules: drift.Rules{FailOn: drift.Shape}, Cases: []drift.Case{compared(drift.Shape)}}, 1},
		{"interrupted", drift.Report{Interrupted: true, Cases: []drift.Case{compared(drift.Verdict)}}, 130},
		{"the budget ended", drift.Report{Codes: map[string]int{string(diag.BudgetSpent): 1}, Cases: []drift.Case{compared(drift.Verdict)}}, 8},
		{"not served", drift.Report{Codes: map[string]int{string(diag.NotServed): 1}, Cases: []drift.Case{compared(drift.Same)}}, 7},
		{"nothing recorded", drift.Report{Cases: []drift.Case{{State: drift.NotRecorded}}}, 6},
		{"some recorded", drift.Report{Cases: []drift.Case{{State: drift.NotRecorded}, compared(drift.Same)}}, 0},
		{"a problem", drift.Report{Problems: []result.Problem{{Code: string(diag.CannotRecord)}}, Cases: []drift.Case{compared(drift.Same)}}, 6},
	}
	for _, tt := range tests {
		tt.r.AddUp(nil)
		if got := tt.r.Exit(); got != tt.want {
			t.Errorf("%s: got exit %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestBlame: a check that breaks is no reason to say that nothing was compared.
func TestBlame(t *testing.T) {
	var r drift.Report
	r.Blame(map[string]int{string(diag.CheckBroken): 2, string(diag.NotServed): 1})
	if len(r.Codes) != 1 || r.Codes[string(diag.NotServed)] != 1 {
		t.Errorf("got %v", r.Codes)
	}
}

func TestChoose(t *testing.T) {
	var all []string
	for i := range 200 {
		all = append(all, fmt.Sprintf("s.c[%q]@p", fmt.Sprint(i)))
	}
	got := drift.Choose(all, 20, 7)
	if len(got) != 20 || !slices.Equal(got, drift.Choose(all, 20, 7)) {
		t.Fatalf("the same seed chose otherwise: %v", got)
	}
	if slices.Equal(got, drift.Choose(all, 20, 8)) {
		t.Error("another seed chose the same")
	}
	at := -1
	for _, a := range got {
		i := slices.Index(all, a)
		if i <= at {
			t.Fatalf("out of order: %v", got)
		}
		at = i
	}
	// A deleted case that was not chosen changes nothing.
	without := slices.DeleteFunc(slices.Clone(all), func(a string) bool { return !slices.Contains(got, a) && strings.Contains(a, "5") })
	if !slices.Equal(got, drift.Choose(without, 20, 7)) {
		t.Error("deleting other cases changed the choice")
	}
	if got := drift.Choose(all[:3], 20, 7); len(got) != 3 {
		t.Errorf("of three: got %v", got)
	}
}
