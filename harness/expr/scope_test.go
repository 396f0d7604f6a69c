package expr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

func TestScopesHideTheirParents(t *testing.T) {
	outer := expr.NewScope(nil, expr.Roots{"a": "outer", "b": "outer"})
	inner := expr.NewScope(outer, expr.Roots{"a": "inner"})
	if got := text(t, inner, "${a} ${b}"); got != "inner outer" {
		t.Errorf("inner gives %q", got)
	}
	if got := text(t, outer, "${a} ${b}"); got != "outer outer" {
		t.Errorf("outer gives %q", got)
	}
}

func TestLazyIsComputedOnce(t *testing.T) {
	var parsed, unused atomic.Int32
	scope := expr.NewScope(nil, expr.Roots{"self": map[string]any{
		"json": expr.Lazy(func() any {
			parsed.Add(1)
			return map[string]any{"items": []any{"a", expr.Lazy(func() any { parsed.Add(1); return nfd })}}
		}),
		"other": expr.Lazy(func() any { unused.Add(1); return nil }),
		"text":  "t",
	}})
	child := expr.NewScope(scope, expr.Roots{"x": 1})
	src := "${self.json.items[0]}${self.json.items[1]}${length(self.json.items)}%{ for i in self.json.items }${i}%{ endfor }${jsonencode(self.json)}"
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, want := text(t, child, src), "a"+nfd+"2a"+nfd+`{"items":["a","é"]}`; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	wg.Wait()
	if n := parsed.Load(); n != 2 {
		t.Errorf("the lazy values were computed %d times, want once each", n)
	}
	if n := unused.Load(); n != 0 {
		t.Errorf("a lazy value that nobody read was computed")
	}
	text(t, child, "${length(self)}")
	if n := parsed.Load(); n != 2 {
		t.Errorf("reading the whole computed the lazy values again")
	}
}

func TestLazyThatPanics(t *testing.T) {
	scope := expr.NewScope(nil, expr.Roots{"bad": expr.Lazy(func() any { panic("boom") }), "n": nil})
	for range 2 {
		_, failure := evaluate(t, scope, "bad")
		if failure == "" || strings.Contains(failure, "boom") {
			t.Errorf("got %q", failure)
		}
	}
	if _, failure := evaluate(t, scope, "jsonencode([bad])"); failure == "" {
		t.Error("a value that could not be computed was used")
	}
}

func TestKeysCannotBeTakenForPaths(t *testing.T) {
	one := func(s string) expr.Lazy { return func() any { return s } }
	scope := expr.NewScope(nil, expr.Roots{"m": map[string]any{
		"a": map[string]any{"b": one("a then b"), "": map[string]any{"cty": one("deep")}}, "a\x00b": one("one key"), "a\x01\x02b": one("another"),
	}})
	if got := text(t, scope, `${m.a.b}|${m.a[""].cty}|${m["a\u0000b"]}|${m["a\u0001\u0002b"]}`); got != "a then b|deep|one key|another" {
		t.Errorf("got %q", got)
	}
}

func TestMissing(t *testing.T) {
	scope := expr.NewScope(nil, expr.Roots{
		"self":    map[string]any{"credits": expr.Missing{Code: diag.CaptureFailed, Reason: "the recording has no credits"}, "text": "hi"},
		"capture": map[string]any{"joke": expr.Missing{Reason: "the capture failed"}},
		"replies": []any{map[string]any{"text": "a", "credits": expr.Missing{Code: diag.CaptureFailed, Reason: "no credits either"}}},
	})
	reads := map[string]string{
		"${self.credits}":                                 "the recording has no credits",
		"${self.credits < 1}":                             "the recording has no credits",
		"${self.credits.more}":                            "the recording has no credits",
		"a ${self.credits} b":                             "the recording has no credits",
		"${true ? self.credits : 1}":                      "the recording has no credits",
		"${jsonencode(self)}":                             "the recording has no credits",
		"${self}":                                         "the recording has no credits",
		"${capture.joke}":                                 "the capture failed",
		"${upper(capture.joke)}":                          "the capture failed",
		"${[for r in replies: r.credits + 1]}":            "no credits either",
		"${sum(replies[*].credits)}":                      "no credits either",
		"${[for r in replies: r.credits > 1][0] ? 1 : 2}": "no credits either",
		"%{ if self.credits > 1 }a%{ endif }":             "the recording has no credits",
		"%{ for r in replies }${r.credits}%{ endfor }":    "no credits either",
	}
	for src, want := range reads {
		tpl, ds := expr.ParseTemplateText("f", src)
		if ds != nil {
			t.Fatal(src, ds)
		}
		v, ds := tpl.Value(scope)
		if len(ds) != 1 || ds[0].Summary != want {
			t.Errorf("%s = %v, %v, want %q", src, v, ds, want)
			continue
		}
		wantCode := diag.CaptureFailed
		if strings.HasPrefix(want, "the capture") {
			wantCode = diag.EvaluationFailed
		}
		if ds[0].Code != wantCode {
			t.Errorf("%s has code %s, want %s", src, ds[0].Code, wantCode)
		}
	}
	unaffected := map[string]string{
		"${self.text}":                         "hi",
		"${length(self)}":                      "2",
		"${join(\"\", replies[*].text)}":       "a",
		"${[for r in replies: r.text][0]}":     "a",
		"${try(self.credits, \"unknown\")}":    "unknown",
		"${try(replies[*].credits[0], \"?\")}": "?",
		"${can(self.credits)}":                 "false",
		"${can(self.text)}":                    "true",
		"${false ? self.credits : \"free\"}":   "free",
	}
	for src, want := range unaffected {
		if got := text(t, scope, src); got != want {
			t.Errorf("%s = %q, want %q", src, got, want)
		}
	}
}

