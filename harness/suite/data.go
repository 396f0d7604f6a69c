package suite

import (
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Data is a value of a suite whose strings are templates. It is immutable and
// may be evaluated by many goroutines at once.
type Data struct {
	node   *spec.Node
	text   *expr.Template // of a text with something to evaluate
	plain  any            // the value, where nothing is to be evaluated
	items  []*Data        // of a list with something to evaluate
	keys   []string       // of a map with something to evaluate
	values []*Data
}

// ParseData parses the templates in a node's strings. Keys are no templates.
func ParseData(n *spec.Node) (*Data, diag.Diagnostics) {
	d := &Data{node: n}
	var ds diag.Diagnostics
	switch {
	case n == nil:
	case n.Kind == spec.Text:
		d.text, ds = expr.ParseTemplate(n)
		if d.text == nil {
			return nil, ds
		}
		if text, ok := fixedText(n, d.text); ok {
			d.text, d.plain = nil, text
		}
	case n.Kind == spec.List:
		ds = d.parseItems(n)
	case n.Kind == spec.Map:
		ds = d.parsePairs(n)
	default:
		d.plain = n.Any()
	}
	if ds.HasErrors() {
		return nil, ds
	}
	return d, ds
}

func (d *Data) parseItems(n *spec.Node) diag.Diagnostics {
	var ds diag.Diagnostics
	constant := true
	d.items = make([]*Data, len(n.Items))
	for i, item := range n.Items {
		var more diag.Diagnostics
		d.items[i], more = ParseData(item)
		ds = append(ds, more...)
		constant = constant && d.items[i].IsPlain()
	}
	if constant && !ds.HasErrors() {
		list := make([]any, len(d.items))
		for i, item := range d.items {
			list[i] = item.plain
		}
		d.plain, d.items = list, nil
	}
	return ds
}

func (d *Data) parsePairs(n *spec.Node) diag.Diagnostics {
	var ds diag.Diagnostics
	constant := true
	d.keys, d.values = make([]string, len(n.Pairs)), make([]*Data, len(n.Pairs))
	for i, pair := range n.Pairs {
		var more diag.Diagnostics
		d.keys[i] = pair.Key.Value
		d.values[i], more = ParseData(pair.Value)
		ds = append(ds, more...)
		constant = constant && d.values[i].IsPlain()
	}
	if constant && !ds.HasErrors() {
		m := &spec.OrderedMap{Keys: d.keys, Values: make(map[string]any, len(d.keys))}
		for i, key := range d.keys {
			m.Values[key] = d.values[i].plain
		}
		d.plain, d.keys, d.values = m, nil, nil
	}
	return ds
}

// Node gives what was parsed.
func (d *Data) Node() *spec.Node { return d.node }

// IsPlain reports whether there is nothing to evaluate.
func (d *Data) IsPlain() bool {
	return d != nil && d.text == nil && d.items == nil && d.keys == nil
}

// Value evaluates to data, as expr.Template's Value does.
func (d *Data) Value(s *expr.Scope) (any, diag.Diagnostics) {
	return d.evaluate(func(t *expr.Template) (any, diag.Diagnostics) { return t.Value(s) })
}

// Marked evaluates to data in which what is sensitive says so, as expr.Template's
// Marked does.
func (d *Data) Marked(s *expr.Scope) (any, diag.Diagnostics) {
	return d.evaluate(func(t *expr.Template) (any, diag.Diagnostics) { return t.Marked(s) })
}

func (d *Data) evaluate(text func(*expr.Template) (any, diag.Diagnostics)) (any, diag.Diagnostics) {
	switch {
	case d == nil:
		return nil, nil
	case d.text != nil:
		return text(d.text)
	case d.items != nil:
		var ds diag.Diagnostics
		list := make([]any, len(d.items))
		for i, item := range d.items {
			v, more := item.evaluate(text)
			list[i], ds = v, append(ds, more...)
		}
		return list, ds
	case d.keys != nil:
		var ds diag.Diagnostics
		m := &spec.OrderedMap{Keys: d.keys, Values: make(map[string]any, len(d.keys))}
		for i, value := range d.values {
			v, more := value.evaluate(text)
			m.Values[d.keys[i]], ds = v, append(ds, more...)
		}
		return m, ds
	}
	return d.plain, nil
}

// templates gives every template in the data, in source order.
func (d *Data) templates(yield func(*expr.Template) bool) bool {
	if d == nil {
		return true
	}
	if d.text != nil {
		return yield(d.text)
	}
	for _, item := range d.items {
		if !item.templates(yield) {
			return false
		}
	}
	for _, value := range d.values {
		if !value.templates(yield) {
			return false
		}
	}
	return true
}

// Check reports what is wrong with the templates in the data, as far as it can
// be known without values.
func (d *Data) Check(known expr.Known) diag.Diagnostics {
	var ds diag.Diagnostics
	d.templates(func(t *expr.Template) bool {
		ds = append(ds, t.Check(known)...)
		return true
	})
	return ds
}
