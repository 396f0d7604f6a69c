package report

import (
	"fmt"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// unit is what becomes one testcase: a case, a turn, or the bounds on a whole
// conversation. Its verdict is never worse than its case's: a sample that
// failed in a case that passed is no failure.
type unit struct {
	c       *result.Case
	sample  *result.Sample // nil: the case
	turn    *result.Turn   // nil: the bounds of the sample
	verdict verdict.Verdict
}

// units gives the testcases of a case.
func units(c *result.Case, level Level) []unit {
	if level == CaseLevel {
		return []unit{{c: c, verdict: c.Verdict}}
	}
	var out []unit
	worst := verdict.Skip
	add := func(u unit) {
		u.verdict = within(c, u.verdict)
		worst = max(worst, u.verdict)
		out = append(out, u)
	}
	for i := range c.Samples {
		s := &c.Samples[i]
		for j := range s.Turns {
			add(unit{c: c, sample: s, turn: &s.Turns[j], verdict: s.Turns[j].Verdict})
		}
		if len(s.Total) > 0 {
			add(unit{c: c, sample: s, verdict: totalVerdict(s)})
		}
	}
	if len(out) == 0 || c.Problem != nil || c.Verdict >= verdict.Fail && worst < verdict.Fail {
		out = append(out, unit{c: c, verdict: c.Verdict})
	}
	return out
}

// within bounds a part's verdict by its case's.
func within(c *result.Case, part verdict.Verdict) verdict.Verdict {
	if part >= verdict.Fail && c.Verdict < verdict.Fail {
		return c.Verdict
	}
	return part
}

func totalVerdict(s *result.Sample) verdict.Verdict {
	whole := verdict.Skip
	for i := range s.Total {
		whole = verdict.Merge(whole, s.Total[i].Verdict)
	}
	return whole
}

// flaw reports whether the unit's own verdict is red though it is not shown so.
func (u unit) flaw() bool {
	switch {
	case u.turn != nil:
		return u.turn.Verdict >= verdict.Fail && u.verdict == verdict.Pass
	case u.sample != nil:
		return totalVerdict(u.sample) >= verdict.Fail && u.verdict == verdict.Pass
	}
	return false
}

// name is unique within the suite: the provider is part of it where the suite
// has several, the sample where the case has several.
func (u unit) name(s result.SuiteSum) string {
	name := u.c.Name
	if len(s.Providers) > 1 {
		name += "@" + u.c.Provider
	}
	if u.sample == nil {
		return xmlName(name)
	}
	if len(u.c.Samples) > 1 {
		name += fmt.Sprintf("#%d", u.sample.Number)
	}
	switch {
	case u.turn == nil:
		name += ".total"
	case u.turn.Name != "":
		name += fmt.Sprintf(".turn[%q]", u.turn.Name)
	default:
		name += fmt.Sprintf(".turn[%d]", u.turn.Number)
	}
	return xmlName(name)
}

func (u unit) place() result.Place {
	switch {
	case u.turn != nil:
		return u.turn.Place
	case u.sample != nil && len(u.sample.Total) > 0:
		return u.sample.Total[0].Place
	}
	return u.c.Place
}