const secret = "hunter2-4f9a1c"

func secretScope() *expr.Scope {
	return expr.NewScope(nil, expr.Roots{"var": map[string]any{
		"key":  expr.Sensitive{Name: "key", Value: secret},
		"list": expr.Sensitive{Name: "list", Value: []any{secret, map[string]any{"a": secret}}},
		"mix":  map[string]any{"open": "o", "closed": expr.Sensitive{Name: "closed", Value: secret}},
		"open": "o",
	}})
}

func TestSensitiveValuesAreSent(t *testing.T) {
	tests := map[string]string{
		"${var.key}":                                           secret,
		"Bearer ${var.key}":                                    "Bearer " + secret,
		"${upper(var.key)}":                                    strings.ToUpper(secret),
		"${var.list[0]}":                                       secret,
		"${join(\",\", [var.key, \"x\"])}":                     secret + ",x",
		"%{ for s in [var.key] }${s}%{ endfor }":               secret,
		"%{ if var.key != \"\" }yes%{ endif }":                 "yes",
		"${var.mix.closed}${var.mix.open}":                     secret + "o",
		"${length(var.key)}":                                   fmt.Sprint(len(secret)),
		"${{ a = var.key }.a}":                                 secret,
		"${[for s in [var.key, \"a\"]: s if s != var.key][0]}": "a",
		"${lookup({ (var.key) = 1 }, var.key)}":                "1",
		"${regex(\"^[a-z]+\", var.key)}":                       "hunter",
		"${jsondecode(jsonencode(var.mix)).closed}":            secret,
	}
	for src, want := range tests {
		if got := text(t, secretScope(), src); got != want {
			t.Errorf("%s gives %q, want %q", src, got, want)
		}
	}
}

func TestSensitiveValuesAreNeverShown(t *testing.T) {
	for _, src := range []string{
		"${parseint(var.key, 10)}", "${tonumber(var.key)}", "${tobool(var.key)}", "${jsondecode(var.key)}", "${formatdate(\"YYYY\", var.key)}", "${base64decode(var.key)}",
		"${regex(var.key, \"x\")}", "${regex(\"nothing\", var.key)}", "${timeadd(var.key, \"1h\")}", "${lookup({}, var.key)}", "${var.key + 1}", "${var.key[0]}", "${var.key.a}",
		"${{ a = 1 }[var.key]}", "${[1][var.key]}", "${format(var.key, 1)}", "${format(\"%d\", var.key)}", "${try(tonumber(var.key))}", "${file(var.key)}", "${var.list}x", "${yamldecode(\"a: [${var.key}\")}",
		"${var.key ? 1 : 2}", "${[for s in var.key: s]}", "${{ for s in [var.key, var.key]: s => 1 }}", "${merge(var.key)}", "${upper(jsondecode(var.key))}", "${parseint(\"${var.key}\", 10)}",
		"%{ for s in [var.key] }${tonumber(s)}%{ endfor }", "${parseint(substr(var.key, 0, 6), 10)}", "${csvdecode(\"a,${var.key}\\n1\")}", "${replace(\"a\", \"/(${var.key}/\", \"\")}", "${lookup(var.mix, \"x${var.key}\")}", "${-var.key}", "${!var.key}",
	} {
		tpl, ds := expr.ParseTemplateText("f", src)
		if ds != nil {
			t.Fatal(src, ds)
		}
		_, ds = tpl.Text(secretScope())
		if ds == nil {
			t.Errorf("%s: no error", src)
		}
		for _, d := range ds {
			said := strings.ToLower(d.Summary + d.Detail)
			if strings.Contains(said, "hunter") || strings.Contains(said, "4f9a1c") {
				t.Errorf("%s shows the secret: %s: %s", src, d.Summary, d.Detail)
			}
		}
	}
}

