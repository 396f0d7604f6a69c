package expr_test

import (
	"testing"

	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

func benchScope() *expr.Scope {
	outer := expr.NewScope(nil, expr.Roots{"var": map[string]any{"audience": "adults"}, "local": map[string]any{"persona": "You are a comedian."}})
	return expr.NewScope(outer, expr.Roots{
		"each": map[string]any{"key": "dogs", "value": map[string]any{"name": "dogs", "id": "7"}},
		"self": map[string]any{"text": "Why did the dog sit in the shade? It didn't want to be a hot dog.", "status": 200, "latency": 0.812},
	})
}

var benchTemplates = map[string]string{
	"literal":    "tell me a joke on cats, and make it a short one please",
	"reference":  "${each.value.name}",
	"references": "now a joke on ${each.value.name} for ${var.audience}, number ${each.value.id}",
	"function":   "now a joke on ${upper(each.value.name)}",
}

func BenchmarkParseTemplate(b *testing.B) {
	for name, src := range benchTemplates {
		b.Run(name, func(b *testing.B) {
			n := &spec.Node{Kind: spec.Text, Value: src}
			b.ReportAllocs()
			for b.Loop() {
				if _, ds := expr.ParseTemplate(n); ds != nil {
					b.Fatal(ds)
				}
			}
		})
	}
}

func BenchmarkText(b *testing.B) {
	for name, src := range benchTemplates {
		b.Run(name, func(b *testing.B) {
			tpl, _ := expr.ParseTemplateText("f", src)
			scope := benchScope()
			b.ReportAllocs()
			for b.Loop() {
				if _, ds := tpl.Text(scope); ds != nil {
					b.Fatal(ds)
				}
			}
		})
	}
}

func BenchmarkBool(b *testing.B) {
	for name, src := range map[string]string{"length": "length(self.text) < 600", "status": "self.status == 200 && self.latency < 20", "regex": `can(regex("(?i)\\b(why|what)\\b", self.text))`} {
		b.Run(name, func(b *testing.B) {
			tpl, ds := expr.ParseExpression(&spec.Node{Kind: spec.Text, Value: src})
			if ds != nil {
				b.Fatal(ds)
			}
			scope := benchScope()
			b.ReportAllocs()
			for b.Loop() {
				if ok, ds := tpl.Bool(scope); ds != nil || !ok {
					b.Fatal(ok, ds)
				}
			}
		})
	}
}
