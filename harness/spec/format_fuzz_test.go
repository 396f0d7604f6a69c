package spec

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
)

// TestFormatSeeds holds for what people may write: it is never left alone.
func TestFormatSeeds(t *testing.T) {
	for _, seed := range slices.Concat(parseSeeds, formatSeeds) {
		for _, order := range []*Order{nil, tried()} {
			if _, ds := Format("f.yaml", []byte(seed), always(order)); isLeftAlone(ds) {
				t.Errorf("%q: %v", seed, ds.Err())
			}
		}
	}
}

// isLeftAlone reports whether the formatter found that it would change a meaning.
func isLeftAlone(ds diag.Diagnostics) bool {
	return slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Code == diag.FormatUnfaithful })
}

// FuzzFormat holds for any bytes: what can be read is formatted or, where that
// would change what it says, left alone; formatting again changes nothing, and
// the result says the same, comments included.
func FuzzFormat(f *testing.F) {
	for _, seed := range slices.Concat(parseSeeds, formatSeeds) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, order := range []*Order{nil, tried()} {
			checkFormat(t, src, order)
		}
	})
}

// begunComments finds what may begin a comment, in texts too.
var begunComments = regexp.MustCompile(`(?m)(^|[ \t\x{feff}])#`)

// checkFormat formats a source twice and compares what the results say.
func checkFormat(t *testing.T, src []byte, order *Order) {
	t.Helper()
	before, ds := Parse("f.yaml", src)
	out, fault := Format("f.yaml", src, always(order))
	if ds.HasErrors() {
		if out != nil || !slices.Equal(ds, fault) {
			t.Fatalf("a file with errors was formatted, or has others: %v, %v", ds, fault)
		}
		return
	}
	if isLeftAlone(fault) {
		return
	}
	if fault.HasErrors() {
		t.Fatalf("%q: %+v", src, fault)
	}
	after, ds := Parse("f.yaml", out)
	if ds.HasErrors() {
		t.Fatalf("%q became %q, which is %v", src, out, ds.Err())
	}
	if got, want := meaning(after), meaning(before); got != want {
		t.Fatalf("%q became %q:\ngot  %s\nwant %s", src, out, got, want)
	}
	if got, want := len(begunComments.FindAll(out, -1)), len(begunComments.FindAll(src, -1)); got < want {
		t.Fatalf("%q became %q: there are %d # of %d", src, out, got, want) // a comment took its # with it
	}
	again, ds := Format("f.yaml", out, always(order))
	if ds.HasErrors() || !bytes.Equal(again, out) {
		t.Fatalf("%q\nbecomes %q\nand then %q %v", src, out, again, ds)
	}
}

// meaning shows a tree without places, quotes and the order of keys, for which
// it has no need of the formatter's own comparison.
func meaning(n *Node) string {
	switch n.Kind {
	case List:
		var items []string
		for _, item := range n.Items {
			items = append(items, meaning(item))
		}
		return "[" + strings.Join(items, " ") + "]"
	case Map:
		var pairs []string
		for _, p := range n.Pairs {
			pairs = append(pairs, meaning(p.Key)+"="+meaning(p.Value))
		}
		slices.Sort(pairs)
		return "{" + strings.Join(pairs, " ") + "}"
	}
	return fmt.Sprintf("%d%q", n.Kind, n.Value)
}

// formatSeeds are files in which something is easily lost.
var formatSeeds = []string{
	"\n\ufeffcc:", "\n\ufeffcc", "\n\ufeff- a", "\n- \ufeffa: b\n- [\ufeffc]",
	"a: |+\n  x\n\n\nb: c\n",
	"a: |+\n\n\n\n# c\nb: >+\n\n",
	"a: |2\n    x\n   y \n\n  z\nb: >-2\n   folded\n  on\n\n    more\n\n  end\n\n",
	"a: |\n  text \n   \n  end  ",
	"a: >\n  x\n  y\n\n  z # no comment\n # comment\nb: |- # header\n  q\n",
	"a: >\n  no end",
	"a: &x\n  b: *y\nc: &y 1\n",
	"cases: &c\n- name: &n a\n  tags: *n\nsuite: *n\n",
	"x: &x {a: 1}\ny: {<<: *x, b: 2}\nz:\n  q: 1\n  <<: [*x, *x]\n",
	"? a\n: b\n? 'c\n  d'\n: - e\n",
	"? |\n  k\n: v\n*x : 1\n",
	"- - a\n  - b\n-\n  - c # x\n-\n  # y\n  - d\n- # z\n  e: f\n  g: [h, # i\n  j] # k\n",
	"a: [b,\n # c\n d # e\n , f # g\n # h\n ] # i\nj: { # k\n l: m } # n\n",
	"a:\n  # nothing yet\nb:\n\n  # c\n\n  d\ne: # f\n  'g\n\n   h  \n  i'\n",
	"%YAML 1.1\n# a\n--- # b\n# c\nd: e\n... # f\n# g\n",
	"--- {a: b} # c\n", "--- &x\na: b\n", "&x\n- a\n", "&x {a: 'b'} # c\n", "--- |\n a\n",
	"\ufeff# a\r\nb: |\r\n  c\r\n\r\n  d\r\n", "a: b\rc: d\r# e\r",
	"a: \"x \\\n  \\ y\\  \n  z\\\\  \n\n  \\tq\"\n", "a: x\n  - y\n\n  z\nb: 'it''s\n  me'\n",
	"a: {x: yes, 'no': on, 007: 0x1F, t: 12:30, d: 2026-11-22}\nb: [1_000, +3, .inf, ~, 3.10]\n",
	"a: !!str 5\nb: ! 6\nc: !!null\nd: {e: !!null , f: &g , h: *g}\ni: &j\n  - k\nl: !!seq\n  - m\nn: !!map\n  o: p\n",
	"!!str a: b\n&k c: d\n", "a: &x # c\n  b: d\ne: &y\n # f\n  g\n", "a: !\n  b: c\n",
	"a:\n- b\n# c\n- d\n # e\nf:\n  - g\n    # h\n# i\n", "a:\n  b:\n    - c\n    # d\n   # e\n  # f\n # g\n# h\n",
	"a: [[[x, y], {z: {w: v}}], [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb]]\n",
	"a: {b: ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc dddddddddddddddddddddddddddddddddddd\n  eeeeeeeeeeeeeeeeeee, f: -}\n",
	"[a: b, ? c : d, {e, f: }]\n", "a: x  # é\nbb: 'é\u2028'    # 日本\ncc: d  # e\n", "a: 1   # x\nbb: 2  # y\nccc: 3 # z\n",
	"suite: a\n\ncases:\n  - name: a\n    conversation: []\n  - {name: b}\n  - {name: c}\n  - name: d\n    # e\n    tags: [f]\n\n\n    zzz: |+\n\n",
	"cases: |+\n  x\n\n\nsuite: a\ntags: b\n", "# a\n\n# b\ncases: []\nsuite: x\n", "# yaml-language-server: $schema=x\ncases: []\nsuite: x\n",
	"{\n  \"suite\": \"a\",\n  \"cases\": [{\"name\": \"b\"}]\n}\n", "a: { # x\n}\nb: [ # y\n]\n",
	"" + "a: \"" + "x" + "\t\n\ty\"\nb:\tc\t# d\n",
}
