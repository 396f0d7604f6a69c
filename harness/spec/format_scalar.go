package spec

import (
	"strings"
)

// A scalar keeps its own source: nobody's quotes are changed for taste. Lines
// of a longer one are indented anew.

// scalarOrFlow writes a value behind a key or dash; further lines are indented.
func (w *writer) scalarOrFlow(p *element, indent int) {
	if !p.isScalar() {
		w.text(" ")
		w.text(p.text)
		return
	}
	source := w.layout.source[p.from:p.to]
	switch {
	case p.bites() || source == "-" || source == "?": // what may stand alone in a flow collection only
		w.text(" ")
		w.text(quoteSingle(p.value))
	case !strings.ContainsAny(source, "\r\n"):
		w.text(" ")
		w.text(source)
	default:
		w.spread(p, source, indent)
	}
}

// spread writes plain or quoted text of several lines.
func (w *writer) spread(p *element, source string, indent int) {
	if p.below {
		w.endLine(remark{})
		w.indent(indent)
	} else {
		w.text(" ")
	}
	for first := true; ; first = false {
		line, rest, more := cutLine(source)
		if !first {
			line = strings.TrimLeft(line, " \t")
		}
		if more {
			line = trimEnd(line)
		}
		if !first && line != "" {
			w.indent(indent)
		}
		w.text(line)
		if !more {
			return
		}
		w.endLine(remark{})
		source = rest
	}
}

// trimEnd cuts blanks off the end of a line, but for one that a backslash may keep.
func trimEnd(line string) string {
	short := strings.TrimRight(line, " \t")
	if strings.HasSuffix(short, `\`) && len(short) < len(line) {
		return line[:len(short)+1]
	}
	return short
}

// cutLine cuts off the first line.
func cutLine(text string) (line, rest string, more bool) {
	i := strings.IndexAny(text, "\r\n")
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+breakAt(text, i):], true
}

// flowScalar writes a scalar or an alias in a flow collection, on one line.
func (w *writer) flowScalar(p *element) {
	source := w.layout.source[p.from:p.to]
	switch {
	case p.isAbsent():
		if strings.Contains(p.props, "!") {
			return // the space behind a tag is there
		}
	case p.alias:
		w.text(source)
	case p.bites():
		w.text(quoteSingle(p.value))
	case strings.ContainsAny(source, "\r\n"):
		w.out = AppendFlowScalar(w.out, p.value)
	default:
		w.text(source)
	}
}

// block writes a literal or folded scalar, all its lines, behind its key or
// dash, which stands at indent.
func (w *writer) block(p *element, r remark, indent int) {
	source := w.layout.source
	header := source[p.from : p.from+headerLen(source[p.from:])]
	kept := strings.Contains(header, "+")
	body := strings.TrimRight(p.value, "\n")
	breaks := len(p.value) - len(body)
	w.text(header[:1])
	if first := strings.TrimLeft(p.value, "\n"); first != "" && isBlank(first[0]) {
		w.text("2")
	}
	switch {
	case p.value != "" && breaks == 0: // also where the file ends in the text
		w.text("-")
		kept = false
	case strings.Contains(header, "-"):
		w.text("-")
	case kept:
		w.text("+")
	}
	w.endLine(r)
	if body != "" {
		w.blockLines(p, body, indent+2)
		breaks--
	}
	for range breaks {
		w.endLine(remark{})
	}
	w.kept = kept
}

// blockLines writes the lines of a block that have text, and those between.
func (w *writer) blockLines(p *element, body string, indent int) {
	strip := 0
	if p.style == folded { // a literal's lines are those of its text
		source := w.layout.source[p.from:p.to]
		_, body, _ = cutLine(source)
		strip = blockIndent(body, p.value)
	}
	for more := true; more; {
		var line string
		line, body, more = cutLine(body)
		if len(line) > strip {
			w.indent(indent)
			w.text(line[strip:])
		}
		w.endLine(remark{})
	}
}

// bites tells whether a plain text would be something else to another reader
// of YAML: a bool, a date, a number in another base.
func (p *element) bites() bool {
	return p.kind == Text && p.style == plain && !p.alias && p.props == "" && readsOtherwise(p.value) || p.marksBytes()
}

// marksBytes reports whether a text begins with a byte order mark, which at the
// beginning of a file would be no text.
func (p *element) marksBytes() bool {
	return p.style == plain && !p.alias && strings.HasPrefix(p.value, "\ufeff")
}

// readsOtherwise knows the words and figures of YAML 1.1 that are text here.
// y and n are left alone: no reader in use takes them for anything but text.
func readsOtherwise(s string) bool {
	if len(s) > 64 || s == "" {
		return false
	}
	switch strings.ToLower(s) {
	case "yes", "no", "on", "off", "=", ".inf", "+.inf", "-.inf", ".nan", "true", "false", "null":
		return true
	}
	if s[0] == '+' || s[0] == '-' {
		s = s[1:]
	}
	if s == "" || strings.IndexByte("0123456789.", s[0]) < 0 {
		return false
	}
	return oldNumber(s) || oldTime(s)
}

// oldNumber matches numbers with a sign, underscores, colons, leading zeros,
// or in another base.
func oldNumber(s string) bool {
	if len(s) > 2 && s[0] == '0' && strings.IndexByte("xXoObB", s[1]) >= 0 {
		return strings.Trim(s[2:], "0123456789abcdefABCDEF_") == ""
	}
	plain := strings.ReplaceAll(s, "_", "")
	for part := range strings.SplitSeq(plain, ":") {
		whole := strings.TrimLeft(part, "0")
		if whole == "" || strings.IndexByte(".eE", whole[0]) >= 0 {
			whole = "0" + whole
		}
		if !isNumber(whole) {
			return false
		}
	}
	return strings.Trim(plain, ":") == plain
}

// oldTime matches dates, with or without a time.
func oldTime(s string) bool {
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	return digits == 4 && len(s) > 6 && s[4] == '-' && strings.Count(s, "-") >= 2 && strings.Trim(s, "0123456789-:.TtZz+ ") == ""
}
