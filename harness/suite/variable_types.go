package suite

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// variableType is a parsed type: a word, and what is inside of list and map.
type variableType struct {
	word string
	of   *variableType
}

func (t *variableType) String() string {
	if t.of == nil {
		return t.word
	}
	return t.word + "(" + t.of.String() + ")"
}

// parseVariableType reads string, number, bool, list(T) or map(T); nil is none.
func parseVariableType(s string) *variableType {
	s = strings.TrimSpace(s)
	if s == "string" || s == "number" || s == "bool" {
		return &variableType{word: s}
	}
	for _, word := range []string{"list", "map"} {
		inner, ok := strings.CutPrefix(s, word)
		inner = strings.TrimSpace(inner)
		if !ok || len(s) > 200 || !strings.HasPrefix(inner, "(") || !strings.HasSuffix(inner, ")") {
			continue
		}
		if of := parseVariableType(inner[1 : len(inner)-1]); of != nil {
			return &variableType{word: word, of: of}
		}
	}
	return nil
}

// convert gives a node's value as the type says, or what is wrong with it; text
// says how its texts are read.
func convert(kind *variableType, n *spec.Node, text func(*spec.Node) string) (value any, problem string) {
	mismatch := fmt.Sprintf("it must be %s, and is %s", kind, n.Kind.String())
	switch kind.word {
	case "string":
		if !n.Scalar() {
			return nil, mismatch
		}
		return text(n), ""
	case "number":
		if n.Kind != spec.Number {
			return nil, mismatch
		}
		return n.Any(), ""
	case "bool":
		if n.Kind != spec.Bool {
			return nil, mismatch
		}
		return n.Any(), ""
	case "list":
		return convertList(kind, n, text, mismatch)
	default:
		return convertMap(kind, n, text, mismatch)
	}
}

func convertList(kind *variableType, n *spec.Node, text func(*spec.Node) string, mismatch string) (any, string) {
	if n.Kind != spec.List {
		return nil, mismatch
	}
	list := make([]any, len(n.Items))
	for i, item := range n.Items {
		value, problem := convert(kind.of, item, text)
		if problem != "" {
			return nil, fmt.Sprintf("of item %d, %s", i+1, problem)
		}
		list[i] = value
	}
	return list, ""
}

func convertMap(kind *variableType, n *spec.Node, text func(*spec.Node) string, mismatch string) (any, string) {
	if n.Kind != spec.Map {
		return nil, mismatch
	}
	m := &spec.OrderedMap{Values: make(map[string]any, len(n.Pairs))}
	for _, pair := range n.Pairs {
		value, problem := convert(kind.of, pair.Value, text)
		if problem != "" {
			return nil, fmt.Sprintf("of %q, %s", pair.Key.Value, problem)
		}
		m.Keys = append(m.Keys, pair.Key.Value)
		m.Values[pair.Key.Value] = value
	}
	return m, ""
}

// rawText gives a scalar's text as it stands.
func rawText(n *spec.Node) string { return n.Value }

// unescapedText gives a scalar's text; $${ in it is a literal ${.
func unescapedText(n *spec.Node) string {
	if data, ds := ParseData(n); n.Kind == spec.Text && !ds.HasErrors() && data.IsPlain() {
		if text, ok := data.plain.(string); ok {
			return text
		}
	}
	return n.Value
}

// plainNode reads the text of a flag as the scalar it looks like.
func plainNode(given VariableValue) *spec.Node {
	n := &spec.Node{Kind: spec.Text, Value: strings.TrimSpace(given.Text), Range: diag.Range{Filename: given.From}}
	switch {
	case n.Value == "true", n.Value == "false":
		n.Kind = spec.Bool
	case isNumber(n.Value):
		n.Kind = spec.Number
	}
	return n
}

// isNumber reports whether s is a number as JSON writes them.
func isNumber(s string) bool {
	return s != "" && (s[0] == '-' || '0' <= s[0] && s[0] <= '9') && json.Valid([]byte(s))
}
