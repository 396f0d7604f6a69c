package cli

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// part is one part of a line that may have to be short. Its texts say the same,
// the shortest last.
type part struct {
	rank  int // the greatest goes first; 0 stays
	texts []string
}

// dispensable is the rank of what goes before anything else is said shorter.
const dispensable = 9

// fit joins parts with commas in at most so many columns; 0 is no bound. What
// is dispensable is left out; then all is said shorter, and then what matters
// least is left out. In no other way is the line cut, unless nothing else is
// left. The texts are of characters of one column.
func fit(parts []part, columns int) string {
	parts = slices.Clone(parts)
	for {
		line := join(parts)
		if columns <= 0 || utf8.RuneCountInString(line) <= columns {
			return line
		}
		last := worst(parts, func(part) bool { return true })
		long := worst(parts, func(p part) bool { return len(p.texts) > 1 })
		switch {
		case long >= 0 && parts[last].rank < dispensable:
			parts[long].texts = parts[long].texts[1:]
		case parts[last].rank == 0:
			return string([]rune(line)[:columns])
		default:
			parts = slices.Delete(parts, last, last+1)
		}
	}
}

// worst gives the part that matters least, of some; -1 of none.
func worst(parts []part, of func(part) bool) int {
	at := -1
	for i, p := range parts {
		if of(p) && (at < 0 || p.rank > parts[at].rank) {
			at = i
		}
	}
	return at
}

func join(parts []part) string {
	texts := make([]string, 0, len(parts))
	for _, p := range parts {
		texts = append(texts, p.texts[0])
	}
	return strings.Join(texts, ", ")
}
