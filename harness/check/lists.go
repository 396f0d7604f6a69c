package check

import (
	"github.com/assay-harness/assay/harness/spec"
)

// listKinds are the kinds that look for several texts.
func listKinds() []Kind {
	kind := func(name, passes string, w way, q quantifier) Kind {
		return Kind{
			Name:    name,
			Doc:     "Passes when the text contains " + passes + ".",
			Example: name + ": [cats, dogs]",
			Schema:  nonEmptiesSchema,
			Parse:   func(p *Parser, n *spec.Node) Check { return parseFindList(p, n, w, q) },
		}
	}
	return []Kind{
		kind("contains_all", "every string of the list", containing, every),
		kind("contains_any", "at least one string of the list", containing, some),
		kind("icontains_all", "every string of the list, ignoring case", containingFolded, every),
		kind("icontains_any", "at least one string of the list, ignoring case", containingFolded, some),
	}
}

// quantifier says how many of several must be found.
type quantifier uint8

const (
	every quantifier = iota
	some
)

// findList looks for several texts in one.
type findList struct {
	way
	how      quantifier
	want     *Texts
	prepared []string // of literals
}

func parseFindList(p *Parser, n *spec.Node, w way, q quantifier) Check {
	want := p.NonEmpties(n)
	if want == nil {
		return nil
	}
	return textRule(findList{w, q, want, w.prepareAll(want.literal)})
}

func (w way) prepareAll(texts []string) []string {
	if w.prepare == nil || texts == nil {
		return texts
	}
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = w.prepare(text)
	}
	return out
}

func (f findList) Holds(s *Subject) (bool, error) {
	text, err := s.Target()
	if err != nil {
		return false, err
	}
	want := f.prepared
	if want == nil {
		if want, err = f.want.evalNonEmpty(s); err != nil {
			return false, err
		}
		want = f.prepareAll(want)
	}
	for _, w := range want {
		if f.found(text, w) == (f.how == some) {
			return f.how == some, nil
		}
	}
	return f.how == every, nil
}

func (f findList) Describe(s *Subject) (expected, actual string) {
	how := " all of "
	if f.how == some {
		how = " any of "
	}
	return s.TargetName() + " " + f.verb + how + f.want.shown(s) + f.remark, s.actual()
}

// Remark names what is missing of a list of which all must be there.
func (f findList) Remark(s *Subject) string {
	text, shown := s.shownTarget()
	want, plain := f.want.plain(s)
	if f.how != every || !shown || !plain {
		return ""
	}
	var absent []string
	for _, w := range want {
		if !f.found(text, f.way.prepared(w)) {
			absent = append(absent, w)
		}
	}
	return "missing: " + quoteAll(absent)
}
