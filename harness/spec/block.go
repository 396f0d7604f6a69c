package spec

import (
	"math"
	"strings"
)

// block maps a literal or folded scalar. The steps are those of libyaml's
// scanner, with places in the stead of bytes.
func (d *decoder) block(start int, value string, folded bool) {
	p := start
	for p < len(d.text) && breakAt(d.text, p) == 0 {
		p++
	}
	d.end = min(p, start+headerLen(d.text[start:p]))
	if value == "" {
		d.segments = append(d.segments, segment{from: d.end, to: d.end})
		return
	}
	p += breakAt(d.text, p)
	b := blockReader{decoder: d, value: value, indent: blockIndent(d.text[p:], value)}
	p = b.breaks(p)
	for p < len(d.text) && b.column(p) == b.indent && d.n < len(value) {
		p = b.line(p, folded)
	}
	// What chomping keeps of the tail; the value says how much.
	if b.lead.to > b.lead.from {
		b.pending = append([]span{b.lead}, b.pending...)
	}
	b.emit(b.pending)
}

// headerLen gives the length of a block's indicators, such as |2-.
func headerLen(s string) int {
	n := 1
	for n < len(s) && strings.IndexByte("+-0123456789", s[n]) >= 0 {
		n++
	}
	return n
}

// blockIndent finds a block's indentation: what the first line that has text
// in the value has more spaces in the source than in the value.
func blockIndent(body, value string) int {
	for value != "" {
		if value[0] != '\n' {
			return leadingSpaces(body) - leadingSpaces(value)
		}
		value = value[1:]
		i := strings.IndexAny(body, "\r\n")
		if i < 0 {
			break
		}
		body = body[i+breakAt(body, i):]
	}
	return math.MaxInt // only line breaks
}

func leadingSpaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

type span struct{ from, to int }

type blockReader struct {
	*decoder
	value        string
	indent       int
	lineStart    int
	lead         span   // the break that ends the last line of text
	pending      []span // the breaks of empty lines after it
	leadingBlank bool
}

func (b *blockReader) column(p int) int { return p - b.lineStart }

// breaks skips indentation and empty lines, whose breaks it keeps.
func (b *blockReader) breaks(p int) int {
	b.lineStart = p
	for {
		for p < len(b.text) && b.text[p] == ' ' && b.column(p) < b.indent {
			p++
		}
		size := breakAt(b.text, p)
		if size == 0 {
			return p
		}
		b.pending = append(b.pending, span{p, p + size})
		p += size
		b.lineStart = p
	}
}

func (b *blockReader) emit(breaks []span) {
	for _, s := range breaks {
		if b.n < len(b.value) {
			b.atom(1, s.from, s.to)
		}
	}
}

// line maps one line with text, and what stands before it.
func (b *blockReader) line(p int, folded bool) int {
	hasLead := b.lead.to > b.lead.from
	if folded && hasLead && !b.leadingBlank && !isBlank(b.text[p]) {
		if len(b.pending) == 0 {
			b.atom(1, b.lead.from, p)
		}
	} else if hasLead {
		b.emit([]span{b.lead})
	}
	b.emit(b.pending)
	b.pending = b.pending[:0]
	b.leadingBlank = isBlank(b.text[p])
	end := len(b.text)
	if i := strings.IndexAny(b.text[p:], "\r\n"); i >= 0 {
		end = p + i
	}
	b.same(p, end)
	b.end = end
	b.lead = span{end, end + breakAt(b.text, end)}
	return b.breaks(b.lead.to)
}
