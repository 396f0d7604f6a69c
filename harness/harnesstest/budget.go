package harnesstest

import (
	"testing"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
)

// budget carries what suites have spent over to those after them: each suite is
// a run of its own, and the Config bounds all of them together.
type budget struct {
	calls   int
	credits credit.Amount
	unknown int
}

// add counts what a suite has cost.
func (b *budget) add(ran *harness.Report) {
	if ran == nil {
		return
	}
	sum := ran.Run().Sum
	b.calls += sum.Requests
	b.credits = b.credits.Add(sum.Spent)
	b.unknown += sum.Unknown
}

// load loads the project again with what is left to spend; false says that
// nothing is.
func (b *budget) load(t *testing.T, p **harness.Project, c harness.Config) bool {
	t.Helper()
	if c.Live == nil || b.calls == 0 || c.Live.MaxCalls == 0 && c.Live.MaxCredits == nil {
		return true
	}
	live := *c.Live
	if live.MaxCalls > 0 {
		if live.MaxCalls -= b.calls; live.MaxCalls <= 0 {
			t.Errorf("%d requests were sent, the most that Config.Live.MaxCalls allows: the other suites were not run", b.calls)
			return false
		}
	}
	if live.MaxCredits != nil {
		left := live.MaxCredits.Sub(b.credits)
		if b.unknown > 0 || left.Sign() <= 0 {
			t.Errorf("%s credits were spent, and %d replies may have cost more; Config.Live.MaxCredits is %s: the other suites were not run", b.credits, b.unknown, live.MaxCredits)
			return false
		}
		live.MaxCredits = &left
	}
	c.Live = &live
	again, ds := harness.Load(c)
	if ds.HasErrors() {
		t.Error(pages(again, ds))
		return false
	}
	*p = again
	return true
}
