package report

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits on what goes into XML, in bytes before escaping.
const (
	maxXMLText = 64 << 10
	maxXMLName = 512
)

// xmlWriter writes elements one behind the other, in constant memory. What the
// standard library escapes is not enough: it writes U+FFFD for a control
// character and lets escape sequences through.
type xmlWriter struct {
	w     *bufio.Writer
	depth int
	buf   []byte
}

// attr is one attribute; an empty value is left out.
type attr struct{ name, value string }

func newXMLWriter(w io.Writer) *xmlWriter {
	return &xmlWriter{w: bufio.NewWriterSize(w, 64<<10)}
}

func (x *xmlWriter) header() { x.put(`<?xml version="1.0" encoding="UTF-8"?>` + "\n") }

// start opens an element.
func (x *xmlWriter) start(name string, attrs ...attr) {
	x.tag(name, attrs)
	x.put(">\n")
	x.depth++
}

// end closes it.
func (x *xmlWriter) end(name string) {
	x.depth--
	x.indent()
	x.put("</" + name + ">\n")
}

// empty writes an element without content.
func (x *xmlWriter) empty(name string, attrs ...attr) {
	x.tag(name, attrs)
	x.put("/>\n")
}

// text writes an element that holds a text, capped.
func (x *xmlWriter) text(name, content string, attrs ...attr) {
	x.tag(name, attrs)
	x.put(">")
	x.content(content, textXML)
	x.put("</" + name + ">\n")
}

func (x *xmlWriter) tag(name string, attrs []attr) {
	x.indent()
	x.put("<" + name)
	for _, a := range attrs {
		if a.value == "" {
			continue
		}
		x.put(" " + a.name + `="`)
		x.content(a.value, attributeXML)
		x.put(`"`)
	}
}

func (x *xmlWriter) content(s string, where xmlPlace) {
	x.buf = appendXML(x.buf[:0], s, where)
	_, _ = x.w.Write(x.buf)
}

func (x *xmlWriter) indent() { x.put("        "[:min(2*x.depth, 8)]) }

// put writes; the Flush at the end gives the first error.
func (x *xmlWriter) put(s string) { _, _ = x.w.WriteString(s) }

// xmlPlace says where a text goes.
type xmlPlace uint8

const (
	textXML      xmlPlace = iota // lines and tabs stay
	attributeXML                 // lines and tabs become signs: parsers turn them into spaces
)

// appendXML escapes a text so that every parser of XML 1.0 accepts it and gives
// it back: escape sequences of terminals are taken out, what XML forbids is
// shown as a sign, and what is too long is cut with a note.
func appendXML(dst []byte, s string, where xmlPlace) []byte {
	written := 0
	for i := 0; i < len(s); {
		if written >= maxXMLText {
			return fmt.Appendf(dst, " [%d bytes left out]", len(s)-i)
		}
		if n := plainXML(s[i:min(len(s), i+maxXMLText-written)]); n > 0 {
			dst = append(dst, s[i:i+n]...)
			written += n
			i += n
			continue
		}
		if n := escapeSequence(s[i:]); n > 0 {
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '\r' && strings.HasPrefix(s[i+1:], "\n") {
			i++
			continue
		}
		i += size
		before := len(dst)
		dst = appendXMLRune(dst, r, where)
		written += min(len(dst)-before, utf8.UTFMax)
	}
	return dst
}

// plainXML gives how many bytes at the start can be written as they are.
func plainXML(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20, c >= 0x7f, c == '&', c == '<', c == '>', c == '"', c == '\'':
			return i
		}
	}
	return len(s)
}

func appendXMLRune(dst []byte, r rune, where xmlPlace) []byte {
	switch r {
	case '&':
		return append(dst, "&amp;"...)
	case '<':
		return append(dst, "&lt;"...)
	case '>':
		return append(dst, "&gt;"...)
	case '"':
		return append(dst, "&quot;"...)
	case '\'':
		return append(dst, "&apos;"...)
	case '\n', '\t':
		if where == textXML {
			return append(dst, byte(r))
		}
	}
	return utf8.AppendRune(dst, legalXML(r))
}

// legalXML gives a sign for what XML 1.0 forbids or discourages.
func legalXML(r rune) rune {
	switch {
	case r < 0x20:
		return 0x2400 + r
	case r == 0x7f:
		return 0x2421
	case r >= 0x80 && r < 0xa0, r == 0xfffe, r == 0xffff:
		return utf8.RuneError
	}
	return r
}

// maxSequence bounds the search for the end of an escape sequence.
const maxSequence = 4096

// escapeSequence gives the length of the terminal's escape sequence (ECMA-48)
// that s starts with, or 0.
func escapeSequence(s string) int {
	if len(s) < 2 || s[0] != 0x1b {
		return 0
	}
	s = s[:min(len(s), maxSequence)]
	switch c := s[1]; {
	case c == '[':
		return afterParameters(s, 2)
	case c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_': // a string up to ST or BEL
		end := strings.IndexAny(s, "\a")
		if st := strings.Index(s, "\x1b\\"); st >= 0 && (end < 0 || st < end) {
			return st + 2
		}
		return end + 1
	case c >= 0x20 && c <= 0x2f:
		return afterParameters(s, 1)
	case c >= 0x30 && c <= 0x7e:
		return 2
	}
	return 0
}

// afterParameters skips parameter and intermediate bytes and the final one.
func afterParameters(s string, i int) int {
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 0x40 && c <= 0x7e, c >= 0x30 && s[1] != '[':
			return i + 1
		case c < 0x20 || c > 0x7e:
			return 0
		}
	}
	return 0
}

// xmlName makes a name fit for an attribute and keeps it unique: one that had
// to be changed ends in a part of its digest.
func xmlName(s string) string {
	short := s
	if len(s) > maxXMLName-16 {
		short = strings.ToValidUTF8(s[:maxXMLName-16], "")
	}
	clean := strings.Map(legalXML, strings.ToValidUTF8(short, "\ufffd"))
	if clean == s {
		return s
	}
	if len(clean) > maxXMLName-16 {
		clean = strings.ToValidUTF8(clean[:maxXMLName-16], "")
	}
	sum := sha256.Sum256([]byte(s))
	return clean + "~" + hex.EncodeToString(sum[:4])
}
