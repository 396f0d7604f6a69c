package check

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/assay-harness/assay/harness/spec"
)

// equalKinds are the kinds that compare the whole text.
func equalKinds() []Kind {
	return []Kind{
		{
			Name:    "equals",
			Doc:     "Passes when the text is the string, byte for byte.",
			Example: "equals: 'Yes.'",
			Schema:  textSchema,
			Parse:   func(p *Parser, n *spec.Node) Check { return parseEquals(p, n, byteForByte) },
		},
		{
			Name:    "iequals",
			Doc:     "Passes when the text is the string, ignoring case (Unicode simple folding).",
			Example: "iequals: yes.",
			Schema:  textSchema,
			Parse:   func(p *Parser, n *spec.Node) Check { return parseEquals(p, n, foldedEqual) },
		},
		{
			Name:    "one_of",
			Doc:     "Passes when the text is one of the strings, byte for byte.",
			Example: "one_of: [positive, negative, neutral]",
			Schema:  textsSchema,
			Parse:   parseOneOf,
		},
	}
}

// equals compares the whole text with one.
type equals struct {
	equality
	want *Text
}

// equality is when two texts count as the same.
type equality struct {
	same func(a, b string) bool
	note string
}

var (
	byteForByte = equality{same: exactly}
	foldedEqual = equality{same: equalFolded, note: ignoringCase}
)

func exactly(a, b string) bool { return a == b }

func parseEquals(p *Parser, n *spec.Node, e equality) Check {
	want := p.text(n)
	if want == nil {
		return nil
	}
	return textRule(equals{e, want})
}

func (e equals) Holds(s *Subject) (bool, error) {
	text, err := s.Target()
	if err != nil {
		return false, err
	}
	want, err := e.want.Eval(s)
	if err != nil {
		return false, err
	}
	return e.same(text, want), nil
}

func (e equals) Describe(s *Subject) (expected, actual string) {
	return s.TargetName() + " equals " + e.want.shown(s) + e.note, s.actual()
}

// Remark says how two texts differ, where that is hard to see.
func (e equals) Remark(s *Subject) string {
	text, shown := s.shownTarget()
	want, plain := e.want.plain(s)
	if !shown || !plain {
		return ""
	}
	return difference(want, text, e.same)
}

// difference says in which small way two texts differ, or where first.
func difference(want, got string, same func(a, b string) bool) string {
	if e := onlyIn(want, got, same); e != "" {
		return "differs only in " + e
	}
	if !strings.Contains(want, "\n") && !strings.Contains(got, "\n") {
		return ""
	}
	return firstDifference(want, got)
}

// onlyIn names what two texts differ in when they are the same without it.
func onlyIn(want, got string, same func(a, b string) bool) string {
	crlf := strings.NewReplacer("\r\n", "\n")
	switch {
	case same(want, got):
		return ""
	case same(norm.NFC.String(want), norm.NFC.String(got)):
		return "Unicode normalisation"
	case same(strings.TrimSuffix(want, "\n"), strings.TrimSuffix(got, "\n")):
		return "a final newline"
	case same(crlf.Replace(want), crlf.Replace(got)):
		return "line endings (CRLF)"
	case same(strings.TrimSpace(want), strings.TrimSpace(got)):
		return "white space at the ends"
	case equalFolded(want, got):
		return "case"
	}
	return ""
}

// firstDifference finds the place where the texts part: line and column in
// characters of the actual text, and what stands there.
func firstDifference(want, got string) string {
	at := 0
	for at < len(want) && at < len(got) && want[at] == got[at] {
		at++
	}
	for at > 0 && (at < len(got) && !utf8.RuneStart(got[at]) || at < len(want) && !utf8.RuneStart(want[at])) {
		at--
	}
	line := 1 + strings.Count(got[:at], "\n")
	column := 1 + graphemes(got[strings.LastIndexByte(got[:at], '\n')+1:at])
	return fmt.Sprintf("first difference at line %d, column %d: expected %s, got %s", line, column, next(want[at:]), next(got[at:]))
}

// next shows what stands at the start of a text, to the end of its line.
func next(text string) string {
	const most = 40
	if text == "" {
		return "the end"
	}
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:max(i, 1)]
	}
	runes := 0
	for i := range text {
		if runes++; runes > most {
			return quote(text[:i]) + "…"
		}
	}
	return quote(text)
}

// oneOf compares the whole text with several.
type oneOf struct{ want *Texts }

func parseOneOf(p *Parser, n *spec.Node) Check {
	want := p.Texts(n)
	if want == nil {
		return nil
	}
	return textRule(oneOf{want})
}

func (o oneOf) Holds(s *Subject) (bool, error) {
	text, err := s.Target()
	if err != nil {
		return false, err
	}
	want, err := o.want.Eval(s)
	return slices.Contains(want, text), err
}

func (o oneOf) Describe(s *Subject) (expected, actual string) {
	return s.TargetName() + " is one of " + o.want.shown(s), s.actual()
}

// Remark says which of the list the text nearly is.
func (o oneOf) Remark(s *Subject) string {
	text, shown := s.shownTarget()
	want, plain := o.want.plain(s)
	if !shown || !plain {
		return ""
	}
	for _, w := range want {
		if small := onlyIn(w, text, exactly); small != "" {
			return "differs from " + quote(w) + " only in " + small
		}
	}
	return ""
}
