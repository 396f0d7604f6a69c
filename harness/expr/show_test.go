package expr_test

import (
	"encoding/json"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

func TestShow(t *testing.T) {
	for _, test := range []struct {
		value      any
		text, kind string
	}{
		{nil, "null", "null"},
		{true, "true", "true or false"},
		{7, "7", "a number"},
		{json.Number("3.10"), "3.10", "a number"},
		{"a <b> \"c\"\n", `"a <b> \"c\"\n"`, "a text"},
		{[]any{}, "[]", "a list"},
		{[]string{"x"}, "[\n  \"x\"\n]", "a list"},
		{map[string]any{"b": 1, "a": []any{2}}, "{\n  \"a\": [\n    2\n  ],\n  \"b\": 1\n}", "a map"},
		{&spec.OrderedMap{Keys: []string{"z", "a"}, Values: map[string]any{"z": 1, "a": nil}}, "{\n  \"z\": 1,\n  \"a\": null\n}", "a map"},
		{expr.Lazy(func() any { return "late" }), `"late"`, "a text"},
		{expr.Missing{Code: diag.EvaluationFailed, Reason: "nobody said"}, "(not known: nobody said)", "not known"},
		{expr.Sensitive{Name: "token", Value: "sesame"}, "(sensitive:token)", "a text, sensitive"},
		{map[string]any{"t": expr.Sensitive{Name: "token", Value: "sesame"}}, "{\n  \"t\": (sensitive:token)\n}", "a map"},
	} {
		if text, kind := expr.Show(test.value); text != test.text || kind != test.kind {
			t.Errorf("Show(%v) = %s, %s; want %s, %s", test.value, text, kind, test.text, test.kind)
		}
	}
}

// TestShowDeep: what holds itself ends somewhere.
func TestShowDeep(t *testing.T) {
	list := make([]any, 1)
	list[0] = list
	if text, _ := expr.Show(list); len(text) > 10_000 {
		t.Errorf("%d bytes", len(text))
	}
}

func TestParseExpressionText(t *testing.T) {
	e, ds := expr.ParseExpressionText("typed", `upper("a") == "A"`)
	if got, more := e.Bool(nil); !got || ds.HasErrors() || more.HasErrors() {
		t.Errorf("got %v, %v, %v", got, ds, more)
	}
	if _, ds := expr.ParseExpressionText("typed", `upper(`); !ds.HasErrors() || ds[0].Range.Filename != "typed" {
		t.Errorf("got %v", ds)
	}
}
