package check

import (
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
)

// Faults evaluates what the expectation reads of the suite alone, before there
// is any reply, and says what can't be evaluated: a wrong column, a text where
// a number is needed. scope has all but self, replies and capture. Nothing is
// said where a reply decides whether the expectation applies.
func (e *Expectation) Faults(scope *expr.Scope) diag.Diagnostics {
	if e.when != nil {
		if len(e.when.reply) > 0 {
			return nil
		}
		if applies, ds := e.when.template.Bool(scope); ds.HasErrors() || !applies {
			return ds
		}
	}
	var ds diag.Diagnostics
	for _, t := range e.fixed {
		ds = append(ds, t.faults(scope)...)
	}
	return ds
}

func (t *Text) faults(scope *expr.Scope) (ds diag.Diagnostics) {
	switch t.gives {
	case aBool:
		_, ds = t.template.Bool(scope)
	case aText:
		_, ds = t.template.Text(scope)
	default:
		_, ds = t.template.Value(scope)
	}
	return ds
}
