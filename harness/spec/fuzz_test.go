package spec

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse holds for any bytes: no panic, a tree or an error, every position
// inside the source and inside its parent, no key twice, and At in bounds and exact.
func FuzzParse(f *testing.F) {
	for _, seed := range parseSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, read := range []func(string, []byte) (*Node, error){
			func(name string, b []byte) (*Node, error) { n, ds := Parse(name, b); return n, ds.Err() },
			func(name string, b []byte) (*Node, error) { n, ds := ParseData(name, b); return n, ds.Err() },
		} {
			n, err := read("f.yaml", src)
			if (n == nil) != (err != nil) {
				t.Fatalf("Parse gave node %v and error %v", n, err)
			}
			if n != nil {
				checkNode(t, n, map[*Node]bool{})
				if got, want := lex(string(src)).most, flowDepth(n); got != want && !bytes.ContainsAny(src, "&*<") {
					t.Errorf("lex sees flow collections %d deep, want %d in %q", got, want, src)
				}
			}
		}
		_, ds := Parse("f.yaml", src)
		for _, d := range ds {
			checkRange(t, string(src), d.Range.Start.Byte, d.Range.End.Byte)
			if d.Range.Start.Line < 1 || d.Range.Start.Column < 1 || d.Code == "" || d.Summary == "" {
				t.Errorf("diagnostic without place, code or summary: %+v", d)
			}
		}
	})
}

// flowDepth gives how deep flow collections nest.
func flowDepth(n *Node) int {
	deepest := 0
	for _, p := range n.Pairs {
		deepest = max(deepest, flowDepth(p.Key), flowDepth(p.Value))
	}
	for _, item := range n.Items {
		deepest = max(deepest, flowDepth(item))
	}
	isFlow := strings.HasPrefix(n.Source()[n.Range.Start.Byte:], "{") || strings.HasPrefix(n.Source()[n.Range.Start.Byte:], "[")
	if isFlow && (n.Kind == Map || n.Kind == List) {
		// A block map may start with a key that is a quoted text, never a bracket.
		return deepest + 1
	}
	return deepest
}

func checkRange(t *testing.T, src string, start, end int) {
	t.Helper()
	if start < 0 || end < start || end > len(src) {
		t.Fatalf("range %d to %d in a source of %d bytes", start, end, len(src))
	}
}

// checkNode checks what must hold for a node and all below it.
func checkNode(t *testing.T, n *Node, seen map[*Node]bool) {
	t.Helper()
	if seen[n] {
		return
	}
	seen[n] = true
	src := n.Source()
	checkRange(t, src, n.Range.Start.Byte, n.Range.End.Byte)
	if got, want := n.Range.Start, newLines(src).pos(n.Range.Start.Byte); got != want {
		t.Fatalf("%q starts at %+v, want %+v", n.Value, got, want)
	}
	keys := map[string]bool{}
	for _, p := range n.Pairs {
		if keys[p.Key.Value] {
			t.Fatalf("key %q stands twice", p.Key.Value)
		}
		keys[p.Key.Value] = true
		checkNode(t, p.Key, seen)
		checkNode(t, p.Value, seen)
		if n.Get(p.Key.Value) != p.Value {
			t.Fatalf("Get(%q) gives another value", p.Key.Value)
		}
	}
	for _, item := range n.Items {
		checkNode(t, item, seen)
	}
	if n.Kind != List && n.Kind != Map {
		checkScalar(t, n)
	}
}

