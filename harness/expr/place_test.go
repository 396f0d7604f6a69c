package expr_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// marked gives the source text that a range covers, after checking that line
// and column agree with the bytes.
func marked(t *testing.T, src string, r diag.Range) string {
	t.Helper()
	if r.Filename != "s.yaml" || r.Start.Byte < 0 || r.End.Byte > len(src) || r.Start.Byte > r.End.Byte {
		t.Fatalf("range %v is not within the source", r)
	}
	if line := 1 + strings.Count(src[:r.Start.Byte], "\n"); line != r.Start.Line {
		t.Errorf("byte %d is on line %d, not %d", r.Start.Byte, line, r.Start.Line)
	}
	return src[r.Start.Byte:r.End.Byte]
}

func TestPlacesAreTrueInEveryScalarStyle(t *testing.T) {
	styles := map[string]string{
		"plain":           "a: 日本 é👾 ${nope.x} end\n",
		"single quoted":   "a: 'it''s é ${nope.x} end'\n",
		"double quoted":   `a: "tab\t \u00e9 é 👾 ${nope.x} end"` + "\n",
		"escaped":         `a: "\"${nope.x}\" end"` + "\n",
		"literal":         "a: |\n  é first\n  second é ${nope.x} end\n",
		"literal nested":  "b:\n  - a: |-\n      é\n\n      x ${nope.x}\n",
		"folded":          "a: >\n  é folded\n  line ${nope.x} end\n",
		"plain two lines": "a: é first\n  second ${nope.x} end\n",
		"in flow":         "a: ['é', '${nope.x}']\n",
		"after a comment": "# é 👾\n\na: ${nope.x}\n",
	}
	for name, src := range styles {
		for _, newline := range []string{"\n", "\r\n"} {
			src := strings.ReplaceAll(src, "\n", newline)
			tpl := templateIn(t, src)
			_, ds := tpl.Text(nil)
			if len(ds) != 1 || ds[0].Code != diag.UndefinedName {
				t.Fatalf("%s: %v", name, ds)
			}
			if got := marked(t, src, ds[0].Range); got != "nope.x" {
				t.Errorf("%s (%q): the mark is on %q, want nope.x", name, newline, got)
			}
			refs := tpl.References()
			if len(refs) != 1 || refs[0].Root != "nope" || refs[0].Name != "x" || marked(t, src, refs[0].Range) != "nope.x" {
				t.Errorf("%s (%q): references are %+v", name, newline, refs)
			}
		}
	}
}

func TestSyntaxErrorsHaveTheirPlaceInYAML(t *testing.T) {
	for _, src := range []string{"a: é 👾 ${1 ++ }\n", "a: |\n  é\n  👾 ${1 ++ }\n", `a: "\u00e9\t ${1 ++ }"` + "\n"} {
		_, ds := expr.ParseTemplate(scalarWithBraces(t, src))
		if len(ds) == 0 || ds[0].Code != diag.TemplateSyntax {
			t.Fatalf("%q: %v", src, ds)
		}
		if got := marked(t, src, ds[0].Range); got != "+" {
			t.Errorf("%q: the mark is on %q, want the second +", src, got)
		}
	}
}

func templateIn(t *testing.T, src string) *expr.Template {
	t.Helper()
	tpl, ds := expr.ParseTemplate(scalarWithBraces(t, src))
	if ds != nil {
		t.Fatal(ds.Err())
	}
	return tpl
}

func scalarWithBraces(t *testing.T, src string) *spec.Node {
	t.Helper()
	root, ds := spec.Parse("s.yaml", []byte(src))
	if ds.HasErrors() {
		t.Fatalf("%q: %v", src, ds.Err())
	}
	n := findScalar(root)
	if n == nil {
		t.Fatalf("%q has no template", src)
	}
	return n
}

func findScalar(n *spec.Node) *spec.Node {
	if strings.Contains(n.Value, "${") {
		return n
	}
	for _, item := range n.Items {
		if found := findScalar(item); found != nil {
			return found
		}
	}
	for _, p := range n.Pairs {
		if found := findScalar(p.Value); found != nil {
			return found
		}
	}
	return nil
}

func TestPlacesInAPromptFile(t *testing.T) {
	src := "\ufeffé 👾\n  then ${nope.x}\n"
	tpl, ds := expr.ParseTemplateText("s.yaml", src)
	if ds != nil {
		t.Fatal(ds)
	}
	_, ds = tpl.Text(nil)
	if len(ds) != 1 || marked(t, src, ds[0].Range) != "nope.x" || ds[0].Range.Start.Column != 10 {
		t.Errorf("got %+v", ds)
	}
	if r := tpl.Range(); r.Filename != "s.yaml" || r.End.Byte != len(src) || r.End.Line != 3 {
		t.Errorf("Range() = %v", r)
	}
}

func TestReferences(t *testing.T) {
	src := `${var.b} ${upper(local.a)} %{ for v in each.value.rows }${v.x}${self.text}%{ endfor } ${[for self in replies: self.text + var.b]} ${var["quoted"]} ${capture[each.key]} ${{ (case.name) = sample, provider = 1 }} ${var.b}`
	tpl, ds := expr.ParseTemplateText("f", src)
	if ds != nil {
		t.Fatal(ds)
	}
	var got []string
	last := -1
	for _, r := range tpl.References() {
		got = append(got, strings.TrimSuffix(r.Root+"."+r.Name, "."))
		if r.Range.Start.Byte <= last {
			t.Errorf("%v is out of order", r)
		}
		last = r.Range.Start.Byte
	}
	want := "var.b local.a each.value self.text replies var.b var.quoted capture each.key case.name sample var.b"
	if strings.Join(got, " ") != want {
		t.Errorf("references are\n%s, want\n%s", strings.Join(got, " "), want)
	}
	if refs := expr.Literal("${var.x}").References(); refs != nil {
		t.Errorf("a literal refers to %v", refs)
	}
}
