package harness

import (
	"fmt"
	"slices"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/plan"
)

// selectionOf reads what the Config selects.
func selectionOf(c Config) (plan.Selection, diag.Diagnostics) {
	var ds diag.Diagnostics
	out := plan.Selection{Tags: plan.ParseTags(c.Tags), Providers: slices.Clone(c.Providers)}
	for _, s := range c.Select {
		selector, err := plan.ParseSelector(s)
		if err != nil {
			ds.Add(diag.BadAddress, diag.Range{}, fmt.Sprintf("%q is no address", s), err.Error())
			continue
		}
		out.Include = append(out.Include, selector)
	}
	for _, s := range c.Exclude {
		pattern, err := address.ParsePattern(s)
		if err != nil {
			ds.Add(diag.BadAddress, diag.Range{}, fmt.Sprintf("%q is no address", s), err.Error())
			continue
		}
		out.Exclude = append(out.Exclude, pattern)
	}
	return out, ds
}

// Only gives the project with none but those of its selected case instances
// that keep takes; keep sees the address of an instance with its provider.
func (p *Project) Only(keep func(address.Address) bool) *Project {
	out := *p
	out.plan = p.plan.Only(keep)
	return &out
}
