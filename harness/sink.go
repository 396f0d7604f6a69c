package harness

import (
	"time"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// sink turns a run's events into its record: written as it grows, or kept.
type sink struct {
	config  Config
	mode    result.Mode
	writer  *result.Writer // nil: the cases are kept
	cases   []*result.Case
	tally   result.Tally
	started time.Time
}

func newSink(c Config, mode result.Mode) *sink {
	s := &sink{config: c, mode: mode, started: c.Now()}
	if c.Record != nil {
		s.writer = result.NewWriter(c.Record, result.Head{Assay: c.Version, Mode: mode})
	}
	return s
}

func (s *sink) event(e run.Event) error {
	s.config.OnEvent(e)
	ended, ok := e.(run.CaseEnded)
	if !ok {
		return nil
	}
	s.tally.Add(ended.Case)
	if s.writer != nil {
		return s.writer.Write(ended.Case)
	}
	s.cases = append(s.cases, ended.Case)
	return nil
}

// close completes the record. When it was written to Config.Record, the
// Report has its head and sums, and its cases must be read from there.
func (s *sink) close(summary run.Summary, books *run.Books) (*Report, error) {
	head := result.Run{
		Format: result.Version, Assay: s.config.Version, Mode: s.mode,
		Interrupted: summary.Interrupted,
		Suites:      s.tally.Suites(), Sum: s.tally.Sum(),
		Clock: result.Clock{Started: s.started.UTC(), Took: s.config.Now().Sub(s.started)},
	}
	for _, d := range summary.Problems {
		head.Problems = append(head.Problems, run.ProblemOf(d))
	}
	if books != nil {
		head.Balance, head.Notes = books.Balances(), books.Notes()
	}
	if s.writer != nil {
		if err := s.writer.Close(head); err != nil {
			return nil, err
		}
	}
	return &Report{Reader: result.Memory{Head: head, List: s.cases}}, nil
}
