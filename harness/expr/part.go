package expr

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// part is a piece of a template. It appends its text; false means that a fault
// was noted.
type part interface {
	write(f *frame, out []byte) ([]byte, bool)
}

// value is an expression that gives plain data; false means that a fault was noted.
type value interface {
	raw(f *frame) (any, bool)
}

// frame is where an evaluation stands: the names that %{ for } has bound.
type frame struct {
	ev     *evaluation
	parent *frame
	name   string
	bound  found
	ctx    *hcl.EvalContext
}

func (f *frame) bind(name string, v found) *frame {
	return &frame{ev: f.ev, parent: f, name: name, bound: v}
}

func (f *frame) find(name string) (found, bool) {
	for ; f != nil; f = f.parent {
		if f.name == name && f.parent != nil {
			return f.bound, true
		}
	}
	return found{}, false
}

// context gives what HCL's nodes see within the frame.
func (f *frame) context(rng hcl.Range) (*hcl.EvalContext, bool) {
	if f.parent == nil {
		return f.ev.context(), true
	}
	if f.ctx != nil {
		return f.ctx, true
	}
	outer, ok := f.parent.context(rng)
	if !ok {
		return nil, false
	}
	v, fault := f.ev.toCty(f.bound, rng)
	if fault != nil {
		return nil, f.ev.fail(fault)
	}
	f.ctx = outer.NewChild()
	f.ctx.Variables = map[string]cty.Value{f.name: v}
	return f.ctx, true
}

// write joins parts.
func (f *frame) write(out []byte, parts []part) ([]byte, bool) {
	ok := true
	for _, p := range parts {
		var good bool
		before := len(out)
		if out, good = p.write(f, out); !good {
			ok = false
		}
		f.ev.bytes += len(out) - before
		if f.ev.bytes > maxBytes {
			panic(exhausted{})
		}
		if len(f.ev.faults) >= maxFaults {
			break
		}
	}
	return out, ok
}

type literalPart string

func (p literalPart) write(_ *frame, out []byte) ([]byte, bool) { return append(out, p...), true }

// valuePart is ${…}.
type valuePart struct {
	value value
	rng   hcl.Range
}

func (p *valuePart) write(f *frame, out []byte) ([]byte, bool) {
	v, ok := p.value.raw(f)
	if !ok {
		return out, false
	}
	return appendText(f.ev, out, v, p.rng)
}

// ifPart is %{ if … }…%{ else }…%{ endif }.
type ifPart struct {
	condition   value
	then, other []part
}

func (p *ifPart) write(f *frame, out []byte) ([]byte, bool) {
	v, ok := p.condition.raw(f)
	if !ok {
		return out, false
	}
	yes, ok := v.(bool)
	if text, isText := v.(string); isText {
		yes, ok = text == "true", text == "true" || text == "false"
	}
	switch {
	case !ok:
		return out, f.ev.fail(&fault{diag.EvaluationFailed, fmt.Sprintf("the condition of %%{ if } is %s, not true or false", kindOf(v)), "", rangeOf(p.condition)})
	case yes:
		return f.write(out, p.then)
	}
	return f.write(out, p.other)
}

// forPart is %{ for key, name in … }…%{ endfor }.
type forPart struct {
	key, name  string
	collection value
	body       []part
	rng        hcl.Range
}

func (p *forPart) write(f *frame, out []byte) ([]byte, bool) {
	all, ok := p.elements(f)
	if !ok {
		return out, false
	}
	switch v := all.value.(type) {
	case []any:
		return eachItem(p, f, out, all, v)
	case []string:
		return eachItem(p, f, out, all, v)
	case map[string]any:
		return eachEntry(p, f, out, all, v)
	case map[string]string:
		return eachEntry(p, f, out, all, v)
	case *spec.OrderedMap:
		return eachEntry(p, f, out, all, v.Values)
	}
	return out, f.ev.fail(&fault{diag.EvaluationFailed, kindOf(all.value) + " has no elements to go through", "A for needs a list or a map.", p.rng})
}

func (p *forPart) elements(f *frame) (found, bool) {
	switch c := p.collection.(type) {
	case *reference:
		at, fault := c.resolve(f.ev)
		return at, fault == nil || f.ev.fail(fault)
	case *localReference:
		at, fault := c.resolve(f)
		return at, fault == nil || f.ev.fail(fault)
	}
	v, ok := p.collection.raw(f)
	// A computed list stands nowhere: it gets a scope of its own.
	return found{value: v, owner: NewScope(nil, nil)}, ok
}

