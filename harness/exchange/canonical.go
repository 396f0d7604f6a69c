package exchange

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxDepth bounds nesting: a deeper body counts as bytes.
const maxDepth = 1000

// Canonical gives a JSON value in canonical form: no white space, object
// members in RFC 8785's order (by UTF-16 units), strings with the fewest
// escapes and lone surrogates kept (\ud800 stays itself), numbers as exact
// decimals (1.0, 1 and 10e-1 are 1; 100 is 1e2; -0 is 0).
//
// One thing is folded, because APIs define it as the same question: where the
// value is an object with an array "messages", an element's "content" that is a
// list of exactly one {"type": "text", "text": "…"}, with no other member, is that
// text. Nowhere else.
//
// It reports false, and the body counts as bytes, for what is not one JSON
// value, has an object with the same name twice, or bad UTF-8; also beyond 1,000
// levels of nesting and for an exponent of more than 18 digits.
func Canonical(body []byte) ([]byte, bool) {
	out, ok := appendCanonical(make([]byte, 0, len(body)), body)
	if !ok {
		return nil, false
	}
	return out, true
}

func appendCanonical(dst, body []byte) ([]byte, bool) {
	var room [32]member
	w := canonicalWriter{scanner: scanner{src: body}, out: dst, members: room[:0]}
	w.space()
	if !w.value(rootValue, 0) {
		return w.out, false
	}
	w.space()
	return w.out, w.pos == len(body)
}

// position says where in a request body a value stands, as far as it matters.
type position uint8

const (
	elsewhere position = iota
	rootValue
	messageList
	oneMessage
	messageContent
)

// member gives a member's place in the output.
type member struct {
	start, keyEnd, end int
	simple             bool // the name is ASCII without escapes
}

// canonicalWriter reads src and writes its canonical form, in one pass.
type canonicalWriter struct {
	scanner
	out     []byte
	members []member // of the objects that are open, outermost first
	scratch []byte
}

func (w *canonicalWriter) value(at position, depth int) bool {
	if depth > maxDepth || w.pos >= len(w.src) {
		return false
	}
	switch w.src[w.pos] {
	case '{':
		return w.object(at, depth)
	case '[':
		return w.array(at, depth)
	case '"':
		_, ok := w.text()
		return ok
	case 't':
		return w.literal("true")
	case 'f':
		return w.literal("false")
	case 'n':
		return w.literal("null")
	default:
		return w.number()
	}
}

func (w *canonicalWriter) literal(word string) bool {
	if !w.word(word) {
		return false
	}
	w.out = append(w.out, word...)
	return true
}

func (w *canonicalWriter) array(at position, depth int) bool {
	start, inner := len(w.out), elsewhere
	if at == messageList {
		inner = oneMessage
	}
	w.pos++
	w.out = append(w.out, '[')
	w.space()
	if w.next(']') {
		w.out = append(w.out, ']')
		return true
	}
	for {
		if !w.value(inner, depth+1) {
			return false
		}
		w.space()
		if w.next(']') {
			break
		}
		if !w.next(',') {
			return false
		}
		w.space()
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, ']')
	if at == messageContent {
		w.foldContent(start)
	}
	return true
}

// foldContent replaces a list of exactly one text part by its text. What is in
// the output is canonical already, so that such a list has one spelling.
func (w *canonicalWriter) foldContent(start int) {
	const before, after = `[{"text":`, `,"type":"text"}]`
	list := w.out[start:]
	if !bytes.HasPrefix(list, []byte(before+`"`)) || !bytes.HasSuffix(list, []byte(after)) {
		return
	}
	text := list[len(before) : len(list)-len(after)]
	s := scanner{src: text}
	if !s.skipString() || s.pos != len(text) {
		return
	}
	w.out = w.out[:start+copy(list, text)]
}

func (w *canonicalWriter) object(at position, depth int) bool {
	first := len(w.members)
	w.pos++
	w.out = append(w.out, '{')
	start := len(w.out)
	w.space()
	if w.next('}') {
		w.out = append(w.out, '}')
		return true
	}
	for {
		m := member{start: len(w.out)}
		if w.pos >= len(w.src) || w.src[w.pos] != '"' {
			return false
		}
		var ok bool
		if m.simple, ok = w.text(); !ok {
			return false
		}
		m.keyEnd = len(w.out)
		w.space()
		if !w.next(':') {
			return false
		}
		w.space()
		w.out = append(w.out, ':')
		if !w.value(below(at, w.out[m.start:m.keyEnd]), depth+1) {
			return false
		}
		m.end = len(w.out)
		w.members = append(w.members, m)
		w.space()
		if w.next('}') {
			break
		}
		if !w.next(',') {
			return false
		}
		w.space()
		w.out = append(w.out, ',')
	}
	ok := w.sortMembers(w.members[first:], start)
	w.members = w.members[:first]
	w.out = append(w.out, '}')
	return ok
}

