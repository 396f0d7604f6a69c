package expr

// nearest gives the name that was probably meant, or "". Names are short and
// few enough for the plain dynamic programme.
func nearest(given string, names []string) string {
	best, least := "", 1+max(min(1, len(given)-1), len(given)/3)
	for _, name := range names {
		if abs(len(name)-len(given)) >= least || len(name) > 64 {
			continue
		}
		if d := distance(given, name); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance counts the edits (insert, delete, replace, swap of neighbours)
// between two names.
func distance(a, b string) int {
	two, one, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		two, one, row = one, row, two
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

func abs(n int) int { return max(n, -n) }
