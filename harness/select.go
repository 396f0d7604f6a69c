package harness

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

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
			ds = append(ds, badAddress(s, err))
			continue
		}
		out.Include = append(out.Include, selector)
	}
	for _, s := range c.Exclude {
		pattern, err := address.ParsePattern(s)
		if err != nil {
			ds = append(ds, badAddress(s, err))
			continue
		}
		out.Exclude = append(out.Exclude, pattern)
	}
	return out, ds
}

// badAddress says what is wrong with an address as it was typed.
func badAddress(s string, err error) diag.Diagnostic {
	why := err.Error()
	if i := strings.LastIndex(why, `": `); i >= 0 {
		why = why[i+len(`": `):] // the address itself was said
	}
	return diag.Diagnostic{Code: diag.BadAddress, Summary: "'" + diag.Visible(s) + "' is no address", Detail: why}
}

// beyondEnd reports places behind the last line of their file.
func (p *Project) beyondEnd(s plan.Selection) diag.Diagnostics {
	var ds diag.Diagnostics
	for _, sel := range s.Include {
		source := p.Source(sel.File)
		if lines := bytes.Count(source, []byte("\n")) + 1; source != nil && sel.Line > lines {
			ds.Add(diag.SelectedNothing, diag.Range{}, "'"+diag.Visible(sel.Source)+"' matches nothing", fmt.Sprintf("The file has %d lines.", lines))
		}
	}
	return ds
}

// Only gives the project with none but those of its selected case instances
// that keep takes; keep sees the address of an instance with its provider.
func (p *Project) Only(keep func(address.Address) bool) *Project {
	out := *p
	out.plan = p.plan.Only(keep)
	return &out
}
