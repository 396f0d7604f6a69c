package check_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/verdict"
)

// known verdicts as checks: pass, fail, error, and undecided for a fail of
// which the reply is the reason.
func verdictKinds() map[string]check.Kind {
	kinds := check.Default()
	kinds["gives"] = check.Kind{Name: "gives", Parse: func(_ *check.Parser, n *spec.Node) check.Check {
		return check.CheckFunc(func(*check.Subject) check.Outcome {
			switch n.Value {
			case "pass":
				return check.Outcome{Verdict: pass, Expected: "P"}
			case "fail":
				return check.Outcome{Verdict: fail, Expected: "F"}
			case "error":
				return check.Outcome{Verdict: fault, Reason: "E"}
			}
			return check.Unjudged(&check.ReplyError{Reason: "U"})
		})
	}}
	return kinds
}

// tree is an expectation as the definition sees it.
type tree struct {
	word  string // gives, not, all, any
	gives string
	parts []tree
}

func grow(r *rand.Rand, depth int) tree {
	word := []string{"gives", "not", "all", "any"}[r.IntN(4)]
	if depth == 0 {
		word = "gives"
	}
	t := tree{word: word}
	switch word {
	case "gives":
		t.gives = []string{"pass", "fail", "error", "undecided"}[r.IntN(4)]
	case "not":
		t.parts = []tree{grow(r, depth-1)}
	default:
		for range 1 + r.IntN(3) {
			t.parts = append(t.parts, grow(r, depth-1))
		}
	}
	return t
}

func (t tree) String() string {
	parts := make([]string, len(t.parts))
	for i, part := range t.parts {
		parts[i] = part.String()
	}
	switch t.word {
	case "gives":
		return "{gives: " + t.gives + "}"
	case "not":
		return "{not: " + parts[0] + "}"
	}
	return "{" + t.word + ": [" + strings.Join(parts, ", ") + "]}"
}

// verdict is language.md's definition, with not pushed inwards, where a check
// that can't be evaluated because of the reply fails on either side.
func (t tree) verdict(negated bool) verdict.Verdict {
	switch {
	case t.word == "not":
		return t.parts[0].verdict(!negated)
	case t.word == "gives":
		switch {
		case t.gives == "error":
			return fault
		case t.gives == "undecided":
			return fail
		case (t.gives == "pass") != negated:
			return pass
		}
		return fail
	}
	var parts []verdict.Verdict
	for _, part := range t.parts {
		parts = append(parts, part.verdict(negated))
	}
	count := func(v verdict.Verdict) (n int) {
		for _, part := range parts {
			if part == v {
				n++
			}
		}
		return n
	}
	all := t.word == "all"
	switch {
	case all == negated && count(pass) > 0: // any, or not all
		return pass
	case count(fault) > 0:
		return fault
	case count(fail) > 0:
		return fail
	}
	return pass
}

// hasError: what a not makes of an error differs from pushing it inwards (not
// of an all with an error is an error, whatever passes beside it), so those
// are compared without not around lists.
func (t tree) hasError() bool {
	if t.gives == "error" {
		return true
	}
	for _, part := range t.parts {
		if part.hasError() {
			return true
		}
	}
	return false
}

func (t tree) hasNot() bool {
	if t.word == "not" && len(t.parts[0].parts) > 0 {
		return true
	}
	for _, part := range t.parts {
		if part.hasNot() {
			return true
		}
	}
	return false
}

func TestVerdictAlgebra(t *testing.T) {
	c := &check.Compiler{Kinds: verdictKinds()}
	r := rand.New(rand.NewPCG(1, 2))
	s := subject(said("x"))
	seen := map[verdict.Verdict]int{}
	for range 5000 {
		tr := grow(r, 4)
		if tr.hasError() && tr.hasNot() {
			continue
		}
		list, ds := c.Compile(parse(t, "- "+tr.String()))
		if ds.HasErrors() {
			t.Fatal(ds)
		}
		got, want := list[0].Judge(s).Verdict, tr.verdict(false)
		if got != want {
			t.Fatalf("%s gives %v, want %v", tr, got, want)
		}
		seen[got]++
	}
	if seen[pass] < 100 || seen[fail] < 100 || seen[fault] < 100 {
		t.Errorf("the trees are one-sided: %v", seen)
	}
}

