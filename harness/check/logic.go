package check

import (
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/verdict"
)

// logicKinds are negation and lists, nested at will.
//
// They follow Kleene's logic: a check that the reply gave nothing to judge for
// is neither true nor false. It fails, and fails under not as well, unless what
// stands beside it decides already.
func logicKinds() []Kind {
	return []Kind{
		{
			Name:    "not",
			Doc:     "Passes when the check under it fails; what can't be evaluated because of the reply fails here too.",
			Example: "not: {contains: cats}",
			Schema:  nestedSchema,
			Parse:   parseNot,
		},
		{
			Name:    "all",
			Doc:     "Passes when every expectation of the list does.",
			Example: "all: [{contains: cats}, {length: {max: 200}}]",
			Schema:  nestedListSchema,
			Parse: func(p *Parser, n *spec.Node) Check {
				parts := p.Expectations(n)
				if parts == nil {
					return nil
				}
				return allOf(parts)
			},
		},
		{
			Name:    "any",
			Doc:     "Passes when at least one expectation of the list does.",
			Example: "any: [{contains: cats}, {contains: dogs}]",
			Schema:  nestedListSchema,
			Parse: func(p *Parser, n *spec.Node) Check {
				parts := p.Expectations(n)
				if parts == nil {
					return nil
				}
				return anyOf(parts)
			},
		},
	}
}

// not swaps pass and fail.
type not struct {
	name  string // the dotted path of the check under it
	check Check
}

func parseNot(p *Parser, n *spec.Node) Check {
	if n.Kind == spec.List {
		p.Error(n.Range, "not takes one expectation, not a list", "Write - not: {any: […]} (none of them), or - not: {all: […]} (not all of them).")
		return nil
	}
	return p.nested(n)
}

// Expectations reads a list of nested expectations, at least one; nil when
// something is wrong with it.
func (p *Parser) Expectations(n *spec.Node) []Check {
	if n.Kind != spec.List {
		p.wrongType(n, "a list of expectations")
		return nil
	}
	if len(n.Items) == 0 {
		p.add(diag.AlwaysPasses, n.Range, p.kind+" has an empty list", "It says nothing of the reply: name at least one expectation.")
		return nil
	}
	var out []Check
	before := len(*p.ds)
	for entry := range p.entries(n) {
		if c := entry.parser.inner(entry.node); c != nil {
			out = append(out, c.check)
		}
	}
	if (*p.ds)[before:].HasErrors() {
		return nil
	}
	if out == nil {
		p.add(diag.AlwaysPasses, n.Range, p.kind+" has an empty list", "The lists that it uses are empty.")
	}
	return out
}

// Expectation reads one nested expectation; nil when something is wrong with it.
func (p *Parser) Expectation(n *spec.Node) Check {
	if c := p.inner(n); c != nil {
		return c.check
	}
	return nil
}

func (p *Parser) nested(n *spec.Node) Check {
	if useOf(n) != nil {
		p.Error(n.Range, "use stands in a list", "Write - not: {all: [{use: NAME}]}.")
		return nil
	}
	if c := p.inner(n); c != nil {
		return c
	}
	return nil
}

// inner compiles one nested expectation, with its path of kinds.
func (p *Parser) inner(n *spec.Node) *not {
	if *p.budget--; *p.budget < 0 {
		p.tooMany(n)
		return nil
	}
	kind, arg, ok := p.check(n)
	if n.Kind == spec.Map {
		ok = p.outermost(n) && ok
	}
	if !ok {
		return nil
	}
	c := p.parse(kind, arg)
	if c == nil {
		return nil
	}
	return &not{p.name(kind, c), c}
}

// outermost reports what may not stand on a nested expectation.
func (p *Parser) outermost(n *spec.Node) bool {
	ok := true
	for _, key := range envelope {
		for _, pair := range n.Pairs {
			if pair.Key.Value == key {
				p.add(diag.BadCheck, pair.Key.Range, key+" stands outermost", "Move it out of "+p.kind+": it holds for the whole expectation.")
				ok = false
			}
		}
	}
	return ok
}

// Judge keeps an error, a skip, and a fail of which the reply is the reason.
func (n *not) Judge(s *Subject) Outcome {
	if v, undecided := quietly(n.check, s); v == verdict.Fail && !undecided {
		return Outcome{Verdict: verdict.Pass}
	}
	out := n.check.Judge(s)
	switch {
	case out.Verdict == verdict.Fail && !out.Undecided:
		return Outcome{Verdict: verdict.Pass}
	case out.Verdict == verdict.Pass:
		expected, actual := describe(n.check, s, out)
		return Outcome{Verdict: verdict.Fail, Expected: "not: " + expected, Actual: actual}
	}
	if out.Expected != "" {
		out.Expected = "not: " + out.Expected
	}
	return out
}

