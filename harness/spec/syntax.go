package spec

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	yaml4 "go.yaml.in/yaml/v4"

	"github.com/assay-harness/assay/harness/diag"
)

// fault is a syntax error as the parser tells it, with its place.
type fault struct {
	problem string
	at      int    // the source byte
	context string // "while parsing a flow mapping", or ""
	since   int    // where that started
	exact   bool   // yaml/v4 told the place; else it is a guess
}

// conflictMark starts the line with which git opens a conflict.
const conflictMark = "<<<<<<< "

// conflict finds the first one.
func (r *reader) conflict() (at int, found bool) {
	for _, start := range r.lines.starts {
		if strings.HasPrefix(r.text[start:], conflictMark) {
			return start, true
		}
	}
	return 0, false
}

// syntax reports a syntax error. yaml.v3 tells a line at best, and often a wrong
// one; yaml/v4 reads the text again for the exact place. What YAML tripped over
// is said in words of the suite language where that can be told.
func (r *reader) syntax(err error, text string, seen lexed) {
	if at, ok := r.conflict(); ok {
		r.add(diag.YAMLSyntax, at, at+len(conflictMark), "an unresolved merge conflict",
			"git left both sides here. Choose one, or join them, and delete the lines that start with <<<<<<<, ======= and >>>>>>>.")
		return
	}
	f := r.locate(err, text)
	if strings.Contains(f.problem, "max depth") {
		r.tooDeep(f.at)
		return
	}
	if t, ok := r.tabNear(f); ok {
		r.add(diag.YAMLTab, t, t+1, "a tab in the indentation", "YAML indents with spaces only.")
		return
	}
	if seen.quote >= 0 && strings.Contains(f.problem, "end of stream") {
		r.add(diag.YAMLSyntax, seen.quote, seen.quote+1, "the quote that opens here is never closed",
			"YAML read on to the end of the file. Close the quote; within single quotes a quote is written twice ('').")
		return
	}
	if at, ok := r.gluedKey(f); ok {
		r.glued(at)
		return
	}
	if t, ok := nearest(seen.traps, f, r); ok {
		r.trap(t, f)
		return
	}
	if name, ok := strings.CutPrefix(f.problem, "unknown anchor "); ok {
		name = strings.Trim(strings.TrimSuffix(name, " referenced"), "'")
		r.add(diag.YAMLSyntax, f.at, f.at+1+len(name), fmt.Sprintf("unknown anchor %q", name),
			`YAML reads a leading "*" as the name of an anchor (&`+name+`). If it is part of the text, quote the text: `+quoteSingle(excerpt(unclosed(r.restOfLine(f.at)))))
		return
	}
	if n := len(seen.opened); n > 0 {
		at := seen.opened[n-1]
		r.add(diag.YAMLSyntax, at, at+1, fmt.Sprintf("the %s that opens here is never closed", r.text[at:at+1]),
			fmt.Sprintf("It was noticed in line %d: %s.", r.lines.pos(f.at).Line, f.problem))
		return
	}
	r.plainFault(f)
}

// advice is what to do about the parser's more frequent complaints.
var advice = []struct{ problem, detail string }{
	{"could not find expected ':'", "This line is neither `key: value` nor `- item`. Text of several lines stands deeper than its key, or under `|`."},
	{"did not find expected key", "Are the lines around it indented alike? The keys of one map start in the same column."},
	{"did not find expected '-' indicator", "Are the lines around it indented alike? The dashes of one list start in the same column."},
	{"sequence entries are not allowed", "A list starts on the line below its key. Text that starts with a dash stands in quotes."},
	{"mapping keys are not allowed", "Text that starts with a question mark stands in quotes."},
	{"unknown escape character", `In double quotes a backslash starts an escape. Use single quotes, which keep a backslash as it is.`},
	{"incompatible YAML document", "Remove the %YAML line: files need none."},
	{"expected comment or line break", "The text of a | or > block starts on the next line."},
}

// plainFault reports what nothing better is known of than the parser's words.
func (r *reader) plainFault(f fault) {
	for _, a := range advice {
		if strings.Contains(f.problem, a.problem) {
			if f.at >= len(r.text) && f.context != "" {
				f.at = f.since
			}
			r.add(diag.YAMLSyntax, f.at, r.wordEnd(f.at), "not valid YAML: "+f.problem, a.detail)
			return
		}
	}
	detail := ""
	if f.context != "" {
		p := r.place(f.since, f.since)
		detail = fmt.Sprintf("It was noticed %s that starts at line %d, column %d.", f.context, p.Start.Line, p.Start.Column)
	}
	r.add(diag.YAMLSyntax, f.at, r.wordEnd(f.at), "not valid YAML: "+f.problem, detail)
}