// TestVerdictTables are the sentences of language.md, word by word.
func TestVerdictTables(t *testing.T) {
	c := &check.Compiler{Kinds: verdictKinds()}
	for yaml, want := range map[string]verdict.Verdict{
		"{not: {gives: pass}}":                              fail,
		"{not: {gives: fail}}":                              pass,
		"{not: {gives: error}}":                             fault,
		"{not: {gives: undecided}}":                         fail,
		"{not: {not: {gives: undecided}}}":                  fail,
		"{all: [{gives: pass}, {gives: pass}]}":             pass,
		"{all: [{gives: pass}, {gives: fail}]}":             fail,
		"{all: [{gives: fail}, {gives: error}]}":            fault,
		"{all: [{gives: error}, {gives: fail}]}":            fault,
		"{any: [{gives: error}, {gives: pass}]}":            pass,
		"{any: [{gives: fail}, {gives: error}]}":            fault,
		"{any: [{gives: fail}, {gives: fail}]}":             fail,
		"{not: {any: [{gives: error}, {gives: pass}]}}":     fail,
		"{not: {all: [{gives: error}, {gives: fail}]}}":     fault,
		"{not: {all: [{gives: undecided}, {gives: pass}]}}": fail,
		"{not: {all: [{gives: undecided}, {gives: fail}]}}": pass,
		"{not: {any: [{gives: undecided}, {gives: fail}]}}": fail,
		"{not: {any: [{gives: fail}, {gives: fail}]}}":      pass,
	} {
		list, ds := c.Compile(parse(t, "- "+yaml))
		if ds.HasErrors() {
			t.Fatal(ds)
		}
		if got := list[0].Judge(subject(said("x"))); got.Verdict != want {
			t.Errorf("%s gives %v, want %v", yaml, got.Verdict, want)
		}
	}
}

func TestLogicLines(t *testing.T) {
	try(t, []trial{
		{
			check: "all: [{contains: a}, {contains: b}, {contains: c}]", text: "b", want: fail,
			expected: `text contains "a"; text contains "c"`, actual: `"b" (1 character)`,
		},
		{
			check: "any: [{contains: a}, {length: {max: 0}}]", text: "b", want: fail,
			expected: `any of: text contains "a"; text has at most 0 characters`,
		},
		{check: "any: [{contains: a}, {contains: b}]", text: "b", want: pass},
	})
	for yaml, want := range map[string]string{
		"not: {contains: a}":                          `not: text contains "a"`,
		"not: {all: [{contains: a}, {icontains: A}]}": `not: all of: text contains "a"; text contains "A" (ignoring case)`,
		"not: {any: [{contains: a}, {regex: b}]}":     `not: any of: text contains "a"; text matches /b/`,
		"not: {not: {contains: b}}":                   `not: not: text contains "b"`,
		"not: {tokens: {max: 100, output_max: 100}}":  `not: tokens at most 100; output tokens at most 100`,
	} {
		if got := one(t, "- "+yaml).Judge(subject(said("a"))); got.Expected != want || got.Actual == "" {
			t.Errorf("%s says %q and %q, want %q", yaml, got.Expected, got.Actual, want)
		}
	}
	c := &check.Compiler{Kinds: verdictKinds()}
	list, _ := c.Compile(parse(t, "- not: {gives: pass}"))
	if got := list[0].Judge(subject(said("a"))); got.Expected != "not: P" {
		t.Errorf("an own check under not says %q", got.Expected)
	}
}

func TestManyFailuresStayShort(t *testing.T) {
	var b strings.Builder
	b.WriteString("- all:\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "  - contains: missing number %d\n", i)
	}
	got := one(t, b.String()).Judge(subject(said("x")))
	if len(got.Expected) > 10<<10 {
		t.Errorf("the line has %d bytes", len(got.Expected))
	}
}
