package report

import (
	"bufio"
	"io"
	"strings"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// Limits on what is explained without Options.All: nobody reads further.
const (
	maxPages   = 50 // pages of failures
	maxSamples = 3  // failing samples of one case
	maxCauses  = 5  // different problems with one code
)

// Failures explains what went wrong, a page for each turn. Problems of one
// cause, such as a hundred recordings that are missing, share one page.
func Failures(w io.Writer, r result.Reader, o Options) error {
	f := &failures{w: bufio.NewWriter(w), o: o, run: r.Run()}
	for i := range f.run.Problems {
		told, err := toldByCase(r, &f.run.Problems[i])
		if err != nil {
			return err
		}
		if !told || f.run.Sum.Failed+f.run.Sum.Errored > maxPages {
			f.runProblem(&f.run.Problems[i])
		}
	}
	if f.run.Sum.Failed+f.run.Sum.Errored+f.run.Sum.Warnings > 0 {
		for c, err := range result.Remarkable(r) {
			if err != nil {
				return err
			}
			f.warnings(c)
			if c.Verdict >= verdict.Fail {
				f.explain(c)
			}
		}
	}
	f.causes.write(f)
	if f.left > 0 {
		f.put("… and " + plural(f.left, "more failure", "more failures") + ", in reports/run.json; --all shows each.\n\n")
	}
	return f.w.Flush()
}

// toldByCase reports whether what stopped the run is on the page of a case, too:
// there is more to read there, and once is enough.
func toldByCase(r result.Reader, p *result.Problem) (bool, error) {
	same := func(q *result.Problem) bool { return q != nil && q.Code == p.Code && q.Summary == p.Summary }
	for c, err := range result.Remarkable(r) {
		if err != nil {
			return false, err
		}
		if c.Verdict < verdict.Fail {
			continue
		}
		if same(c.Problem) {
			return true, nil
		}
		for i := range c.Samples {
			for j := range c.Samples[i].Turns {
				if same(c.Samples[i].Turns[j].Problem) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// failures writes pages while cases come by; problems wait for the end, when
// it is known how many share a cause.
type failures struct {
	w      *bufio.Writer
	o      Options
	run    result.Run
	causes causes
	pages  int
	left   int // pages that were not written
}

func (f *failures) put(s string) { _, _ = f.w.WriteString(s) } // the Flush at the end gives the error

// done ends a page.
func (f *failures) done(p *page) {
	if f.pages++; f.pages > maxPages && !f.o.All {
		f.left++
		return
	}
	f.put(p.String() + "\n")
}

// explain writes the pages of one case.
func (f *failures) explain(c *result.Case) {
	said := false
	if c.Problem != nil {
		f.causes.add(f, c, nil, c.Problem)
		said = true
	}
	samples := 0
	for i := range c.Samples {
		s := &c.Samples[i]
		if s.Verdict < verdict.Fail {
			continue
		}
		if samples++; samples > maxSamples && !f.o.All {
			continue
		}
		said = f.sample(c, s) || said
	}
	if hidden := samples - maxSamples; hidden > 0 && !f.o.All {
		f.put("… and " + plural(hidden, "more sample", "more samples") + " of " + visible(c.Display) + ".\n\n")
	}
	if !said {
		f.plain(c)
	}
}

// warnings writes a page for each turn with a warning.
func (f *failures) warnings(c *result.Case) {
	if c.Sum.Warnings == 0 {
		return
	}
	for i := range c.Samples {
		for j := range c.Samples[i].Turns {
			t := &c.Samples[i].Turns[j]
			if checks := warned(t.Checks); len(checks) > 0 {
				p := terminalPage(f.o)
				p.warning(expectationTitle(checks), "")
				p.checks(checks, t.Display)
				p.circumstances(t)
				p.commands(f.run.Mode, c, t.Display)
				f.done(p)
			}
		}
	}
}

// sample writes the pages of one conversation, and reports whether there was one.
func (f *failures) sample(c *result.Case, s *result.Sample) (said bool) {
	for i := range s.Turns {
		t := &s.Turns[i]
		if t.Verdict >= verdict.Fail {
			f.turn(c, t)
			said = true
		}
	}
	if checks := failed(s.Total); len(checks) > 0 {
		p := terminalPage(f.o)
		p.title(expectationTitle(checks), "")
		p.checks(checks, c.Display)
		p.commands(f.run.Mode, c, c.Display)
		f.done(p)
		said = true
	}
	return said
}

func (f *failures) turn(c *result.Case, t *result.Turn) {
	checks := failed(t.Checks)
	if t.Problem != nil {
		f.causes.add(f, c, t, t.Problem)
		if len(checks) == 0 {
			return
		}
	}
	p := terminalPage(f.o)
	p.turn(t, checks)
	p.commands(f.run.Mode, c, t.Display)
	f.done(p)
}

// turn writes why a turn is red: its expectations, or the reply that was none.
func (p *page) turn(t *result.Turn, checks []*result.Check) {
	if len(checks) > 0 {
		p.title(expectationTitle(checks), "")
		p.checks(checks, t.Display)
	} else {
		p.title(turnTitle(t), "")
		p.place(t.Place, t.Display)
		p.optional("because", t.Reason)
	}
	p.reply(t)
	p.circumstances(t)
}

// reply writes what is known of a reply that is an error.
func (p *page) reply(t *result.Turn) {
	if t.Class == "" && t.Error == "" {
		return
	}
	p.optional("class", t.Class)
	if t.Status != 0 {
		p.field("status", statusText(t.Status))
	}
	p.optional("said", t.Error)
}

func (p *page) checks(checks []*result.Check, display string) {
	for i, c := range checks {
		if i > 0 {
			p.WriteString("\n")
		}
		p.check(c, display)
	}
}

func turnTitle(t *result.Turn) string {
	switch {
	case t.Class != "":
		return "the question got no usable reply (" + t.Class + ")"
	case t.Verdict == verdict.Error:
		return "the turn could not be judged"
	default:
		return "the turn failed"
	}
}

// plain writes a page for a case whose parts say nothing.
func (f *failures) plain(c *result.Case) {
	p := terminalPage(f.o)
	switch {
	case c.KnownFailure:
		p.title("a known failure passes now", "")
	case c.Verdict == verdict.Error:
		p.title("the case could not be judged", "")
	default:
		p.title("the case failed", "")
	}
	p.place(c.Place, c.Display)
	p.optional("because", c.Reason)
	if c.KnownFailure {
		p.field("cure", "Take known_failure out: the case is as expected.")
	}
	p.commands(f.run.Mode, c, c.Display)
	f.done(p)
}

// runProblem writes a problem that belongs to no case.
func (f *failures) runProblem(q *result.Problem) {
	p := terminalPage(f.o)
	p.problem(q, q.Place, "")
	f.done(p)
}

// problem writes a diagnostic as it is stored.
func (p *page) problem(q *result.Problem, at result.Place, display string) {
	if q.Warning {
		p.warning(q.Summary, q.Code)
	} else {
		p.title(q.Summary, q.Code)
	}
	if q.Place != (result.Place{}) {
		at = q.Place
	}
	p.place(at, display)
	if q.Detail != "" {
		for _, line := range p.show(p.cut(q.Detail)) {
			p.folded(strings.TrimRight("  "+line, " "))
		}
	}
}

// cut shortens a long detail: a stack, a diff.
func (p *page) cut(detail string) string {
	if p.limit == 0 {
		return detail
	}
	return cut(detail, 10*p.limit)
}
