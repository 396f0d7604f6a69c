package diag_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
)

// codesInSource reads every Code constant of codes.go, so that a code which
// nobody explains fails here.
func codesInSource(t *testing.T) map[string]diag.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]diag.Code{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == "Code" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes[spec.Names[0].Name] = diag.Code(value)
		}
		return true
	})
	return codes
}

func TestEveryCodeIsExplained(t *testing.T) {
	codes := codesInSource(t)
	if len(codes) < 80 {
		t.Fatalf("codes.go has %d codes: the test does not see them all", len(codes))
	}
	taken := map[diag.Code]string{}
	for name, code := range codes {
		if other, ok := taken[code]; ok {
			t.Errorf("%s and %s are both %s", name, other, code)
		}
		taken[code] = name
		e, ok := diag.Explain(code)
		if !ok {
			t.Errorf("%s (%s) has no explanation", name, code)
			continue
		}
		if e.Title == "" || strings.HasSuffix(e.Title, ".") || len(e.Title) > 60 {
			t.Errorf("%s: title %q", code, e.Title)
		}
		for _, text := range []string{e.Cause, e.Cure} {
			if !strings.HasSuffix(strings.TrimRight(text, `"`), ".") && !strings.HasSuffix(text, `"`) {
				t.Errorf("%s: not a full sentence: %q", code, text)
			}
		}
	}
	if got, want := len(diag.Explanations()), len(codes); got != want {
		t.Errorf("%d explanations for %d codes", got, want)
	}
}

func TestExplanationsAreInOrder(t *testing.T) {
	var last diag.Code
	for _, e := range diag.Explanations() {
		if e.Code <= last {
			t.Errorf("%s stands behind %s", e.Code, last)
		}
		last = e.Code
	}
	if _, ok := diag.Explain("ASY4999"); ok {
		t.Error("a code that does not exist is explained")
	}
}
