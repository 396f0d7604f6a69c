package spec

import (
	"encoding/json"
	"strings"
)

// OrderedMap is data with its order of keys: what Node.Any gives for a Map.
type OrderedMap struct {
	Keys   []string
	Values map[string]any
}

// Any gives plain data: nil, bool, json.Number, string, []any, *OrderedMap. A
// number keeps its digits (3.10) and is valid JSON: .5 becomes 0.5, 5. becomes 5.
func (n *Node) Any() any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Bool:
		return n.Value[0] == 't' || n.Value[0] == 'T'
	case Number:
		return json.Number(jsonNumber(n.Value))
	case Text:
		return n.Value
	case List:
		items := make([]any, len(n.Items))
		for i, item := range n.Items {
			items[i] = item.Any()
		}
		return items
	case Map:
		m := &OrderedMap{Keys: make([]string, len(n.Pairs)), Values: make(map[string]any, len(n.Pairs))}
		for i, p := range n.Pairs {
			m.Keys[i] = p.Key.Value
			m.Values[p.Key.Value] = p.Value.Any()
		}
		return m
	default:
		return nil
	}
}

// jsonNumber spells a Number as JSON demands: digits on both sides of a point.
func jsonNumber(s string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "-", rest
	}
	whole, fraction, found := strings.Cut(s, ".")
	if !found {
		return sign + s
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return sign + whole
	}
	if fraction[0] == 'e' || fraction[0] == 'E' {
		return sign + whole + fraction
	}
	return sign + whole + "." + fraction
}
