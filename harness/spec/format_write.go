package spec

import (
	"strings"
	"unicode/utf8"
)

// print writes a settled layout.
func (l *layout) print() []byte {
	w := &writer{layout: l, out: make([]byte, 0, len(l.source)+len(l.source)/16+64)}
	w.lines(l.head, 0)
	root := l.root.value
	if root.isBlock() {
		if root.props != "" {
			w.text(root.props)
			w.endLine(remark{})
		}
		w.entries(root, 0, 0)
	} else {
		w.props(root)
		w.text(root.text)
		w.endLine(l.root.close)
	}
	w.lines(l.tail, 0)
	w.align()
	out := trimLastBreaks(w.out, w.kept)
	if l.newline != "\n" {
		out = []byte(strings.ReplaceAll(string(out), "\n", l.newline))
	}
	if l.bom {
		out = append([]byte(bom), out...)
	}
	return out
}

// trimLastBreaks leaves one line break at the end, unless more are a text's.
func trimLastBreaks(out []byte, kept bool) []byte {
	for !kept && len(out) > 1 && out[len(out)-1] == '\n' && out[len(out)-2] == '\n' {
		out = out[:len(out)-1]
	}
	return out
}

// writer prints lines.
type writer struct {
	layout *layout
	out    []byte
	start  int // of the line at hand
	// kept: the text before keeps its line breaks, so a blank line would be part of it.
	kept bool
	// Lines in a row whose comments stood in one column keep them in one.
	aligned []aligned
	column  int
}

// aligned is a line whose comment is not written yet.
type aligned struct {
	end, width int
	text       string
}

func (w *writer) text(s string) { w.out = append(w.out, s...) }

func (w *writer) indent(n int) {
	for range n {
		w.out = append(w.out, ' ')
	}
}

// endLine ends the line at hand with its comment.
func (w *writer) endLine(r remark) {
	if len(w.aligned) > 0 && (r.text == "" || r.column != w.column) {
		w.align()
	}
	if r.text != "" {
		w.aligned = append(w.aligned, aligned{len(w.out), utf8.RuneCount(w.out[w.start:]), r.text})
		w.column = r.column
	}
	w.out = append(w.out, '\n')
	w.start = len(w.out)
}

// align writes the comments of the lines that wait for them.
func (w *writer) align() {
	if len(w.aligned) == 0 {
		return
	}
	widest := 0
	for _, a := range w.aligned {
		widest = max(widest, a.width)
	}
	from := w.aligned[0].end
	rest := string(w.out[from:])
	moved := w.start - from
	w.out = w.out[:from]
	for i, a := range w.aligned {
		w.indent(widest + 2 - a.width)
		w.text(a.text)
		next := len(rest)
		if i+1 < len(w.aligned) {
			next = w.aligned[i+1].end - from
		}
		w.text(rest[a.end-from : next])
	}
	w.start = len(w.out) - (len(rest) - moved)
	w.aligned = w.aligned[:0]
}

// lines writes comments and blank lines.
func (w *writer) lines(lines []string, indent int) {
	for _, line := range lines {
		if line != "" {
			w.indent(indent)
			w.text(line)
			w.kept = false
		} else if w.kept {
			continue
		}
		w.endLine(remark{})
	}
}

// entries writes those of a list or map in block style. The first so many
// bytes of its first line are there already.
func (w *writer) entries(p *element, indent, written int) {
	for i := range p.entries {
		e := &p.entries[i]
		if i > 0 || written == 0 {
			w.lines(e.head, indent)
			w.indent(indent)
		}
		w.kept = false
		if p.kind == List {
			w.text("-")
		} else {
			w.keyColon(e.key, indent)
		}
		w.value(p, e, indent)
	}
	w.lines(p.foot, indent)
}

// value writes what stands behind a dash or a colon, to the end of its line.
func (w *writer) value(in *element, e *entry, indent int) {
	p := e.value
	if p.isBlock() && in.kind == List && p.props == "" {
		w.text(" ")
		w.entries(p, indent+2, indent+2)
		return
	}
	if p.isBlock() || !p.isAbsent() || p.props != "" {
		w.spacedProps(p)
	}
	switch {
	case p.isBlock():
		w.endLine(e.open)
		w.entries(p, indent+2, 0)
		return
	case p.style == literal || p.style == folded:
		w.text(" ")
		w.block(p, e.close, indent)
		return
	case p.isAbsent():
	default:
		w.scalarOrFlow(p, indent+2)
	}
	w.endLine(e.close)
	w.lines(p.foot, indent+2)
}

func (w *writer) spacedProps(p *element) {
	if p.props != "" {
		w.text(" ")
		w.text(p.props)
	}
}

func (w *writer) props(p *element) {
	if p.props != "" {
		w.text(p.props)
		w.text(" ")
	}
}

// MaxSimpleKey is a little less than YAML takes for a key without a question mark.
const MaxSimpleKey = 1000

func (w *writer) keyColon(key *element, indent int) {
	if key.to-key.from > MaxSimpleKey || len(key.value) > MaxSimpleKey/4 {
		before := len(w.out)
		w.key(key)
		if len(w.out)-before > MaxSimpleKey {
			long := string(w.out[before:])
			w.out = append(append(w.out[:before], "? "...), long...)
			w.endLine(remark{})
			w.indent(indent)
		}
	} else {
		w.key(key)
	}
	w.text(":")
}

// key writes a key on one line.
func (w *writer) key(key *element) {
	w.props(key)
	source := w.layout.source[key.from:key.to]
	switch {
	case key.alias:
		w.text(source)
		w.text(" ") // or the colon would be part of the name
	case key.style == literal || key.style == folded || strings.ContainsAny(source, "\r\n"):
		w.out = appendQuoted(w.out, key.value)
	case key.marksBytes():
		w.text(quoteSingle(key.value))
	default:
		w.text(source)
	}
}

// flow writes a value as flow, and tells whether that took about so many bytes
// at most.
func (w *writer) flow(p *element, limit int) bool {
	switch {
	case p.isScalar():
		if p.to-p.from > limit {
			return false
		}
		w.flowScalar(p)
		return true
	case p.kind == List:
		return w.flowEntries(p, limit, "[]")
	}
	return w.flowEntries(p, limit, "{}")
}

func (w *writer) flowEntries(p *element, limit int, brackets string) bool {
	end := len(w.out) + limit
	w.text(brackets[:1])
	for i := range p.entries {
		e := &p.entries[i]
		if i > 0 {
			w.text(", ")
		}
		if len(w.out) > end {
			return false
		}
		if e.key != nil {
			w.key(e.key)
			w.text(": ") // also before nothing: a colon and a comma would be part of the key
		}
		w.props(e.value)
		if !w.flow(e.value, end-len(w.out)) {
			return false
		}
	}
	w.text(brackets[1:])
	return true
}
