package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// decoder reads the JSON of one case. It does by hand what encoding/json does
// by reflection, several times as fast: a run of 10,000 cases is read again for
// each report. A fuzz test holds it to encoding/json. After the first error all
// its methods do nothing.
type decoder struct {
	data  []byte
	i     int
	err   error
	names map[string]string // texts that many cases share: files, providers, models
}

// decodeCase reads one case.
func (d *decoder) decodeCase(raw []byte, c *Case) error {
	d.data, d.i, d.err = raw, 0, nil
	if d.peek() != '{' {
		return errors.New("a case must be an object")
	}
	d.wholeCase(c)
	if d.err == nil && d.peek() != 0 {
		d.fail("more behind the end of a case")
	}
	return d.err
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("case, byte %d: "+format, append([]any{d.i}, args...)...)
	}
	d.i = len(d.data) // ends every loop
}

// peek skips white space and gives the next byte, 0 at the end.
func (d *decoder) peek() byte {
	for d.i < len(d.data) {
		switch c := d.data[d.i]; c {
		case ' ', '\t', '\r', '\n':
			d.i++
		default:
			return c
		}
	}
	return 0
}

func (d *decoder) take(c byte) {
	if d.peek() != c {
		d.fail("%q should be here", c)
		return
	}
	d.i++
}

// null consumes a null: the field keeps its zero value.
func (d *decoder) null() bool {
	if d.peek() == 'n' && bytes.HasPrefix(d.data[d.i:], []byte("null")) {
		d.i += 4
		return true
	}
	return false
}

// object calls field for each key; it must consume the value.
func (d *decoder) object(field func(key []byte)) {
	if d.null() {
		return
	}
	d.take('{')
	if d.peek() == '}' {
		d.i++
		return
	}
	for d.err == nil {
		key := d.key()
		d.take(':')
		field(key)
		if d.more('}') {
			return
		}
	}
}

// more consumes what stands behind a value and reports whether it was the end.
func (d *decoder) more(end byte) bool {
	switch d.peek() {
	case ',':
		d.i++
		return false
	case end:
		d.i++
	default:
		d.fail("%q or a comma should be here", end)
	}
	return true
}

// list reads a list, one call of element each.
func list[T any](d *decoder, to *[]T, element func(*T)) {
	if d.null() {
		return
	}
	d.take('[')
	if d.peek() == ']' {
		d.i++
		return
	}
	for d.err == nil {
		var zero T
		*to = append(*to, zero)
		element(&(*to)[len(*to)-1])
		if d.more(']') {
			return
		}
	}
}

// pointer reads a value that may be null.
func pointer[T any](d *decoder, to **T, read func(*T)) {
	if d.null() {
		return
	}
	*to = new(T)
	read(*to)
}

// raw consumes one value.
func (d *decoder) raw() []byte {
	d.peek()
	var w walker
	n, done, ok := w.feed(d.data[min(d.i, len(d.data)):])
	if !ok || !done && !w.scalar() {
		d.fail("no value")
		return nil
	}
	value := d.data[d.i : d.i+n]
	d.i += n
	return value
}

// skip consumes a field that this version does not know.
func (d *decoder) skip() {
	if raw := d.raw(); d.err == nil && !json.Valid(raw) {
		d.fail("this is no JSON")
	}
}

// scan finds the end of a string without escapes; plain is false where it has
// some, or is no text.
func (d *decoder) scan() (text []byte, plain bool) {
	if d.peek() != '"' {
		d.fail("a text should be here")
		return nil, true
	}
	rest := d.data[d.i+1:]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		d.fail("a text without an end")
		return nil, true
	}
	text = rest[:end]
	for _, c := range text {
		if c == '\\' || c < 0x20 {
			return nil, false
		}
	}
	if !utf8.Valid(text) {
		return nil, false
	}
	d.i += end + 2
	return text, true
}

// key reads a text that is compared and then forgotten.
func (d *decoder) key() []byte {
	text, plain := d.scan()
	if !plain {
		return []byte(d.escaped())
	}
	return text
}

// escaped reads a text with escapes. The two that case names are full of are
// done here, the others by encoding/json.
func (d *decoder) escaped() (s string) {
	raw := d.raw()
	if d.err != nil {
		return ""
	}
	if s, ok := simpleEscapes(raw); ok {
		return s
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		d.fail("%v", err)
	}
	return s
}

// simpleEscapes reads a text whose escapes are those of one character.
func simpleEscapes(raw []byte) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' || !utf8.Valid(raw) {
		return "", false
	}
	raw = raw[1 : len(raw)-1]
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c < 0x20 {
			return "", false
		}
		if c == '\\' {
			i++
			switch raw[i] {
			case '"', '\\', '/':
				c = raw[i]
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			default:
				return "", false
			}
		}
		out = append(out, c)
	}
	return string(out), true
}

func (d *decoder) text(to *string) {
	if d.null() {
		return
	}
	text, plain := d.scan()
	if plain {
		*to = string(text)
		return
	}
	*to = d.escaped()
}

// maxNames bounds the texts that are kept to be shared.
const maxNames = 1000

// name reads a text that many cases have: they share one copy.
func (d *decoder) name(to *string) {
	if d.null() {
		return
	}
	text, plain := d.scan()
	if !plain {
		*to = d.escaped()
		return
	}
	if known, ok := d.names[string(text)]; ok {
		*to = known
		return
	}
	*to = string(text)
	if d.names == nil {
		d.names = make(map[string]string)
	}
	if len(d.names) < maxNames {
		d.names[*to] = *to
	}
}

func (d *decoder) bool(to *bool) {
	if d.null() {
		return
	}
	switch string(d.raw()) {
	case "true":
		*to = true
	case "false":
		*to = false
	default:
		d.fail("true or false should be here")
	}
}

func (d *decoder) int(to *int) {
	if d.null() {
		return
	}
	raw := d.raw()
	digits := bytes.TrimPrefix(raw, []byte("-"))
	n, err := strconv.Atoi(string(raw))
	if err != nil || digits[0] < '0' || digits[0] > '9' || len(digits) > 1 && digits[0] == '0' {
		d.fail("a whole number should be here")
		return
	}
	*to = n
}

func (d *decoder) duration(to *time.Duration) {
	var n int
	d.int(&n)
	*to = time.Duration(n)
}

// self reads a value whose type reads itself.
func (d *decoder) self(to json.Unmarshaler) {
	raw := d.raw()
	if d.err != nil {
		return
	}
	if !json.Valid(raw) {
		d.fail("this is no JSON")
		return
	}
	if err := to.UnmarshalJSON(raw); err != nil {
		d.fail("%v", err)
	}
}
