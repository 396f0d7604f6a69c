package harness

import (
	"fmt"
	"slices"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
)

// replacements reads what the Config has asked again. What matches no selected
// turn was misspelt.
func (p *Project) replacements() ([]address.Pattern, diag.Diagnostics) {
	var ds diag.Diagnostics
	out := make([]address.Pattern, 0, len(p.config.Replace))
	for _, s := range p.config.Replace {
		pattern, err := address.ParsePattern(s)
		if err != nil {
			ds = append(ds, badAddress(s, err))
			continue
		}
		out = append(out, pattern)
		if names := p.plan.TurnsUnlike(pattern); names != nil {
			detail := ""
			if nearest := address.Nearest(s, names); nearest != "" {
				detail = fmt.Sprintf("The nearest is %s.", nearest)
			}
			ds.Add(diag.SelectedNothing, diag.Range{}, "--replace '"+diag.Visible(s)+"' matches no selected turn", detail)
		}
	}
	return out, ds
}

// replaces reports whether a turn is asked again although it is recorded.
func (p *Project) replaces(a address.Address) bool {
	return slices.ContainsFunc(p.replace, func(pattern address.Pattern) bool { return pattern.Match(a) })
}
