package suite

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

func (r *suiteReader) readForEach(c *Case, n *spec.Node) {
	c.ForEach = n
	data, more := ParseData(n)
	r.ds = append(r.ds, more...)
	if data == nil {
		return
	}
	c.forEach = data
	switch {
	case n.Kind == spec.List || n.Kind == spec.Map:
		if len(n.Items)+len(n.Pairs) == 0 {
			r.ds = append(r.ds, c.noRows()...)
		}
	case n.Kind != spec.Text || data.IsPlain():
		detail := "It is a list, a map, or an expression that gives one."
		if rowsExtension(n.Value) != "" {
			detail += fmt.Sprintf(" To read a file, write rows: %s.", n.Value)
		}
		r.ds.Add(diag.WrongType, n.Range, "for_each cannot be "+n.Kind.String(), detail)
		return
	}
	r.ds = append(r.ds, data.Check(r.suite.known.locals)...)
	if n.Kind == spec.List && c.Key == nil {
		for _, item := range n.Items {
			if item.Kind == spec.Map || item.Kind == spec.List {
				r.ds.Add(diag.MissingRowID, n.Range, "for_each has "+item.Kind.String()+" in its list, and the case has no key", "Write key: '${each.value.id}', or whatever names each entry for ever, beside it.")
				return
			}
		}
	}
}

// row is one entry before it has its key.
type row struct {
	key    string // from for_each; with needsKey, none
	value  any
	place  diag.Range
	number int // from 1
	// needsKey is true for what has no text of its own: a row or a map.
	needsKey bool
}

// rows iterates over the entries of for_each or rows.
func (c *Case) rows(p *Project, scope *expr.Scope) iter.Seq2[row, diag.Diagnostics] {
	if c.Rows != "" {
		return fileRows(p.Files, c.Rows, c.RowsRange)
	}
	return func(yield func(row, diag.Diagnostics) bool) {
		switch {
		case c.forEach == nil:
		case c.ForEach.Kind == spec.List && c.forEach.items == nil, c.ForEach.Kind == spec.List && c.forEach.IsPlain():
			c.listRows(nil, scope, yield)
		case c.ForEach.Kind == spec.List:
			c.listRows(c.forEach.items, scope, yield)
		case c.ForEach.Kind == spec.Map:
			c.mapRows(scope, yield)
		default:
			value, ds := c.forEach.Marked(scope)
			if ds.HasErrors() {
				yield(row{}, ds)
				return
			}
			c.valueRows(value, yield)
		}
	}
}

// listRows gives the entries of a list in the suite. A plain number, bool or
// date is keyed by its source text: 007 and 7 are two keys.
func (c *Case) listRows(items []*Data, scope *expr.Scope, yield func(row, diag.Diagnostics) bool) {
	for i, n := range c.ForEach.Items {
		r := row{place: n.Range}
		var ds diag.Diagnostics
		if items != nil {
			r.value, ds = items[i].Marked(scope)
		} else {
			r.value = c.forEach.plain.([]any)[i]
		}
		text, isText := r.value.(string)
		switch {
		case isText:
			r.key = text
		case n.Scalar() && n.Kind != spec.Text:
			r.key = n.Value
		default:
			r.setKey(r.value)
		}
		if !yield(r, ds) || ds.HasErrors() {
			return
		}
	}
}

func (c *Case) mapRows(scope *expr.Scope, yield func(row, diag.Diagnostics) bool) {
	value, ds := c.forEach.Marked(scope)
	m, ok := value.(*spec.OrderedMap)
	if !ok || ds.HasErrors() {
		yield(row{}, ds)
		return
	}
	for i, key := range m.Keys {
		if !yield(row{key: key, value: m.Values[key], place: c.ForEach.Pairs[i].Key.Range}, nil) {
			return
		}
	}
}

// valueRows gives the entries of what an expression gave.
func (c *Case) valueRows(value any, yield func(row, diag.Diagnostics) bool) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			r := row{value: item, place: c.ForEach.Range}
			r.setKey(item)
			if !yield(r, nil) {
				return
			}
		}
	case *spec.OrderedMap:
		for _, key := range value.Keys {
			if !yield(row{key: key, value: value.Values[key], place: c.ForEach.Range}, nil) {
				return
			}
		}
	case map[string]any: // a whole root, such as var
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if !yield(row{key: key, value: value[key], place: c.ForEach.Range}, nil) {
				return
			}
		}
	case expr.Sensitive:
		yield(row{}, c.sensitiveKeys(value.Name))
	default:
		var ds diag.Diagnostics
		ds.Add(diag.BadData, c.ForEach.Range, "for_each gives no list and no map", "Its expression must give a list, such as '${split(\",\", var.animals)}', or a map.")
		yield(row{}, ds)
	}
}

func (c *Case) sensitiveKeys(name string) diag.Diagnostics {
	var ds diag.Diagnostics
	place, what := c.RowsRange, "key"
	if c.Key != nil {
		place = c.Key.Range()
	} else if c.ForEach != nil {
		place, what = c.ForEach.Range, "for_each"
	}
	ds.Add(diag.SecretUnsafe, place, fmt.Sprintf("%s holds the sensitive variable %q", what, name), "It would name cases in every report. Use something that may be shown.")
	return ds
}

// setKey keys a value by its text, where it has one.
func (r *row) setKey(value any) {
	switch value := value.(type) {
	case string:
		r.key = value
	case json.Number:
		r.key = string(value)
	case bool:
		r.key = strconv.FormatBool(value)
	default:
		r.needsKey = true
	}
}
