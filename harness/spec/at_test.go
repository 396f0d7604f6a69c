package spec

import (
	"strings"
	"sync"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
)

// Each source marks, with « and », what At must give for the marked text of the
// value; the marks are taken out before the source is parsed.
func TestAt(t *testing.T) {
	tests := map[string]struct{ src, text string }{
		"plain":                   {"a: one «two» three\n", "two"},
		"plain in flow":           {"a: [x, one «two» three]\n", "two"},
		"plain over lines":        {"a: one\n  «two» three\n", "two"},
		"plain over empty lines":  {"a: one\n\n\n    four «two»\n", "two"},
		"plain, the fold itself":  {"a: one«\n  »two\n", " "},
		"plain, CRLF":             {"a: one\r\n  «two» three\r\n", "two"},
		"plain, across the fold":  {"a: o«ne\n   tw»o\n", "ne tw"},
		"single":                  {"a: 'it''s «two»'\n", "two"},
		"single, the quote":       {"a: 'it«''»s two'\n", "'"},
		"single over lines":       {"a: 'one\n\n  ''x''\n  «two»'\n", "two"},
		"double":                  {"a: \"one «two»\"\n", "two"},
		"double after escapes":    {"a: \"\\u00e9\\U0001F99C\\x41\\n\\\"\\_\\L «two»\"\n", "two"},
		"double, an escape":       {"a: \"x «\\U0001F99C» y\"\n", "🦜"},
		"double, a line feed":     {"a: \"x«\\n»y\"\n", "\n"},
		"double over lines":       {"a: \"one\n    «two»\n  three\"\n", "two"},
		"double, joined lines":    {"a: \"one \\\n    «two»\"\n", "two"},
		"double, joined and more": {"a: \"one \\\n\n\n    «two»\"\n", "two"},
		"literal":                 {"a: |\n  one\n  «two»\n", "two"},
		"literal over lines":      {"a: |\n  one\n  t«wo\n  th»ree\n", "wo\nth"},
		"literal, CRLF":           {"a: |\r\n  one\r\n  «two»\r\n", "two"},
		"literal, empty lines":    {"a: |-\n\n\n    one\n\n      «two»\n", "two"},
		"literal, indicator":      {"a: |2\n     one\n   «two»\n", "two"},
		"literal, keep":           {"a: |+ # comment\n  one\n  «two»\n\n\nb: c\n", "two"},
		"literal, wide":           {"a: |\n  日本 👩‍👩‍👧 é\u0301 «two»\n", "two"},
		"literal, nested":         {"x:\n  - - a: |\n          one\n          «two»\n", "two"},
		"folded":                  {"a: >\n  one\n  «two»\n", "two"},
		"folded, paragraphs":      {"a: >-\n  one\n\n  «two»\n  three\n", "two"},
		"folded, more indented":   {"a: >\n  one\n    more\n  «two»\n", "two"},
		"folded, leading":         {"a: >1\n\n   one\n «two»\n", "two"},
		"raw line separators":     {"a: \u2028 \u0085 «two» \u2029\n", "two"},
		"after line separators":   {"x: \"\u2028\u2028\"\ny: |\n  \u0085\na: one «two»\n", "two"},
		"old breaks in literal":   {"a: |\n  one\u2028\n  «two»\n", "two"},
		"byte order mark":         {"\ufeffa: one «two»\n", "two"},
		"old Mac":                 {"x: y\ra: |\r  one\r  «two»\r", "two"},
		"key":                     {"x: {\"o«\\x41»\": b}\n", "A"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			from := strings.Index(test.src, "«")
			to := strings.Index(test.src, "»") - len("«")
			src := strings.NewReplacer("«", "", "»", "").Replace(test.src)
			root, ds := ParseData("f.yaml", []byte(src))
			if ds.HasErrors() {
				t.Fatal(ds.Err())
			}
			n := findText(root, test.text)
			if n == nil {
				t.Fatalf("no value of %q holds %q", src, test.text)
			}
			start := strings.LastIndex(n.Value, test.text)
			got := n.At(start, start+len(test.text))
			want := diag.Range{Filename: "f.yaml", Start: newLines(src).pos(from), End: newLines(src).pos(to)}
			if got != want {
				t.Errorf("got %+v, want %+v in %q", got, want, src)
			}
		})
	}
}

// findText finds the last scalar that holds a text.
func findText(n *Node, text string) *Node {
	var found *Node
	visit := func(child *Node) {
		if f := findText(child, text); f != nil {
			found = f
		}
	}
	for _, p := range n.Pairs {
		visit(p.Key)
		visit(p.Value)
	}
	for _, item := range n.Items {
		visit(item)
	}
	if n.Kind != Map && n.Kind != List && strings.Contains(n.Value, text) {
		return n
	}
	return found
}

func TestAtEdges(t *testing.T) {
	root, ds := Parse("f.yaml", []byte("a: 'x''y'\nb: ''\nc: [d]\ne:\nf: |\n  g\n"))
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	tests := []struct {
		key        string
		start, end int
		want       string
	}{
		{"a", 0, 0, "1:5-5"},
		{"a", 1, 1, "1:6-6"},
		{"a", 3, 3, "1:9-9"},
		{"a", -4, 99, "1:5-9"},
		{"a", 3, 1, "1:9-9"},
		{"b", 0, 0, "2:5-5"},
		{"c", 0, 9, "3:4-7"},
		{"e", 0, 0, "4:3-3"},
		{"f", 0, 1, "6:3-4"},
		{"f", 2, 2, "7:1-1"},
	}
	for _, test := range tests {
		if got := place(root.Get(test.key).At(test.start, test.end)); got != test.want {
			t.Errorf("%s: At(%d, %d) = %s, want %s", test.key, test.start, test.end, got, test.want)
		}
	}
	var made Node
	made.Value = "x"
	if got := made.At(0, 1); got != made.Range {
		t.Errorf("At of a node that no Parse made = %v", got)
	}
}

func TestAtByManyGoroutines(t *testing.T) {
	root, ds := Parse("f.yaml", []byte("a: |\n  one\n  two\nb: \"x\\ny\"\n"))
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				if got, want := place(root.Get("a").At(4, 7)), "3:3-6"; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if got, want := place(root.Get("b").At(1, 2)), "4:6-8"; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
	wg.Wait()
}

// A long text with many questions must not be counted from its start each time.
func TestAtInALongText(t *testing.T) {
	for _, src := range []string{
		"a: |\n" + strings.Repeat("  some text é\n", 60_000),
		"a: " + strings.Repeat("some text é ", 60_000) + "\n",
	} {
		root, ds := Parse("f.yaml", []byte(src))
		if ds.HasErrors() {
			t.Fatal(ds.Err())
		}
		n := root.Get("a")
		for at := 0; at < len(n.Value)-13; at += 13 * 4 {
			n.At(at, at+4)
		}
	}
}
