package check

import "slices"

// Accepted gives the statuses that the status checks standing directly in the
// list name, and whether there is one. Several accept what any of them names;
// severity and when change nothing.
func Accepted(list []*Expectation) (accept func(status int) bool, found bool) {
	var sets []statuses
	for _, e := range list {
		if r, is := e.Check.(ruled); is {
			if s, is := r.Rule.(statuses); is {
				sets = append(sets, s)
			}
		}
	}
	accept = func(status int) bool {
		return slices.ContainsFunc(sets, func(s statuses) bool { return s.has(status) })
	}
	return accept, len(sets) > 0
}

// CanFail reports whether one of them can fail a case (none, or only warnings, cannot).
func CanFail(list []*Expectation) bool {
	return slices.ContainsFunc(list, func(e *Expectation) bool { return e.Severity == Error })
}
