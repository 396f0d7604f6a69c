package expr_test

import (
	"runtime"
	"testing"
	"weak"

	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// A template stays for as long as its suite does. The rest of the file must not:
// nodes are most of what loading takes in memory.
func TestTemplateDoesNotKeepItsDocument(t *testing.T) {
	root, ds := spec.Parse("s.yaml", []byte("a: 'text ${var.x}'\nb: {c: [1, 2, 3]}\n"))
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	template, ds := expr.ParseTemplate(root.Get("a"))
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	document := weak.Make(root)
	root = nil
	runtime.GC()
	if document.Value() != nil {
		t.Error("the document is still in memory")
	}
	if got, want := template.References()[0].Range.Start.Column, 12; got != want {
		t.Errorf("the template's own place is lost: column %d, want %d", got, want)
	}
}
