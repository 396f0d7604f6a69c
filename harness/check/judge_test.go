package check_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/verdict"
)

func TestWhen(t *testing.T) {
	for _, test := range []struct {
		when      string
		want      verdict.Verdict
		undecided bool
	}{
		{"self.status == 200", fail, false},
		{"self.status == 404", skip, false},
		{"false", skip, false},
		{"self.json.a", fail, true},
		{"'var.word + 1 > 1'", fault, false},
	} {
		got := one(t, "- contains: cats\n  when: "+test.when).Judge(subject(said("dogs")))
		if got.Verdict != test.want || got.Undecided != test.undecided {
			t.Errorf("when %s: %+v", test.when, got)
		}
	}
}

func TestMessage(t *testing.T) {
	const message = "\n  message: 'The joke has ${length(self.text)} characters.'"
	got := one(t, "- condition: 'length(self.text) < 3'"+message).Judge(subject(said("a joke")))
	if got.Verdict != fail || got.Message != "The joke has 6 characters." {
		t.Errorf("got %+v", got)
	}
	got = one(t, "- condition: 'length(self.text) < 30'"+message).Judge(subject(said("a joke")))
	if got.Verdict != pass || got.Message != "" {
		t.Errorf("a pass has the message %q", got.Message)
	}
	got = one(t, "- contains: x\n  message: '${self.json.a}'").Judge(subject(said("a joke")))
	if got.Verdict != fail || got.Undecided || got.Message != "" || !strings.Contains(got.Reason, "its message can't be shown") {
		t.Errorf("got %+v", got)
	}
}

func TestSeverity(t *testing.T) {
	for yaml, want := range map[string]struct {
		verdict verdict.Verdict
		warned  bool
	}{
		"- contains: x\n  severity: warn":                  {pass, true},
		"- contains: x\n  severity: error":                 {fail, false},
		"- contains: joke\n  severity: warn":               {pass, false},
		"- contains: ${var.empty}\n  severity: warn":       {fault, false},
		"- condition: self.json.a > 1\n  severity: warn":   {pass, true},
		"- contains: x\n  severity: warn\n  when: 'false'": {skip, false},
	} {
		got := one(t, yaml+"\n  message: hm").Judge(subject(said("a joke")))
		if got.Verdict != want.verdict || got.Warned != want.warned {
			t.Errorf("%s: %+v", yaml, got)
		}
		if got.Warned && (got.Message != "hm" || got.Expected == "") {
			t.Errorf("%s: a warning says nothing: %+v", yaml, got)
		}
	}
}

func TestConditions(t *testing.T) {
	try(t, []trial{
		{check: "condition: 'length(self.text) < 600'", text: "short", want: pass},
		{
			check: "condition: 'length(self.text) <  3'", text: "short", want: fail,
			expected: "condition length(self.text) < 3", actual: `self.text = "short" (5 characters)`,
		},
		{check: "condition: self.json.name == var.word", text: `{"name": "cats"}`, want: fail, actual: `self.json = {"name": "cats"}, var.word = "dogs" (4 characters)`},
		{check: `condition: 'self.json.name == "x"'`, text: `no json`, want: fail, undecided: true, reason: "null"},
		{check: `condition: 'self.json.name == "x"'`, text: `{"nam": 1}`, want: fail, undecided: true},
		{check: `condition: 'self.json.list[3] == "x"'`, text: `{"list": []}`, want: fail, undecided: true},
		{check: `condition: 'self.json.n > 3'`, text: `{"n": "many"}`, want: fail, undecided: true},
		{check: `condition: 'self.json.n > 3'`, text: `{"n": 3.5}`, want: pass},
		{check: `condition: 'length([for x in self.json : x if x.price < 3]) == 2'`, text: `[{"price": 1}, {"prize": 1}]`, want: fail, undecided: true},
		{check: `condition: 'length(self.text) < "abc"'`, text: `x`, want: fault},
		{check: `condition: 'regex(var.bad, self.text) == "x"'`, text: `x`, want: fault},
		{check: `condition: 'regex("b+", self.text) == "b"'`, text: `x`, want: fail, undecided: true},
		{check: `condition: 'try(self.json.a, 0) == 0'`, text: `x`, want: pass},
		{check: "condition: self.text", text: `x`, want: fail, undecided: true, reason: "not true or false"},
		{check: "condition: self.credits < 1", reply: &provider.Reply{Status: 200}, want: fail, undecided: true, reason: "not known"},
		{check: "condition: self.latency < 1", text: "x", want: pass},
		{check: "condition: self.latency < 1", reply: &provider.Reply{Status: 200}, want: fail, undecided: true, reason: "latency was not recorded"},
		{check: "condition: self.tokens.output == 30", text: "x", want: pass},
		{check: "condition: self.tokens.output == 30", reply: &provider.Reply{Status: 200}, want: fail, undecided: true},
		{check: "condition: self.error == null", text: "x", want: pass},
		{check: `condition: 'self.error == "nope"'`, reply: refused(401, provider.Auth, "nope"), want: pass},
		{check: "condition: self.status == 200", reply: &provider.Reply{Error: &provider.Error{Class: provider.Network}}, want: fail, undecided: true},
		{check: `condition: 'self.headers["x-remaining-credits"] == "9.99"'`, text: "x", want: pass},
		{check: `condition: 'self.headers["x-none"] == "9.99"'`, text: "x", want: fail, undecided: true},
		{check: `condition: 'self.body == "{\"choices\":[]}"'`, text: "x", want: pass},
		{check: `condition: 'self.model == "grok-2-1212" && self.finish_reason == "stop"'`, text: "x", want: pass},
		{check: `condition: 'var.secret == self.text'`, text: "x", want: fail, actual: `var.secret = (sensitive:secret), self.text = "x" (1 character)`},
		{check: `condition: 'contains(var.words, self.text)'`, text: "x", want: fail, actual: `var.words = ["cats", "dogs"], self.text = "x" (1 character)`},
	})
}

