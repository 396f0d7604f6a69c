package exchange

import "unicode/utf8"

// Pick gives the values of a JSON object's members by name, as they stand in the
// source, nil for a name that is not there; of a name that is there twice the
// last. It reports false for what is not one JSON object. It is for reading
// replies: it takes strings that are no UTF-8, and it copies nothing.
func Pick(object []byte, names ...string) (values [][]byte, ok bool) {
	s := scanner{src: object}
	s.space()
	if s.pos >= len(object) || object[s.pos] != '{' {
		return nil, false
	}
	values = make([][]byte, len(names))
	s.pos++
	ok = s.list('}', func() bool {
		start := s.pos
		if !s.strictString() {
			return false
		}
		name := object[start:s.pos]
		s.space()
		if !s.next(':') {
			return false
		}
		s.space()
		start = s.pos
		if !s.skipStrictly(1) {
			return false
		}
		for i, want := range names {
			if isName(name, want) {
				values[i] = object[start:s.pos]
			}
		}
		return true
	})
	s.space()
	if !ok || s.pos != len(object) {
		return nil, false
	}
	return values, true
}

// isName compares a quoted name with a plain one.
func isName(quoted []byte, want string) bool {
	inner := quoted[1 : len(quoted)-1]
	if string(inner) == want {
		return true
	}
	for _, c := range inner {
		if c == '\\' {
			text, _ := Text(quoted)
			return text == want
		}
	}
	return false
}

// Elements gives the elements of a JSON array as they stand in the source. It
// reports false for what is not one JSON array.
func Elements(array []byte) (elements [][]byte, ok bool) {
	s := scanner{src: array}
	s.space()
	if !s.next('[') {
		return nil, false
	}
	ok = s.list(']', func() bool {
		start := s.pos
		if !s.skipStrictly(1) {
			return false
		}
		elements = append(elements, array[start:s.pos])
		return true
	})
	s.space()
	if !ok || s.pos != len(array) {
		return nil, false
	}
	return elements, true
}

// Text decodes a JSON string, as encoding/json does: bytes that are no UTF-8
// and lone surrogates become U+FFFD. It reports false for what is no string.
func Text(raw []byte) (string, bool) {
	s := scanner{src: raw}
	if !s.strictString() || s.pos != len(raw) {
		return "", false
	}
	raw = raw[1 : len(raw)-1]
	out, from := []byte(nil), 0
	for i := 0; i < len(raw); {
		if plainByte[raw[i]] {
			i++
			continue
		}
		if raw[i] != '\\' {
			r, size := utf8.DecodeRune(raw[i:])
			if r == utf8.RuneError && size == 1 {
				out = utf8.AppendRune(append(out, raw[from:i]...), r)
				from = i + 1
			}
			i += size
			continue
		}
		unit, size := escapedUnit(raw[i:])
		r, more := joinSurrogates(unit, raw[i+size:])
		out = utf8.AppendRune(append(out, raw[from:i]...), r) // of half a pair: U+FFFD
		i += size + more
		from = i
	}
	if out == nil {
		return string(raw), true
	}
	return string(append(out, raw[from:]...)), true
}

// list takes what stands between an opening bracket, which has been taken, and
// its end; one takes an element.
func (s *scanner) list(end byte, one func() bool) bool {
	s.space()
	if s.next(end) {
		return true
	}
	for {
		if !one() {
			return false
		}
		s.space()
		if s.next(end) {
			return true
		}
		if !s.next(',') {
			return false
		}
		s.space()
	}
}

// skipStrictly takes a value and checks its syntax, but for UTF-8.
func (s *scanner) skipStrictly(depth int) bool {
	if depth > maxDepth || s.pos >= len(s.src) {
		return false
	}
	switch s.src[s.pos] {
	case '{':
		s.pos++
		return s.list('}', func() bool {
			if !s.strictString() {
				return false
			}
			s.space()
			if !s.next(':') {
				return false
			}
			s.space()
			return s.skipStrictly(depth + 1)
		})
	case '[':
		s.pos++
		return s.list(']', func() bool { return s.skipStrictly(depth + 1) })
	case '"':
		return s.strictString()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	_, ok := s.scanNumber()
	return ok
}

// strictString takes a string and checks its escapes.
func (s *scanner) strictString() bool {
	if !s.next('"') {
		return false
	}
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case plainByte[c] || c >= utf8.RuneSelf:
			s.pos++
		case c == '"':
			s.pos++
			return true
		case c == '\\':
			_, size := escapedUnit(s.src[s.pos:])
			if size == 0 {
				return false
			}
			s.pos += size
		default:
			return false
		}
	}
	return false
}
