package spec

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func mustParse(t *testing.T, src string) *Node {
	t.Helper()
	n, ds := Parse("f.yaml", []byte(src))
	if ds.HasErrors() {
		t.Fatalf("%q: %v", src, ds.Err())
	}
	return n
}

// sketch shows a tree with kinds, values and places.
func sketch(n *Node) string {
	var b strings.Builder
	switch n.Kind {
	case List:
		for _, item := range n.Items {
			b.WriteString(sketch(item) + " ")
		}
		return "[" + strings.TrimSpace(b.String()) + "]@" + place(n.Range)
	case Map:
		for _, p := range n.Pairs {
			b.WriteString(sketch(p.Key) + "=" + sketch(p.Value) + " ")
		}
		return "{" + strings.TrimSpace(b.String()) + "}@" + place(n.Range)
	}
	return fmt.Sprintf("%s%q@%s", "-btn"[n.Kind:n.Kind+1], n.Value, place(n.Range))
}

func TestParse(t *testing.T) {
	tests := map[string]string{
		"a: b\n":                           `{n"a"@1:1-2=n"b"@1:4-5}@1:1-5`,
		"- a\n- 3.10\n- true\n-\n":         `[n"a"@1:3-4 t"3.10"@2:3-7 b"true"@3:3-7 -""@4:2-2]@1:1-4:2`,
		"a: {b: [c, 'd'], \"e\": }  # x\n": `{n"a"@1:1-2={n"b"@1:5-6=[n"c"@1:9-10 n"d"@1:12-15]@1:8-16 n"e"@1:18-21=-""@1:23-23}@1:4-24}@1:1-24`,
		"a: [b,  # ]\n  c]\n":              `{n"a"@1:1-2=[n"b"@1:5-6 n"c"@2:3-4]@1:4-2:5}@1:1-2:5`,
		"a: |\n  b\n  c\nd: e\n":           `{n"a"@1:1-2=n"b\nc\n"@1:4-3:4 n"d"@4:1-2=n"e"@4:4-5}@1:1-4:5`,
		"a: >-\n  b\n  c\n\n":              `{n"a"@1:1-2=n"b c"@1:4-3:4}@1:1-3:4`,
		"日本: 👩‍👩‍👧 é\u0301x\nb: [🦜, c]\n":     `{n"日本"@1:1-3=n"👩\u200d👩\u200d👧 é́x"@1:5-9 n"b"@2:1-2=[n"🦜"@2:5-6 n"c"@2:8-9]@2:4-10}@1:1-2:10`,
		"a: &x !!str 5\nb: *x\nc: ! 6\n":      `{n"a"@1:1-2=n"5"@1:13-14 n"b"@2:1-2=n"5"@1:13-14 n"c"@3:1-2=n"6"@3:6-7}@1:1-3:7`,
		"a: &x\n  - b\nc: *x\n":               `{n"a"@1:1-2=[n"b"@2:5-6]@2:3-6 n"c"@3:1-2=[n"b"@2:5-6]@2:3-6}@1:1-3:6`,
		"a: &x\nb: !!null\nc: 1\n":            `{n"a"@1:1-2=-""@1:6-6 n"b"@2:1-2=-""@2:10-10 n"c"@3:1-2=t"1"@3:4-5}@1:1-3:5`,
		"a:\n- b\nc:\n- d\n":                  `{n"a"@1:1-2=[n"b"@2:3-4]@2:1-4 n"c"@3:1-2=[n"d"@4:3-4]@4:1-4}@1:1-4:4`,
		"\ufeffa: b\r\n\r\nc: d\r\n":          `{n"a"@1:1-2=n"b"@1:4-5 n"c"@3:1-2=n"d"@3:4-5}@1:1-3:5`,
		"a: b\rc: d\r":                        `{n"a"@1:1-2=n"b"@1:4-5 n"c"@2:1-2=n"d"@2:4-5}@1:1-2:5`,
		"a: x\u2028y\nb: c\n":                 "{n\"a\"@1:1-2=n\"x\\u2028y\"@1:4-7 n\"b\"@2:1-2=n\"c\"@2:4-5}@1:1-2:5",
		"a: |\n  x\u0085\n  y\n":              "{n\"a\"@1:1-2=n\"x\\u0085\\ny\\n\"@1:4-3:4}@1:1-3:4",
		"a: \"\\u0378\u0085\\ufdd0\u2028\"\n": `{n"a"@1:1-2=n"\u0378\u0085\ufdd0\u2028"@1:4-20}@1:1-20`,
		"? a\n: b\n":                          `{n"a"@1:3-4=n"b"@2:3-4}@1:1-2:4`,
		"&x a: b\n*x : c\n":                   "",
		"1: a\ntrue: b\n~: c\nnull: d\n":      `{t"1"@1:1-2=n"a"@1:4-5 b"true"@2:1-5=n"b"@2:7-8 -"~"@3:1-2=n"c"@3:4-5 -"null"@4:1-5=n"d"@4:7-8}@1:1-4:8`,
		"%YAML 1.1\n---\na: b\n...\n":         `{n"a"@3:1-2=n"b"@3:4-5}@3:1-5`,
	}
	for src, want := range tests {
		n, ds := Parse("f.yaml", []byte(src))
		if want == "" {
			if !ds.HasErrors() {
				t.Errorf("%q was accepted: an alias repeats its key", src)
			}
			continue
		}
		if ds.HasErrors() {
			t.Errorf("%q: %v", src, ds.Err())
			continue
		}
		if got := sketch(n); got != want {
			t.Errorf("%q\ngot  %s\nwant %s", src, got, want)
		}
		checkNode(t, n, map[*Node]bool{})
	}
}

