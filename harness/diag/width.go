package diag

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"golang.org/x/text/width"
)

// tabWidth is fixed: a tab in a source line is shown as so many spaces, so the
// carets stand right whatever the terminal's tab stops and the line's prefix.
const tabWidth = 4

// cell is one character as a reader sees it: a grapheme cluster, made safe for
// a terminal, and the columns it takes.
type cell struct {
	text  string
	width int
	from  int // byte offset in the line
}

// cells cuts a line into characters.
func cells(line []byte) []cell {
	out := make([]cell, 0, len(line))
	for at := 0; at < len(line); {
		advance := 1
		if !loneASCII(line[at:]) {
			if n, _, err := textseg.ScanGraphemeClusters(line[at:], true); err == nil && n > 0 {
				advance = n
			}
		}
		text, columns := visible(line[at : at+advance])
		out = append(out, cell{text: text, width: columns, from: at})
		at += advance
	}
	return out
}

// loneASCII reports whether the first byte is a character by itself. CR LF is
// one character, and a mark after an ASCII letter belongs to it.
func loneASCII(b []byte) bool {
	return b[0] < utf8.RuneSelf && (len(b) == 1 || b[1] < utf8.RuneSelf) && b[0] != '\r'
}

// visible gives a character as it may be shown, and its columns: what would
// move the cursor, colour the terminal or reverse the text becomes a picture.
func visible(cluster []byte) (text string, columns int) {
	if len(cluster) == 1 && cluster[0] >= ' ' && cluster[0] < 0x7f {
		return string(cluster), 1
	}
	if len(cluster) == 1 && cluster[0] == '\t' {
		return strings.Repeat(" ", tabWidth), tabWidth
	}
	var b strings.Builder
	hidden := false
	for rest := cluster; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		picture := picture(r, size)
		hidden = hidden || picture != ""
		if picture == "" {
			picture = string(rest[:size])
		}
		b.WriteString(picture)
		rest = rest[size:]
	}
	if hidden {
		return b.String(), utf8.RuneCountInString(b.String())
	}
	return b.String(), clusterWidth(cluster)
}

// picture gives what stands for a rune that must not reach a terminal, or "".
func picture(r rune, size int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return "\uFFFD"
	case r < ' ':
		return string(r + 0x2400)
	case r == 0x7f:
		return "\u2421"
	case r < 0xa0 && r >= 0x80, r == 0x2028, r == 0x2029, r == 0xfeff,
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return "<U+" + strings.ToUpper(padHex(r)) + ">"
	}
	return ""
}

func padHex(r rune) string {
	hex := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", max(0, 4-len(hex))) + hex
}

// clusterWidth is the columns of a terminal that a grapheme cluster takes.
func clusterWidth(cluster []byte) int {
	first, size := utf8.DecodeRune(cluster)
	kind := width.LookupRune(first).Kind()
	switch {
	case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
		return 2
	case first >= 0x1F1E6 && first <= 0x1F1FF && len(cluster) > size: // a flag
		return 2
	case strings.ContainsRune(string(cluster[size:]), 0xFE0F): // shown as emoji
		return 2
	case unicode.In(first, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	return 1
}

// Visible gives text safe for a terminal or a log: control characters and what
// turns the reading direction become visible pictures. Line feeds and tabs stay.
func Visible(text string) string {
	if !strings.ContainsFunc(text, suspicious) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if p := picture(r, size); p != "" && r != '\n' && r != '\t' {
			b.WriteString(p)
		} else {
			b.WriteString(text[:size])
		}
		text = text[size:]
	}
	return b.String()
}

func suspicious(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError || r >= 0x7f && picture(r, 0) != ""
}

// textWidth is the columns that a text on one line takes.
func textWidth(text string) int {
	total := 0
	for _, c := range cells([]byte(text)) {
		total += c.width
	}
	return total
}
