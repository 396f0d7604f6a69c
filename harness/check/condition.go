package check

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

func conditionKind() Kind {
	return Kind{
		Name:    "condition",
		Doc:     "Passes when the expression is true; self is the reply, replies are those so far.",
		Example: "condition: 'length(self.text) < 600'",
		Schema:  `{"type": "string", "minLength": 1}`,
		Fixed:   true,
		Parse:   parseCondition,
	}
}

// condition is a bare expression. One that can't be evaluated because of the
// reply (self.json is null, no such field, a figure that was not recorded)
// fails; one that can't for another reason is an error. See Text's blame.
type condition struct {
	expression *Text
	reads      []*Text // self.text, capture.joke: what it reads, each once
}

func parseCondition(p *Parser, n *spec.Node) Check {
	expression := p.Condition(n)
	if expression == nil {
		return nil
	}
	if len(expression.template.References()) == 0 {
		p.add(diag.AlwaysPasses, n.Range, "the condition reads nothing of the reply, so it is always the same",
			"A check that can't fail says nothing, and nor does one that can't pass. Name what it is about, such as self.text.")
		return nil
	}
	return FromRule(condition{expression, reads(n, expression.template)})
}

// reads gives the values that a condition reads, as expressions of their own.
func reads(n *spec.Node, template *expr.Template) []*Text {
	var out []*Text
	seen := map[string]bool{}
	for _, ref := range template.References() {
		path := ref.Root
		if ref.Name != "" {
			path += "." + ref.Name
		}
		if seen[path] || ref.Name == "" && ref.Root != "sample" {
			continue
		}
		seen[path] = true
		name := &spec.Node{Kind: spec.Text, Value: path, Plain: true, Range: n.Range}
		if t, ds := expr.ParseExpression(name); !ds.HasErrors() {
			text := newText(t)
			text.source = path
			out = append(out, text)
		}
	}
	return out
}

func (c condition) Holds(s *Subject) (bool, error) { return c.expression.Bool(s) }

func (c condition) Describe(s *Subject) (expected, actual string) {
	values := make([]string, 0, len(c.reads))
	for _, read := range c.reads {
		if value := readValue(read, s); value != "" {
			values = append(values, read.source+value)
		}
	}
	return "condition " + cut(strings.Join(strings.Fields(c.expression.source), " ")), strings.Join(values, ", ")
}

// longValue is the length in bytes from which a list or a map is not shown.
const longValue = 200

// readValue shows what a condition read: " = 42", or how much a text is.
func readValue(read *Text, s *Subject) string {
	value, ds := read.template.Marked(s.Scope)
	if ds.HasErrors() {
		return ""
	}
	switch v := value.(type) {
	case nil:
		return " = null"
	case expr.Sensitive:
		return " = " + masked(v)
	case string:
		return " = " + withSize(v)
	}
	if text, is := scalar(value); is {
		return " = " + text
	}
	if text, ok := encoded(value); ok && len(text) <= longValue {
		return " = " + text
	}
	return ""
}

// encoded gives short data as JSON; it reports false for what holds more than
// data, such as a sensitive value.
func encoded(value any) (string, bool) {
	switch v := value.(type) {
	case map[string]any:
		return encoded(&spec.OrderedMap{Keys: slices.Sorted(maps.Keys(v)), Values: v})
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			text, ok := encoded(item)
			if !ok {
				return "", false
			}
			parts[i] = text
		}
		return "[" + strings.Join(parts, ", ") + "]", true
	case *spec.OrderedMap:
		parts := make([]string, len(v.Keys))
		for i, key := range v.Keys {
			text, ok := encoded(v.Values[key])
			if !ok {
				return "", false
			}
			parts[i] = quote(key) + ": " + text
		}
		return "{" + strings.Join(parts, ", ") + "}", true
	case string, nil, bool, int, json.Number:
		text, err := json.Marshal(v)
		return string(text), err == nil
	}
	return "", false
}
