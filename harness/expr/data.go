package expr

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// sensitiveMark and missingMark are the marks that values carry through HCL.
type (
	sensitiveMark string
	missingMark   struct{ Missing }
)

// importer turns plain data into cty values.
type importer struct {
	owner     *Scope
	rng       hcl.Range
	sensitive []string
}

// value converts data that stands at that path of its scope.
func (im *importer) value(v any, path string, depth int) (cty.Value, *fault) {
	if depth > maxDepth {
		return cty.DynamicVal, &fault{diag.EvaluationFailed, "the value is nested too deeply", fmt.Sprintf("Data may be nested %d levels deep.", maxDepth), im.rng}
	}
	switch v := v.(type) {
	case nil:
		return cty.NullVal(cty.DynamicPseudoType), nil
	case string:
		return cty.StringVal(v), nil
	case bool:
		return cty.BoolVal(v), nil
	case json.Number:
		return im.number(string(v))
	case int:
		return cty.NumberIntVal(int64(v)), nil
	case int64:
		return cty.NumberIntVal(v), nil
	case float64:
		// Through its shortest text: the number 0.1 of a suite is the decimal.
		return im.number(strconv.FormatFloat(v, 'g', -1, 64))
	case Lazy:
		return im.value(im.owner.force(path, v), path, depth+1)
	case Missing:
		return cty.DynamicVal.Mark(missingMark{v}), nil
	case Sensitive:
		im.sensitive = append(im.sensitive, v.Name)
		inner, f := im.value(v.Value, path, depth+1)
		return inner.Mark(sensitiveMark(v.Name)), f
	}
	return im.composite(v, path, depth)
}

func (im *importer) composite(v any, path string, depth int) (cty.Value, *fault) {
	switch v := v.(type) {
	case []any:
		return importList(im, v, path, depth)
	case []string:
		return importList(im, v, path, depth)
	case map[string]any:
		return importMap(im, v, path, depth)
	case map[string]string:
		return importMap(im, v, path, depth)
	case *spec.OrderedMap:
		return importMap(im, v.Values, path, depth)
	}
	return cty.DynamicVal, &fault{diag.EvaluationFailed, fmt.Sprintf("a value of type %T cannot be used in an expression", v), "", im.rng}
}

func importList[T any](im *importer, items []T, path string, depth int) (cty.Value, *fault) {
	values := make([]cty.Value, len(items))
	for i, item := range items {
		v, f := im.value(item, indexPath(path, i), depth+1)
		if f != nil {
			return cty.DynamicVal, f
		}
		values[i] = v
	}
	return cty.TupleVal(values), nil
}

func importMap[T any](im *importer, entries map[string]T, path string, depth int) (cty.Value, *fault) {
	values := make(map[string]cty.Value, len(entries))
	for key, entry := range entries {
		v, f := im.value(entry, below(path, key), depth+1)
		if f != nil {
			return cty.DynamicVal, f
		}
		values[key] = v
	}
	return cty.ObjectVal(values), nil
}

func indexPath(path string, i int) string { return below(path, strconv.Itoa(i)) }

func (im *importer) number(s string) (cty.Value, *fault) {
	if hugeText(s) {
		return cty.DynamicVal, tooLarge(im.rng)
	}
	v, err := cty.ParseNumberVal(s)
	if err != nil || hugeNumber(v.AsBigFloat()) {
		return cty.DynamicVal, tooLarge(im.rng)
	}
	return v, nil
}

// export turns a wholly known cty value into plain data; sensitive parts are
// wrapped as such where the caller wants to know.
func export(v cty.Value, marked marking) any {
	if name, ok := sensitiveName(v); ok {
		v, _ = v.Unmark()
		inner := export(v, marked)
		if marked == dropMarks {
			return inner
		}
		return Sensitive{Name: name, Value: inner}
	}
	if v.IsNull() {
		return nil
	}
	ty := v.Type()
	switch {
	case ty == cty.String:
		return v.AsString()
	case ty == cty.Bool:
		return v.True()
	case ty == cty.Number:
		return json.Number(numberText(v))
	case ty.IsObjectType(), ty.IsMapType():
		return exportMap(v, marked)
	}
	items := make([]any, 0, v.LengthInt())
	for _, e := range v.Elements() {
		items = append(items, export(e, marked))
	}
	return items
}

type marking uint8

const (
	dropMarks marking = iota
	keepMarks
)

func exportMap(v cty.Value, marked marking) *spec.OrderedMap {
	m := &spec.OrderedMap{Keys: make([]string, 0, v.LengthInt()), Values: make(map[string]any, v.LengthInt())}
	for k, e := range v.Elements() {
		k, _ = k.Unmark()
		m.Keys = append(m.Keys, k.AsString())
		m.Values[k.AsString()] = export(e, marked)
	}
	slices.Sort(m.Keys)
	return m
}

func sensitiveName(v cty.Value) (string, bool) {
	if !v.IsMarked() {
		return "", false
	}
	var names []string
	for mark := range v.Marks() {
		if name, ok := mark.(sensitiveMark); ok {
			names = append(names, string(name))
		}
	}
	if len(names) == 0 {
		return "", false
	}
	return slices.Min(names), true
}

// numberText writes a number as Terraform does: plain decimal, no exponent.
func numberText(v cty.Value) string {
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		return ""
	}
	return s.AsString()
}

// plainNumber reports whether the text of a number is already its own result.
func plainNumber(s string) bool {
	digits := s
	if len(s) > 0 && s[0] == '-' {
		digits = s[1:]
	}
	if digits == "" || len(digits) > 18 || digits[0] == '0' && s != "0" {
		return false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return true
}