func TestPlainKinds(t *testing.T) {
	tests := map[Kind][]string{
		Null:   {"~", "null", "Null", "NULL"},
		Bool:   {"true", "True", "TRUE", "false", "False", "FALSE"},
		Number: {"0", "-0", "7", "3.10", "-2.5e-3", "1e9", "1E+9", ".5", "-.5", "5.", "5.e1", "0.0031", "123456789012345678901234567890"},
		Text: {
			"007", "0x1F", "0o17", "0b1", "1_000", "+3", ".inf", "-.inf", ".nan", "2026-11-22", "2026-11-22T14:03:11Z", "1:30", "yes", "No", "on", "off", "y",
			"tRue", "nULL", "1.2.3", "1e", "1e+", ".", "-", "--1", "1 2", "5%", "20s", "<<x", "=", "00", "01.5", "-01", "é",
		},
	}
	for want, values := range tests {
		for _, value := range values {
			if got := plainKind(value); got != want {
				t.Errorf("%q is %v, want %v", value, got, want)
			}
		}
	}
	n := mustParse(t, "a: '1'\nb: \"true\"\nc: |-\n  2\n")
	for _, p := range n.Pairs {
		if p.Value.Kind != Text || p.Value.Plain {
			t.Errorf("%s is %v", p.Key.Value, p.Value.Kind)
		}
	}
}

func TestAny(t *testing.T) {
	n := mustParse(t, "z: [1, 3.10, .5, -.5, 5., 5.e3, -1E9, 123456789012345678901]\na: {t: true, f: False, n: null, e: , s: '1', h: 0x1F, z: 007}\n")
	got, err := json.Marshal(n.Any().(*OrderedMap).Values["z"])
	if err != nil {
		t.Fatal(err)
	}
	if want := "[1,3.10,0.5,-0.5,5,5e3,-1E9,123456789012345678901]"; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	m := n.Any().(*OrderedMap)
	if fmt.Sprint(m.Keys) != "[z a]" {
		t.Errorf("keys %v", m.Keys)
	}
	inner := m.Values["a"].(*OrderedMap)
	want := []any{true, false, nil, nil, "1", "0x1F", "007"}
	for i, key := range inner.Keys {
		if inner.Values[key] != want[i] {
			t.Errorf("%s = %#v, want %#v", key, inner.Values[key], want[i])
		}
	}
	if got := (*Node)(nil).Any(); got != nil {
		t.Errorf("nil node gives %v", got)
	}
}

func TestMergeKeys(t *testing.T) {
	tests := map[string]string{
		"x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n":                           "a=1 b=3",
		"x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x}\n":                           "b=3 a=1",
		"x: &x {a: 1}\nz: &z {a: 2, c: 3}\ny: {q: 0, <<: [*x, *z], r: 0}\n": "q=0 a=1 c=3 r=0",
		"x: &x {a: 1}\nz: &z {<<: *x, c: 3}\ny:\n  <<: *z\n":                "a=1 c=3",
		"y: {'<<': 1}\n": "<<=1",
	}
	for src, want := range tests {
		var got []string
		for _, p := range mustParse(t, src).Get("y").Pairs {
			got = append(got, p.Key.Value+"="+p.Value.Value)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, want %s", src, got, want)
		}
	}
	if _, ds := Parse("f.yaml", []byte("x: &x {a: 1}\ny: {<<: *x, <<: *x}\n")); !ds.HasErrors() {
		t.Error("two << were accepted")
	}
}

func TestLargeMaps(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "key%d: %d\n", i, i)
	}
	n := mustParse(t, b.String())
	if got := n.Get("key4999"); got == nil || got.Value != "4999" {
		t.Errorf("got %v", got)
	}
	if got := n.Get("key5000"); got != nil {
		t.Errorf("got %v", got)
	}
	if _, ds := Parse("f.yaml", []byte(b.String()+"key7: x\n")); len(ds) != 1 || !strings.Contains(ds[0].Detail, "f.yaml:8:1") {
		t.Errorf("got %v", ds)
	}
}

func TestLine(t *testing.T) {
	src := []byte("\ufeffone\r\ntwo\rthree\n\nfive")
	for i, want := range []string{"one", "two", "three", "", "five", "", ""} {
		if got := Line(src, i+1); got != want {
			t.Errorf("line %d is %q, want %q", i+1, got, want)
		}
	}
}

func TestBlocksAreReadable(t *testing.T) {
	tests := []struct{ text, want string }{
		{"plain text", "plain text"},
		{"${each.value}", "${each.value}"},
		{"5", `"5"`},
		{"a\nb", "|-\n  a\n  b"},
		{"a\n\n  b 🦜\n", "|\n  a\n\n    b 🦜"},
		{"a\n\n", "|+\n  a\n"},
		{"\na", `"\na"`},
		{"a\u2028\nb", `"a\u2028\nb"`},
		{"it's \"x\": y", `"it's \"x\": y"`},
		{"{\"id\": 1}", `"{\"id\": 1}"`},
	}
	for _, test := range tests {
		if got := string(AppendScalar(nil, test.text, 2)); got != test.want {
			t.Errorf("%q is written %s, want %s", test.text, got, test.want)
		}
	}
}
