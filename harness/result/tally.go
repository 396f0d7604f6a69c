package result

import (
	"maps"
	"slices"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/verdict"
)

// Tally adds up cases: the one place where sums are computed. The zero Tally
// is ready; it is for one goroutine.
type Tally struct {
	sum    Sum
	suites []*SuiteSum // in order of their first case
	byName map[string]*SuiteSum
}

// Add counts a case, whose own Sum must be there (AddUp).
func (t *Tally) Add(c *Case) {
	suite := t.suite(c)
	t.sum.add(c)
	suite.add(c)
	for at := range c.recordings() {
		if suite.RecordedAt == nil || at.After(*suite.RecordedAt) {
			at = at.UTC()
			suite.RecordedAt = &at
		}
	}
}

// Suites gives a sum a suite, in the order in which their first cases came.
func (t *Tally) Suites() []SuiteSum {
	out := make([]SuiteSum, 0, len(t.suites))
	for _, s := range t.suites {
		one := *s
		one.Sum = s.clone()
		out = append(out, one)
	}
	return out
}

// Sum gives the sum of all cases so far.
func (t *Tally) Sum() Sum { return t.sum.clone() }

func (t *Tally) suite(c *Case) *SuiteSum {
	if s, ok := t.byName[c.Suite]; ok {
		return s
	}
	if t.byName == nil {
		t.byName = make(map[string]*SuiteSum)
	}
	s := &SuiteSum{Name: c.Suite, File: c.Place.File}
	t.byName[c.Suite] = s
	t.suites = append(t.suites, s)
	return s
}

func (s *Sum) clone() Sum {
	out := *s
	out.Providers, out.Codes = maps.Clone(s.Providers), maps.Clone(s.Codes)
	return out
}

func (s *Sum) add(c *Case) {
	s.countVerdict(c)
	s.Samples += c.begun()
	s.Warnings += c.Sum.Warnings
	s.Turns += c.Sum.Turns
	s.Checks += c.Sum.Checks
	s.ChecksPassed += c.Sum.ChecksPassed
	s.Requests += c.Sum.Requests
	s.Latency += c.Sum.Latency
	s.Spent = plus(s.Spent, c.Sum.Spent)
	s.Recorded = plus(s.Recorded, c.Sum.Recorded)
	s.Unknown += c.Sum.Unknown
	s.Stale += c.Sum.Stale
	s.Tokens += c.Sum.Tokens
	s.addProvider(c)
	s.countCodes(c)
}

func (s *Sum) countVerdict(c *Case) {
	s.Cases++
	switch c.Verdict {
	case verdict.Pass:
		s.Passed++
	case verdict.Fail:
		s.Failed++
	case verdict.Error:
		s.Errored++
	default:
		s.Skipped++
	}
	if c.Flaky {
		s.Flaky++
	}
	if c.KnownFailure && c.Verdict == verdict.Skip {
		s.KnownFailing++
	}
}

func (s *Sum) addProvider(c *Case) {
	if c.Provider == "" {
		return
	}
	if s.Providers == nil {
		s.Providers = make(map[string]Money)
	}
	m := s.Providers[c.Provider]
	m.Spent = plus(m.Spent, c.Sum.Spent)
	m.Recorded = plus(m.Recorded, c.Sum.Recorded)
	m.Unknown += c.Sum.Unknown
	s.Providers[c.Provider] = m
}

// plus adds, and does nothing for a zero, which most amounts are: one of spent
// and recorded always is.
func plus(a, b credit.Amount) credit.Amount {
	if b.IsZero() {
		return a
	}
	return a.Add(b)
}

// countCodes keeps what the exit code must know of problems inside cases. A
// skipped case says nothing of the run; what is only a failure is told by the
// case's verdict. A case that passes although one of its samples got no reply
// passes.
func (s *Sum) countCodes(c *Case) {
	if c.Sum.Stale > 0 { // whatever is said of the old reply, the recording is not current
		s.countCode(diag.RecordingStale, c.Sum.Stale)
	}
	if c.Verdict == verdict.Skip {
		return
	}
	for p := range c.problems() {
		exit := diag.Code(p.Code).Exit()
		if p.Warning || exit == diag.ExitFailed || c.Verdict == verdict.Pass && exit == diag.ExitLive {
			continue
		}
		s.countCode(diag.Code(p.Code), 1)
	}
}

