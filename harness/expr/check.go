package expr

import (
	"maps"
	"slices"

	"github.com/assay-harness/assay/harness/diag"
)

// Known says which names exist where a template stands. A root that is absent
// is undefined there; a root with a nil list is open (any name below it).
type Known map[string][]string

// Check reports, as far as it can be known without values, what is wrong with a
// template in the given context: unknown roots, unknown names below closed roots, unknown
// functions, wrong number of arguments.
func (t *Template) Check(known Known) diag.Diagnostics {
	if t.program == nil {
		return nil
	}
	var faults []fault
	for _, r := range t.program.references {
		if f := known.check(r); f != nil {
			faults = append(faults, *f)
		}
	}
	for _, c := range t.program.calls {
		if f := c.check(); f != nil {
			faults = append(faults, *f)
		}
	}
	return t.report(faults)
}

func (k Known) check(r *reference) *fault {
	names, ok := k[r.root]
	if !ok {
		f := r.undefined(0, slices.Collect(maps.Keys(k)))
		if why, ok := rootsElsewhere[r.root]; ok {
			f.detail = why
		}
		return f
	}
	name := r.firstName()
	if names == nil || name == "" || slices.Contains(names, name) {
		return nil
	}
	return r.undefined(1, slices.Clone(names))
}

// rootsElsewhere says where the roots can be used, for those who use them
// somewhere else.
var rootsElsewhere = map[string]string{
	"self":     "\"self\" is the reply: it exists in the condition, message and capture of an asked turn.",
	"replies":  "\"replies\" are the replies so far: they exist in the condition, message and capture of an asked turn.",
	"capture":  "Captures exist in the expectations of their turn and in later turns.",
	"each":     "\"each\" exists in a case with for_each or rows.",
	"env":      "\"env\" exists in assay.yaml only, in a provider's api_key: a suite is the same on every machine.",
	"case":     "\"case\" exists within a case only.",
	"provider": "\"provider\" exists within a case only.",
	"sample":   "\"sample\" exists within a case only.",
}
