package result

import (
	"slices"

	"github.com/assay-harness/assay/harness/diag"
)

// Strictness says what else than failures makes a run red.
type Strictness struct {
	WarningsAsErrors bool
	FailOnFlaky      bool
}

// ExitOf gives the exit code of a command that ended with this run: from its
// sums and problems alone, so that it is the same when a record is read again.
func ExitOf(r Run, s Strictness) int {
	var codes []int
	if r.Interrupted {
		codes = append(codes, diag.ExitInterrupted)
	}
	if r.red(s) {
		codes = append(codes, diag.ExitFailed)
	}
	for code := range r.Sum.Codes {
		codes = append(codes, diag.Code(code).Exit())
	}
	for _, p := range r.Problems {
		if !p.Warning {
			codes = append(codes, diag.Code(p.Code).Exit())
		}
	}
	return diag.WorstExit(codes...)
}

// red reports whether the run found something that is not as it should be.
func (r Run) red(s Strictness) bool {
	warned := r.Sum.Warnings > 0 || slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Warning })
	return r.Sum.Failed > 0 || r.Sum.Errored > 0 ||
		slices.ContainsFunc(r.Problems, func(p Problem) bool { return !p.Warning }) ||
		(s.WarningsAsErrors && warned) ||
		(s.FailOnFlaky && r.Sum.Flaky > 0)
}
