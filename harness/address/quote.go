package address

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// quote writes a key as a JSON-like string: short escapes, all else as it is.
// Two escapes are not JSON's: \xNN is a byte that is not UTF-8, so that any key
// comes back as it was, and the line separators U+2028 and U+2029 are escaped,
// because an address stands on one line.
func quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			quoteRune(&b, r)
		}
		i += size
	}
	b.WriteByte('"')
	return b.String()
}

func quoteRune(b *strings.Builder, r rune) {
	switch {
	case r == '"' || r == '\\':
		b.WriteByte('\\')
		b.WriteRune(r)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\t':
		b.WriteString(`\t`)
	case r == '\r':
		b.WriteString(`\r`)
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		b.WriteRune(r)
	}
}

var errUnclosed = errors.New("a quote is not closed")

// unquote reads a quoted key at the start of s and gives what follows it.
func unquote(s string) (key, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], nil
		case '\\':
			n, err := unescape(&b, s[i:])
			if err != nil {
				return "", "", err
			}
			i += n
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	return "", "", errUnclosed
}

// unescape reads one escape and gives its length.
func unescape(b *strings.Builder, s string) (int, error) {
	if len(s) < 2 {
		return 0, errUnclosed
	}
	switch s[1] {
	case '"', '\\', '/':
		b.WriteByte(s[1])
		return 2, nil
	case 'n':
		b.WriteByte('\n')
		return 2, nil
	case 't':
		b.WriteByte('\t')
		return 2, nil
	case 'r':
		b.WriteByte('\r')
		return 2, nil
	case 'x', 'u':
		return unescapeHex(b, s)
	}
	return 0, fmt.Errorf("%q is no escape", s[:2])
}

func unescapeHex(b *strings.Builder, s string) (int, error) {
	n := 4
	if s[1] == 'u' {
		n = 6
	}
	if len(s) < n {
		return 0, errUnclosed
	}
	v, err := strconv.ParseUint(s[2:n], 16, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is no escape", s[:n])
	}
	if s[1] == 'x' {
		b.WriteByte(byte(v))
	} else {
		b.WriteRune(rune(v))
	}
	return n, nil
}
