package report

import (
	"bufio"
	"fmt"
	"io"
	"iter"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// screen is how many rows are shown before passes fold into a line a suite.
const screen = 40

// writeTable writes the failures, the table, and what the run cost.
func writeTable(w io.Writer, r result.Reader, o Options) error {
	out := bufio.NewWriter(w)
	if err := Failures(out, r, o); err != nil {
		return err
	}
	run := r.Run()
	if run.Sum.Cases > 0 {
		if err := drawTable(out, r, o); err != nil {
			return err
		}
	}
	if err := writeRemarks(out, r, o); err != nil {
		return err
	}
	fmt.Fprintln(out, closing(run))
	return out.Flush()
}

// drawTable goes twice over the rows: the widths must be known before the
// first is written.
func drawTable(w io.Writer, r result.Reader, o Options) error {
	f := footer(r.Run())
	layout := newLayout(r.Run(), f)
	lines := kept(rows(r, o))
	for row, err := range lines {
		if err != nil {
			return err
		}
		layout.measure(row)
	}
	layout.fit(o.width())
	t, err := layout.start(w, o)
	if err != nil {
		return err
	}
	for row, err := range lines {
		if err != nil {
			return err
		}
		if err := t.add(row); err != nil {
			return err
		}
	}
	return t.end(f)
}

// maxKept is how many rows are held rather than made again from the record.
const maxKept = 2000

// kept gives rows that can be gone over again, from memory while they are few.
func kept(rows iter.Seq2[row, error]) iter.Seq2[row, error] {
	var list []row
	for r, err := range rows {
		if err != nil || len(list) == maxKept {
			return rows
		}
		list = append(list, r)
	}
	return func(yield func(row, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// row is one line of the table: texts by column, and what colours it.
type row struct {
	cells   [columnCount]string
	verdict verdict.Verdict
}

// rows gives the lines: each case, or, when that is more than a screen, a line
// a suite with the cases below it that people must see.
func rows(r result.Reader, o Options) iter.Seq2[row, error] {
	run := r.Run()
	if o.All || run.Sum.Cases <= screen {
		return func(yield func(row, error) bool) {
			for c, err := range r.Cases() {
				if err != nil {
					yield(row{}, err)
					return
				}
				if !yield(caseRow(c, run.Mode), nil) {
					return
				}
			}
		}
	}
	return folded(r)
}

// folded gives a line a suite, and behind it those of its cases that are not
// folded into it. The cases that passed are not even decoded.
func folded(r result.Reader) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		run := r.Run()
		next := 0 // the first suite whose line was not given yet
		until := func(name string) bool {
			for next < len(run.Suites) {
				s := run.Suites[next]
				next++
				if !yield(suiteRow(s, run.Mode), nil) {
					return false
				}
				if s.Name == name {
					break
				}
			}
			return true
		}
		current := ""
		for c, err := range unfolded(r) {
			if err != nil {
				yield(row{}, err)
				return
			}
			if c.Suite != current {
				if current = c.Suite; !until(current) {
					return
				}
			}
			if !yield(caseRow(c, run.Mode), nil) {
				return
			}
		}
		until("")
	}
}

// unfolded gives the cases that keep a line of their own: all that failed or
// erred, and, while they fit on a screen, all that was skipped or remarkable.
func unfolded(r result.Reader) iter.Seq2[*result.Case, error] {
	sum := r.Run().Sum
	few := sum.Skipped+sum.Flaky+sum.Warnings+sum.Stale <= screen
	return func(yield func(*result.Case, error) bool) {
		if sum.Failed+sum.Errored+sum.Skipped+sum.Flaky+sum.Warnings+sum.Stale == 0 {
			return
		}
		for c, err := range result.Remarkable(r) {
			if err == nil && !few && c.Verdict < verdict.Fail {
				continue
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

func caseRow(c *result.Case, mode result.Mode) row {
	r := row{verdict: c.Verdict}
	r.cells[suiteColumn] = visible(c.Suite)
	r.cells[caseColumn] = visible(c.Name)
	r.cells[providerColumn] = visible(c.Provider)
	r.cells[resultColumn] = caseResult(c)
	if c.Sum.Turns > 0 {
		r.cells[turnsColumn] = fmt.Sprint(c.Sum.Turns)
		r.cells[checksColumn] = fmt.Sprintf("%d/%d", c.Sum.ChecksPassed, c.Sum.Checks)
		r.cells[timeColumn] = duration(c.Sum.Latency)
		r.cells[creditsColumn] = amount(mode.Credits(c.Sum.Spent, c.Sum.Recorded), c.Sum.Unknown)
	}
	return r
}

// caseResult says how a case ended, marks beside the verdict.
func caseResult(c *result.Case) string {
	word := [...]string{verdict.Skip: "skip", verdict.Pass: "pass", verdict.Fail: "FAIL", verdict.Error: "ERROR"}[min(c.Verdict, verdict.Error)]
	if c.KnownFailure && c.Verdict == verdict.Skip {
		word = "known"
	}
	if len(c.Samples) > 1 {
		word += fmt.Sprintf(" %d/%d", passedSamples(c), len(c.Samples))
	}
	if c.Flaky {
		word += " flaky"
	}
	if c.Sum.Stale > 0 {
		word += " stale"
	}
	if c.Sum.Warnings > 0 {
		word += " " + plural(c.Sum.Warnings, "warning", "warnings")
	}
	return word
}

func passedSamples(c *result.Case) int {
	n := 0
	for i := range c.Samples {
		if c.Samples[i].Verdict == verdict.Pass {
			n++
		}
	}
	return n
}

func suiteRow(s result.SuiteSum, mode result.Mode) row {
	r := row{verdict: worst(s.Sum)}
	r.cells[suiteColumn] = visible(s.Name)
	r.cells[caseColumn] = plural(s.Cases, "case", "cases")
	r.cells[providerColumn] = providerCell(s.Sum)
	sumCells(&r, s.Sum, mode)
	return r
}

// footer adds up the whole run.
func footer(run result.Run) row {
	r := row{verdict: worst(run.Sum)}
	r.cells[caseColumn] = plural(run.Sum.Cases, "case", "cases")
	sumCells(&r, run.Sum, run.Mode)
	r.cells[turnsColumn] = ""
	return r
}

func sumCells(r *row, s result.Sum, mode result.Mode) {
	r.cells[turnsColumn] = fmt.Sprint(s.Turns)
	r.cells[checksColumn] = fmt.Sprintf("%d/%d", s.ChecksPassed, s.Checks)
	r.cells[resultColumn] = sumResult(s)
	r.cells[timeColumn] = duration(s.Latency)
	r.cells[creditsColumn] = amount(mode.Credits(s.Spent, s.Recorded), s.Unknown)
}

// sumResult says the gravest of a sum in two words; the remarks below the
// table say the rest.
func sumResult(s result.Sum) string {
	switch {
	case s.Failed > 0 && s.Errored > 0:
		return fmt.Sprintf("%d red", s.Failed+s.Errored)
	case s.Failed > 0:
		return fmt.Sprintf("%d failed", s.Failed)
	case s.Errored > 0:
		return plural(s.Errored, "error", "errors")
	case s.Passed > 0:
		return fmt.Sprintf("%d passed", s.Passed)
	default:
		return fmt.Sprintf("%d skipped", s.Skipped)
	}
}

func worst(s result.Sum) verdict.Verdict {
	switch {
	case s.Errored > 0:
		return verdict.Error
	case s.Failed > 0:
		return verdict.Fail
	case s.Passed > 0:
		return verdict.Pass
	default:
		return verdict.Skip
	}
}

func providerCell(s result.Sum) string {
	if len(s.Providers) > 1 {
		return fmt.Sprintf("%d providers", len(s.Providers))
	}
	for name := range s.Providers {
		return visible(name)
	}
	return ""
}
