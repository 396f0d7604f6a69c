package address

// Nearest gives the candidate that was probably meant by the target, or "" when
// none is near: at most a third of the target's bytes differ. Of equals the
// first wins. It looks at the first 256 bytes only, and leaves a candidate as
// soon as it is worse than the best: 100,000 take some 20 ms.
func Nearest(target string, candidates []string) string {
	target = head(target)
	best, least := "", 1+max(1, len(target)/3)
	var s scratch
	for _, candidate := range candidates {
		if candidate == target {
			return candidate
		}
		if d := s.distance(target, head(candidate), least); d < least {
			best, least = candidate, d
		}
	}
	return best
}

func head(s string) string { return s[:min(len(s), 256)] }

// scratch keeps the rows of the table from one candidate to the next.
type scratch struct{ two, one, row [257]int }

// distance counts insertions, deletions, replacements and swaps of neighbours,
// or gives limit when there are that many. Only a band of the table as wide as
// the limit is computed.
func (s *scratch) distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || bagDistance(a, b) >= limit {
		return limit
	}
	two, one, row := &s.two, &s.one, &s.row
	for j := range len(b) + 1 {
		row[j] = min(j, limit)
	}
	for i := 1; i <= len(a); i++ {
		two, one, row = one, row, two
		if fillRow(a, b, i, limit, two, one, row) >= limit {
			return limit
		}
	}
	return row[len(b)]
}

// fillRow computes the i-th row within the band, and gives its least value.
func fillRow(a, b string, i, limit int, two, one, row *[257]int) int {
	from, to := max(1, i-limit), min(len(b), i+limit)
	row[from-1] = limit
	if from == 1 {
		row[0] = min(i, limit)
	}
	least := row[from-1]
	for j := from; j <= to; j++ {
		d := one[j-1]
		if a[i-1] != b[j-1] {
			above := limit
			if j < i+limit {
				above = one[j]
			}
			d = 1 + min(d, above, row[j-1])
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, 1+two[j-2])
			}
		}
		row[j] = min(d, limit)
		least = min(least, row[j])
	}
	return least
}

// bagDistance is a lower bound that costs one pass: how many bytes one has that
// the other lacks.
func bagDistance(a, b string) int {
	var counts [256]int16
	for i := range len(a) {
		counts[a[i]]++
	}
	for i := range len(b) {
		counts[b[i]]--
	}
	more, fewer := 0, 0
	for _, n := range counts {
		if n > 0 {
			more += int(n)
		} else {
			fewer -= int(n)
		}
	}
	return max(more, fewer)
}
