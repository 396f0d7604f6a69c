package suite

import (
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Local is one named expression.
type Local struct {
	Name  string
	Node  *spec.Node // any data; its strings are templates
	Range diag.Range // of the name

	data *Data
}

func (r *suiteReader) readLocals(n *spec.Node) []*Local {
	if n == nil {
		return nil
	}
	locals := make([]*Local, 0, len(n.Pairs))
	for _, pair := range n.Pairs {
		name := named(&r.ds, pair.Key, "local name")
		data, more := ParseData(pair.Value)
		r.ds = append(r.ds, more...)
		if name != "" {
			locals = append(locals, &Local{Name: name, Node: pair.Value, Range: pair.Key.Range, data: data})
		}
	}
	return locals
}

// orderLocals checks the locals' templates, and puts the locals in an order in
// which each only needs earlier ones.
func (r *suiteReader) orderLocals(locals []*Local) {
	o := &localOrder{byName: make(map[string]*Local, len(locals)), state: make(map[string]visit, len(locals))}
	for _, l := range locals {
		o.byName[l.Name] = l
		if l.data != nil {
			r.ds = append(r.ds, l.data.Check(r.suite.known.locals)...)
		}
	}
	for _, l := range locals {
		o.visit(&r.ds, l)
	}
	r.suite.Locals = o.sorted
}

type visit uint8

const (
	entered visit = iota + 1
	left
)

// localOrder sorts locals by what they need, depth first.
type localOrder struct {
	byName map[string]*Local
	state  map[string]visit
	path   []*Local
	sorted []*Local
}

func (o *localOrder) visit(ds *diag.Diagnostics, l *Local) {
	switch o.state[l.Name] {
	case left:
		return
	case entered:
		o.reportRing(ds, l)
		return
	}
	o.state[l.Name] = entered
	o.path = append(o.path, l)
	for _, name := range l.needs() {
		if name == "" { // all of them, so itself too
			o.reportRing(ds, l)
		} else if needed := o.byName[name]; needed != nil {
			o.visit(ds, needed)
		}
	}
	o.path = o.path[:len(o.path)-1]
	o.state[l.Name] = left
	o.sorted = append(o.sorted, l)
}

// needs gives the locals that a local reads, in source order.
func (l *Local) needs() []string {
	var names []string
	l.data.templates(func(t *expr.Template) bool {
		for _, ref := range t.References() {
			if ref.Root == "local" {
				names = append(names, ref.Name)
			}
		}
		return true
	})
	return names
}

// reportRing names every local of a cycle with its place.
func (o *localOrder) reportRing(ds *diag.Diagnostics, back *Local) {
	start := len(o.path) - 1
	for start > 0 && o.path[start] != back {
		start--
	}
	ring := o.path[start:]
	var names, places []string
	for _, l := range ring {
		names = append(names, "local."+l.Name)
		places = append(places, fmt.Sprintf("local.%s at %s", l.Name, placeText(l.Range)))
	}
	names = append(names, "local."+back.Name)
	if len(ring) == 1 {
		ds.Add(diag.LocalCycle, back.Range, "local."+back.Name+" needs itself", "Write it without itself.")
		return
	}
	ds.Add(diag.LocalCycle, back.Range, "locals need each other: "+strings.Join(names, " → "),
		"Write one of them without the next: "+strings.Join(places, ", ")+".")
}

// Scope gives the suite's scope: var and local (functions come with it). It is
// computed once; diagnostics say which locals cannot be evaluated. Where
// variables or locals are faulty there is none.
func (s *Suite) Scope(*Project) (*expr.Scope, diag.Diagnostics) {
	s.scopeOnce.Do(s.makeScope)
	return s.scope, s.scopeDiag
}

func (s *Suite) makeScope() {
	if s.unscoped {
		return
	}
	vars := make(map[string]any, len(s.Variables))
	for _, v := range s.Variables {
		vars[v.Name] = v.value
	}
	withVars := expr.NewScope(s.base, expr.Roots{"var": vars})
	values := make(map[string]any, len(s.Locals))
	// Each local only needs earlier ones; Lazy keeps the scope from reading
	// those that are not there yet.
	lazy := make(map[string]any, len(s.Locals))
	for _, l := range s.Locals {
		lazy[l.Name] = expr.Lazy(func() any { return values[l.Name] })
	}
	scope := expr.NewScope(withVars, expr.Roots{"local": lazy})
	for _, l := range s.Locals {
		values[l.Name] = s.evaluateLocal(l, scope, values)
	}
	s.scope = expr.NewScope(withVars, expr.Roots{"local": values})
}

// evaluateLocal gives a local's value. One that fails is reported once, not
// again by those that need it.
func (s *Suite) evaluateLocal(l *Local, scope *expr.Scope, values map[string]any) any {
	failed := expr.Missing{Code: diag.EvaluationFailed, Reason: fmt.Sprintf("local.%s could not be evaluated", l.Name)}
	for _, name := range l.needs() {
		if _, missing := values[name].(expr.Missing); missing {
			return failed
		}
	}
	value, ds := l.data.Marked(scope)
	s.scopeDiag = append(s.scopeDiag, ds...)
	if ds.HasErrors() {
		return failed
	}
	return value
}
