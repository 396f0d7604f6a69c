package check

import (
	"strings"

	"github.com/assay-harness/assay/harness/spec"
)

// containsKinds are the kinds that look for one text somewhere.
func containsKinds() []Kind {
	return []Kind{
		{
			Name:    "contains",
			Doc:     "Passes when the text contains the string.",
			Example: "contains: dogs",
			Schema:  nonEmptySchema,
			Parse:   func(p *Parser, n *spec.Node) Check { return parseFind(p, n, containing) },
		},
		{
			Name:    "icontains",
			Doc:     "Passes when the text contains the string, ignoring case (Unicode simple folding).",
			Example: "icontains: dogs",
			Schema:  nonEmptySchema,
			Parse:   func(p *Parser, n *spec.Node) Check { return parseFind(p, n, containingFolded) },
		},
	}
}

// way is how a text is looked for in another.
type way struct {
	verb    string // text VERB "dogs"
	remark  string
	prepare func(string) string // of what is looked for, once; nil: as it is
	found   func(text, prepared string) bool
}

var (
	containing       = way{verb: "contains", found: strings.Contains}
	containingFolded = way{verb: "contains", remark: ignoringCase, prepare: fold, found: containsFolded}
	starting         = way{verb: "starts with", found: strings.HasPrefix}
	ending           = way{verb: "ends with", found: strings.HasSuffix}
)

const ignoringCase = " (ignoring case)"

func (w way) prepared(text string) string {
	if w.prepare == nil {
		return text
	}
	return w.prepare(text)
}

// find looks for one text in another.
type find struct {
	way
	want     *Text
	prepared string // of a literal
}

func parseFind(p *Parser, n *spec.Node, w way) Check {
	want := p.NonEmpty(n)
	if want == nil {
		return nil
	}
	return textRule(find{w, want, w.prepared(want.value)})
}

func (f find) Holds(s *Subject) (bool, error) {
	text, err := s.Target()
	if err != nil {
		return false, err
	}
	if f.want.literal {
		return f.found(text, f.prepared), nil
	}
	want, err := f.want.evalNonEmpty(s)
	if err != nil {
		return false, err
	}
	return f.found(text, f.way.prepared(want)), nil
}

func (f find) Describe(s *Subject) (expected, actual string) {
	return s.TargetName() + " " + f.verb + " " + f.want.shown(s) + f.remark, s.actual()
}
