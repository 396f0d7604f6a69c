package plan

import (
	"fmt"
	"slices"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
)

// notYet marks what only a reply brings. It is no code that anybody sees.
const notYet diag.Code = "not yet"

// rehearse evaluates what an instance says and expects, as far as that needs no
// reply, and says what can't be evaluated. One instance of a case is mostly
// enough: its rows have the same columns.
func (i *Instance) rehearse() diag.Diagnostics {
	later := expr.Missing{Code: notYet}
	scope := expr.NewScope(i.scope, expr.Roots{"sample": 1, "capture": later, "self": later, "replies": later})
	var ds diag.Diagnostics
	asked := false
	for _, t := range i.Case.Turns {
		asked = t.rehearse(scope, &ds) || asked
	}
	ds = slices.DeleteFunc(ds, func(d diag.Diagnostic) bool { return d.Code == notYet })
	if !asked && !ds.HasErrors() {
		ds.Add(diag.NothingAsked, i.Case.Source.Range, fmt.Sprintf("nothing is asked in %s", i.Address.Display(i.Ambiguity)),
			"Its history does not end in a user message. Add a user turn.")
	}
	return ds
}

// rowsDecide reports whether a row decides what is asked: its history may end in
// a user message or not.
func (c *Case) rowsDecide() bool {
	return slices.ContainsFunc(c.Turns, func(t *Turn) bool { return t.Source.MaybeAsked })
}

// rehearse reports whether the turn is asked, or may be.
func (t *Turn) rehearse(scope *expr.Scope, ds *diag.Diagnostics) bool {
	asked := t.mayBeAsked()
	said, more := t.Source.Messages(scope)
	*ds = append(*ds, more...)
	if !more.HasErrors() {
		asked, more = t.Source.Asks(said)
		*ds = append(*ds, more...)
	}
	if !asked {
		return false
	}
	_, more = evalParams(t.params, scope)
	*ds = append(*ds, more...)
	_, more = t.request.eval(scope)
	*ds = append(*ds, more...)
	for _, e := range t.Expect {
		*ds = append(*ds, e.Faults(scope)...)
	}
	return true
}
