package suite_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/suite"
)

// exercise does all that a plan does with a project, as far as it is cheap.
func exercise(t *testing.T, p *suite.Project) {
	t.Helper()
	for _, s := range p.Suites {
		scope, ds := s.Scope(p)
		if ds.HasErrors() {
			t.Fatalf("a loaded suite has no scope: %s", describe(ds))
		}
		for _, c := range s.Cases {
			n := 0
			for in, ds := range c.Instances(p, scope) {
				if n++; n > 20 || ds.HasErrors() {
					break
				}
				inner := expr.NewScope(scope, expr.Roots{"each": map[string]any{"key": in.Key, "value": in.Value}})
				for _, turn := range c.Turns {
					messages, ds := turn.Messages(inner)
					if !ds.HasErrors() && len(messages) == 0 {
						t.Fatalf("turn %s of %s says nothing", turn.Range, c.Name)
					}
					turn.Asks(messages)
					s.KnownReply(c, turn)
				}
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, src := range shapes {
		f.Add(src)
	}
	for _, src := range misshapes {
		f.Add(src)
	}
	f.Add("locals:\n  a: ${local.b}\n  b: ${local.a}\n" + okSuite)
	f.Add("locals: {a: &x [1, *x]}\n" + okSuite)
	f.Fuzz(func(t *testing.T, src string) {
		p, ds := suite.Load(suite.Options{FS: project(around(src))})
		if len(ds) == 0 && len(p.Suites) != 1 {
			t.Fatal("nothing was loaded, and nothing is wrong")
		}
		for _, d := range ds {
			if d.Code == "" || d.Summary == "" || strings.Contains(d.Summary, "\n") {
				t.Fatalf("a poor diagnostic: %+v", d)
			}
		}
		if !ds.HasErrors() {
			exercise(t, p)
		}
	})
}

func FuzzConfig(f *testing.F) {
	f.Add("version: 1\nproviders:\n  p: {kind: openai, model: m, base_url: http://x, api_key: '${env.K}', rate: 5/m, price: {call: 0.1}}\n")
	f.Add("defaults: {provider: grok-2, tags: [a], params: {a: '${var.x}'}, request: {headers: {a: null}}}\nlimits: {credits: 1}\n")
	f.Add("variables: {a: {default: [1]}}\nexpectations: {a: []}\nsuites: x\nfixtures: x/y\n")
	f.Fuzz(func(t *testing.T, src string) {
		p, ds := suite.Load(suite.Options{FS: project(configured(src))})
		if p == nil || p.Config == nil || p.Files == nil {
			t.Fatal("there is no project")
		}
		if !ds.HasErrors() && (len(p.Config.Providers) == 0 || len(p.Suites) > 1) {
			t.Fatalf("got %+v", p.Config)
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, src := range []string{"id,t\n1,a\n", "\ufeffid\r\n\"a\r\nb\"\r\n", "id\n\"\"\"\"\n", "id,a\n1\n", "id\n\"", "", "\n\n", "id\n\xc3", "a\r,b\n"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		_, all, ds := rowsOf(t, "a.csv", src)
		if len(all) == 0 && !ds.HasErrors() {
			t.Fatal("no rows, and no error")
		}
		for _, in := range all {
			if in.Range.Start.Line < 1 || in.Range.Start.Line > 1+strings.Count(src, "\n") {
				t.Fatalf("row %q is in line %d", in.Key, in.Range.Start.Line)
			}
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, src := range []string{`[{"id": 1}]`, `[{"id": "a", "b": [1, {"c": null}]}, {"id": 2}]`, `[`, `{"id": 1}`, `[{"id": 1, "id": 2}]`, "\ufeff[]", `[{"id":"\ud800"}]`} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, name := range []string{"a.json", "a.jsonl"} {
			_, all, ds := rowsOf(t, name, src)
			if len(all) == 0 && !ds.HasErrors() {
				t.Fatalf("%s: no rows, and no error", name)
			}
		}
	})
}
