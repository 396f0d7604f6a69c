package harness

import (
	"iter"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
)

// isNarrowed reports whether the selection is of cases one by one: what it
// leaves out says nothing about cases that are gone.
func (c Config) isNarrowed() bool { return c.Failed != nil || !c.Shard.IsAll() }

// narrow leaves out what did not fail in the last run, then what belongs to
// other shards.
func (p *Project) narrow() diag.Diagnostics {
	if p.config.Failed != nil {
		if ds := p.onlyFailed(); ds.HasErrors() {
			return ds
		}
	}
	p.plan = p.plan.Shard(p.config.Shard, p.store.Took)
	return nil
}

// onlyFailed leaves out what passed in the last run, or was not in it. Cases
// that failed and are in no suite any more are an error when there are no others:
// nothing says that what they found is mended.
func (p *Project) onlyFailed() diag.Diagnostics {
	last, err := p.config.Failed(p.Config().ReportsDir)
	if err != nil {
		return diag.Diagnostics{diag.FromError(diag.BadRunRecord, err)}
	}
	failed, err := failedIn(last)
	if err != nil {
		return diag.Diagnostics{diag.FromError(diag.BadRunRecord, err)}
	}
	left := false
	for a := range p.plan.All() {
		left = left || failed[a]
	}
	if len(failed) > 0 && !left && !p.config.AllowEmpty {
		var ds diag.Diagnostics
		ds.Add(diag.SelectedNothing, diag.Range{}, "no case that failed in the last run is in the suites",
			"They were renamed or deleted since. Run what took their place; --allow-empty makes this no error.")
		return ds
	}
	p.plan = p.plan.Only(func(a address.Address) bool { return failed[a] })
	return nil
}

// failedIn gives the case instances that a run leaves red.
func failedIn(r result.Reader) (map[address.Address]bool, error) {
	out := map[address.Address]bool{}
	for c, err := range remarkable(r) {
		if err != nil {
			return nil, err
		}
		if a, err := address.Parse(c.Address); err == nil && c.IsRed() {
			out[a] = true
		}
	}
	return out, nil
}

// remarkable gives the cases that did not simply pass, without decoding the others
// where that can be had.
func remarkable(r result.Reader) iter.Seq2[*result.Case, error] {
	if some, ok := r.(interface {
		Remarkable() iter.Seq2[*result.Case, error]
	}); ok {
		return some.Remarkable()
	}
	return r.Cases()
}