func (s *Sum) countCode(code diag.Code, n int) {
	if s.Codes == nil {
		s.Codes = make(map[string]int)
	}
	s.Codes[string(code)] += n
}

// problems gives what kept turns from being judged.
func (c *Case) problems() func(yield func(*Problem) bool) {
	return func(yield func(*Problem) bool) {
		if c.Problem != nil && !yield(c.Problem) {
			return
		}
		for i := range c.Samples {
			for j := range c.Samples[i].Turns {
				if p := c.Samples[i].Turns[j].Problem; p != nil && !yield(p) {
					return
				}
			}
		}
	}
}

// recordings gives the times at which replayed replies were recorded.
func (c *Case) recordings() func(yield func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		for i := range c.Samples {
			for j := range c.Samples[i].Turns {
				if r := c.Samples[i].Turns[j].Recording; r != nil && !yield(r.At) {
					return
				}
			}
		}
	}
}

// AddUp computes the case's Sum from its samples.
func (c *Case) AddUp() {
	var sum CaseSum
	for i := range c.Samples {
		s := &c.Samples[i]
		sum.addChecks(s.Total)
		for j := range s.Turns {
			sum.addTurn(&s.Turns[j])
		}
	}
	c.Sum = sum
}

// addTurn counts one turn: among the turns if it got a reply.
func (s *CaseSum) addTurn(t *Turn) {
	if t.Status != 0 {
		s.Turns++
	}
	s.addChecks(t.Checks)
	s.Requests += t.Requests
	if t.Latency != nil {
		s.Latency += *t.Latency
	}
	if t.CostUnknown() {
		s.Unknown++
	}
	if t.Stale {
		s.Stale++
	}
	if t.Credits != nil {
		to := &s.Recorded
		if t.Spent {
			to = &s.Spent
		}
		*to = plus(*to, *t.Credits)
	}
	s.Tokens += t.Tokens.total()
}

// addChecks counts expectations: one that did not apply (skip) is none.
func (s *CaseSum) addChecks(checks []Check) {
	for i := range checks {
		switch checks[i].Verdict {
		case verdict.Skip:
			continue
		case verdict.Pass:
			s.ChecksPassed++
		}
		s.Checks++
		if checks[i].Warned {
			s.Warnings++
		}
	}
}

// CostUnknown reports whether the turn cost an amount that is not known, or
// not certain. A reply outside 2xx is billed by no provider (segmind: "only a
// 200 is billed"), so that one without an amount is no unknown.
func (t *Turn) CostUnknown() bool {
	return t.Unsure || (t.Credits == nil && t.Status >= 200 && t.Status < 300)
}

func (t *Tokens) total() int {
	sum := 0
	if t != nil && t.Input != nil {
		sum += *t.Input
	}
	if t != nil && t.Output != nil {
		sum += *t.Output
	}
	return sum
}

// Remarkable reports whether the case did anything but simply pass: failed,
// errored, skipped, flaky, with a warning.
func (c *Case) Remarkable() bool {
	return c.Verdict != verdict.Pass || c.Flaky || c.Sum.Warnings+c.Sum.Stale > 0
}

// IsRed reports whether the run leaves something to be done about the case: it
// failed, had an error, or was not judged because the run was stopped.
func (c *Case) IsRed() bool {
	stopped := c.Verdict == verdict.Skip && !c.KnownFailure && len(c.Samples) > 0
	return c.Verdict > verdict.Pass || stopped
}

// begun counts the conversations that were not left out whole, as those are that
// a stopped run did not come to.
func (c *Case) begun() int {
	n := 0
	for i := range c.Samples {
		s := &c.Samples[i]
		if s.Verdict != verdict.Skip || slices.ContainsFunc(s.Turns, func(t Turn) bool { return t.Verdict != verdict.Skip }) {
			n++
		}
	}
	return n
}

// Credits gives the amount that the run's mode makes the interesting one:
// what was recorded in replay, what was spent else. The two are never added.
func (m Mode) Credits(spent, recorded credit.Amount) credit.Amount {
	if m == Replay {
		return recorded
	}
	return spent
}
