package expr_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Each of these would take all memory, or for ever.
func TestExpressionsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	many := make([]any, 100_000)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	mixed := make([]any, 100_000)
	for i := range mixed {
		if mixed[i] = fmt.Sprint(i); i%2 == 0 {
			mixed[i] = i
		}
	}
	scope := expr.NewScope(nil, expr.Roots{"long": long, "many": many, "mixed": mixed})
	loops := strings.Repeat("[for a in range(1000): ", 5) + "1" + strings.Repeat("]", 5)
	for _, src := range []string{
		loops,
		"[for a in many: [for b in many: a if a == b]]",
		"[for a in range(1000): [for b in range(1000): many == mixed]]",
		"[for a in range(1000): [for b in range(1000): regexall(\"(x+x+)+y\", long)]]",
		"[for a in range(1000): \"${long}${a}\"]",
		"\"" + strings.Repeat("${long}", 1000) + "\"",
		"replace(long, \"\", long)",
		"replace(long, \"x\", long)",
		"replace(long, \"/x/\", long)",
		"join(long, many)",
		"join(\"\", [for a in range(1000): long])",
		"format(\"%999999999d\", 1)",
		"format(\"%.999999999f\", 1)",
		"format(\"%099999999999999999999d\", 1)",
		"format(\"" + strings.Repeat("%[1]s", 1000) + "\", long)",
		"format(\"" + strings.Repeat("%[1]q", 1000) + "\", long)",
		"format(\"%d\", \"1e999999999\")",
		"range(1e12)",
		"range(0, 1, 1e-30)",
		"range(\"1e999999999\")",
		"setproduct(many, many)",
		"setproduct(range(1000), range(1000), range(1000), range(1000))",
		"flatten([for a in range(1000): many])",
		"merge([for a in range(1000): { for b in many: b => b }]...)",
		"jsonencode([for a in range(200): long])",
		"regexall(\"\", long)",
		"split(\"\", long)",
		"1e999999999",
		"\"1e999999999\" + 1",
		"-\"1e999999999\"",
		"floor(\"1e999999999.5\")",
		"floor(\"-1e999999999\")",
		"max([\"1e999999999\"]...)",
		"sum([\"1e999999999\", 1])",
		"tonumber(\"1e999999999\")",
		"jsondecode(\"1e999999999\")",
		"jsondecode(\"[" + strings.Repeat("[", 9000) + "]\")",
		"yamldecode(\"1e999999999\") + 1",
		"\"${\"1e999999999\" * 1}\"",
		"[1][\"1e999999999\"]",
		"parseint(long, 36)",
		"1e30000 * 1e30000 * 1e30000",
		strings.Repeat("(", 50_000) + "1" + strings.Repeat(")", 50_000),
		strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000),
		strings.Repeat("!", 50_000) + "true",
		strings.Repeat("-", 50_000) + "1",
		"1" + strings.Repeat("+1", 50_000),
		strings.Repeat("true ? 1 : ", 20_000) + "1",
		strings.Repeat("\"${", 10_000) + "1" + strings.Repeat("}\"", 10_000),
		"many" + strings.Repeat("[*]", 20_000),
	} {
		name := src[:min(len(src), 60)]
		start := time.Now()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, failure := evaluate(t, scope, src)
		runtime.ReadMemStats(&after)
		if failure == "" && !strings.HasPrefix(src, "split") {
			t.Errorf("%s: no error", name)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s took %v", name, took)
		}
		if made := (after.TotalAlloc - before.TotalAlloc) >> 20; made > 4000 {
			t.Errorf("%s allocated %d MB", name, made)
		}
		t.Logf("%8v %6d MB %s: %.100s", time.Since(start).Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, name, failure)
	}
}

func TestLongTemplatesAreRefusedAndLongLiteralsAreNot(t *testing.T) {
	long := strings.Repeat("line\n", 1<<18)
	if _, ds := expr.ParseTemplateText("f", long); ds != nil {
		t.Error(ds)
	}
	if _, ds := expr.ParseTemplateText("f", long+"${x}"); len(ds) != 1 || !strings.Contains(ds[0].Summary, "too long") || ds[0].Range.Filename != "f" {
		t.Error(ds)
	}
}

