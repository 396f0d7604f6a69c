package spec

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/assay-harness/assay/harness/diag"
)

// property is what may stand before a value: an anchor and a tag.
type property struct {
	at             int // where the value itself starts
	tagFrom, tagTo int
	text           bool // the tag "!": a scalar is text
}

// properties skips the anchor and the tag of a value that starts at. If the
// value is written, white space and comments after them are skipped too.
func (r *reader) properties(y *yaml.Node, at int, written bool) property {
	p := property{at: at}
	if y.Anchor == "" && y.Style&yaml.TaggedStyle == 0 && !r.has(at, '!') {
		return p
	}
	for r.has(p.at, '&') || r.has(p.at, '!') {
		from := p.at
		tag := r.text[from] == '!'
		for p.at++; p.at < len(r.text) && !isSpace(r.text[p.at]) && (tag || isAnchor(r.text[p.at])); {
			p.at++
		}
		if tag {
			p.tagFrom, p.tagTo = from, p.at
			p.text = p.tagTo-p.tagFrom == 1
		}
		next := r.skipSpace(p.at)
		if written || r.has(next, '&') || r.has(next, '!') {
			p.at = next
		}
	}
	return p
}

func (r *reader) has(at int, c byte) bool { return at < len(r.text) && r.text[at] == c }

// isAnchor matches what yaml.v3 takes into an anchor's name.
func isAnchor(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-'
}

// skipSpace skips white space, line breaks and comments.
func (r *reader) skipSpace(at int) int {
	for at < len(r.text) {
		switch {
		case isSpace(r.text[at]):
			at++
		case r.text[at] == '#':
			at = lineEnd(r.text, at)
		default:
			return at
		}
	}
	return at
}

// collectionTag refuses any tag of a list or map but YAML's own.
func (r *reader) collectionTag(y *yaml.Node, allowed string) {
	if y.Style&yaml.TaggedStyle != 0 && y.Tag != allowed && !r.foreign {
		p := r.properties(y, r.lines.offset(y.Line, y.Column), true)
		r.tag(p.tagFrom, max(p.tagTo, p.tagFrom+1))
	}
}

func (r *reader) scalar(y *yaml.Node, at int, inFlow bool) *Node {
	s := styleOf(y)
	written := s != plain || y.Value != ""
	p := r.properties(y, at, written)
	r.decoder.end = p.at
	value, ok := r.sameText(s, p.at, y.Value)
	if !ok {
		value = r.decode(s, p.at, y.Value)
	}
	n := r.newNode(Text, p.at, r.decoder.end)
	n.style, n.Plain, n.Value = s, s == plain, value
	if s == plain {
		n.Kind = plainKind(value)
	}
	if p.text {
		n.Kind = Text
	} else if y.Style&yaml.TaggedStyle != 0 {
		r.scalarTag(y, n, p)
	}
	if s == plain && n.Kind == Text && r.cutIsError {
		r.cut(n)
	}
	if !inFlow && r.lines.tabs {
		r.tabs(n)
	}
	return n
}

func styleOf(y *yaml.Node) style {
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		return doubleQuoted
	case y.Style&yaml.SingleQuotedStyle != 0:
		return singleQuoted
	case y.Style&yaml.LiteralStyle != 0:
		return literal
	case y.Style&yaml.FoldedStyle != 0:
		return folded
	}
	return plain
}

// sameText gives the piece of the source that is the value, letter for letter:
// the common case, which costs no copy.
func (r *reader) sameText(s style, at int, value string) (string, bool) {
	if s != plain && s != singleQuoted && s != doubleQuoted {
		return "", false
	}
	quote := 0
	if s != plain {
		quote = 1
	}
	end := at + quote + len(value)
	if end+quote > len(r.text) || r.text[at+quote:end] != value || quote == 1 && r.text[end] != r.text[at] {
		return "", false
	}
	// A quote that is the first half of an escaped one does not end the scalar.
	if s == singleQuoted && r.has(end+1, '\'') {
		return "", false
	}
	r.decoder.end = end + quote
	return r.text[at+quote : end], true
}

// decode finds where a scalar ends, and gives its value with what stand-ins
// stand for.
func (r *reader) decode(s style, at int, value string) string {
	r.decoder.scalar(s, at, value)
	for _, standIn := range r.standIns {
		if strings.Contains(value, standIn) {
			return r.original(value)
		}
	}
	return value
}

// original puts a value together from the source, where that is exact, and
// from yaml.v3's value, where the source has an escape or a fold.
func (r *reader) original(value string) string {
	var b strings.Builder
	for _, s := range r.decoder.segments {
		if !s.one {
			b.WriteString(r.text[s.from:s.to])
		} else {
			b.WriteString(value[min(s.at, len(value)):min(s.end, len(value))])
		}
	}
	return b.String()
}

// scalarTag applies YAML's own tags, and refuses the others.
func (r *reader) scalarTag(y *yaml.Node, n *Node, p property) {
	fits := false
	switch y.Tag {
	case "!!str":
		n.Kind, fits = Text, true
	case "!!int", "!!float":
		fits = n.Kind == Number
	case "!!bool":
		fits = n.Kind == Bool
	case "!!null":
		fits = n.Kind == Null
	}
	switch {
	case fits:
	case r.foreign:
		foreignTag(y, n)
	default:
		// Read on as if it had been quoted, as it probably should be.
		if r.tag(p.tagFrom, p.tagTo); n.Plain {
			n.Kind, n.Value = Text, r.text[p.tagFrom:max(p.tagTo, n.Range.End.Byte)]
		}
	}
}

// tag reports a tag.
func (r *reader) tag(from, to int) {
	r.add(diag.YAMLTag, from, to, fmt.Sprintf("the tag %q cannot stand here", r.text[from:to]),
		`YAML reads a leading "!" as a tag. If it is part of the text, quote the text: `+quoteSingle(excerpt(unclosed(r.restOfLine(from)))))
}

// cut reports plain text that a single space and a comment end: "order #5".
func (r *reader) cut(n *Node) {
	end := n.Range.End.Byte
	if !r.has(end, ' ') || !r.has(end+1, '#') {
		return
	}
	last := n.Value[strings.LastIndexAny(n.Value, " \n")+1:]
	r.add(diag.YAMLCutComment, end, end+2, fmt.Sprintf("the text ends at `%s`: quote it, or put two spaces before a comment", last),
		`YAML takes " #" as the start of a comment. If it is part of the text: `+quoteSingle(excerpt(n.Value+r.restOfLine(end))))
}

func (r *reader) restOfLine(at int) string {
	rest := r.text[at:]
	if i := strings.IndexAny(rest, "\r\n"); i >= 0 {
		rest = rest[:i]
	}
	return strings.TrimRight(rest, " \t")
}

// unclosed cuts a text where a bracket closes that it does not open: that one
// closes the list or map around it.
func unclosed(text string) string {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			if depth--; depth < 0 {
				return text[:i]
			}
		}
	}
	return text
}

// excerpt keeps a proposal short enough to be read.
func excerpt(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\n", " ")
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}

func quoteSingle(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// tabs reports a tab in the indentation before a value that starts its line.
func (r *reader) tabs(n *Node) {
	start := r.lines.starts[n.Range.Start.Line-1]
	indent := r.text[start:n.Range.Start.Byte]
	if i := strings.IndexByte(indent, '\t'); i >= 0 && strings.Trim(indent, " \t-?:") == "" {
		r.add(diag.YAMLTab, start+i, start+i+1, "a tab in the indentation", "YAML indents with spaces only.")
	}
}
