package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// visible makes a text safe for a terminal: what would move the cursor, colour
// the screen or turn the line round is shown as a sign, never sent. Lines and
// tabs become signs too.
func visible(s string) string {
	clean := strings.IndexFunc(s, func(r rune) bool { return r == utf8.RuneError || hidden(r) }) < 0
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !hidden(r):
			b.WriteRune(r) // of invalid UTF-8 that is U+FFFD
		case r < 0x20:
			b.WriteRune(0x2400 + r)
		case r == 0x7f:
			b.WriteRune(0x2421)
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
}

// hidden reports whether a character acts instead of showing: controls, marks
// of direction, separators of lines, invisible spaces. The joiner of emoji is
// none of them.
func hidden(r rune) bool {
	switch {
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		return true
	case r < 0xad || r == 0x200d:
		return false
	case r == 0x2028 || r == 0x2029:
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r)
}

// lines gives a text line by line, each made visible.
func lines(s string) []string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	out := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := range out {
		out[i] = visible(out[i])
	}
	return out
}

// columns gives the terminal columns a text takes, by the table library's
// rules, whatever the environment says of East Asian widths.
func columns(s string) int {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return twwidth.WidthWithOptions(s, twwidth.Options{})
		}
	}
	return len(s)
}

// elide shortens a text to so many columns by taking out its middle.
func elide(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	tail := (width - 1) / 2
	head := width - 1 - tail
	return front(s, head) + "…" + back(s, tail)
}

// front gives as much of the start as fits.
func front(s string, width int) string {
	used := 0
	for i, r := range s {
		w := columns(string(r))
		if used+w > width {
			return s[:i]
		}
		used += w
	}
	return s
}

// back gives as much of the end as fits.
func back(s string, width int) string {
	used := 0
	for i := len(s); i > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		w := columns(string(r))
		if used+w > width {
			return s[i:]
		}
		used += w
		i -= size
	}
	return s
}

// cut shortens a text to about so many characters: the start and a little of
// the end, where counts often stand, and how much is left out.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	count := utf8.RuneCountInString(s)
	tail := limit / 4
	head := limit - tail
	if count <= limit+40 { // the note would be longer than what it replaces
		return s
	}
	return s[:runeStart(s, head)] + fmt.Sprintf(" … %d characters left out … ", count-limit) + s[runeEnd(s, tail):]
}

// runeStart gives the byte behind the first n characters.
func runeStart(s string, n int) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}

// runeEnd gives the byte before the last n characters.
func runeEnd(s string, n int) int {
	i := len(s)
	for ; n > 0 && i > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	return i
}

// shellQuote writes a word for a POSIX shell.
func shellQuote(s string) string {
	plain := s != ""
	for _, r := range s {
		plain = plain && shellPlain(r)
	}
	if plain {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// shellPlain reports whether a character means itself to every shell.
func shellPlain(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-./:@%+=,", r)
}
