package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/verdict"
)

const (
	skip  = verdict.Skip
	pass  = verdict.Pass
	fail  = verdict.Fail
	fault = verdict.Error
)

// said is a usable reply with that text and every figure known.
func said(text string) *provider.Reply {
	cost, input, output := amount("0.0031"), 20, 30
	return &provider.Reply{
		Status: 200, Text: text, Model: "grok-2-1212", FinishReason: "stop",
		Body:    []byte(`{"choices":[]}`),
		Header:  []exchange.Field{{Name: "content-type", Value: "application/json"}, {Name: "x-remaining-credits", Value: "9.99"}},
		Tokens:  provider.Tokens{Input: &input, Output: &output},
		Latency: 812 * time.Millisecond, LatencyKnown: true, Credits: &cost,
	}
}

// refused is an error reply, with nothing known of it.
func refused(status int, class provider.Class, message string) *provider.Reply {
	return &provider.Reply{Status: status, Error: &provider.Error{Class: class, Message: message}}
}

func amount(s string) credit.Amount {
	a, err := credit.ParseAmount(s)
	if err != nil {
		panic(err)
	}
	return a
}

// known is what expectations may refer to in these tests.
func known() expr.Known {
	return expr.Known{"self": nil, "replies": nil, "each": nil, "capture": nil, "var": {"word", "empty", "bad", "secret", "words", "none", "number"}}
}

func compiler() *check.Compiler {
	return &check.Compiler{Kinds: check.Default(), Known: known()}
}

func parse(t testing.TB, yaml string) *spec.Node {
	t.Helper()
	n, ds := spec.Parse("suite.yaml", []byte(yaml))
	if ds.HasErrors() {
		t.Fatalf("parse %s: %v", yaml, ds)
	}
	return n
}

// compile compiles a list that is right.
func compile(t testing.TB, yaml string) []*check.Expectation {
	t.Helper()
	list, ds := compiler().Compile(parse(t, yaml))
	if ds.HasErrors() {
		t.Fatalf("compile %s: %v", yaml, ds)
	}
	return list
}

// one compiles a list of one.
func one(t testing.TB, yaml string) *check.Expectation {
	t.Helper()
	list := compile(t, yaml)
	if len(list) != 1 {
		t.Fatalf("%s gives %d expectations", yaml, len(list))
	}
	return list[0]
}

// subject gives what is judged, in a scope with variables.
func subject(replies ...*provider.Reply) *check.Subject {
	scope := expr.NewScope(nil, expr.Roots{
		"var": map[string]any{
			"word": "dogs", "empty": "", "bad": "a(b", "number": "7", "words": []any{"cats", "dogs"}, "none": []any{},
			"secret": expr.Sensitive{Name: "secret", Value: "hush-hush"},
		},
		"capture": map[string]any{"joke": "a dog walks in", "lost": expr.Missing{Code: diag.CaptureFailed, Reason: "the capture lost failed"}},
	})
	return &check.Subject{Reply: replies[len(replies)-1], Scope: check.ReplyScope(scope, replies...)}
}

// trial is an expectation, a reply, and what comes of it. It is judged under
// not as well.
type trial struct {
	check     string // kind: argument
	of        string
	reply     *provider.Reply // nil: a text that says text
	text      string
	want      verdict.Verdict
	undecided bool
	expected  string // the whole line, where it is given
	actual    string
	reason    string // a part of it
}

func (tr trial) yaml(under string) string {
	body := tr.check
	if under != "" {
		body = under + ":\n  " + strings.ReplaceAll(body, "\n", "\n  ")
	}
	if tr.of != "" {
		body += "\nof: " + tr.of
	}
	return "- " + strings.ReplaceAll(body, "\n", "\n  ")
}

func (tr trial) subject() *check.Subject {
	if tr.reply == nil {
		return subject(said(tr.text))
	}
	return subject(tr.reply)
}

// underNot is what `not` makes of the trial's verdict.
func (tr trial) underNot() verdict.Verdict {
	switch {
	case tr.want == pass:
		return fail
	case tr.want == fail && !tr.undecided:
		return pass
	}
	return tr.want
}

func try(t *testing.T, trials []trial) {
	t.Helper()
	for _, tr := range trials {
		t.Run(tr.check, func(t *testing.T) {
			t.Helper()
			for _, under := range []string{"", "not"} {
				if err := validate(t, parse(t, tr.yaml(under))); err != nil {
					t.Errorf("the schema refuses %s: %v", tr.yaml(under), err)
				}
			}
			got := one(t, tr.yaml("")).Judge(tr.subject())
			if got.Verdict != tr.want || got.Undecided != tr.undecided {
				t.Errorf("%q gives %v (undecided %v), want %v (%v): %+v", tr.subject().Reply.Text, got.Verdict, got.Undecided, tr.want, tr.undecided, got)
			}
			if tr.expected != "" && got.Expected != tr.expected {
				t.Errorf("expected line %q, want %q", got.Expected, tr.expected)
			}
			if tr.actual != "" && got.Actual != tr.actual {
				t.Errorf("actual line %q, want %q", got.Actual, tr.actual)
			}
			if !strings.Contains(got.Reason, tr.reason) {
				t.Errorf("reason %q lacks %q", got.Reason, tr.reason)
			}
			if got.Verdict == pass && (got.Expected != "" || got.Actual != "" || got.Reason != "") {
				t.Errorf("a pass says %+v", got)
			}
			negated := one(t, tr.yaml("not")).Judge(tr.subject())
			if negated.Verdict != tr.underNot() {
				t.Errorf("under not: %v, want %v: %+v", negated.Verdict, tr.underNot(), negated)
			}
			if negated.Verdict == fail && (!strings.HasPrefix(negated.Expected, "not: ") || len(negated.Expected) == len("not: ")) {
				t.Errorf("under not the expected line is %q", negated.Expected)
			}
		})
	}
}

// refusal is a list that does not compile.
type refusal struct {
	yaml string
	code diag.Code
	says string // part of summary or detail
	at   string // what the range covers; "" not compared
}

func refuse(t *testing.T, c *check.Compiler, refusals []refusal) {
	t.Helper()
	for _, r := range refusals {
		t.Run(r.yaml, func(t *testing.T) {
			t.Helper()
			// What a named list holds is not the schema's to know.
			shaped := ofShape[r.code] && (!strings.Contains(r.yaml, "use:") || strings.Contains(r.says, "use"))
			if seen := validate(t, parse(t, r.yaml)) != nil; shaped && seen == unseen[r.yaml] {
				t.Errorf("the schema refuses it: %v", seen)
			}
			list, ds := c.Compile(parse(t, r.yaml))
			if !ds.HasErrors() || list != nil {
				t.Fatalf("accepted, want %s", r.code)
			}
			for _, d := range ds {
				if d.Code == r.code && strings.Contains(d.Summary+" "+d.Detail, r.says) {
					if covered := r.yaml[d.Range.Start.Byte:d.Range.End.Byte]; r.at != "" && covered != r.at {
						t.Errorf("marks %q, want %q", covered, r.at)
					}
					return
				}
			}
			t.Errorf("no %s with %q: %+v", r.code, r.says, ds)
		})
	}
}
