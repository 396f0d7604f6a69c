package exchange

import (
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// plainByte marks what a string may hold as it stands: ASCII but control
// characters, quote and backslash.
var plainByte = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// scanner reads JSON, strictly (RFC 8259).
type scanner struct {
	src []byte
	pos int
}

func (s *scanner) space() {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// next takes c, if it stands at pos.
func (s *scanner) next(c byte) bool {
	if s.pos < len(s.src) && s.src[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) word(w string) bool {
	if len(s.src)-s.pos < len(w) || string(s.src[s.pos:s.pos+len(w)]) != w {
		return false
	}
	s.pos += len(w)
	return true
}

// skipString takes a string, whose escapes and UTF-8 it does not look at.
func (s *scanner) skipString() bool {
	if !s.next('"') {
		return false
	}
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case '"':
			s.pos++
			return true
		case '\\':
			s.pos++
		}
		s.pos++
	}
	return false
}

// numberParts are the parts of a number as written; exponent is without e.
type numberParts struct {
	negative                  bool
	whole, fraction, exponent []byte
}

func (s *scanner) scanNumber() (n numberParts, ok bool) {
	n.negative = s.next('-')
	n.whole = s.digits()
	if len(n.whole) == 0 || len(n.whole) > 1 && n.whole[0] == '0' {
		return n, false
	}
	if s.next('.') {
		if n.fraction = s.digits(); len(n.fraction) == 0 {
			return n, false
		}
	}
	if s.next('e') || s.next('E') {
		start := s.pos
		if !s.next('+') {
			s.next('-')
		}
		if len(s.digits()) == 0 {
			return n, false
		}
		n.exponent = s.src[start:s.pos]
	}
	return n, true
}

func (s *scanner) digits() []byte {
	start := s.pos
	for s.pos < len(s.src) && '0' <= s.src[s.pos] && s.src[s.pos] <= '9' {
		s.pos++
	}
	return s.src[start:s.pos]
}

// escapedUnit reads the escape at the start of s: one UTF-16 unit, and the
// escape's length, 0 if it is none.
func escapedUnit(s []byte) (unit uint16, size int) {
	if len(s) < 2 || s[0] != '\\' {
		return 0, 0
	}
	if s[1] != 'u' {
		if c := shortEscape(s[1]); c != 0 {
			return uint16(c), 2
		}
		return 0, 0
	}
	if len(s) < 6 {
		return 0, 0
	}
	for _, c := range s[2:6] {
		d := hexValue(c)
		if d > 15 {
			return 0, 0
		}
		unit = unit<<4 | uint16(d)
	}
	return unit, 6
}

// shortEscape gives the character of a two-byte escape, 0 if there is none.
func shortEscape(c byte) byte {
	switch c {
	case '"', '\\', '/':
		return c
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return 0
}

// hexValue gives a hex digit's value, above 15 if c is none.
func hexValue(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

func isSurrogate(unit uint16) bool { return unit >= 0xd800 && unit < 0xe000 }

// joinSurrogates gives the character of a unit and, where it is the first half
// of a pair, of the escape that follows; more is that escape's length or 0.
func joinSurrogates(unit uint16, rest []byte) (r rune, more int) {
	if isSurrogate(unit) {
		second, size := escapedUnit(rest)
		if r := utf16.DecodeRune(rune(unit), rune(second)); size == 6 && r != utf8.RuneError {
			return r, size
		}
	}
	return rune(unit), 0
}

func surrogatePair(first, second rune) rune { return utf16.DecodeRune(first, second) }

func appendUTF16(dst []uint16, r rune) []uint16 {
	return utf16.AppendRune(dst, r)
}

// appendCharacter writes a character as it stands in a canonical string.
func appendCharacter(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if r < 0x20 {
		return append(dst, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
	}
	return utf8.AppendRune(dst, r)
}