func TestMarkedKeepsSensitive(t *testing.T) {
	key := expr.Sensitive{Name: "key", Value: secret}
	tests := map[string]any{
		"${var.key}":          key,
		"x ${var.key}":        expr.Sensitive{Name: "key", Value: "x " + secret},
		"${upper(var.key)}":   expr.Sensitive{Name: "key", Value: strings.ToUpper(secret)},
		"${var.list[0]}":      expr.Sensitive{Name: "list", Value: secret},
		"${[var.key, \"a\"]}": []any{key, "a"},
		"${var.open}":         "o",
		"${var.mix}":          map[string]any{"open": "o", "closed": expr.Sensitive{Name: "closed", Value: secret}},
		"${var.open} ":        "o ",
	}
	for src, want := range tests {
		tpl, ds := expr.ParseTemplateText("f", src)
		if ds != nil {
			t.Fatal(src, ds)
		}
		got, ds := tpl.Marked(secretScope())
		if ds != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s gives %#v (%v), want %#v", src, got, ds, want)
		}
		plain, ds := tpl.Value(secretScope())
		if ds != nil || strings.Contains(fmt.Sprintf("%#v", plain), "Sensitive") {
			t.Errorf("%s gives %#v as its plain value (%v)", src, plain, ds)
		}
	}
}

func TestFile(t *testing.T) {
	files := map[string]string{"prompts/x.md": "caf" + nfd + " ${var.x}", "bad.bin": "\xff\xfe"}
	scope := testScope().WithFile(func(path string) ([]byte, error) {
		if content, ok := files[path]; ok {
			return []byte(content), nil
		}
		return nil, errors.New("no such file in the project")
	})
	if got := text(t, expr.NewScope(scope, nil), `${file("prompts/${"x"}.md")}`); got != "café ${var.x}" {
		t.Errorf("file gives %q", got)
	}
	for src, want := range map[string]string{
		`file("../x")`:    "No such file in the project.",
		`file("bad.bin")`: "not UTF-8",
		`file(null)`:      "must be a text",
		`file()`:          "0 arguments",
	} {
		if _, failure := evaluate(t, scope, src); !strings.Contains(failure, want) {
			t.Errorf("%s says %q, want something of %q", src, failure, want)
		}
	}
}

func TestDataOfEveryKind(t *testing.T) {
	scope := expr.NewScope(nil, expr.Roots{
		"int": 3, "int64": int64(4), "float": 1e21, "small": 0.1, "number": json.Number("1e2"), "texts": []string{"a", "b"}, "map": map[string]string{"k": "v"},
		"ordered": &spec.OrderedMap{Keys: []string{"b", "a"}, Values: map[string]any{"b": 1, "a": []any{nil, true}}}, "odd": struct{}{},
	})
	tests := map[string]string{
		"int + int64":           "7",
		"float":                 "1e+21",
		"float + 0":             "1000000000000000000000",
		"small == 0.1":          "true",
		"number + 0":            "100",
		"texts[1]":              `"b"`,
		"join(\"\", texts)":     `"ab"`,
		"map.k":                 `"v"`,
		"ordered.a[1]":          "true",
		"keys(ordered)":         `["a","b"]`,
		"jsonencode(ordered)":   `"{\"a\":[null,true],\"b\":1}"`,
		"[for k, v in map : k]": `["k"]`,
	}
	for src, want := range tests {
		if got, failure := evaluate(t, scope, src); got != want && !(src == "float" && got == "1e21") {
			t.Errorf("%s = %s (%s), want %s", src, got, failure, want)
		}
	}
	for src, want := range map[string]string{
		"odd.x":          "one value",
		"[odd]":          "cannot be used",
		"texts[2]":       "no element 2",
		"texts[-1]":      "",
		"texts.a":        "is a list",
		"map.z":          `there is no "map.z"`,
		"ordered.a.x":    "is a list",
		"ordered.a[0].x": "is null",
		"int.x":          "one value",
	} {
		if got, failure := evaluate(t, scope, src); failure == "" || !strings.Contains(failure, want) {
			t.Errorf("%s = %s, says %q, want something of %q", src, got, failure, want)
		}
	}
}