// Describe is asked under another not.
func (n *not) Describe(s *Subject) (expected, actual string) {
	expected, actual = describe(n.check, s, Outcome{})
	return "not: " + expected, actual
}

// describe asks a check that passed for its lines.
func describe(c Check, s *Subject, out Outcome) (expected, actual string) {
	if d, is := c.(Describer); is {
		return d.Describe(s)
	}
	if out.Expected == "" {
		out.Expected = "this check"
	}
	return out.Expected, out.Actual
}

// allOf wants every part to pass.
type allOf []Check

// Judge is an error if one part is, else a fail if one fails, else a pass. It
// is undecided when no part fails for certain.
func (a allOf) Judge(s *Subject) Outcome {
	whole := Outcome{Verdict: verdict.Skip}
	for _, part := range a {
		out := part.Judge(s)
		switch {
		case out.Verdict > whole.Verdict:
			whole = out
		case out.Verdict == whole.Verdict && out.Verdict >= verdict.Fail:
			whole = together(whole, out, "; ")
			whole.Undecided = whole.Undecided && out.Undecided
		}
	}
	return whole
}

// Describe is asked under not.
func (a allOf) Describe(s *Subject) (expected, actual string) { return describeAll("all of: ", a, s) }

// anyOf wants one part to pass.
type anyOf []Check

// Judge is a pass if one part passes, else an error if one is, else a fail,
// undecided when one part is. Parts that are skipped don't count.
func (a anyOf) Judge(s *Subject) Outcome {
	if v, _ := quietly(a, s); v == verdict.Pass {
		return Outcome{Verdict: verdict.Pass}
	}
	whole := Outcome{Verdict: verdict.Skip}
	for _, part := range a {
		out := part.Judge(s)
		switch {
		case out.Verdict > whole.Verdict:
			whole = out
		case out.Verdict == whole.Verdict && out.Verdict >= verdict.Fail:
			whole = together(whole, out, "; ")
			whole.Undecided = whole.Undecided || out.Undecided
		}
	}
	if len(a) > 1 && whole.Expected != "" {
		whole.Expected = "any of: " + whole.Expected
	}
	return whole
}

// Describe is asked under not.
func (a anyOf) Describe(s *Subject) (expected, actual string) { return describeAll("any of: ", a, s) }

// quietly judges without the lines for people, which a check that fails would
// build for nothing where a not or an any beside it makes a pass of it.
func quietly(c Check, s *Subject) (v verdict.Verdict, undecided bool) {
	switch c := c.(type) {
	case ruled:
		ok, err := c.Holds(s)
		switch {
		case err != nil:
			out := Unjudged(err)
			return out.Verdict, out.Undecided
		case ok:
			return verdict.Pass, false
		}
		return verdict.Fail, false
	case *not:
		return swapped(quietly(c.check, s))
	case allOf:
		return allQuietly(c, s)
	case anyOf:
		return anyQuietly(c, s)
	}
	out := c.Judge(s)
	return out.Verdict, out.Undecided
}

func swapped(v verdict.Verdict, undecided bool) (verdict.Verdict, bool) {
	switch {
	case v == verdict.Pass:
		return verdict.Fail, false
	case v == verdict.Fail && !undecided:
		return verdict.Pass, false
	}
	return v, undecided
}

func allQuietly(parts []Check, s *Subject) (whole verdict.Verdict, undecided bool) {
	undecided = true
	for _, part := range parts {
		v, u := quietly(part, s)
		whole = verdict.Merge(whole, v)
		undecided = undecided && (v != verdict.Fail || u)
	}
	return whole, undecided && whole == verdict.Fail
}

func anyQuietly(parts []Check, s *Subject) (whole verdict.Verdict, undecided bool) {
	for _, part := range parts {
		v, u := quietly(part, s)
		if v == verdict.Pass {
			return v, false
		}
		whole = verdict.Merge(whole, v)
		undecided = undecided || u
	}
	return whole, undecided && whole == verdict.Fail
}

// together puts the lines of two parts with the same verdict into one.
func together(a, b Outcome, separator string) Outcome {
	a.Expected = joined(a.Expected, b.Expected, separator)
	a.Actual = joined(a.Actual, b.Actual, separator)
	a.Reason = joined(a.Reason, b.Reason, separator)
	return a
}

// joined adds b to a unless a says it already or is long enough.
func joined(a, b, separator string) string {
	switch {
	case b == "" || len(a) > maxShown || strings.Contains(a, b):
		return a
	case a == "":
		return b
	}
	return a + separator + b
}

func describeAll(prefix string, parts []Check, s *Subject) (expected, actual string) {
	for _, part := range parts {
		e, a := describe(part, s, Outcome{})
		expected, actual = joined(expected, e, "; "), joined(actual, a, "; ")
	}
	return prefix + expected, actual
}