// below gives the position of a member's value; name is quoted.
func below(at position, name []byte) position {
	switch {
	case at == rootValue && string(name) == `"messages"`:
		return messageList
	case at == oneMessage && string(name) == `"content"`:
		return messageContent
	}
	return elsewhere
}

// sortMembers orders the members that were written from start on. It reports
// false if a name is there twice.
func (w *canonicalWriter) sortMembers(ms []member, start int) bool {
	inOrder := true
	for i := 1; i < len(ms) && inOrder; i++ {
		inOrder = w.compareNames(ms[i-1], ms[i]) < 0
	}
	if inOrder {
		return true
	}
	slices.SortFunc(ms, w.compareNames)
	w.scratch = w.scratch[:0]
	for i, m := range ms {
		if i > 0 {
			if w.compareNames(ms[i-1], m) == 0 {
				return false
			}
			w.scratch = append(w.scratch, ',')
		}
		w.scratch = append(w.scratch, w.out[m.start:m.end]...)
	}
	copy(w.out[start:], w.scratch)
	return true
}

// compareNames orders by UTF-16 units, which is the order of bytes for ASCII.
func (w *canonicalWriter) compareNames(a, b member) int {
	x, y := w.out[a.start+1:a.keyEnd-1], w.out[b.start+1:b.keyEnd-1]
	if a.simple && b.simple {
		return bytes.Compare(x, y)
	}
	return slices.Compare(utf16Units(x), utf16Units(y))
}

// utf16Units decodes the inside of a canonical string.
func utf16Units(s []byte) []uint16 {
	units := make([]uint16, 0, len(s))
	for i := 0; i < len(s); {
		if s[i] == '\\' {
			unit, size := escapedUnit(s[i:])
			units = append(units, unit)
			i += size
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		units = appendUTF16(units, r)
		i += size
	}
	return units
}

// text writes the string at pos in canonical form. simple tells that it is
// ASCII without escapes.
func (w *canonicalWriter) text() (simple, ok bool) {
	simple = true
	from := w.pos // the quote, then the end of the last escape
	i := w.pos + 1
	for i < len(w.src) {
		c := w.src[i]
		if plainByte[c] {
			i++
			continue
		}
		switch {
		case c == '"':
			w.out = append(w.out, w.src[from:i+1]...)
			w.pos = i + 1
			return simple, true
		case c == '\\':
			simple = false
			w.out = append(w.out, w.src[from:i]...)
			size := w.escape(w.src[i:])
			if size == 0 {
				return false, false
			}
			i += size
			from = i
		case c < 0x20:
			return false, false
		default:
			simple = false
			r, size := utf8.DecodeRune(w.src[i:])
			if r == utf8.RuneError && size == 1 {
				return false, false
			}
			i += size
		}
	}
	return false, false
}

// escape writes the character that the escape at the start of s stands for and
// gives the escape's length, 0 if it is none.
func (w *canonicalWriter) escape(s []byte) (size int) {
	unit, size := escapedUnit(s)
	if size == 0 {
		return 0
	}
	r, more := joinSurrogates(unit, s[size:])
	if more == 0 && isSurrogate(unit) {
		w.out = append(w.out, '\\', 'u', hexDigits[unit>>12], hexDigits[unit>>8&15], hexDigits[unit>>4&15], hexDigits[unit&15])
		return size
	}
	w.out = appendCharacter(w.out, r)
	return size + more
}

// number writes the number at pos as an exact decimal: an integer without
// trailing zeros, and a power of ten where there is one. It never computes the
// power, so that 1e1000000000 costs nothing.
func (w *canonicalWriter) number() bool {
	n, ok := w.scanNumber()
	if !ok {
		return false
	}
	mark := len(w.out)
	if n.negative {
		w.out = append(w.out, '-')
	}
	first := len(w.out)
	w.out = append(w.out, bytes.TrimLeft(n.whole, "0")...)
	fraction := n.fraction
	if len(w.out) == first {
		fraction = bytes.TrimLeft(fraction, "0")
	}
	w.out = append(w.out, fraction...)
	digits := bytes.TrimRight(w.out[first:], "0")
	if len(digits) == 0 {
		w.out = append(w.out[:mark], '0')
		return true
	}
	exponent, ok := parseExponent(n.exponent)
	if !ok {
		return false
	}
	exponent += int64(len(w.out) - first - len(digits) - len(n.fraction))
	w.out = w.out[:first+len(digits)]
	if exponent != 0 {
		w.out = append(w.out, 'e')
		w.out = strconv.AppendInt(w.out, exponent, 10)
	}
	return true
}

// parseExponent reads an exponent of up to 18 digits; "" is 0.
func parseExponent(s []byte) (int64, bool) {
	negative := len(s) > 0 && s[0] == '-'
	s = bytes.TrimLeft(bytes.TrimLeft(s, "+-"), "0")
	if len(s) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range s {
		n = 10*n + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}
