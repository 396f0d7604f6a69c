package check_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/spec"
)

// eval evaluates an expression about a reply to its text.
func eval(t *testing.T, expression string, replies ...*provider.Reply) (string, diag.Diagnostics) {
	t.Helper()
	template, ds := expr.ParseTemplate(&spec.Node{Kind: spec.Text, Value: "${" + expression + "}"})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	return template.Text(check.ReplyScope(nil, replies...))
}

func TestSelf(t *testing.T) {
	cut := said("")
	cut.Text = `{"price": 1.50, "big": 12345678901234567890123, "list": [1, {"a": null}], "a": 1, "a": 2}`
	for expression, want := range map[string]string{
		"self.text == replies[0].text":           "true",
		"self.status":                            "200",
		"self.body":                              `{"choices":[]}`,
		"self.json.price + 1":                    "2.5",
		"self.json.big":                          "12345678901234567890123",
		"self.json.list[1].a == null":            "true",
		"self.json.a":                            "2",
		`self.headers["content-type"]`:           "application/json",
		"self.headers.x-remaining-credits":       "9.99",
		"self.model":                             "grok-2-1212",
		"self.finish_reason":                     "stop",
		"self.latency":                           "0.812",
		"self.credits":                           "0.0031",
		"self.tokens.input + self.tokens.output": "50",
		"self.error == null":                     "true",
		"length(replies)":                        "1",
		"try(self.json.none, \"fallback\")":      "fallback",
	} {
		if got, ds := eval(t, expression, cut); got != want || ds != nil {
			t.Errorf("%s is %q (%v), want %q", expression, got, ds, want)
		}
	}
}

func TestSelfOfWhatIsNotKnown(t *testing.T) {
	bare := &provider.Reply{Text: "plain"}
	for expression, code := range map[string]diag.Code{
		"self.status":        diag.EvaluationFailed,
		"self.model":         diag.EvaluationFailed,
		"self.finish_reason": diag.EvaluationFailed,
		"self.latency":       diag.EvaluationFailed,
		"self.credits":       diag.CreditsTooSoon,
		"self.tokens.input":  diag.EvaluationFailed,
		"self.tokens.output": diag.EvaluationFailed,
		"self.json.a":        diag.EvaluationFailed,
	} {
		if got, ds := eval(t, expression, bare); len(ds) != 1 || ds[0].Code != code {
			t.Errorf("%s is %q (%v), want %s", expression, got, ds, code)
		}
	}
	for _, expression := range []string{"self.json == null", "self.error == null", `self.text == "plain"`, `self.body == ""`} {
		if got, ds := eval(t, expression, bare); got != "true" || ds != nil {
			t.Errorf("%s is %q (%v)", expression, got, ds)
		}
	}
}

func TestSelfNames(t *testing.T) {
	if got, want := slices.Sorted(maps.Keys(check.SelfValue(said("x")))), check.SelfNames(); !slices.Equal(got, want) {
		t.Errorf("self has %v, SelfNames says %v", got, want)
	}
}

// TestSelfIsOneValue: trailing text, a second value or nothing is no JSON.
func TestSelfIsOneValue(t *testing.T) {
	for _, text := range []string{"", "{} {}", "{}x", "```\n{}\n```", `{"a":`} {
		if got, ds := eval(t, "self.json == null", said(text)); got != "true" {
			t.Errorf("%q decodes: %v", text, ds)
		}
	}
}
