package expr_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// nfd is é in two code points, which go-cty would join to one.
const nfd = "e\u0301"

func text(t *testing.T, s *expr.Scope, src string) string {
	t.Helper()
	tpl, ds := expr.ParseTemplateText("prompt.md", src)
	if ds != nil {
		t.Fatalf("%q: %v", src, ds.Err())
	}
	out, ds := tpl.Text(s)
	if ds != nil {
		t.Fatalf("%q: %v", src, ds.Err())
	}
	return out
}

func testScope() *expr.Scope {
	return expr.NewScope(nil, expr.Roots{
		"var": map[string]any{"x": nfd, "n": json.Number("3.10"), "list": []any{nfd, "b"}, "yes": true, "none": nil, "float": 0.812, nfd: "key"},
		"each": map[string]any{"key": "dogs", "value": &spec.OrderedMap{
			Keys: []string{"name", "big"}, Values: map[string]any{"name": nfd, "big": json.Number("12345678901234567890123")},
		}},
		"self":    map[string]any{"text": "caf" + nfd, "headers": map[string]string{"x-id": nfd}},
		"replies": []any{map[string]any{"text": "one " + nfd}, map[string]any{"text": "two"}},
		"sample":  2,
	})
}

func TestText(t *testing.T) {
	tests := map[string]string{
		"":                                        "",
		"plain":                                   "plain",
		"costs 5$, 5 %, $x, {y}":                  "costs 5$, 5 %, $x, {y}",
		"$${x} %%{if}":                            "${x} %{if}",
		"$$${var.yes}":                            "$${var.yes}",
		"5$ ${var.yes} 5$":                        "5$ true 5$",
		`\n ${var.yes} \`:                         `\n true \`,
		"a\r\nb ${sample}\r\n":                    "a\r\nb 2\r\n",
		"\ufeff${sample}":                         "\ufeff2",
		"\ufeff%{ if true }a%{ endif }":           "\ufeffa",
		"${var.n}":                                "3.1",
		"${var.n} ${var.float}":                   "3.1 0.812",
		"${each.value.big}":                       "12345678901234567890123",
		"a ${~ sample ~} b":                       "a2b",
		"a\n\n ${~ sample ~} \n\n b":              "a\n\n2\n b",
		"${sample}${sample}":                      "22",
		"%{ if var.yes }a%{ else }b%{ endif }":    "a",
		"%{ if !var.yes }a%{ endif }":             "",
		"%{ if \"true\" }a%{ endif }":             "a",
		"%{ for v in var.list }<${v}>%{ endfor }": "<" + nfd + "><b>",
		"%{ for i, v in var.list }${i}${v}%{ endfor }":                                                             "0" + nfd + "1b",
		"%{ for k, v in self.headers }${k}=${v}%{ endfor }":                                                        "x-id=" + nfd,
		"%{ for v in [1, 2] ~}\n ${v * 2}\n%{ endfor ~}":                                                           " 2\n 4\n",
		"%{ for r in replies ~}\n- ${r.text}\n%{ endfor ~}\n":                                                      "- one " + nfd + "\n- two\n",
		"%{ for r in replies }%{ for s in var.list }${r.text}${s} ${upper(s)}${r.text == s}%{ endfor }%{ endfor }": "one " + nfd + nfd + " Éfalseone " + nfd + "b Bfalsetwo" + nfd + " Éfalsetwob Bfalse",
	}
	for src, want := range tests {
		if got := text(t, testScope(), src); got != want {
			t.Errorf("%q gives %q, want %q", src, got, want)
		}
	}
}

func TestBytesAreKept(t *testing.T) {
	tests := map[string]string{
		nfd:                                 nfd,
		nfd + "${sample}" + nfd:             nfd + "2" + nfd,
		"${var.x}":                          nfd,
		"(${var.x})":                        "(" + nfd + ")",
		"${(var.x)}":                        nfd,
		"${ var[\"x\"] }":                   nfd,
		"${var." + nfd + "}":                "key",
		"${var[\"" + nfd + "\"]}":           "key",
		"${var.list[0]}":                    nfd,
		"${var.list.0}":                     nfd,
		"${each.value.name}":                nfd,
		"${self.headers[\"x-id\"]}":         nfd,
		"${replies[0].text}":                "one " + nfd,
		"%{ if true }" + nfd + "%{ endif }": nfd,
		"%{ if true }${var.x}" + nfd + "%{ endif }":       nfd + nfd,
		"%{ for v in var.list }" + nfd + "%{ endfor }":    nfd + nfd,
		nfd + " ${~ sample ~} " + nfd:                     nfd + "2" + nfd,
		nfd + "$${" + nfd + "%%{" + nfd + "${sample}":     nfd + "${" + nfd + "%{" + nfd + "2",
		nfd + "\r\n" + nfd + "\n${sample}":                nfd + "\r\n" + nfd + "\n2",
		"${upper(var.x)}":                                 "É",
		"${lower(var.x)}":                                 "é",
		"${true ? var.x : \"\"}":                          "é",
		"${\"" + nfd + "\"}":                              "é",
		"${join(\"\", var.list)}":                         "éb",
		"${upper(\"a${var.x}\")}":                         "AÉ",
		"\u1100\u1161${sample}\u212b":                     "\u1100\u11612\u212b",
		nfd + "${ true ? \"" + nfd + "\" : \"x\" }" + nfd: nfd + "é" + nfd,
	}
	for src, want := range tests {
		if got := text(t, testScope(), src); got != want {
			t.Errorf("%q gives %q, want %q", src, got, want)
		}
	}
}

// What HCL itself gives is what ours gives, normalised.
func FuzzTemplateAgainstHCL(f *testing.F) {
	for _, seed := range []string{
		"a ${x} b", "é$${x}%%{", "é ${~ x ~} \n\n é", "%{ if b }é%{ else }y%{ endif }", "%{ for v in l ~}\n é${v} \n%{~ endfor }", "$$${x}$", "é\r\n${x}%",
		"${upper(x)}${l[0]}${m.a}", "%{ for k, v in m }é${k}${v}%{ endfor }", "é%{~ if b ~} $ % %{~ endif ~} é", "${[for v in l: \"é${v}\"][0]}", "${m[\"a\"]}${1 + 2}${b ? 1 : \"é\"}",
		"\ufeffé${x}", "${x}\u2028é", "$é$${é${x}", "%é%%{é%{if b}é%{endif}", "${<<E\né\nE\n}", "${format(\"%s\", x)}", "${try(nope, x)}", "${can(x)}", "${l...}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 2000 {
			return
		}
		scope := expr.NewScope(nil, expr.Roots{"x": "v" + nfd, "b": true, "l": []any{nfd, "y"}, "m": map[string]any{"a": nfd, "b": json.Number("2")}})
		tpl, ds := expr.ParseTemplateText("f", src)
		if ds != nil {
			return
		}
		got, ds := tpl.Text(scope)
		if ds != nil || strings.Contains(src, "(") {
			return
		}
		start := hcl.InitialPos
		e, hds := hclsyntax.ParseTemplate([]byte(src), "f", start)
		if hds.HasErrors() {
			if _, literal := tpl.IsLiteral(); literal {
				return
			}
			t.Fatalf("%q: HCL does not parse it: %v", src, hds)
		}
		if strings.HasPrefix(src, "\ufeff") {
			got = strings.TrimPrefix(got, "\ufeff")
		}
		v, hds := e.Value(&hcl.EvalContext{Variables: map[string]cty.Value{
			"x": cty.StringVal("v" + nfd), "b": cty.True, "l": cty.TupleVal([]cty.Value{cty.StringVal(nfd), cty.StringVal("y")}),
			"m": cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal(nfd), "b": cty.NumberIntVal(2)}),
		}})
		if hds.HasErrors() {
			t.Fatalf("%q gives %q; HCL cannot evaluate it: %v", src, got, hds)
		}
		if want := asText(v); cty.NormalizeString(got) != want {
			t.Errorf("%q gives %q, HCL gives %q", src, got, want)
		}
	})
}

func asText(v cty.Value) string {
	switch v.Type() {
	case cty.Number:
		return v.AsBigFloat().Text('f', -1)
	case cty.Bool:
		if v.True() {
			return "true"
		}
		return "false"
	}
	return v.AsString()
}

func TestValue(t *testing.T) {
	list := []any{"a", json.Number("1.50")}
	scope := expr.NewScope(nil, expr.Roots{"var": map[string]any{"list": list, "n": json.Number("1.50"), "none": nil, "x": nfd, "yes": true, "int": 3}})
	tests := map[string]any{
		"plain":                 "plain",
		"${var.n}":              json.Number("1.50"),
		"${var.n + 0}":          json.Number("1.5"),
		"${var.none}":           nil,
		"${var.x}":              nfd,
		"${var.yes}":            true,
		"${!var.yes}":           false,
		"${var.int}":            3,
		"${var.list}":           list,
		"${var.list[1]}":        json.Number("1.50"),
		"${[1, \"a\", null]}":   []any{json.Number("1"), "a", nil},
		"${var.list} ":          nil,
		"${var.n}${var.n}":      "1.51.5",
		"%{ if true }a%{endif}": "a",
	}
	for src, want := range tests {
		tpl, ds := expr.ParseTemplateText("f", src)
		if ds != nil {
			t.Fatal(src, ds)
		}
		got, ds := tpl.Value(scope)
		if src == "${var.list} " {
			if ds == nil {
				t.Errorf("%q gives %v, want an error", src, got)
			}
			continue
		}
		if ds != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q gives %#v (%v), want %#v", src, got, ds, want)
		}
	}
}

func TestIsLiteral(t *testing.T) {
	for src, want := range map[string]bool{"": true, "plain $5 50%": true, "$ {x}": true, "${x}": false, "%{ if true }%{ endif }": false, "$${x}": false} {
		tpl, ds := expr.ParseTemplateText("f", src)
		if ds != nil {
			t.Fatal(ds)
		}
		if got, literal := tpl.IsLiteral(); literal != want || literal && got != src {
			t.Errorf("IsLiteral of %q is %q, %t", src, got, literal)
		}
	}
	if got, ds := expr.Literal("${x} %{ for").Text(nil); got != "${x} %{ for" || ds != nil {
		t.Errorf("a literal gives %q, %v", got, ds)
	}
	if got := text(t, nil, "\xff\xfe literal bytes"); got != "\xff\xfe literal bytes" {
		t.Errorf("bytes that are no UTF-8 give %q", got)
	}
}

func TestBool(t *testing.T) {
	scope := expr.NewScope(testScope(), expr.Roots{"secret": expr.Sensitive{Name: "key", Value: "hunter2hunter2"}})
	tests := map[string]string{
		"true":                           "true",
		"length(self.text) < 600":        "true",
		"self.text == \"café\"":          "true",
		"var.n == 3.1 && sample == 2":    "true",
		"var.float == 0.812":             "true",
		"var.none == null":               "true",
		"contains(var.list, \"b\")":      "true",
		"secret == \"x\"":                "false",
		"startswith(secret, \"hunter\")": "true",
		"[for c in split(\"\", secret): c if c == \"h\"] == [\"h\", \"h\"]": "true",
		"secret != \"\" ? true : false":                                     "true",
		"sample":                                                            "the condition is a number, not true or false",
		"\"true\"":                                                          "the condition is a text, not true or false",
		"var.none":                                                          "the condition is null, not true or false",
		"replies":                                                           "the condition is a list, not true or false",
		"self":                                                              "the condition is a map, not true or false",
		"nope":                                                              `there is no "nope" here`,
		"self.txt == \"\"":                                                  `there is no "self.txt" here`,
	}
	for src, want := range tests {
		tpl, ds := expr.ParseExpression(&spec.Node{Kind: spec.Text, Value: src})
		if ds != nil {
			t.Fatal(src, ds)
		}
		got, ds := tpl.Bool(scope)
		switch {
		case ds != nil && ds[0].Summary != want:
			t.Errorf("%s says %q, want %q", src, ds[0].Summary, want)
		case ds == nil && map[bool]string{true: "true", false: "false"}[got] != want:
			t.Errorf("%s is %t, want %s", src, got, want)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	tests := []struct {
		src        string
		start, end int
	}{
		{"a ${var.", 2, -1},
		{"a ${}", 4, 5},
		{"a ${1 +}", 7, 8},
		{"é ${\"x}", -1, -1},
		{"%{ if true }", -1, -1},
		{"%{ endif }", -1, -1},
		{"%{ for x of y }%{ endfor }", -1, -1},
		{"%{ fi x }", 3, 5},
		{"é${a b}", 6, 7},
		{"${x\xff}", -1, -1},
	}
	for _, tt := range tests {
		tpl, ds := expr.ParseTemplateText("f", tt.src)
		if !ds.HasErrors() {
			t.Errorf("%q parses", tt.src)
			continue
		}
		d := ds[0]
		if d.Code != diag.TemplateSyntax || d.Summary == "" || d.Range.Filename != "f" {
			t.Errorf("%q gives %+v", tt.src, d)
		}
		if tt.start >= 0 && d.Range.Start.Byte != tt.start && tt.end >= 0 && d.Range.End.Byte != tt.end {
			t.Errorf("%q is marked at %d-%d, want %d-%d: %s", tt.src, d.Range.Start.Byte, d.Range.End.Byte, tt.start, tt.end, d.Summary)
		}
		if strings.Contains(d.Detail, ":1,") {
			t.Errorf("%q: the detail names a place within the template: %s", tt.src, d.Detail)
		}
		if tpl == nil {
			t.Errorf("%q gives no template at all", tt.src)
		} else if _, ds := tpl.Text(nil); ds != nil {
			t.Errorf("a template that did not parse should stay text: %v", ds)
		}
	}
}

func TestConditionsInBracesAndEmptyOnesSaySo(t *testing.T) {
	for src, want := range map[string]string{"${self.status == 200}": "bare expression", "": "empty", " ": "empty"} {
		_, ds := expr.ParseExpression(&spec.Node{Kind: spec.Text, Value: src})
		if len(ds) != 1 || !strings.Contains(ds[0].Summary, want) {
			t.Errorf("%q gives %v, want something of %q", src, ds, want)
		}
	}
}

func TestWhatIsNoTextIsMarkedWhereItStands(t *testing.T) {
	for src, want := range map[string]string{"${var.none}": "var.none", "a ${var.list}": "var.list", "${[1]}": "[1]", "${self.text} ${[1]}": "[1]"} {
		tpl, ds := expr.ParseTemplateText("f", src)
		if ds != nil {
			t.Fatal(src, ds)
		}
		_, ds = tpl.Text(testScope())
		if len(ds) != 1 || src[ds[0].Range.Start.Byte:ds[0].Range.End.Byte] != want {
			t.Errorf("%s gives %+v, want the mark on %s", src, ds, want)
		}
	}
}
