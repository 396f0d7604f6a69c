package check_test

import (
	"testing"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
)

// What reads nothing of a reply is evaluated before there is one; what might
// never be needed is not.
func TestFaults(t *testing.T) {
	each := map[string]any{"key": "a", "value": map[string]any{"id": "1", "list": []any{"x", "y"}}}
	scope := expr.NewScope(nil, expr.Roots{"each": each, "var": map[string]any{"word": "dogs"}})
	for _, test := range []struct {
		yaml string
		want diag.Code // "" for no fault
	}{
		{"- contains: ${each.value.id}", ""},
		{"- contains: ${each.value.idd}", diag.UndefinedName},
		{"- contains: ${each.value.list}", diag.EvaluationFailed},
		{"- contains_all: ${each.value.list}", ""},
		{"- contains_all: ['${each.value.list}']", diag.EvaluationFailed},
		{"- equals: ${tonumber(var.word)}", diag.EvaluationFailed},
		{"- regex: ${each.value.idd}", diag.UndefinedName},
		{"- length: {max: '${each.value.idd}'}", diag.UndefinedName},
		{"- condition: var.word", diag.EvaluationFailed},
		{"- condition: var.word == self.text", ""},
		{"- contains: ${self.json.nope}", ""},
		{"- contains: ${try(self.json.nope, each.value.idd)}", ""},
		{"- contains: x\n  message: ${each.value.idd}", diag.UndefinedName},
		{"- contains: x\n  of: ${each.value.idd}", diag.UndefinedName},
		{"- contains: x\n  when: each.value.idd == 1", diag.UndefinedName},
		{"- contains: ${each.value.idd}\n  when: can(each.value.idd)", ""},
		{"- contains: ${each.value.idd}\n  when: self.status == 200", ""},
		{"- not: {contains: '${each.value.idd}'}", diag.UndefinedName},
		{"- any: [{contains: '${each.value.idd}'}, {contains: x}]", ""},
	} {
		var got diag.Code
		for _, e := range compile(t, test.yaml) {
			for _, d := range e.Faults(scope) {
				got = d.Code
			}
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.yaml, got, test.want)
		}
	}
}
