package drift

import (
	"cmp"
	"math"
	"slices"
)

// Fisher gives the two-sided p-value of Fisher's exact test on passed1 of n1
// against passed2 of n2: how often chance alone would give tables that are no
// likelier than this one, were both sides the same. It is exact for any number
// of samples, the few that anybody pays for included. Without samples on a side
// it is 1.
//
// Likeliness is compared as R does: tables within one part in ten million are
// equally likely, so that rounding decides nothing.
func Fisher(passed1, n1, passed2, n2 int) float64 {
	passed := passed1 + passed2
	low, high := max(0, passed-n2), min(passed, n1)
	if n1 <= 0 || n2 <= 0 || low == high {
		return 1
	}
	const slack = 1e-7
	table := func(x int) float64 {
		return logChoose(n1, x) + logChoose(n2, passed-x) - logChoose(n1+n2, passed)
	}
	limit := table(passed1) + slack
	sum := 0.0
	for x := low; x <= high; x++ {
		if log := table(x); log <= limit {
			sum += math.Exp(log)
		}
	}
	return min(1, sum)
}

// logChoose is the logarithm of n over k.
func logChoose(n, k int) float64 {
	return logFactorial(n) - logFactorial(k) - logFactorial(n-k)
}

func logFactorial(n int) float64 {
	log, _ := math.Lgamma(float64(n) + 1)
	return log
}

// Adjusted gives the p-values of many tests, made together, after Benjamini and
// Hochberg: called drift where it is at most q, no more than the share q of
// what is called so is noise, and where nothing changed at all the chance that
// anything is called so is at most q.
func Adjusted(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	out := make([]float64, len(p))
	least := 1.0
	for rank := len(order); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, p[i]*float64(len(p))/float64(rank))
		out[i] = least
	}
	return out
}

// Detectable reports whether any change of the pass rate can be significant at
// q with so many samples a side: with three it can't, even from all to none.
func Detectable(n1, n2 int, q float64) bool { return Fisher(n1, n1, 0, n2) <= q }
