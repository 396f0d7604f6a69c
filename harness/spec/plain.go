package spec

import (
	"slices"
	"strings"
)

// plainSafe reports whether a text may stand without quotes: every reader of
// YAML 1.1 or 1.2 takes it for this text and nothing else.
func plainSafe(text string) bool {
	if text == "" || !plainStart(text[0]) || strings.ContainsFunc(text, notPlain) {
		return false
	}
	last := text[len(text)-1]
	if last == ' ' || last == ':' {
		return false
	}
	if strings.Contains(text, ": ") || strings.Contains(text, " #") {
		return false
	}
	return !reads(text)
}

// plainStart keeps clear of all of YAML's indicators, and of a sign.
func plainStart(c byte) bool {
	return c >= 0x80 || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("_/($;^\\", c) >= 0
}

func notPlain(r rune) bool { return r == '\n' || r == '\t' || r == 0xa0 || mustEscape(r) }

// flowSafe reports whether a plain text may also stand inside { } and [ ].
func flowSafe(text string) bool {
	if strings.ContainsAny(text, `,[]{}?"'`) {
		return false
	}
	for i := range len(text) {
		if text[i] == ':' && !isWord(text[i+1]) { // a colon is never last
			return false
		}
	}
	return true
}

func isWord(c byte) bool { return isAnchor(c) || c == '/' }

var words = []string{"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "="}

// reads reports whether YAML 1.1 or 1.2 reads the text as anything but text:
// null, a bool, a number in any base, a date, an hour.
func reads(text string) bool {
	if slices.Contains(words, strings.ToLower(text)) {
		return true
	}
	c := text[0]
	if c < '0' || c > '9' {
		return false // signs and points are no plainStart
	}
	// Whatever starts with a digit and has only what numbers and times are made of.
	return strings.Trim(text, "0123456789abcdefABCDEFxXoOtTzZ_.:+- ") == ""
}
