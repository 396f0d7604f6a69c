package drift

import (
	"slices"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// Compare compares one case. Its level is only final after Judge has seen all
// cases: whether a pass rate changed is a question of how many were tested.
func Compare(p Pair, rules Rules) Case {
	out := About(p.Recorded)
	out.Replies = p.Replies
	recorded, live := judged(p.Recorded), judged(p.Live)
	if len(live) == 0 || len(recorded) == 0 {
		out.whyNot(p.Live)
		return out
	}
	out.State, out.Level = Compared, Same
	out.Recorded, out.Live = side(p.Recorded, recorded), side(p.Live, live)
	out.Checks = checks(recorded, live)
	out.Turns = turns(recorded, live, p.Followed, rules)
	for _, t := range out.Turns {
		switch {
		case t.drifted():
			out.Level = Shape
		case t.TextChanged && out.Level == Same:
			out.Level = TextLevel
		}
	}
	if out.isTested() {
		p := Fisher(out.Recorded.Passed, out.Recorded.Samples, out.Live.Passed, out.Live.Samples)
		out.P = &p
	} else if out.Recorded.Verdict != out.Live.Verdict {
		out.Level = Verdict
	}
	return out
}

// About gives a case with nothing but what names it.
func About(c *result.Case) Case {
	return Case{Address: c.Address, Display: c.Display, Suite: c.Suite, Name: c.Name, Provider: c.Provider, Place: c.Place}
}

// isTested reports whether there are several samples, so that noise can be told
// from drift.
func (c *Case) isTested() bool { return c.Recorded.Samples > 1 || c.Live.Samples > 1 }

// drifted reports whether the shape of a turn's replies changed.
func (t *Turn) drifted() bool {
	return slices.ContainsFunc(t.Changes, func(c Change) bool { return c.Drift })
}

// Judge tests the pass rates of all cases together and gives each its level.
func Judge(cases []Case, rules Rules) {
	var tested []int
	var p []float64
	for i := range cases {
		if cases[i].P != nil {
			tested, p = append(tested, i), append(p, *cases[i].P)
		}
	}
	for n, q := range Adjusted(p) {
		c := &cases[tested[n]]
		c.Q = &q
		switch {
		case q <= rules.FalseAlarms:
			c.Level = Verdict
		case c.Recorded.Passed*c.Live.Samples != c.Live.Passed*c.Recorded.Samples:
			c.Noise = true
		}
	}
}

// Judged reports whether a conversation says something of the model: all its
// turns were answered and judged, or stopped it by what they said.
func Judged(s *result.Sample) bool {
	if s.Verdict == verdict.Skip {
		return false
	}
	stopped := false
	for i := range s.Turns {
		t := &s.Turns[i]
		switch {
		case t.Problem != nil && saysNothing(t.Problem):
			return false
		case t.Reason != "" && !stopped:
			return false // the run stopped it, not the reply
		}
		stopped = stopped || stops(t)
	}
	return len(s.Turns) > 0
}

// saysNothing reports whether a problem is one of recordings, of calls or of
// the program, and none of the model or of a check.
func saysNothing(p *result.Problem) bool {
	switch diag.Code(p.Code).Exit() {
	case diag.ExitRecordings, diag.ExitLive, diag.ExitBudget, diag.ExitInternal:
		return true
	default:
		return false
	}
}

// stops reports whether a conversation may end with a turn by what it was
// answered: by a capture that failed, or a reply that can't be gone on with.
func stops(t *result.Turn) bool {
	return t.Error != "" || t.Problem != nil || slices.ContainsFunc(t.Checks, func(c result.Check) bool {
		return c.Name == "capture" && c.Verdict > verdict.Pass
	})
}

func judged(c *result.Case) []*result.Sample {
	var out []*result.Sample
	for i := range c.Samples {
		if Judged(&c.Samples[i]) {
			out = append(out, &c.Samples[i])
		}
	}
	return out
}

// side counts a side. Where some of its samples could not be judged the case's
// own verdict is not that of those that were.
func side(c *result.Case, samples []*result.Sample) *Side {
	out := &Side{Verdict: outcomeOf(c), Samples: len(samples)}
	for _, s := range samples {
		if s.Verdict == verdict.Pass {
			out.Passed++
		}
	}
	if len(samples) < len(c.Samples) {
		if out.Verdict = Fail; out.Passed == len(samples) {
			out.Verdict = Pass
		}
	}
	return out
}

// whyNot says why a case has nothing to compare.
func (c *Case) whyNot(live *result.Case) {
	c.State, c.Reason = NotAsked, "it was not asked"
	if live.Problem != nil {
		c.State, c.Reason, c.Code, c.Detail = NotServed, live.Problem.Summary, live.Problem.Code, live.Problem.Detail
		return
	}
	for _, s := range live.Samples {
		for _, t := range s.Turns {
			if t.Reason != "" {
				c.Reason = t.Reason
			}
			if t.Problem == nil {
				continue
			}
			c.Reason, c.Code, c.Detail = t.Problem.Summary, t.Problem.Code, t.Problem.Detail
			if diag.Code(t.Problem.Code).Exit() != diag.ExitBudget || t.Status != 0 {
				c.State = NotServed
			}
			return
		}
	}
}

// checks lists the expectations that do not come to what they came to.
func checks(recorded, live []*result.Sample) []Check {
	var out []Check
	at := map[[2]string]int{}
	add := func(turn string, c *result.Check, tally func(*Check) *Tally) {
		if c.Verdict == verdict.Skip {
			return // its `when` does not hold
		}
		id := [2]string{turn, c.Name + " " + placeKey(c.Place)}
		i, ok := at[id]
		if !ok {
			i = len(out)
			at[id] = i
			out = append(out, Check{Turn: turn, Name: c.Name, Place: c.Place})
		}
		t := tally(&out[i])
		t.Of++
		if c.Verdict <= verdict.Pass {
			t.Passed++
			return
		}
		out[i].Source, out[i].Expected, out[i].Actual, out[i].Reason, out[i].Message = c.Source, c.Expected, c.Actual, c.Reason, c.Message
	}
	each := func(samples []*result.Sample, tally func(*Check) *Tally) {
		for _, s := range samples {
			for _, t := range s.Turns {
				for i := range t.Checks {
					add(turnName(&t), &t.Checks[i], tally)
				}
			}
			for i := range s.Total {
				add("", &s.Total[i], tally)
			}
		}
	}
	each(recorded, func(c *Check) *Tally { return &c.Recorded })
	each(live, func(c *Check) *Tally { return &c.Live })
	return slices.DeleteFunc(out, func(c Check) bool { return c.Recorded.sameAs(c.Live) })
}

// sameAs compares how often an expectation was missed. One that was not judged
// at all on a side, since its turn was not asked there, did not change by that.
// A failed capture is listed only where it failed.
func (t Tally) sameAs(other Tally) bool {
	return (t.Of-t.Passed)*max(1, other.Of) == (other.Of-other.Passed)*max(1, t.Of)
}
