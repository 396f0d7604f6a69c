package exchange

import (
	"bytes"
	"unicode/utf8"
)

// relevantEscape reports whether b has an escape of a character that some
// pattern has. Without one the exact search sees all there is, and it is the
// fast one: bodies are full of \n and \" but hardly ever spell letters so.
func (r *Redactor) relevantEscape(b []byte) bool {
	if r.ascii[' '] && bytes.IndexByte(b, '+') >= 0 {
		return true
	}
	return r.relevant(b, '\\') || r.relevant(b, '%')
}

func (r *Redactor) relevant(b []byte, mark byte) bool {
	for {
		at := bytes.IndexByte(b, mark)
		if at < 0 {
			return false
		}
		b = b[at:]
		if r.ascii[mark] && (mark == '\\' || bytes.HasPrefix(b, []byte("%25"))) {
			return true
		}
		c, size := unescape(b)
		if c < 128 && c >= 0 && r.ascii[c] || c >= 128 && r.wide {
			return true
		}
		b = b[max(size, 1):]
	}
}

// maxRun bounds how many backslashes one escape may have: four levels of JSON in
// JSON. A longer run is looked at from its end.
const maxRun = 16

// run counts the backslashes that b starts with, up to most.
func run(b []byte, most int) int {
	n := 0
	for n < len(b) && n < most && b[n] == '\\' {
		n++
	}
	return n
}

// unescape reads the escape at the start of b: a run of backslashes with what
// it escapes (JSON in JSON has several), or %41 (also %2541). c is a UTF-16
// unit or a byte, -1 if it is none; size is its length.
func unescape(b []byte) (c rune, size int) {
	if len(b) == 0 {
		return -1, 0
	}
	if b[0] == '%' {
		n := 1
		for bytes.HasPrefix(b[n:], []byte("25")) && len(b) > n+3 && hexValue(b[n+2]) < 16 && hexValue(b[n+3]) < 16 {
			n += 2
		}
		if len(b) < n+2 || hexValue(b[n]) > 15 || hexValue(b[n+1]) > 15 {
			return -1, n
		}
		return rune(hexValue(b[n])<<4 | hexValue(b[n+1])), n + 2
	}
	n := run(b, maxRun)
	if n == 0 || n == len(b) {
		return -1, n
	}
	unit, size := escapedUnit(b[n-1:])
	if size == 0 {
		return -1, n
	}
	return rune(unit), n - 1 + size
}

// findEscaped gives the first place from `from` on where b has the pattern with
// any of its characters escaped, start -1 if there is none.
func (p *pattern) findEscaped(b []byte, from int) (start, end int) {
	first := p.text[0]
	for i := from; i < len(b); i++ {
		c := b[i]
		if c == '\\' && first != '\\' {
			// All of a run goes with the character behind it.
			end := i + run(b[i:], len(b))
			i = max(i, end-maxRun+1)
			if i > from || i == 0 || b[i-1] != '\\' {
				if match := p.matchEscaped(b, i); match > 0 {
					return i, match
				}
			}
			i = end - 1
			continue
		}
		if c != first && c != '\\' && c != '%' && c != '+' {
			continue
		}
		if end := p.matchEscaped(b, i); end > 0 {
			return i, end
		}
	}
	return -1, -1
}

// matchEscaped gives where the pattern ends that starts at b[i], 0 if it does not.
func (p *pattern) matchEscaped(b []byte, i int) (end int) {
	if end := p.matchFrom(b, i, "%25"); end > 0 || bytes.IndexByte(p.text, '%') < 0 {
		return end
	}
	return p.matchFrom(b, i, "%2525")
}

// matchFrom is matchEscaped where the pattern's own % is spelt like that.
func (p *pattern) matchFrom(b []byte, i int, percent string) (end int) {
	for k := 0; k < len(p.text); {
		if i >= len(b) {
			return 0
		}
		taken, size := p.matchOne(b[i:], k, percent)
		if size == 0 {
			return 0
		}
		k += taken
		i += size
	}
	return i
}

// matchOne matches the pattern from its k-th byte on with the start of b: taken
// bytes of the pattern for size bytes of b.
func (p *pattern) matchOne(b []byte, k int, percent string) (taken, size int) {
	want := p.text[k]
	switch c := b[0]; {
	case c == '%' && want == '%':
		if bytes.HasPrefix(b, []byte(percent)) {
			return 1, len(percent)
		}
		return 1, 1
	case c == '\\' && want == '\\':
		return p.matchBackslashes(b, k)
	case c == '\\':
		return p.matchUnit(b, k)
	case c == '%':
		if got, size := unescape(b); got == rune(want) {
			return 1, size
		}
		return 0, 0
	case c == '+' && want == ' ', c == want:
		return 1, 1
	}
	return 0, 0
}

// matchUnit matches a JSON escape with the character at the k-th byte.
func (p *pattern) matchUnit(b []byte, k int) (taken, size int) {
	got, size := unescape(b)
	if got < 0 {
		return 0, 0
	}
	want, length := utf8.DecodeRune(p.text[k:])
	if r := got; r < 0x10000 && isSurrogate(uint16(r)) {
		second, more := unescape(b[size:])
		if second < 0 {
			return 0, 0
		}
		got = surrogatePair(r, second)
		size += more
	}
	if got != want || want == utf8.RuneError && length < 2 {
		return 0, 0
	}
	return length, size
}

// matchBackslashes matches a run of backslashes in the pattern with the same
// run, or with one of twice or four times that length (JSON, JSON in JSON).
func (p *pattern) matchBackslashes(b []byte, k int) (taken, size int) {
	want := run(p.text[k:], len(p.text))
	got := run(b, 4*want)
	if unit, size := unescape(b); unit == '\\' && got == size-5 {
		return 1, size // \u005c
	}
	for times := 4; times > 0; times /= 2 {
		if got >= times*want {
			return want, times * want
		}
	}
	return 0, 0
}
