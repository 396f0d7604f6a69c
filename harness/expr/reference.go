package expr

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// reference is a name with literal steps below it, such as each.value["id"]. It
// is resolved in plain data, so that texts keep their bytes and only what is
// read is ever converted. It stands in HCL's tree in place of what HCL parsed.
type reference struct {
	hclsyntax.Expression
	root  string
	steps []step
	path  string // the root and the steps, NUL between them
	ends  []int  // where the root and each step end in path
	rng   hcl.Range
}

// step is .name, ["name"] or [0].
type step struct {
	name   string
	number int
	index  bool // [0]
}

func newReference(e *hclsyntax.ScopeTraversalExpr) *reference {
	r := &reference{Expression: e, root: e.Traversal.RootName(), rng: e.SrcRange}
	var path strings.Builder
	path.WriteString(r.root)
	r.ends = append(r.ends, path.Len())
	for _, t := range e.Traversal[1:] {
		s, ok := newStep(t)
		if !ok {
			return nil
		}
		path.WriteString(below("", s.name))
		r.steps = append(r.steps, s)
		r.ends = append(r.ends, path.Len())
	}
	r.path = path.String()
	return r
}

func newStep(t hcl.Traverser) (step, bool) {
	switch t := t.(type) {
	case hcl.TraverseAttr:
		return step{name: t.Name}, true
	case hcl.TraverseIndex:
		if t.Key.Type() == cty.String {
			return step{name: t.Key.AsString()}, true
		}
		if n, acc := t.Key.AsBigFloat().Int64(); acc == big.Exact && int64(int(n)) == n {
			return step{name: strconv.FormatInt(n, 10), number: int(n), index: true}, true
		}
	}
	return step{}, false
}

// below gives the path of a key: NUL parts the steps, so one within a key is escaped.
func below(path, key string) string {
	if strings.ContainsAny(key, "\x00\x01") {
		key = strings.NewReplacer("\x00", "\x01\x02", "\x01", "\x01\x01").Replace(key)
	}
	return path + "\x00" + key
}

// firstName gives what Reference.Name documents.
func (r *reference) firstName() string {
	if len(r.steps) == 0 || r.steps[0].index {
		return ""
	}
	return r.steps[0].name
}

func (r *reference) String() string {
	b := []byte(r.root)
	for _, s := range r.steps {
		switch {
		case s.index:
			b = fmt.Appendf(b, "[%d]", s.number)
		case hclsyntax.ValidIdentifier(s.name):
			b = append(append(b, '.'), s.name...)
		default:
			b = fmt.Appendf(b, "[%q]", s.name)
		}
	}
	return string(b)
}

// found is what a reference leads to: plain data, where it stands, and the
// sensitive value it is part of.
type found struct {
	value     any
	owner     *Scope
	path      string
	sensitive string
}

// resolve walks from the root.
func (r *reference) resolve(ev *evaluation) (found, *fault) {
	v, owner, ok := ev.scope.lookup(r.root)
	if !ok {
		return found{}, r.undefined(0, ev.scope.rootNames())
	}
	return r.walk(ev, found{value: v, owner: owner, path: r.path[:r.ends[0]]}, 0)
}

// walk follows the steps from a value.
func (r *reference) walk(ev *evaluation, at found, prefix int) (found, *fault) {
	base := at.path
	for i := 0; ; i++ {
		if f := r.open(ev, &at); f != nil {
			return found{}, f
		}
		if i == len(r.steps) {
			return at, nil
		}
		next, f := r.descend(at.value, i)
		if f != nil {
			return found{}, f
		}
		at.value = next
		if prefix == 0 {
			at.path = r.path[:r.ends[i+1]]
		} else {
			at.path = base + r.path[r.ends[0]:r.ends[i+1]]
		}
	}
}

// open takes a value out of what it is wrapped in.
func (r *reference) open(ev *evaluation, at *found) *fault {
	for {
		switch v := at.value.(type) {
		case Lazy:
			at.value = at.owner.force(at.path, v)
		case Sensitive:
			at.value, at.sensitive = v.Value, v.Name
			ev.noteSensitive(v.Name)
		case Missing:
			return v.fault(r.rng)
		default:
			return nil
		}
	}
}

func (m Missing) fault(rng hcl.Range) *fault {
	code := m.Code
	if code == "" {
		code = diag.EvaluationFailed
	}
	return &fault{code, m.Reason, "", rng}
}

func (r *reference) descend(v any, i int) (any, *fault) {
	s := r.steps[i]
	switch v := v.(type) {
	case map[string]any:
		return entry(r, v, i)
	case map[string]string:
		return entry(r, v, i)
	case *spec.OrderedMap:
		return entry(r, v.Values, i)
	case []any:
		return element(r, v, i)
	case []string:
		return element(r, v, i)
	case nil:
		return nil, r.failed(i, "is null", fmt.Sprintf("A null value has no %s.", s))
	}
	return nil, r.failed(i, "has nothing below it", fmt.Sprintf("It is one value, not a map or a list: it has no %s.", s))
}

