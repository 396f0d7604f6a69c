package result_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

func TestTally(t *testing.T) {
	var tally result.Tally
	for _, c := range fullRun(t).List {
		tally.Add(c)
	}
	sum := tally.Sum()
	want := result.Sum{
		Cases: 3, Passed: 1, Errored: 1, Skipped: 1, Flaky: 1, Warnings: 1, KnownFailing: 1, Samples: 3, Turns: 3,
		Checks: 9, ChecksPassed: 7, Requests: 3, Latency: 3 * 812e6, Spent: amount(t, "0.00290"), Recorded: amount(t, "0.0062"),
		Unknown: 1, Tokens: 3 * 85,
		Providers: map[string]result.Money{"grok-2": {Spent: amount(t, "0.00290"), Recorded: amount(t, "0.0062"), Unknown: 1}},
		Codes:     map[string]int{"ASY0001": 1, "ASY6001": 1},
	}
	equal := cmp.Comparer(func(a, b credit.Amount) bool { return a.Cmp(b) == 0 })
	if diff := cmp.Diff(want, sum, equal); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	suites := tally.Suites()
	if len(suites) != 2 || suites[0].Name != "jokes" || suites[0].Cases != 2 || suites[1].Name != "other" || suites[1].File != "suites/jokes.yaml" {
		t.Errorf("got suites %+v", suites)
	}
	if suites[0].RecordedAt == nil || suites[0].RecordedAt.Year() != 2026 {
		t.Errorf("got recorded %v, want the newest time", suites[0].RecordedAt)
	}
}

func TestConversationsThatWereNotBegunAreNotCounted(t *testing.T) {
	skipped := result.Sample{Number: 1, Verdict: verdict.Skip, Turns: []result.Turn{{Verdict: verdict.Skip}}}
	halfway := result.Sample{Number: 2, Verdict: verdict.Skip, Turns: []result.Turn{{Verdict: verdict.Pass}, {Verdict: verdict.Skip}}}
	failed := result.Sample{Number: 3, Verdict: verdict.Fail}
	var tally result.Tally
	tally.Add(&result.Case{Verdict: verdict.Skip, Samples: []result.Sample{skipped, halfway, failed}})
	if got := tally.Sum().Samples; got != 2 {
		t.Errorf("got %d conversations, want the two that were begun", got)
	}
}

func TestCostUnknown(t *testing.T) {
	some := amount(t, "0.1")
	tests := []struct {
		name string
		turn result.Turn
		want bool
	}{
		{"never asked", result.Turn{}, false},
		{"known", result.Turn{Status: 200, Credits: &some}, false},
		{"no figure", result.Turn{Status: 200}, true},
		{"not certain", result.Turn{Status: 200, Credits: &some, Unsure: true}, true},
		{"a refusal is not billed", result.Turn{Status: 401}, false},
		{"no reply, outcome unknown", result.Turn{Unsure: true}, true},
	}
	for _, test := range tests {
		if got := test.turn.CostUnknown(); got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
}

func TestExitOf(t *testing.T) {
	with := func(change func(*result.Case)) result.Run {
		c := plainCase(1)
		change(c)
		c.AddUp()
		return result.NewMemory(result.Run{Mode: result.Replay}, []*result.Case{plainCase(0), c}).Run()
	}
	problem := func(code diag.Code, v verdict.Verdict) result.Run {
		return with(func(c *result.Case) {
			c.Verdict = v
			c.Samples[0].Turns[0].Problem = &result.Problem{Code: string(code)}
		})
	}
	outside := func(p ...result.Problem) result.Run { return result.Run{Problems: p} }
	both := func(a result.Run, b result.Run) result.Run { a.Problems = b.Problems; return a }
	tests := []struct {
		name   string
		run    result.Run
		strict result.Strictness
		want   int
	}{
		{"all pass", with(func(*result.Case) {}), result.Strictness{}, 0},
		{"nothing", result.Run{}, result.Strictness{WarningsAsErrors: true, FailOnFlaky: true}, 0},
		{"a failure", with(func(c *result.Case) { c.Verdict = verdict.Fail }), result.Strictness{}, 1},
		{"an error", with(func(c *result.Case) { c.Verdict = verdict.Error }), result.Strictness{}, 1},
		{"a skip", with(func(c *result.Case) { c.Verdict = verdict.Skip }), result.Strictness{}, 0},
		{"flaky", with(func(c *result.Case) { c.Flaky = true }), result.Strictness{}, 0},
		{"flaky, and strict", with(func(c *result.Case) { c.Flaky = true }), result.Strictness{FailOnFlaky: true}, 1},
		{"a warning", with(func(c *result.Case) { c.Samples[0].Turns[0].Checks[0].Warned = true }), result.Strictness{}, 0},
		{"a warning, and strict", with(func(c *result.Case) { c.Samples[0].Turns[0].Checks[0].Warned = true }), result.Strictness{WarningsAsErrors: true}, 1},
		{"a broken check", problem(diag.CheckBroken, verdict.Error), result.Strictness{}, 1},
		{"a missing recording", problem(diag.RecordingMissing, verdict.Error), result.Strictness{}, 6},
		{"a missing recording in a case that passed all the same", problem(diag.RecordingMissing, verdict.Pass), result.Strictness{}, 6},
		{"live: false is skipped", problem(diag.LiveOnlyForMock, verdict.Skip), result.Strictness{}, 0},
		{"not served", problem(diag.NotServed, verdict.Error), result.Strictness{}, 7},
		{"a panic", problem(diag.Internal, verdict.Error), result.Strictness{}, 11},
		{"out of credits", outside(result.Problem{Code: "ASY8002"}), result.Strictness{}, 8},
		{"an orphan", outside(result.Problem{Code: "ASY6012", Warning: true}), result.Strictness{}, 0},
		{"an orphan, and strict", outside(result.Problem{Code: "ASY6012", Warning: true}), result.Strictness{WarningsAsErrors: true}, 1},
		{"no known code is never green", outside(result.Problem{Code: "ASY2001"}), result.Strictness{}, 1},
		{"interrupted", result.Run{Interrupted: true}, result.Strictness{}, 130},
		{"the worst wins", both(problem(diag.RecordingMissing, verdict.Error), outside(result.Problem{Code: "ASY8001"})), result.Strictness{}, 8},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := result.ExitOf(test.run, test.strict); got != test.want {
				t.Errorf("got exit %d, want %d", got, test.want)
			}
		})
	}
}
