package drift

import (
	"maps"
	"slices"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
)

// countCases counts the cases of a report.
func countCases(cases []Case) Sum {
	var s Sum
	for i := range cases {
		c := &cases[i]
		s.Cases++
		switch c.State {
		case Compared:
			s.Compared++
			s.level(c.Level)
		case NotRecorded:
			s.NotRecorded++
		case NotAsked:
			s.NotAsked++
		case NotServed:
			s.NotServed++
		case Skipped:
			s.Skipped++
		}
		if c.Noise {
			s.Noise++
		}
		if c.P != nil {
			s.Tested++
		}
	}
	return s
}

func (s *Sum) level(l Level) {
	switch l {
	case Verdict:
		s.Verdict++
	case Shape:
		s.Shape++
	case TextLevel:
		s.Text++
	default:
		s.Same++
	}
}

// onlyCounts gives a sum without what is not counted in cases.
func (s Sum) onlyCounts() Sum {
	return Sum{
		Cases: s.Cases, Compared: s.Compared, Verdict: s.Verdict, Shape: s.Shape, Text: s.Text, Same: s.Same,
		NotRecorded: s.NotRecorded, NotAsked: s.NotAsked, NotServed: s.NotServed, Skipped: s.Skipped,
		Noise: s.Noise, Tested: s.Tested,
	}
}

// AddUp fills in the sums: those of the cases, and what the replies of the pairs
// cost and took, then and now.
func (r *Report) AddUp(pairs []Pair) {
	r.Sum = countCases(r.Cases)
	var before, now []time.Duration
	for _, p := range pairs {
		if p.Live == nil {
			continue
		}
		r.Sum.Requests += p.Live.Sum.Requests
		r.Sum.Spent = r.Sum.Spent.Add(p.Live.Sum.Spent)
		r.Sum.Unknown += p.Live.Sum.Unknown
		recorded, live := judged(p.Recorded), judged(p.Live)
		if len(recorded) == 0 || len(live) == 0 {
			continue
		}
		before = append(before, figures(recorded, &r.Sum.Recorded)...)
		now = append(now, figures(live, &r.Sum.Live)...)
	}
	r.Sum.LatencyBefore, r.Sum.LatencyNow = middle(before), middle(now)
}

// figures adds what replies cost to a sum, and gives what they took.
func figures(samples []*result.Sample, cost *credit.Amount) []time.Duration {
	var took []time.Duration
	for _, s := range samples {
		for _, t := range s.Turns {
			if t.Latency != nil {
				took = append(took, *t.Latency)
			}
			if t.Credits != nil {
				*cost = cost.Add(*t.Credits)
			}
		}
	}
	return took
}

func middle(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// Blame keeps, of the codes that a run counted, those that say that something
// could not be compared. What a suite's own check came to is compared.
func (r *Report) Blame(codes map[string]int) {
	r.Codes = maps.Clone(codes)
	maps.DeleteFunc(r.Codes, func(code string, _ int) bool { return !saysNothing(&result.Problem{Code: code}) })
}

// Exit gives the exit code of a command that ended with this report: from the
// report alone, so that what is shown and how the command ends are one thing.
func (r *Report) Exit() int {
	var codes []int
	if r.Interrupted {
		codes = append(codes, diag.ExitInterrupted)
	}
	if r.Failing() > 0 {
		codes = append(codes, diag.ExitFailed)
	}
	for code := range r.Codes {
		codes = append(codes, diag.Code(code).Exit())
	}
	for _, p := range r.Problems {
		if !p.Warning {
			codes = append(codes, diag.Code(p.Code).Exit())
		}
	}
	if r.Sum.Compared == 0 && len(codes) == 0 && r.Sum.NotRecorded > 0 {
		codes = append(codes, diag.ExitRecordings)
	}
	return diag.WorstExit(codes...)
}

// Failing counts the cases that drifted as far as makes exit 1.
func (r *Report) Failing() int {
	n := 0
	for i := range r.Cases {
		if r.Cases[i].Fails(r.Rules) {
			n++
		}
	}
	return n
}

// Fails reports whether a case drifted as far as makes exit 1.
func (c *Case) Fails(rules Rules) bool {
	least := rules.FailOn
	if least == "" {
		least = Verdict
	}
	return c.State == Compared && c.Level.atLeast(least)
}

// HasReplies reports whether there is anything to record.
func (r *Report) HasReplies() bool {
	return slices.ContainsFunc(r.Cases, func(c Case) bool {
		return slices.ContainsFunc(c.Replies, func(reply Reply) bool { return reply.Accepted })
	})
}
