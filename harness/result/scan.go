package result

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Limits on a record that comes from outside.
const (
	maxValue = 256 << 20 // bytes of one case, or of one field beside the cases
	maxDepth = 200
)

// scanner walks through JSON without decoding it: it finds where values begin
// and end, at several hundred MB/s and in constant memory. What is inside a
// value is checked when it is decoded.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	line     int // of buf[pos], from 1
	column   int // bytes before buf[pos] in its line
	eof      error
}

// errCut means that the text ended inside a value.
var errCut = errors.New("the record ends too early")

// faultAt is what is wrong with the bytes of a record.
type faultAt struct {
	line, column int
	what         string
	err          error
}

func (f *faultAt) Error() string { return fmt.Sprintf("line %d: %s", f.line, f.what) }
func (f *faultAt) Unwrap() error { return f.err }

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, 64<<10), line: 1}
}

// fault says what is wrong at the present place; at the end of the file that is
// always the end, and a failure to read is itself.
func (s *scanner) fault(format string, args ...any) error {
	f := s.here(format, args...)
	if s.pos == s.end && s.eof != nil {
		if !errors.Is(s.eof, io.EOF) {
			return s.eof
		}
		f.what, f.err = errCut.Error(), errCut
	}
	return f
}

// here says what is wrong with the document as a whole.
func (s *scanner) here(format string, args ...any) *faultAt {
	return &faultAt{line: s.line, column: s.column + 1, what: fmt.Sprintf(format, args...)}
}

// fill reads more once all is consumed; false at the end.
func (s *scanner) fill() bool {
	for empty := 0; s.pos == s.end; empty++ {
		if s.eof != nil {
			return false
		}
		s.pos, s.end = 0, 0
		n, err := s.r.Read(s.buf)
		if err == nil && n == 0 && empty > 100 {
			err = io.ErrNoProgress
		}
		s.end, s.eof = n, err
	}
	return true
}

// advance consumes n bytes of the buffer and counts lines.
func (s *scanner) advance(n int) {
	done := s.buf[s.pos : s.pos+n]
	s.pos += n
	if lines := bytes.Count(done, []byte("\n")); lines > 0 {
		s.line += lines
		s.column = len(done) - bytes.LastIndexByte(done, '\n') - 1
		return
	}
	s.column += n
}

// peek skips white space and gives the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for s.fill() {
		switch c := s.buf[s.pos]; c {
		case ' ', '\t', '\r', '\n':
			s.advance(1)
		default:
			return c
		}
	}
	return 0
}

// atEnd reports whether nothing but white space is left.
func (s *scanner) atEnd() bool {
	s.peek()
	return !s.fill()
}

// take consumes the byte c, or fails.
func (s *scanner) take(c byte) error {
	got := s.peek()
	if got != c {
		return s.fault("found %q where %q should be", string(rune(got)), string(rune(c)))
	}
	s.advance(1)
	return nil
}

// more reports, behind an element, whether a comma announces another one; the
// closing byte is consumed.
func (s *scanner) more(closing byte) (bool, error) {
	switch got := s.peek(); got {
	case ',':
		s.advance(1)
		return true, nil
	case closing:
		s.advance(1)
		return false, nil
	default:
		return false, s.fault("found %q between values", string(rune(got)))
	}
}

// value consumes one value and appends its bytes to dst.
func (s *scanner) value(dst []byte) ([]byte, error) {
	var walk walker
	s.peek()
	from := len(dst)
	for {
		if !s.fill() {
			if walk.scalar() { // a number may stand at the end
				return dst, nil
			}
			return dst, s.fault("")
		}
		n, done, ok := walk.feed(s.buf[s.pos:s.end])
		dst = append(dst, s.buf[s.pos:s.pos+n]...)
		s.advance(n)
		switch {
		case !ok:
			return dst, s.fault("this is no JSON")
		case done:
			return dst, nil
		case len(dst)-from > maxValue:
			return dst, s.fault("a value of more than %d MB", maxValue>>20)
		}
	}
}

// skip consumes one value.
func (s *scanner) skip() error {
	var walk walker
	s.peek()
	for s.fill() {
		n, done, ok := walk.feed(s.buf[s.pos:s.end])
		s.advance(n)
		if !ok {
			return s.fault("this is no JSON")
		}
		if done {
			return nil
		}
	}
	return s.fault("")
}

// walker finds the end of one value that comes in pieces.
type walker struct {
	depth    int
	inString bool
	escaped  bool
	inScalar bool // a number, true, false or null
}

func (w *walker) scalar() bool { return w.inScalar && w.depth == 0 }

// feed walks through data. It gives how many bytes belong to the value, and
// whether it ended; ok is false for what can be no JSON.
func (w *walker) feed(data []byte) (n int, done, ok bool) {
	for i := 0; i < len(data); i++ {
		if w.inString {
			if i = w.text(data, i); i == len(data) {
				break
			}
			if w.depth == 0 {
				return i + 1, true, true
			}
			continue
		}
		if w.depth > 0 { // most of a document: find the next byte that matters
			for i < len(data) && !matters[data[i]] {
				i++
			}
			if i == len(data) {
				break
			}
		}
		switch c := data[i]; c {
		case '"':
			if w.scalar() {
				return i, true, true
			}
			w.inString = true
		case '{', '[':
			if w.scalar() {
				return i, true, true
			}
			if w.depth++; w.depth > maxDepth {
				return i, false, false
			}
		case '}', ']':
			if w.depth == 0 { // the end of what the value stands in
				return i, w.inScalar, w.inScalar
			}
			if w.depth--; w.depth == 0 {
				return i + 1, true, true
			}
		case ',', ' ', '\t', '\r', '\n', ':':
			if w.depth == 0 {
				return i, w.inScalar, w.inScalar
			}
		default:
			w.inScalar = w.inScalar || w.depth == 0
		}
	}
	return len(data), false, true
}

// matters marks the bytes that open or close something.
var matters = [256]bool{'"': true, '{': true, '}': true, '[': true, ']': true}

// text walks to the quote that ends a string, or to the end of the data.
func (w *walker) text(data []byte, i int) int {
	for ; i < len(data); i++ {
		if w.escaped {
			w.escaped = false
			continue
		}
		for i < len(data) && data[i] != '"' && data[i] != '\\' {
			i++
		}
		if i == len(data) {
			break
		}
		if data[i] == '"' {
			w.inString = false
			return i
		}
		w.escaped = true
	}
	return i
}