func TestReplies(t *testing.T) {
	first, last := said("one"), said("two")
	got := one(t, `- condition: 'length(replies) == 2 && replies[0].text == "one" && replies[1].text == self.text'`).Judge(subject(first, last))
	if got.Verdict != pass {
		t.Errorf("got %+v", got)
	}
}

func TestOfHoldsInwards(t *testing.T) {
	const yaml = "- all:\n  - contains: choices\n  - not: {contains: text}\n  - any: [{regex: '^x'}, {length: {max: 20}}]\n  of: body"
	got := one(t, yaml).Judge(subject(said("text")))
	if got.Verdict != pass {
		t.Errorf("got %+v", got)
	}
}

// TestSecretsStayHidden: what a sensitive variable gives is named in no line,
// nor is a part of it.
func TestSecretsStayHidden(t *testing.T) {
	for _, yaml := range []string{
		"equals: ${var.secret}",
		"equals: \"${var.secret}\\nand more\"",
		"one_of: ['${var.secret}', 'HUSH']",
		"contains_all: ['${var.secret}', 'x']",
		"contains_any: ['${upper(var.secret)}', 'y']",
		"icontains: x${var.secret}",
		"regex: ^${var.secret}$",
		"regex: (${var.secret}",
		"length: {max: '${var.secret}'}",
		"contains: y\n  message: it was ${upper(var.secret)}",
		"condition: 'upper(var.secret) == self.text'",
		"contains: y\n  of: 'x ${upper(var.secret)}'",
		"length: {max: 1}\n  of: 'x ${upper(var.secret)}'",
		"equals: HUSH-HUSH!\n  of: '${upper(var.secret)}'",
		"json: true\n  of: '${upper(var.secret)}'",
	} {
		got := one(t, "- "+yaml).Judge(subject(said("Hush-hush\nand")))
		said := strings.ToLower(strings.Join([]string{got.Expected, got.Actual, got.Reason, got.Message}, "\n"))
		said = strings.ReplaceAll(strings.ReplaceAll(said, `"hush-hush\nand"`, ""), "hush-hush!", "")
		if got.Verdict == pass || strings.Contains(strings.ReplaceAll(said, `"hush"`, ""), "hush") {
			t.Errorf("%s: %+v", yaml, got)
		}
	}
}

func TestAPanicIsAnError(t *testing.T) {
	e := &check.Expectation{Name: "mine", Check: check.CheckFunc(func(s *check.Subject) check.Outcome {
		count := func(in map[string]int) { in["x"]++ }
		count(nil)
		return check.Outcome{}
	})}
	got := e.Judge(subject(said("x")))
	if got.Verdict != fault || !strings.Contains(got.Reason, "the check mine panicked: assignment to entry in nil map (judge_test.go:") {
		t.Errorf("got %+v", got)
	}
}

func TestExpectationByHand(t *testing.T) {
	when, _ := expr.ParseExpression(&spec.Node{Kind: spec.Text, Value: "false"})
	e := &check.Expectation{Check: one(t, "- contains: x").Check, When: when}
	if got := e.Judge(subject(said("y"))); got.Verdict != skip {
		t.Errorf("got %+v", got)
	}
	e = &check.Expectation{Check: one(t, "- contains: x").Check, Message: expr.Literal("hm")}
	if got := e.Judge(subject(said("y"))); got.Verdict != fail || got.Message != "hm" {
		t.Errorf("got %+v", got)
	}
}

func TestLinesAreBoundedAndVisible(t *testing.T) {
	got := one(t, "- contains: x").Judge(subject(said("\x1b[31m\u202e\x00" + strings.Repeat("ä", 1<<20))))
	if !strings.HasPrefix(got.Actual, `"\x1b[31m\u202e\x00ä`) || !strings.HasSuffix(got.Actual, `…" (1048583 characters)`) {
		t.Errorf("actual %.60q … %q", got.Actual, got.Actual[len(got.Actual)-40:])
	}
	if len(got.Actual) > 5<<10 {
		t.Errorf("the line has %d bytes", len(got.Actual))
	}
}