// checkScalar checks that a scalar starts where it says, and that each of its
// bytes comes from where At says.
func checkScalar(t *testing.T, n *Node) {
	t.Helper()
	src := n.Source()
	first := map[style]string{singleQuoted: "'", doubleQuoted: `"`, literal: "|", folded: ">"}[n.style]
	if !strings.HasPrefix(src[n.Range.Start.Byte:], first) {
		t.Fatalf("%q (style %d) starts at byte %d of %q", n.Value, n.style, n.Range.Start.Byte, src)
	}
	d := decoder{text: src}
	d.scalar(n.style, n.Range.Start.Byte, n.Value)
	if d.n != len(n.Value) {
		t.Fatalf("mapped %d bytes of the %d of %q (style %d) in %q", d.n, len(n.Value), n.Value, n.style, src)
	}
	for _, s := range d.segments {
		if !s.one && src[s.from:s.to] != n.Value[s.at:s.end] {
			t.Fatalf("%q stands for %q in %q", src[s.from:s.to], n.Value[s.at:s.end], src)
		}
		if s.from < n.Range.Start.Byte || s.to < s.from {
			t.Fatalf("segment %+v of %q", s, n.Value)
		}
	}
	for i, r := range n.Value {
		place := n.At(i, i+utf8.RuneLen(r))
		checkRange(t, src, place.Start.Byte, place.End.Byte)
		if i > 200 {
			break
		}
	}
	whole := n.At(0, len(n.Value))
	if whole.Start.Byte < n.Range.Start.Byte || whole.End.Byte < whole.Start.Byte {
		t.Fatalf("At of all of %q is %v to %v, the node is %v", n.Value, whole.Start, whole.End, n.Range)
	}
	n.At(-5, 1<<40)
}

// FuzzScalar holds for any text: what AppendScalar and AppendFlowScalar write
// reads back byte for byte, as text, wherever it stands.
func FuzzScalar(f *testing.F) {
	for _, seed := range scalarSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("invalid UTF-8 is the caller's problem")
		}
		roundTrip(t, text)
	})
}

func roundTrip(t *testing.T, text string) {
	t.Helper()
	files := map[string][]byte{
		"map":    append(append([]byte("before: x\nkey: "), AppendScalar(nil, text, 2)...), "\nafter: y\n"...),
		"list":   append(append([]byte("a:\n  - b:\n      - "), AppendScalar(nil, text, 10)...), "\n      - z\n"...),
		"last":   append(append([]byte("key: "), AppendScalar(nil, text, 1)...), '\n'),
		"root":   append(AppendScalar(nil, text, 0), '\n'),
		"quoted": append(append([]byte("- "), AppendScalar(nil, text, 0)...), '\n'),
		"flow":   append(append([]byte("{a: ["), AppendFlowScalar(nil, text)...), "], b: {c: d}}\n"...),
		"value":  append(append([]byte("{a: "), AppendFlowScalar(nil, text)...), "}\n"...),
		"key":    append(append([]byte("{"), AppendFlowScalar(nil, text)...), ": a}\n"...),
	}
	if len(text) > 100 { // YAML ends a key at 1024 characters
		delete(files, "key")
	}
	paths := map[string]func(*Node) *Node{
		"map":    func(n *Node) *Node { return n.Get("key") },
		"list":   func(n *Node) *Node { return n.Get("a").Items[0].Get("b").Items[0] },
		"last":   func(n *Node) *Node { return n.Get("key") },
		"root":   func(n *Node) *Node { return n },
		"quoted": func(n *Node) *Node { return n.Items[0] },
		"flow":   func(n *Node) *Node { return n.Get("a").Items[0] },
		"value":  func(n *Node) *Node { return n.Get("a") },
		"key":    func(n *Node) *Node { return n.Pairs[0].Key },
	}
	for name, src := range files {
		n, ds := Parse("f.yaml", src)
		if ds.HasErrors() {
			t.Fatalf("%s: %q was written as %q: %v", name, text, src, ds.Err())
		}
		got := paths[name](n)
		if got.Value != text || got.Kind != Text {
			t.Fatalf("%s: %q was written as %q and read as %q (%v)", name, text, src, got.Value, got.Kind)
		}
		checkNode(t, n, map[*Node]bool{})
	}
}

func TestScalarsReadBack(t *testing.T) {
	for _, text := range scalarSeeds {
		roundTrip(t, text)
	}
}
