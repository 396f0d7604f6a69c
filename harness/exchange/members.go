package exchange

import (
	"bytes"
	"unicode/utf16"
)

// Member is one member of a JSON object: its name, unescaped, and its value as
// it stands in the source.
type Member struct {
	Name  string
	Value []byte
}

// Members gives the members of a JSON object in source order, without a copy of
// their values. It reports false for anything but one object with each name
// once; the values' own insides are not looked at closely.
func Members(object []byte) ([]Member, bool) {
	s := scanner{src: object}
	s.space()
	if !s.next('{') {
		return nil, false
	}
	var out []Member
	s.space()
	if s.next('}') {
		s.space()
		return nil, s.pos == len(object)
	}
	seen := make(map[string]bool, 8)
	for {
		m, ok := s.member()
		if !ok || seen[m.Name] {
			return nil, false
		}
		seen[m.Name] = true
		out = append(out, m)
		s.space()
		if s.next('}') {
			break
		}
		if !s.next(',') {
			return nil, false
		}
		s.space()
	}
	s.space()
	return out, s.pos == len(object)
}

func (s *scanner) member() (m Member, ok bool) {
	w := canonicalWriter{scanner: *s}
	if w.pos >= len(w.src) || w.src[w.pos] != '"' {
		return m, false
	}
	if _, ok := w.text(); !ok {
		return m, false
	}
	m.Name = unquote(w.out)
	s.pos = w.pos
	s.space()
	if !s.next(':') {
		return m, false
	}
	s.space()
	start := s.pos
	if !s.skipValue() {
		return m, false
	}
	m.Value = s.src[start:s.pos]
	return m, true
}

// skipValue takes a value, whose brackets balance; it needs no stack.
func (s *scanner) skipValue() bool {
	start, depth := s.pos, 0
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case '"':
			if !s.skipString() {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return s.pos > start
			}
			depth--
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return s.pos > start
			}
		}
		s.pos++
	}
	return depth == 0 && s.pos > start
}

// unquote decodes a canonical string; a lone surrogate becomes U+FFFD.
func unquote(s []byte) string {
	s = s[1 : len(s)-1]
	if bytes.IndexByte(s, '\\') < 0 {
		return string(s)
	}
	return string(utf16.Decode(utf16Units(s)))
}
