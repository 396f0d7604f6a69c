package diag

import (
	"strings"
	"unicode/utf8"
)

// Suggest gives ` Did you mean "x"?`, with a leading space, for the candidate
// that is Nearest to name, or "" if none is near.
func Suggest(name string, candidates []string) string {
	nearest := Nearest(name, candidates)
	if nearest == "" {
		return ""
	}
	return ` Did you mean "` + nearest + `"?`
}

// Nearest gives the candidate that name was probably meant for, or "" if none
// is near. Of equally near ones the first wins, so candidates in a fixed order
// give a fixed answer.
func Nearest(name string, candidates []string) string {
	best, bestDistance := "", suggestLimit(name)+1
	folded := []rune(strings.ToLower(name))
	for _, candidate := range candidates {
		if candidate == name || abs(utf8.RuneCountInString(candidate)-len(folded)) >= bestDistance {
			continue
		}
		if d := distance(folded, []rune(strings.ToLower(candidate))); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// suggestLimit is how many slips a name of that length may hold and still be
// meant as another: a third of it.
func suggestLimit(name string) int {
	return min(max(utf8.RuneCountInString(name)/3, 1), 4)
}

func abs(n int) int { return max(n, -n) }

// distance counts insertions, deletions, replacements and swaps of neighbours
// (optimal string alignment): "regxe" is one slip from "regex".
func distance(a, b []rune) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
