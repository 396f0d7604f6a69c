package expr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// ParseExpressionText parses a bare expression that somebody typed: ranges are
// places in a file of that name.
func ParseExpressionText(filename, text string) (*Template, diag.Diagnostics) {
	t := &Template{text: text, file: filename}
	return t, t.compile(compileExpression)
}

// Show gives data as people read it, JSON but for what is not to be seen or not
// known, and the name of its type. Maps and lists stand on several lines.
func Show(v any) (text, kind string) {
	v = forced(v)
	var b strings.Builder
	show(&b, v, 0)
	switch v := v.(type) {
	case Sensitive:
		_, kind = Show(v.Value)
		return b.String(), kind + ", sensitive"
	case Missing:
		return b.String(), "not known"
	case map[string]string, map[string]any, *spec.OrderedMap:
		return b.String(), "a map"
	default:
		return b.String(), kindOf(v)
	}
}

func forced(v any) any {
	for f, ok := v.(Lazy); ok; f, ok = v.(Lazy) {
		v = f()
	}
	return v
}

// deepest is how far into data Show looks.
const deepest = 32

func show(b *strings.Builder, v any, depth int) {
	switch v := forced(v).(type) {
	case Sensitive:
		fmt.Fprintf(b, "(sensitive:%s)", v.Name)
	case Missing:
		fmt.Fprintf(b, "(not known: %s)", v.Reason)
	case []string:
		showList(b, v, depth)
	case []any:
		showList(b, v, depth)
	case map[string]string:
		showMap(b, slices.Sorted(maps.Keys(v)), func(key string) any { return v[key] }, depth)
	case map[string]any:
		showMap(b, slices.Sorted(maps.Keys(v)), func(key string) any { return v[key] }, depth)
	case *spec.OrderedMap:
		showMap(b, v.Keys, func(key string) any { return v.Values[key] }, depth)
	default:
		b.WriteString(scalar(v))
	}
}

func scalar(v any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func showList[T any](b *strings.Builder, list []T, depth int) {
	showAll(b, "[", "]", len(list), depth, func(i int) { show(b, list[i], depth+1) })
}

func showMap(b *strings.Builder, keys []string, value func(string) any, depth int) {
	showAll(b, "{", "}", len(keys), depth, func(i int) {
		b.WriteString(scalar(keys[i]) + ": ")
		show(b, value(keys[i]), depth+1)
	})
}

func showAll(b *strings.Builder, left, right string, n, depth int, one func(int)) {
	b.WriteString(left)
	if n > 0 && depth >= deepest {
		b.WriteString("…")
		n = 0
	} else if n > 0 {
		defer func() { b.WriteString("\n" + strings.Repeat("  ", depth) + right) }()
	}
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + strings.Repeat("  ", depth+1))
		one(i)
	}
	if n == 0 {
		b.WriteString(right)
	}
}
