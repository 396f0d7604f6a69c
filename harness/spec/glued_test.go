package spec

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
)

// What was meant is said where a space is missing and YAML sees nothing wrong.
func TestMissingSpaces(t *testing.T) {
	tests := []struct{ src, want string }{
		{"a: user:hi\n", "`user: hi`"},
		{"a: {max:400}\n", "`max: 400`"},
		{"a: http://x.y\n", "`key: value`"},
		{"a: some:text\n", "`some: text`"},
		{"a: 12:30\n", "`key: value`"},
		{"a: 'user:hi'\n", "`key: value`"},
		{"a:\n  -user: hi\n", "`- user: …`"},
		{"a:\n  - user\n", "`key: value`"},
	}
	for _, test := range tests {
		n := mustParse(t, test.src).Get("a")
		var ds diag.Diagnostics
		o := NewObject(n, "a turn", &ds)
		o.Text("max")
		o.Close()
		if n.Kind == Map {
			NewObject(mustParse(t, test.src), "a", &ds).List("a")
		}
		said := ""
		for _, d := range ds {
			said += d.Detail + "\n"
		}
		if !strings.Contains(said, test.want) {
			t.Errorf("%q: got %q, want %s", test.src, said, test.want)
		}
	}
}