// wordEnd gives something to underline: to the end of the word, at least one.
func (r *reader) wordEnd(at int) int {
	end := at
	for end < len(r.text) && !isSpace(r.text[end]) {
		end++
	}
	if end == at && end < len(r.text) && breakAt(r.text, end) == 0 {
		end++
	}
	return end
}

// locate asks yaml/v4 for the place.
func (r *reader) locate(err error, text string) fault {
	problem := strings.TrimPrefix(err.Error(), "yaml: ")
	f := fault{problem: problem}
	if rest, ok := strings.CutPrefix(problem, "line "); ok {
		number, said, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); err == nil {
			f.problem, f.at = said, r.skipBlank(r.lines.offset(line, 1))
		}
	}
	var exact *yaml4.LoadError
	if !errors.As(exactError(text), &exact) || exact.Mark.Line == 0 {
		return f
	}
	f.problem, f.exact = exact.Message, true
	f.at = r.lines.offset(exact.Mark.Line, exact.Mark.Column)
	if exact.ContextMark.Line > 0 {
		f.context = exact.ContextMsg
		f.since = r.lines.offset(exact.ContextMark.Line, exact.ContextMark.Column)
	}
	return f
}

// exactError gives yaml/v4's opinion of the text; a panic of its is none.
func exactError(text string) (err error) {
	defer func() {
		if recover() != nil {
			err = nil
		}
	}()
	var n yaml4.Node
	return yaml4.Load([]byte(text), &n)
}

func (r *reader) skipBlank(at int) int {
	for at < len(r.text) && isBlank(r.text[at]) {
		at++
	}
	return at
}

// tabNear finds a tab in the indentation of the line at fault, or of the one
// before it, where YAML notices some only later.
func (r *reader) tabNear(f fault) (int, bool) {
	line := r.lines.pos(f.at).Line
	for n := line; n >= max(1, line-1); n-- {
		start := r.lines.starts[n-1]
		for at := start; at < len(r.text) && isBlank(r.text[at]); at++ {
			if r.text[at] == '\t' && r.skipBlank(at) < len(r.text) && breakAt(r.text, r.skipBlank(at)) == 0 {
				return at, true
			}
		}
	}
	return 0, false
}

// gluedKey finds a key without a space behind its colon, in the line at fault
// or in the one above: to YAML it is text, and the next key stands where none may.
func (r *reader) gluedKey(f fault) (at int, found bool) {
	if !strings.Contains(f.problem, "mapping values are not allowed") && !strings.Contains(f.problem, "could not find expected ':'") {
		return 0, false
	}
	line := r.lines.pos(f.at).Line
	for n := line; n >= max(1, line-20); n-- {
		at := r.skipBlank(r.lines.starts[n-1])
		for strings.HasPrefix(r.text[at:], "- ") {
			at = r.skipBlank(at + 1)
		}
		text := r.text[at:lineEnd(r.text, at)]
		if isGlued(text) {
			return at, true
		}
		if n < line && text != "" && text[0] != '#' {
			break
		}
	}
	return 0, false
}

// isGlued tells whether text looks like a key and its value without a space
// between them. The start of an address on the web does not.
func isGlued(text string) bool {
	colon := strings.IndexByte(text, ':')
	if colon <= 0 || colon+1 == len(text) || isBlank(text[colon+1]) || strings.HasPrefix(text[colon:], "://") || strings.Contains(text, ": ") {
		return false
	}
	for i := range colon {
		if !isAnchor(text[i]) {
			return false
		}
	}
	return text[0] > '9'
}

func (r *reader) glued(at int) {
	end := lineEnd(r.text, at)
	key, value, _ := strings.Cut(r.text[at:end], ":")
	r.add(diag.YAMLSyntax, at, end, "a space is missing behind a colon",
		"YAML takes it for text. Write `"+excerpt(key+": "+value)+"`; or, if it is text, quote it.")
}

// Glued tells what was probably meant by a text such as user:hi, where a map
// is wanted: `user: hi`. It gives "" for a text that does not look like that.
func (n *Node) Glued() string {
	if n == nil || n.Kind != Text || !n.Plain || !isGlued(n.Value) {
		return ""
	}
	key, value, _ := strings.Cut(n.Value, ":")
	return excerpt(key + ": " + value)
}

