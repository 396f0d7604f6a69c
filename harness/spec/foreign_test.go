package spec_test

import (
	"testing"

	"github.com/assay-harness/assay/harness/spec"
)

func TestParseForeign(t *testing.T) {
	src := "body: !!binary |\n  aGVs\n  bG8=\nunicode: !!python/unicode 'x'\nlist: !!python/tuple\n- 1\nnumber: !!int 3\ntext: !!str 3\n"
	n, ds := spec.ParseForeign("c.yaml", []byte(src))
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	for key, want := range map[string]string{"body": "hello", "unicode": "x", "number": "3", "text": "3"} {
		if got := n.Get(key).Value; got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	if got := len(n.Get("list").Items); got != 1 {
		t.Errorf("the tagged list has %d items, want 1", got)
	}
	if _, ds := spec.ParseData("c.yaml", []byte(src)); !ds.HasErrors() {
		t.Error("ParseData takes foreign tags, too")
	}
}
