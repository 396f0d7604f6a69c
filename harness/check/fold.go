package check

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Folding by Unicode's simple folding, as strings.EqualFold compares: each
// character becomes the least of those it is equal to (K, k and the Kelvin sign
// become K). Lower-casing would not do: İ lower-cased is two characters, and ſ
// stays itself.

// fold gives a text whose equal under folding means equal ignoring case.
func fold(text string) string { return string(appendFolded(nil, text)) }

// equalFolded reports whether two texts are equal ignoring case.
func equalFolded(a, b string) bool { return a == b || fold(a) == fold(b) }

// containsFolded reports whether the text contains what was folded before. A
// text of usual size is folded on the stack.
func containsFolded(text, folded string) bool {
	var buf [1 << 10]byte
	return bytes.Contains(appendFolded(buf[:0], text), []byte(folded))
}

func appendFolded(dst []byte, text string) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, c) // bytes that are no text stay what they are
		} else {
			dst = utf8.AppendRune(dst, least(r))
		}
		i += size
	}
	return dst
}

// least gives the least character that is equal to r ignoring case.
func least(r rune) rune {
	if 0x3000 <= r && r < 0xA640 {
		return r // CJK, where nothing has case
	}
	first := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		first = min(first, next)
	}
	return first
}
