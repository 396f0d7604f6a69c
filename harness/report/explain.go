package report

import (
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// explanation is all that went wrong in a unit, for a file: the text, the first
// of it in a line, and what kind of thing it was.
type explanation struct {
	page  *page
	mode  result.Mode
	kind  string // a check's name, a code, a class
	first string
	count int
	// priced is true once a turn's credits stand in the text.
	priced bool
}

// explain gathers it.
func explain(u unit, mode result.Mode) *explanation {
	x := &explanation{page: filePage(), mode: mode}
	if u.sample == nil {
		x.wholeCase(u.c)
	} else if u.turn != nil {
		x.turn(u.turn)
	} else {
		x.total(u.sample, u.c)
	}
	if x.count == 0 {
		x.plain(u.c)
	}
	return x
}

// note counts one thing that went wrong.
func (x *explanation) note(kind, what string) {
	if x.count++; x.count == 1 {
		x.kind, x.first = kind, what
		return
	}
	x.page.WriteString("\n")
}

func (x *explanation) message() string {
	text := message(x.first)
	if x.count > 1 {
		text += " (and " + plural(x.count-1, "more", "more") + ")"
	}
	return text
}

func (x *explanation) wholeCase(c *result.Case) {
	if c.Problem != nil {
		x.problem(c.Problem, c.Place, c.Display)
	}
	for i := range c.Samples {
		if s := &c.Samples[i]; s.Verdict >= verdict.Fail {
			x.sample(s, c)
		}
		if x.page.Len() > maxXMLText {
			return
		}
	}
}

func (x *explanation) sample(s *result.Sample, c *result.Case) {
	for i := range s.Turns {
		if s.Turns[i].Verdict >= verdict.Fail {
			x.turn(&s.Turns[i])
		}
	}
	x.total(s, c)
}

func (x *explanation) total(s *result.Sample, c *result.Case) {
	for _, check := range failed(s.Total) {
		x.check(check, c.Display)
	}
}

func (x *explanation) turn(t *result.Turn) {
	before := x.count
	if t.Problem != nil {
		x.problem(t.Problem, t.Place, t.Display)
	}
	for _, check := range failed(t.Checks) {
		x.check(check, t.Display)
	}
	if x.count == before {
		kind := t.Class
		if kind == "" {
			kind = "turn"
		}
		x.note(kind, turnTitle(t)+": "+t.Error+t.Reason)
		x.page.place(t.Place, t.Display)
		x.page.optional("because", t.Reason)
	}
	x.page.reply(t)
	x.page.circumstances(t)
	if t.Status != 0 {
		x.page.field("credits", turnCredits(t, x.mode))
		x.priced = true
	}
}

func (x *explanation) check(c *result.Check, display string) {
	what := "expected " + cut(c.Expected, 180)
	if c.Message != "" {
		what = cut(c.Message, 180)
	}
	if c.Actual != "" {
		what += "; got " + cut(c.Actual, 180)
	} else if c.Reason != "" {
		what += ": " + cut(c.Reason, 180)
	}
	x.note(c.Name, what)
	x.page.check(c, display)
}

func (x *explanation) problem(p *result.Problem, at result.Place, display string) {
	x.note(p.Code, p.Summary)
	x.page.problem(p, at, display)
}

// plain is for a case whose parts say nothing.
func (x *explanation) plain(c *result.Case) {
	what := "the case failed"
	switch {
	case c.KnownFailure:
		what = "a known failure passes now: " + c.Reason
	case c.Reason != "":
		what = c.Reason
	case c.Verdict == verdict.Error:
		what = "the case could not be judged"
	}
	x.note("case", what)
	x.page.WriteString(what + "\n")
	x.page.place(c.Place, c.Display)
}
