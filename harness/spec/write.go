package spec

import (
	"strings"
	"unicode/utf8"
)

// Writing. yaml.v3's encoder loses text (leading line feeds and tabs, U+2028, a
// lone line feed) and gives up block style for an emoji, so scalars are written
// here. Texts must be valid UTF-8: of any other, each bad byte reads back as U+FFFD.

// AppendScalar appends text as a YAML scalar that reads back byte for byte:
// plain where that is safe, a block scalar for several lines, double quotes
// else. indent is the number of spaces that a block's lines get: more than the
// key or dash before it has, and at least 1. What is appended does not end its
// last line: the caller appends the line feed, and nothing before it.
func AppendScalar(dst []byte, text string, indent int) []byte {
	switch {
	case plainSafe(text):
		return append(dst, text...)
	case indent > 0 && blockSafe(text):
		return appendBlock(dst, text, indent)
	}
	return appendQuoted(dst, text)
}

// AppendFlowScalar appends text as a scalar safe inside { } and [ ], on one line.
func AppendFlowScalar(dst []byte, text string) []byte {
	if plainSafe(text) && flowSafe(text) {
		return append(dst, text...)
	}
	return appendQuoted(dst, text)
}

// blockSafe reports whether a literal block carries the text: it has several
// lines or ends its only one, starts with a character that shows the
// indentation, and holds nothing that YAML refuses or breaks lines at.
func blockSafe(text string) bool {
	first := strings.IndexByte(text, '\n')
	if first <= 0 || isBlank(text[0]) || strings.Trim(text, " \t\n") == "" {
		return false
	}
	if strings.ContainsFunc(text, mustEscape) {
		return false
	}
	// A last line of blanks is what editors cut off, and what chomping may eat.
	last := text[strings.LastIndexByte(strings.TrimRight(text, "\n"), '\n')+1:]
	return strings.Trim(last, " \t\n") != ""
}

// appendBlock writes a literal block; its chomping indicator says how the text
// ends, and the line feed that the caller appends is the first of its end.
func appendBlock(dst []byte, text string, indent int) []byte {
	body := strings.TrimRight(text, "\n")
	dst = append(dst, '|')
	switch len(text) - len(body) {
	case 0:
		dst = append(dst, '-')
	case 1:
	default:
		dst = append(dst, '+')
	}
	for line := range strings.SplitSeq(body, "\n") {
		dst = append(dst, '\n')
		if line != "" {
			for range indent {
				dst = append(dst, ' ')
			}
			dst = append(dst, line...)
		}
	}
	for range len(text) - len(body) - 1 {
		dst = append(dst, '\n')
	}
	return dst
}

// mustEscape matches what cannot stand raw: control characters, the line breaks
// of YAML 1.1, byte order marks, non-characters, and what turns the reading
// direction, so that a reviewer sees the text that is there.
func mustEscape(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ', r >= 0x7f && r < 0xa0:
		return true
	case r == 0x2028, r == 0x2029, r == 0xfeff, r == utf8.RuneError:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
}

const hexDigits = "0123456789abcdef"

// appendQuoted writes a double-quoted scalar on one line.
func appendQuoted(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r == '\r':
			dst = append(dst, '\\', 'r')
		case !mustEscape(r):
			dst = utf8.AppendRune(dst, r)
		case r < 0x100:
			dst = append(dst, '\\', 'x', hexDigits[r>>4], hexDigits[r&15])
		case r < 0x10000:
			dst = appendHex(append(dst, '\\', 'u'), r, 12)
		default:
			dst = appendHex(append(dst, '\\', 'U'), r, 28)
		}
	}
	return append(dst, '"')
}

func appendHex(dst []byte, r rune, shift int) []byte {
	for ; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[r>>shift&15])
	}
	return dst
}