func (s step) String() string {
	if s.index {
		return "element " + s.name
	}
	return strconv.Quote(s.name)
}

func entry[T any](r *reference, m map[string]T, i int) (any, *fault) {
	name := r.steps[i].name
	if v, ok := m[name]; ok {
		return v, nil
	}
	// HCL gives quoted names in NFC, data has them as they were written.
	for key, v := range m {
		if len(key) != len(name) && cty.NormalizeString(key) == cty.NormalizeString(name) {
			return v, nil
		}
	}
	names := make([]string, 0, len(m))
	for key := range m {
		names = append(names, key)
	}
	return nil, r.undefined(i+1, names)
}

func element[T any](r *reference, list []T, i int) (any, *fault) {
	s := r.steps[i]
	n, index := s.number, s.index
	if !index {
		var err error
		if n, err = strconv.Atoi(s.name); err != nil {
			return nil, r.failed(i, "is a list", fmt.Sprintf("A list has no %s: take an element first, such as [0], or all with [*].", s))
		}
	}
	if n < 0 || n >= len(list) {
		return nil, r.failed(i, fmt.Sprintf("has no element %d", n), fmt.Sprintf("The list has %d elements, counted from 0.", len(list)))
	}
	return list[n], nil
}

// prefix gives the reference up to its i-th step.
func (r *reference) prefix(i int) string {
	cut := *r
	cut.steps = r.steps[:i]
	return cut.String()
}

func (r *reference) failed(i int, what, detail string) *fault {
	return &fault{diag.EvaluationFailed, fmt.Sprintf("%q %s", r.prefix(i), what), detail, r.rng}
}

// undefined says that the i-th name (0 is the root) does not exist.
func (r *reference) undefined(i int, names []string) *fault {
	slices.Sort(names)
	names = slices.Compact(names)
	return &fault{diag.UndefinedName, fmt.Sprintf("there is no %q here", r.prefix(i)), r.advice(i, names), r.rng}
}

func (r *reference) advice(i int, names []string) string {
	given := r.root
	if i > 0 {
		given = r.steps[i-1].name
	}
	if name := nearest(given, names); name != "" {
		if i > 0 {
			name = r.prefix(i-1) + "." + name
		}
		return fmt.Sprintf("Did you mean %q?", name)
	}
	return known(i, r.prefix(max(0, i-1)), names)
}

// known lists what there is, if it is short.
func known(i int, parent string, names []string) string {
	const most = 12
	var where string
	if i > 0 {
		where = fmt.Sprintf(" in %q", parent)
	}
	switch {
	case len(names) == 0 && i > 0:
		return nothing(parent)
	case len(names) == 0:
		return "No names exist here."
	case len(names) > most:
		return fmt.Sprintf("There are%s: %s, and %d more.", where, strings.Join(names[:most], ", "), len(names)-most)
	}
	return fmt.Sprintf("There are%s: %s.", where, strings.Join(names, ", "))
}

// nothing says that a root has no names at all, and where they come from.
func nothing(root string) string {
	switch root {
	case "var":
		return "The suite has no variables: declare it under variables."
	case "local":
		return "The suite has no locals: write it under locals."
	case "capture":
		return "No turn before this place captures anything."
	}
	return fmt.Sprintf("There is nothing in %q.", root)
}

// Value gives the referenced data to HCL.
func (r *reference) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	ev := evaluationOf(ctx)
	at, f := r.resolve(ev)
	if f == nil {
		var v cty.Value
		if v, f = ev.toCty(at, r.rng); f == nil {
			return v, nil
		}
	}
	return cty.DynamicVal, hclFault(f)
}

// toCty converts what was found; lists and maps once a scope.
func (ev *evaluation) toCty(at found, rng hcl.Range) (cty.Value, *fault) {
	v, f := ev.convert(at, rng)
	if f == nil && at.sensitive != "" {
		v = v.Mark(sensitiveMark(at.sensitive))
	}
	return v, f
}

func (ev *evaluation) convert(at found, rng hcl.Range) (cty.Value, *fault) {
	im := &importer{owner: at.owner, rng: rng}
	switch at.value.(type) {
	case []any, []string, map[string]any, map[string]string, *spec.OrderedMap:
	default:
		return im.value(at.value, at.path, 0)
	}
	k := at.owner.keep("\x00" + at.path)
	k.once.Do(func() {
		k.fault = Missing{Reason: "the value could not be computed"}.fault(rng)
		k.cty, k.fault = im.value(at.value, at.path, 0)
		k.sensitive = im.sensitive
	})
	for _, name := range k.sensitive {
		ev.noteSensitive(name)
	}
	if k.fault != nil {
		f := *k.fault
		f.rng = rng
		return cty.DynamicVal, &f
	}
	return k.cty, nil
}
