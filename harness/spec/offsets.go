package spec

import (
	"sort"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/diag"
)

// segment says where a run of decoded bytes comes from: byte for byte, or (an
// escape, a fold) as one.
type segment struct {
	at, end  int // in the decoded text
	from, to int // in the source
	one      bool
	pos      diag.Pos
}

// mapping is a scalar's decoded text, mapped.
type mapping struct {
	node     *Node
	segments []segment
}

// At gives the source place of the bytes [start, end) of Value, true to the
// source in every scalar style. Bytes out of bounds are moved into them; of a
// List or Map it is the whole range.
func (n *Node) At(start, end int) diag.Range {
	if n.source == nil || n.Kind == List || n.Kind == Map {
		return n.Range
	}
	start = min(max(start, 0), len(n.Value))
	end = min(max(end, start), len(n.Value))
	segments := n.mapping().segments
	if len(segments) == 0 {
		return n.Range
	}
	return diag.Range{
		Filename: n.Range.Filename,
		Start:    n.position(segments, start, false),
		End:      n.position(segments, end, end > start),
	}
}

// position finds the source place of a decoded byte: where it starts or, for
// the end of a range, where the byte before it ends.
func (n *Node) position(segments []segment, at int, isEnd bool) diag.Pos {
	look := at
	if isEnd {
		look--
	}
	i := sort.Search(len(segments), func(i int) bool { return segments[i].end > look })
	i = min(i, len(segments)-1)
	s := segments[i]
	offset := s.from
	switch {
	case !s.one:
		offset += min(at-s.at, s.to-s.from)
	case isEnd || at >= s.end:
		offset = s.to
	}
	return advance(n.source.text, s.pos, offset)
}

// mapping gives the scalar's mapping, made if it is not the last one asked for.
func (n *Node) mapping() *mapping {
	if m := n.source.mapped.Load(); m != nil && m.node == n {
		return m
	}
	d := decoder{text: n.source.text}
	d.scalar(n.style, n.Range.Start.Byte, n.Value)
	pos := n.Range.Start
	for i := range d.segments {
		pos = advance(n.source.text, pos, d.segments[i].from)
		d.segments[i].pos = pos
	}
	m := &mapping{node: n, segments: d.segments}
	n.source.mapped.Store(m)
	return m
}

// decoder reads a scalar again, beside its value, and notes where each byte of
// the value comes from. The value tells what the source alone does not: where a
// plain scalar ends, and a block's indentation.
type decoder struct {
	text     string
	segments []segment
	n        int // decoded bytes so far
	end      int // where the scalar ends in the source
}

// piece bounds a segment, so that a question about a long line is answered by
// counting a little of it only.
const piece = 1024

// same notes bytes that stand for themselves.
func (d *decoder) same(from, to int) {
	for from < to {
		next := to
		if to-from > piece {
			next = from + piece
			for next < to && (d.text[next] >= utf8.RuneSelf || d.text[next-1] >= utf8.RuneSelf) {
				next++
			}
		}
		last := len(d.segments) - 1
		if last >= 0 && !d.segments[last].one && d.segments[last].to == from && d.segments[last].end-d.segments[last].at < piece {
			d.segments[last].end += next - from
			d.segments[last].to = next
		} else {
			d.segments = append(d.segments, segment{at: d.n, end: d.n + next - from, from: from, to: next})
		}
		d.n += next - from
		from = next
	}
}

// atom notes decoded bytes that the source writes in its own way.
func (d *decoder) atom(size, from, to int) {
	d.segments = append(d.segments, segment{at: d.n, end: d.n + size, from: from, to: to, one: true})
	d.n += size
}

// scalar maps the scalar of that value which starts (its quote, its indicator)
// at start.
func (d *decoder) scalar(s style, start int, value string) {
	d.segments, d.n, d.end = d.segments[:0], 0, start
	switch s {
	case plain:
		d.plain(start, value)
	case singleQuoted, doubleQuoted:
		d.quoted(start)
	default:
		d.block(start, value, s == folded)
	}
}

func (d *decoder) plain(p int, value string) {
	for d.n < len(value) && p < len(d.text) {
		if isSpace(d.text[p]) {
			p = d.fold(p, false)
			continue
		}
		q := p
		for q < len(d.text) && !isSpace(d.text[q]) && d.n+q-p < len(value) {
			q++
		}
		d.same(p, q)
		p = q
	}
	d.end = p
}

func (d *decoder) quoted(start int) {
	quote := d.text[start]
	p := start + 1
	for p < len(d.text) {
		switch c := d.text[p]; {
		case c == quote && quote == '\'' && p+1 < len(d.text) && d.text[p+1] == '\'':
			d.atom(1, p, p+2)
			p += 2
		case c == quote:
			if d.n == 0 {
				d.segments = append(d.segments, segment{from: p, to: p})
			}
			d.end = p + 1
			return
		case isSpace(c):
			p = d.fold(p, false)
		case c == '\\' && quote == '"':
			p = d.escape(p)
		default:
			q := p + 1
			for q < len(d.text) && !isSpace(d.text[q]) && d.text[q] != quote && d.text[q] != '\\' {
				q++
			}
			d.same(p, q)
			p = q
		}
	}
	d.end = p
}

// fold maps a run of white space in a plain or quoted scalar. Without a line
// break it stands for itself; one break is a space; each further one is a line
// feed. After an escaped line break, all of them are line feeds.
func (d *decoder) fold(p int, escaped bool) int {
	q, breaks := p, 0
	for q < len(d.text) && isSpace(d.text[q]) {
		if size := breakAt(d.text, q); size > 0 {
			breaks++
			if breaks > 1 || escaped {
				d.atom(1, q, q+size)
			}
			q += size
		} else {
			q++
		}
	}
	switch {
	case escaped:
	case breaks == 0:
		d.same(p, q)
	case breaks == 1:
		d.atom(1, p, q)
	}
	return q
}

// escape maps one escape sequence of a double-quoted scalar.
func (d *decoder) escape(p int) int {
	if p+1 >= len(d.text) {
		return len(d.text)
	}
	if size := breakAt(d.text, p+1); size > 0 {
		return d.fold(p+1+size, true)
	}
	size, decoded := 2, 1
	switch d.text[p+1] {
	case 'x', 'u', 'U':
		size += 2
		if d.text[p+1] == 'u' {
			size += 2
		} else if d.text[p+1] == 'U' {
			size += 6
		}
		size = min(size, len(d.text)-p)
		decoded = utf8.RuneLen(hex(d.text[p+2 : p+size]))
	case 'N', '_':
		decoded = 2
	case 'L', 'P':
		decoded = 3
	}
	d.atom(decoded, p, p+size)
	return p + size
}

func hex(digits string) rune {
	var r rune
	for i := range len(digits) {
		c := rune(digits[i])
		switch {
		case c <= '9':
			c -= '0'
		default:
			c = c | 0x20 - 'a' + 10
		}
		r = r<<4 | c
	}
	return r
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