// MapHint gives the advice for a value that should have been a map: what it
// was probably meant to be, or else the words given.
func (n *Node) MapHint(otherwise string) string {
	if meant := n.Glued(); meant != "" {
		return "A space is missing behind the colon: write `" + meant + "`."
	}
	return otherwise
}

// nearest picks the trap that a syntax error most likely comes from: the last
// one on its line, or within what was being parsed; a text goes on over lines.
func nearest(traps []trap, f fault, r *reader) (trap, bool) {
	if !f.exact { // yaml/v4 has no objection: it is what only yaml.v3 refuses
		i := slices.IndexFunc(traps, func(t trap) bool { return t.kind == trapQuestion })
		if i >= 0 {
			return traps[i], true
		}
	}
	line := r.lines.pos(f.at).Line
	for i := len(traps) - 1; i >= 0; i-- {
		t := traps[i]
		if t.from > f.at {
			continue
		}
		at := r.lines.pos(t.noticed).Line
		inContext := t.inFlow && strings.Contains(f.context, "flow") && t.from >= f.since
		if at == line || inContext || t.kind == trapComment && at == line-1 && !t.inFlow {
			return t, true
		}
	}
	return trap{}, false
}

func (r *reader) trap(t trap, f fault) {
	value := r.text[t.from:t.to]
	quoted := quoteSingle(excerpt(valueOf(value, t)))
	switch t.kind {
	case trapTemplate:
		r.add(diag.YAMLUnquoted, t.from, max(f.at, t.from+2), "a template inside { } or [ ] must be quoted",
			"YAML reads its braces as a map. Quote it: "+quoted)
	case trapIndent:
		r.add(diag.YAMLSyntax, t.from, t.to, "a key cannot stand here: the line goes on with the text above",
			"Indent it as the other keys of its map are; or, if it is part of the text, quote the whole text.")
	case trapQuestion:
		r.add(diag.YAMLUnquoted, t.from, t.from+len(valueOf(value, t)), "text with a question mark inside { } or [ ] must be quoted", "Quote it: "+quoted)
	case trapComment:
		hash := t.from + strings.Index(value+" #", " #")
		r.add(diag.YAMLCutComment, min(hash, len(r.text)), min(hash+2, len(r.text)), "the text is cut: \" #\" starts a comment",
			"If it is part of the text, quote the text: "+quoted)
	case trapColon:
		r.add(diag.YAMLUnquoted, t.from, t.to, `a text or condition with ": " must be quoted`,
			"YAML reads the colon as the end of a key. Quote the whole: "+quoted)
	case trapAfter:
		if line := r.lines.pos(t.noticed).Line; line > r.lines.pos(t.from).Line && isQuote(r.text[t.from]) {
			r.add(diag.YAMLSyntax, t.from, t.from+1, fmt.Sprintf("the quote that opens here closes only in line %d", line),
				"Is its closing quote missing? Within single quotes a quote is written twice ('').")
			return
		}
		if r.text[t.from] == '\'' {
			r.add(diag.YAMLSyntax, t.from, t.to, "the text goes on behind its closing quote", "Within single quotes a quote is written twice: "+requoted(value))
			return
		}
		r.add(diag.YAMLUnquoted, t.from, t.to, fmt.Sprintf("a text or condition that starts with %s must be quoted", r.text[t.from:t.from+1]),
			"YAML reads the value as over at the closing "+closing(r.text[t.from])+". Quote the whole: "+quoted)
	case trapLeading:
		r.add(diag.YAMLUnquoted, t.from, t.to, fmt.Sprintf("a text or condition that starts with %s must be quoted", r.text[t.from:t.from+1]),
			"The character means something to YAML. Quote the whole: "+quoted)
	}
}

// requoted gives a text in single quotes with the quotes in it doubled.
func requoted(value string) string {
	inner := strings.TrimSuffix(strings.TrimPrefix(value, "'"), "'")
	return quoteSingle(excerpt(strings.ReplaceAll(inner, "''", "'")))
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }

func closing(open byte) string {
	switch open {
	case '[':
		return "]"
	case '{':
		return "}"
	}
	return string(open)
}

// valueOf gives the text that should have been quoted: the line's rest, or in a
// flow collection what goes to the next comma or closing bracket outside a template.
func valueOf(value string, t trap) string {
	if !t.inFlow {
		return value
	}
	depth := 0
	for i := range len(value) {
		switch value[i] {
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			depth--
			if depth < 0 {
				return value[:i]
			}
		case ',':
			if depth == 0 {
				return value[:i]
			}
		}
	}
	return value
}
