package check

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/spec"
)

// measureKinds are the kinds that bound how much text there is.
func measureKinds() []Kind {
	return []Kind{
		measureKind("length", "the text has that many characters (grapheme clusters, as the function length counts)", "length: {max: 600}", measure{"character", graphemes}),
		measureKind("words", "the text has that many words (separated by white space)", "words: {min: 3, max: 100}", measure{"word", words}),
		measureKind("lines", "the text has that many lines (a newline at the end starts none)", "lines: {max: 4}", measure{"line", lines}),
	}
}

// measure counts something in a text.
type measure struct {
	unit  string
	count func(string) int
}

func measureKind(name, passes, example string, m measure) Kind {
	return Kind{
		Name:    name,
		Doc:     "Passes when " + passes + ".",
		Example: example,
		Schema:  boundsSchema(countSchema, "max", "min"),
		Parse: func(p *Parser, n *spec.Node) Check {
			bounds := p.Bounds(n)
			if bounds == nil {
				return nil
			}
			if bounds.limits.trivial() {
				p.alwaysPasses(n, "no text is shorter than nothing")
				return nil
			}
			return textRule(measured{m, bounds})
		},
	}
}

type measured struct {
	measure
	bounds *Bounds
}

func (m measured) Holds(s *Subject) (bool, error) {
	text, err := s.Target()
	if err != nil {
		return false, err
	}
	return m.bounds.Holds(s, m.count(text))
}

func (m measured) Describe(s *Subject) (expected, actual string) {
	expected = s.TargetName() + " has " + m.bounds.Describe(s, m.unit)
	if text, err := s.Target(); err == nil {
		actual = count(m.count(text), m.unit)
	}
	if text, shown := s.shownTarget(); shown {
		actual += ": " + quote(text)
	}
	return expected, actual
}

// graphemes counts grapheme clusters. Between two ASCII bytes there is always a
// boundary, but between CR and LF, so the tables are asked only around other
// characters.
func graphemes(text string) int {
	n := 0
	for i := 0; i < len(text); n++ {
		switch {
		case i+1 == len(text):
			i++
		case text[i] < utf8.RuneSelf && text[i+1] < utf8.RuneSelf:
			if text[i] == '\r' && text[i+1] == '\n' {
				i++
			}
			i++
		default:
			end := asciiPair(text, i+1)
			n += clusters([]byte(text[i:end])) - 1
			i = end
		}
	}
	return n
}

// asciiPair finds the second of the next two ASCII bytes that stand together
// (and are no CR LF), from which on counting is simple again.
func asciiPair(text string, from int) int {
	for i := from; i+1 < len(text); i++ {
		if text[i] < utf8.RuneSelf && text[i+1] < utf8.RuneSelf && (text[i] != '\r' || text[i+1] != '\n') {
			return i + 1
		}
	}
	return len(text)
}

func clusters(text []byte) int {
	n := 0
	for ; len(text) > 0; n++ {
		size := scanGrapheme(text)
		if size <= 0 {
			return n + 1
		}
		text = text[size:]
	}
	return n
}

// words counts runs of characters that are no white space.
func words(text string) int {
	n, inWord := 0, false
	for _, r := range text {
		space := unicode.IsSpace(r)
		if !space && !inWord {
			n++
		}
		inWord = !space
	}
	return n
}

// lines counts lines: those that end in a newline, and a last one that has
// something in it. A carriage return alone ends none.
func lines(text string) int {
	n := strings.Count(text, "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		n++
	}
	return n
}