func eachItem[T any](p *forPart, f *frame, out []byte, all found, items []T) ([]byte, bool) {
	ok := true
	for i, item := range items {
		var good bool
		out, good = p.once(f, out, all, strconv.Itoa(i), i, item)
		ok = ok && good
		if len(f.ev.faults) >= maxFaults {
			break
		}
	}
	return out, ok
}

// eachEntry goes through a map in the order of its keys, as HCL does.
func eachEntry[T any](p *forPart, f *frame, out []byte, all found, entries map[string]T) ([]byte, bool) {
	ok := true
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		var good bool
		out, good = p.once(f, out, all, key, key, entries[key])
		ok = ok && good
		if len(f.ev.faults) >= maxFaults {
			break
		}
	}
	return out, ok
}

func (p *forPart) once(f *frame, out []byte, all found, at string, key, item any) ([]byte, bool) {
	f.ev.step(p.rng)
	if p.key != "" {
		f = f.bind(p.key, found{value: key, owner: all.owner})
	}
	f = f.bind(p.name, found{value: item, owner: all.owner, path: below(all.path, at), sensitive: all.sensitive})
	return f.write(out, p.body)
}

// raw reads a name.
func (r *reference) raw(f *frame) (any, bool) {
	at, fault := r.resolve(f.ev)
	if fault != nil {
		return nil, f.ev.fail(fault)
	}
	return at.value, true
}

// data is raw with all that is within, computed; Sensitive stays around what is
// part of such.
func (r *reference) data(f *frame, marked marking) (any, bool) {
	at, fault := r.resolve(f.ev)
	if fault != nil {
		return nil, f.ev.fail(fault)
	}
	v, fault := (&settler{f.ev, at.owner, marked, r.rng}).settle(at.value, at.path, 0)
	if fault != nil {
		return nil, f.ev.fail(fault)
	}
	if at.sensitive != "" && marked == keepMarks {
		v = Sensitive{Name: at.sensitive, Value: v}
	}
	return v, true
}

// localReference reads a name that %{ for } has bound.
type localReference struct{ *reference }

func (r *localReference) resolve(f *frame) (found, *fault) {
	at, ok := f.find(r.root)
	if !ok {
		return found{}, r.undefined(0, nil)
	}
	return r.walk(f.ev, at, 1)
}

func (r *localReference) raw(f *frame) (any, bool) {
	at, fault := r.resolve(f)
	if fault != nil {
		return nil, f.ev.fail(fault)
	}
	return at.value, true
}

// computed is what HCL evaluates.
type computed struct{ expr hclsyntax.Expression }

func (c *computed) raw(f *frame) (any, bool) { return c.data(f, dropMarks) }

func (c *computed) data(f *frame, marked marking) (any, bool) {
	ctx, ok := f.context(c.expr.Range())
	if !ok {
		return nil, false
	}
	v, ds := c.expr.Value(ctx)
	if ds.HasErrors() {
		f.ev.faults = append(f.ev.faults, f.ev.evaluationFaults(ds)...)
		return nil, false
	}
	if !v.IsWhollyKnown() {
		return nil, f.ev.fail(missingIn(v, c.expr.Range()))
	}
	return export(v, marked), true
}

// missingIn finds the reason why a value is not known.
func missingIn(v cty.Value, rng hcl.Range) *fault {
	_, marks := v.UnmarkDeep()
	var reasons []Missing
	for mark := range marks {
		if m, ok := mark.(missingMark); ok {
			reasons = append(reasons, m.Missing)
		}
	}
	if len(reasons) == 0 {
		return Missing{Reason: "the expression depends on a value that is not known"}.fault(rng)
	}
	first := slices.MinFunc(reasons, func(a, b Missing) int {
		return slices.Compare([]string{a.Reason, string(a.Code)}, []string{b.Reason, string(b.Code)})
	})
	return first.fault(rng)
}

func rangeOf(v value) hcl.Range {
	switch v := v.(type) {
	case *reference:
		return v.rng
	case *localReference:
		return v.rng
	case *computed:
		return v.expr.Range()
	}
	return hcl.Range{}
}
