package expr_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
)

func TestCheck(t *testing.T) {
	known := expr.Known{
		"var": {"audience", "tone"}, "local": {"persona"}, "capture": {}, "each": {"key", "value"}, "case": {"name"}, "provider": {"name"}, "sample": nil, "open": nil,
	}
	tests := []struct {
		src, summary, detail string
		code                 diag.Code
	}{
		{src: "plain"},
		{src: "${var.audience} ${local.persona} ${each.value.any.thing[0]} ${sample} ${open.x.y} ${case.name}"},
		{src: "${keys(var)} ${var[local.persona]} ${upper(var[\"tone\"])}"},
		{src: "${[for self in var.tone: self.x]} %{ for capture in var.tone }${capture.y}%{ endfor }"},
		{src: "${{ self = 1 }}"},
		{"${var.audiance}", `there is no "var.audiance" here`, `Did you mean "var.audience"?`, diag.UndefinedName},
		{"${var[\"audiance\"]}", `there is no "var.audiance" here`, `Did you mean "var.audience"?`, diag.UndefinedName},
		{"${var.zzz}", `there is no "var.zzz" here`, `There are in "var": audience, tone.`, diag.UndefinedName},
		{"${vra.audience}", `there is no "vra" here`, `Did you mean "var"?`, diag.UndefinedName},
		{"${capture.joke}", `there is no "capture.joke" here`, "No turn before this place captures anything.", diag.UndefinedName},
		{"${self.text}", `there is no "self" here`, "the reply", diag.UndefinedName},
		{"${replies[0]}", `there is no "replies" here`, "replies so far", diag.UndefinedName},
		{"${env.HOME}", `there is no "env" here`, "assay.yaml only", diag.UndefinedName},
		{"${each.vlaue}", `there is no "each.vlaue" here`, `Did you mean "each.value"?`, diag.UndefinedName},
		{"${try(var.nope, 1)}", `there is no "var.nope" here`, "", diag.UndefinedName},
		{"%{ if var.nope }%{ endif }", `there is no "var.nope" here`, "", diag.UndefinedName},
		{"${lenght(var.tone)}", `there is no function "lenght"`, `Did you mean "length"?`, diag.UndefinedFunc},
		{"${upper(lower())}", `"lower" is called with 0 arguments`, "It is lower(text).", diag.EvaluationFailed},
		{"${replace(\"a\", \"b\")}", `"replace" is called with 2 arguments`, "replace(text, part, replacement)", diag.EvaluationFailed},
		{"${upper(var.tone...)}", "", "", ""},
	}
	for _, tt := range tests {
		tpl, ds := expr.ParseTemplateText("f", tt.src)
		if ds != nil {
			t.Fatal(tt.src, ds)
		}
		ds = tpl.Check(known)
		if tt.summary == "" {
			if ds != nil {
				t.Errorf("%s: %v", tt.src, ds)
			}
			continue
		}
		if len(ds) != 1 || ds[0].Summary != tt.summary || ds[0].Code != tt.code || !strings.Contains(ds[0].Detail, tt.detail) {
			t.Errorf("%s gives %+v, want %q, %q", tt.src, ds, tt.summary, tt.detail)
		}
	}
}

func TestCheckReportsAllProblems(t *testing.T) {
	tpl, ds := expr.ParseTemplateText("f", "${a.b} ${uper(c)} ${a.b}")
	if ds != nil {
		t.Fatal(ds)
	}
	if ds := tpl.Check(nil); len(ds) != 4 {
		t.Errorf("got %d diagnostics, want 4: %v", len(ds), ds)
	}
}
