package report_test

import (
	"fmt"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// The runs that the reports are shown with.

var recordedAt = time.Date(2026, 11, 22, 14, 3, 11, 0, time.UTC)

func amount(s string) credit.Amount {
	a, err := credit.ParseAmount(s)
	if err != nil {
		panic(err)
	}
	return a
}

// passing makes a case of one turn with one sample, replayed, that passed.
func passing(suite, name string, line int, cost string, latency time.Duration) *result.Case {
	place := result.Place{File: "suites/" + suite + ".yaml", Line: line, Column: 11}
	credits := amount(cost)
	display := suite + "." + name
	c := &result.Case{
		Address: display + "@grok-2", Display: display, Suite: suite, Name: name, Provider: "grok-2", Place: place, Verdict: verdict.Pass, Pass: 1,
		Samples: []result.Sample{{Number: 1, Verdict: verdict.Pass, Turns: []result.Turn{{
			Number: 1, Address: display + "@grok-2#1.turn[1]", Display: display + ".turn[1]", Place: place, Verdict: verdict.Pass,
			Sent:   []result.Message{{Role: "user", Text: "now a joke on dogs"}},
			Status: 200, Text: "Why did the parrot wear a raincoat?\nBecause it wanted to be polly-unsaturated.", Model: "grok-2-1212", Finish: "stop",
			Latency: &latency, Credits: &credits,
			Recording: &result.Recording{File: "fixtures/" + suite + "/grok-2/changes_topic/dogs.yaml", At: recordedAt, Origin: "live"},
			Checks: []result.Check{
				{Name: "icontains", Place: result.Place{File: "suites/" + suite + ".yaml", Line: line + 4, Column: 24, EndLine: line + 4, End: 37}, Verdict: verdict.Pass},
				{Name: "regex", Place: result.Place{File: "suites/" + suite + ".yaml", Line: line + 5, Column: 20}, Verdict: verdict.Pass},
			},
		}}}},
	}
	c.AddUp()
	return c
}

func change(c *result.Case, do func(c *result.Case, t *result.Turn)) *result.Case {
	do(c, &c.Samples[0].Turns[0])
	c.AddUp()
	return c
}

// failing makes one whose first expectation did not hold.
func failing(suite, name string, line int) *result.Case {
	return change(passing(suite, name, line, "0.0029", 1234*time.Millisecond), func(c *result.Case, t *result.Turn) {
		c.Verdict, c.Samples[0].Verdict, t.Verdict = verdict.Fail, verdict.Fail, verdict.Fail
		check := &t.Checks[0]
		check.Verdict = verdict.Fail
		check.Source = "          - icontains: ${each.value}"
		check.Expected = `text contains "dogs" (ignoring case)`
		check.Actual = `"Why did the parrot wear a raincoat? Because…" (212 characters)`
	})
}

// jokes is the example of the design: three cases, one failed.
func jokes() result.Memory {
	return replay(
		passing("jokes", `changes_topic["cats"]`, 20, "0.0000", 87*time.Millisecond),
		failing("jokes", `changes_topic["dogs"]`, 20),
		passing("jokes", `changes_topic["parrots"]`, 20, "0.0031", 812*time.Millisecond),
	)
}

func replay(cases ...*result.Case) result.Memory {
	return result.NewMemory(result.Run{Assay: "1.0.0", Mode: result.Replay, Clock: result.Clock{Took: 4 * time.Millisecond}}, cases)
}

// everything has each verdict and each mark.
func everything() result.Memory {
	skipped := &result.Case{Address: "jokes.later@grok-2", Display: "jokes.later", Suite: "jokes", Name: "later", Provider: "grok-2", Verdict: verdict.Skip, Reason: "waits for the new prompt", Place: result.Place{File: "suites/jokes.yaml", Line: 60}}
	known := failing("jokes", "pronouns", 70)
	known.Verdict, known.KnownFailure, known.Reason = verdict.Skip, true, "the model mixes up names"
	gone := passing("jokes", "puns", 80, "0.0031", time.Second)
	gone.Verdict, gone.KnownFailure, gone.Reason = verdict.Fail, true, "no pun was ever found"
	warned := change(passing("jokes", "warns", 90, "0.0031", time.Second), func(_ *result.Case, t *result.Turn) {
		t.Checks[0].Warned = true
	})
	missing := func(name string) *result.Case {
		return change(passing("kitchen", name, 10, "0", time.Second), func(c *result.Case, t *result.Turn) {
			c.Verdict, c.Samples[0].Verdict = verdict.Error, verdict.Error
			*t = result.Turn{Number: 1, Address: t.Address, Display: t.Display, Place: t.Place, Verdict: verdict.Error, Problem: &result.Problem{
				Code: "ASY6001", Summary: "no recording of " + t.Display, Detail: "The nearest is jokes.changes_topic[\"dogs\"], which differs in messages[0].\nRun `assay apply` to record it.",
			}}
		})
	}
	refused := change(passing("kitchen", "refused", 40, "0", time.Second), func(c *result.Case, t *result.Turn) {
		c.Verdict, c.Samples[0].Verdict = verdict.Error, verdict.Error
		t.Verdict, t.Status, t.Class, t.Error, t.Text, t.Credits, t.Checks = verdict.Error, 401, "auth", "Unauthorized. API key is invalid or may have expired", "", nil, nil
		t.Problem = &result.Problem{Code: "ASY7007", Summary: "the provider refused the key"}
	})
	crash := &result.Case{Address: "kitchen.crash@grok-2", Display: "kitchen.crash", Suite: "kitchen", Name: "crash", Provider: "grok-2", Verdict: verdict.Error, Place: result.Place{File: "suites/kitchen.yaml", Line: 50}, Problem: &result.Problem{Code: "ASY0001", Summary: "panic: index out of range", Detail: "goroutine 1\nmain.go:1"}}
	dear := change(passing("kitchen", "dear", 55, "0.0031", time.Second), func(c *result.Case, _ *result.Turn) {
		c.Verdict, c.Samples[0].Verdict = verdict.Fail, verdict.Fail
		c.Samples[0].Total = []result.Check{{Name: "total.credits", Verdict: verdict.Fail, Place: result.Place{File: "suites/kitchen.yaml", Line: 58, Column: 30, EndLine: 58, End: 35}, Source: "    total: {credits: {max: 0.001}}", Expected: "at most 0.001 credits", Actual: "0.0031 credits"}}
	})
	unknown := change(passing("kitchen", "costs", 59, "0", time.Second), func(_ *result.Case, t *result.Turn) { t.Credits = nil })
	return replay(
		passing("jokes", `changes_topic["cats"]`, 20, "0.0031", 87*time.Millisecond), failing("jokes", `changes_topic["dogs"]`, 20), samples("jokes", "steady", 10, 9, verdict.Pass),
		samples("jokes", "shaky", 4, 1, verdict.Fail), skipped, known, gone, warned,
		missing("soup"), missing("salad"), missing("roast"), missing("cake"), missing("tea"), refused, crash, dear, unknown,
	)
}

// samples makes a case of several conversations, of which the last ones failed.
func samples(suite, name string, n, pass int, v verdict.Verdict) *result.Case {
	c := passing(suite, name, 30, "0.0031", 500*time.Millisecond)
	c.Samples, c.Pass, c.Verdict, c.Flaky = nil, n-1, v, true
	for i := range n {
		one := passing(suite, name, 30, "0.0031", 500*time.Millisecond)
		if i >= pass {
			one = failing(suite, name, 30)
		}
		s := one.Samples[0]
		s.Number = i + 1
		s.Turns[0].Address = fmt.Sprintf("%s#%d.turn[1]", c.Address, i+1)
		s.Turns[0].Display = fmt.Sprintf("%s#%d.turn[1]", c.Display, i+1)
		c.Samples = append(c.Samples, s)
	}
	c.AddUp()
	return c
}

// live is a run that asked two providers, was out of credits and interrupted.
func live() result.Memory {
	spent := change(passing("jokes", "cats", 20, "0.0031", 812*time.Millisecond), func(_ *result.Case, t *result.Turn) {
		t.Recording, t.Spent, t.Requests = nil, true, 2
	})
	kept := change(passing("jokes", "cats", 20, "0.0040", time.Second), func(c *result.Case, _ *result.Turn) { c.Provider = "mini" })
	unsure := change(failing("jokes", "dogs", 30), func(_ *result.Case, t *result.Turn) {
		t.Recording, t.Spent, t.Requests, t.Unsure = nil, true, 1, true
	})
	skipped := &result.Case{Address: "jokes.birds@mini", Display: "jokes.birds@mini", Suite: "jokes", Name: "birds", Provider: "mini", Verdict: verdict.Skip, Reason: "the run was interrupted", Place: result.Place{File: "suites/jokes.yaml", Line: 44}}
	return result.NewMemory(result.Run{
		Assay: "1.0.0", Mode: result.LiveRun, Interrupted: true,
		Balance:  map[string]credit.Amount{"grok-2": amount("9.8700"), "mini": amount("-0.01")},
		Notes:    []string{"somebody else spent 0.02 credits meanwhile"},
		Problems: []result.Problem{{Code: "ASY8002", Summary: "the account of mini is out of credits", Detail: "Add credits, then run `assay test --live` again."}},
		Clock:    result.Clock{Started: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Took: 4200 * time.Millisecond},
	}, []*result.Case{spent, kept, unsure, skipped})
}

// folded has more passes than a screen.
func folded() result.Memory {
	var cases []*result.Case
	for i := range 50 {
		cases = append(cases, passing("animals", fmt.Sprintf("row[%q]", fmt.Sprint(i)), 20, "0.0031", 812*time.Millisecond))
	}
	cases = append(cases, failing("animals", `row["dogs"]`, 20), passing("quiet", "one", 1, "0.0031", time.Second))
	return replay(append(cases, everything().List...)...)
}