// What a large but honest suite does works, and fast.
func TestLargeDataIsFine(t *testing.T) {
	rows := make([]any, 50_000)
	names := make([]any, len(rows))
	for i := range rows {
		names[i] = fmt.Sprint("row ", i%40_000)
		rows[i] = map[string]any{"id": i, "name": names[i]}
	}
	scope := expr.NewScope(nil, expr.Roots{"rows": rows, "names": names})
	for src, want := range map[string]string{
		"length(rows)":                                        "50000",
		"length(distinct(names))":                             "40000",
		"length([for r in rows: r.id if r.id < 10])":          "10",
		"length(setproduct(names, [1]))":                      "50000",
		"contains(names, \"row 39999\")":                      "true",
		"length(sort(names))":                                 "50000",
		"length(join(\",\", names)) > 0":                      "true",
		"length(keys({ for n in distinct(names) : n => 1 }))": "40000",
		"coalesce(names...)":                                  `"row 0"`,
		"rows[49999].id":                                      "49999",
	} {
		start := time.Now()
		if got, failure := evaluate(t, scope, src); got != want {
			t.Errorf("%s = %s (%s), want %s", src, got, failure, want)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s took %v", src, took)
		}
	}
}

func TestDeepDataIsRefused(t *testing.T) {
	var deep any = "x"
	for range 100_000 {
		deep = []any{deep}
	}
	scope := expr.NewScope(nil, expr.Roots{"deep": deep})
	for _, src := range []string{"deep", "length(deep)", "jsonencode(deep)"} {
		if got, failure := evaluate(t, scope, src); failure == "" {
			t.Errorf("%s = %.60s, want an error", src, got)
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, fn := range expr.Functions() {
		f.Add(fn.Example)
	}
	for _, seed := range []string{
		"var.x", "var.list[0].a", "[for k, v in var : k => v]", "{ for k, v in var : k => v... }", "var.list[*].a", "!var.yes && var.n > 1", "\"${var.x} %{ if true }a%{ endif }\"", "(var.x)", "var.key == null ? 1 : [2]",
		"var[var.x]", "format(\"%#v %*d\", var, 1)", "slice(var.list, -1, 99999999999999999999)", "element([], 1)", "substr(var.x, -9, 1e9)", "parseint(var.key, 10)", "self.credits", "try(self.credits, self)", "merge(var, null)...",
		"lookup(var, null, 1)", "sum(var.list...)", "null", "~", "<<EOT\n${var.x}\nEOT\n", "keys(var)[0]", "values(self)", "coalesce(null, self)", "setproduct([self], [])", "distinct([self, self])", "flatten([self])", "jsonencode(self)",
	} {
		f.Add(seed)
	}
	scope := expr.NewScope(nil, expr.Roots{
		"var": map[string]any{
			"x": nfd, "n": 1.5, "yes": true, "none": nil, "list": []any{map[string]any{"a": 1}, "b"},
			"key": expr.Sensitive{Name: "key", Value: "zqzqzqzqzq"},
		},
		"self": map[string]any{"text": "t", "credits": expr.Missing{Code: diag.CaptureFailed, Reason: "not recorded"}, "json": expr.Lazy(func() any { return []any{1, "a"} })},
	})
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 1000 {
			return
		}
		start := time.Now()
		defer func() {
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("%s took %v", src, took)
			}
		}()
		tpl, ds := expr.ParseExpression(&spec.Node{Kind: spec.Text, Value: src})
		if ds != nil {
			return
		}
		tpl.References()
		tpl.Check(expr.Known{"var": {"x"}, "self": nil})
		for _, ds := range []diag.Diagnostics{second(tpl.Text(scope)), second(tpl.Bool(scope)), second(tpl.Marked(scope))} {
			for _, d := range ds {
				if strings.Contains(d.Summary+d.Detail, "zqzq") && !strings.Contains(src, "zqzq") {
					t.Errorf("%s shows a secret: %s: %s", src, d.Summary, d.Detail)
				}
				if strings.Contains(d.Detail, "fault of assay") {
					t.Errorf("%s panics", src)
				}
			}
		}
	})
}

func second[T any](_ T, ds diag.Diagnostics) diag.Diagnostics { return ds }
