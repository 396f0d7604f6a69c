package exchange

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// pattern is one form of a secret, as it looks before any escaping.
type pattern struct {
	name   string
	mask   []byte
	text   []byte
	period int // the least distance of two matches that overlap, len(text) if none can
	// base64 forms are the characters that depend on the secret alone; left and
	// right tell that the neighbour on that side carries some of its bits.
	base64, left, right bool
}

// minForm is the least length of a pattern: eight bytes fill ten characters of
// base64, and plain they are eight.
const minForm = MinSecret

// entities are the ways in which HTML and XML are escaped: Go's, Python's, PHP's
// and that of the standard.
var entities = []*strings.Replacer{
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;"),
}

// formsOf gives the secret itself, as it stands in HTML, and its base64 forms:
// three alignments to groups of three bytes, in the alphabets with +/ and with -_.
func formsOf(s Secret) []pattern {
	out := []pattern{newPattern(s.Name, []byte(s.Value))}
	for _, e := range entities {
		if text := e.Replace(s.Value); text != s.Value {
			out = append(out, newPattern(s.Name, []byte(text)))
		}
	}
	for before := range 3 {
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			out = append(out, base64Form(s, before, alphabet))
		}
	}
	return out
}

// base64Form encodes the secret behind `before` unknown bytes and keeps the
// characters that no unknown bit goes into.
func base64Form(s Secret, before int, alphabet *base64.Encoding) pattern {
	padded := append(make([]byte, before), s.Value...)
	text := alphabet.AppendEncode(nil, padded)
	skip := [...]int{0, 2, 3}[before]
	whole := len(padded) * 8 / 6
	p := newPattern(s.Name, text[skip:whole])
	p.base64, p.left, p.right = true, before > 0, len(padded)*8%6 != 0
	return p
}

func newPattern(name string, text []byte) pattern {
	return pattern{name: name, text: text, period: period(text)}
}

// period gives the least shift at which the text overlaps itself.
func period(text []byte) int {
	for shift := 1; shift < len(text); shift++ {
		if bytes.Equal(text[shift:], text[:len(text)-shift]) {
			return shift
		}
	}
	return len(text)
}

// whole widens a match to what has to go with it: the base64 characters beside
// it that carry bits of the secret, the padding, and the rest of an escape that
// it starts or ends in, so that JSON stays JSON.
func (p *pattern) whole(b []byte, s span) span {
	if p.left {
		s.start -= base64Before(b[:s.start])
	}
	if p.right {
		s.end += base64After(b[s.end:])
	}
	if p.base64 {
		for range 2 {
			c, size := decodeOne(b[s.end:])
			if c != '=' {
				break
			}
			s.end += size
		}
	}
	s.start -= escapeBefore(b, s.start)
	if s.end < len(b) && b[s.end-1] == '\\' && backslashes(b[:s.end])%2 == 1 {
		s.end++
	}
	return s
}

// base64Before gives the length of the base64 character, escaped or not, that
// ends b, 0 if there is none.
func base64Before(b []byte) int {
	for _, size := range [...]int{6, 3, 2} { // \u0041, %41, \/
		if len(b) < size {
			continue
		}
		if c, n := decodeOne(b[len(b)-size:]); n == size && isBase64(c) {
			return size
		}
	}
	if len(b) > 0 && isBase64(rune(b[len(b)-1])) {
		return 1
	}
	return 0
}

func base64After(b []byte) int {
	if c, size := decodeOne(b); isBase64(c) {
		return size
	}
	return 0
}

// decodeOne reads the first character of b, which may be escaped once.
func decodeOne(b []byte) (c rune, size int) {
	switch {
	case len(b) == 0:
		return -1, 0
	case b[0] == '\\':
		if unit, size := escapedUnit(b); size > 0 {
			return rune(unit), size
		}
	case b[0] == '%' && len(b) > 2 && hexValue(b[1]) < 16 && hexValue(b[2]) < 16:
		return rune(hexValue(b[1])<<4 | hexValue(b[2])), 3
	}
	return rune(b[0]), 1
}

func isBase64(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_'
}

// backslashes counts those that end b.
func backslashes(b []byte) int {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n
}

// escapeBefore gives how many bytes before b[at] belong to an escape that at
// is inside of: \n before its n, \u00e9 before its e9.
func escapeBefore(b []byte, at int) int {
	if b[at-min(at, 1)] != '\\' || at == 0 {
		for back := 2; back < 6 && back <= at; back++ {
			if b[at-back] == '\\' && b[at-back+1] == 'u' && backslashes(b[:at-back+1])%2 == 1 {
				return back
			}
		}
		return 0
	}
	return backslashes(b[:at]) % 2
}
