package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/segmind"
)

const levelsConfig = `version: 1
defaults:
  tags: [nightly]
  params: {a: 1, b: 1, c: 1, d: 1}
  request: {headers: {x-one: defaults, x-two: defaults}, timeout: 5s}
  expect:
    - contains: of the defaults
`

const levelsSuite = `suite: s
tags: [slow]
params: {b: 2, c: 2, d: 2}
request: {headers: {X-Two: suite, x-three: suite}}
expect:
  - contains: of the suite
cases:
  - name: inherits
    tags: [smoke]
    params: {c: 3, d: 3, e: '${case.name}'}
    request: {headers: {x-three: case, x-four: case}, method: PUT}
    expect:
      - contains: of the case
    conversation:
      - user: plain
      - user: bent
        params: {d: 4, a: null}
        request: {headers: {x-four: turn, x-one: null}, timeout: null}
        expect:
          - contains: of the turn
  - name: alone
    inherit: false
    tags: [lonely]
    params: {z: 9}
    conversation:
      - user: hello
        expect:
          - contains: of the turn
  - name: nothing
    params: null
    request: null
    conversation:
      - user: hello
`

func TestLevelsMerge(t *testing.T) {
	p := compiled(t, map[string]string{"assay.yaml": levelsConfig, "suites/s.yaml": levelsSuite}, plan.Selection{})
	tests := []struct {
		name    string
		turn    int
		params  string
		headers string
		timeout string
		method  string
		expect  string
		tags    string
	}{
		{"inherits", 0, `a=1 b=2 c=3 d=3 e="inherits"`, "x-four=case x-one=defaults x-three=case x-two=suite", "5s", "PUT", "of the defaults, of the suite, of the case", "nightly slow smoke"},
		{"inherits", 1, `b=2 c=3 d=4 e="inherits"`, "x-four=turn x-three=case x-two=suite", "0s", "PUT", "of the defaults, of the suite, of the case, of the turn", "nightly slow smoke"},
		{"alone", 0, "z=9", "", "0s", "", "of the turn", "lonely"},
		{"nothing", 0, "", "", "0s", "", "of the defaults, of the suite", "nightly slow"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s turn %d", test.name, test.turn+1), func(t *testing.T) {
			inst := only(t, p, test.name)
			q := talk(t, inst, "one", "two")[test.turn].Question
			if got := paramsOf(q); got != test.params {
				t.Errorf("params: got %s, want %s", got, test.params)
			}
			if got := headersOf(q); got != test.headers {
				t.Errorf("headers: got %s, want %s", got, test.headers)
			}
			if got := q.Override.Timeout.String(); got != test.timeout || q.Override.Method != test.method {
				t.Errorf("timeout %s, method %q, want %s and %q", got, q.Override.Method, test.timeout, test.method)
			}
			if got := strings.Join(expected(t, inst.Case.Turns[test.turn]), ", "); got != test.expect {
				t.Errorf("expectations: got %q, want %q", got, test.expect)
			}
			tags := slices.Sorted(slices.Values(inst.Case.Source.Tags))
			if got := strings.Join(tags, " "); got != test.tags {
				t.Errorf("tags: got %q, want %q", got, test.tags)
			}
		})
	}
}

// paramsOf gives what is in the body besides messages and model, as it is sent.
func paramsOf(q provider.Question) string {
	var out []string
	for _, p := range q.Params {
		if string(p.Value) != "null" { // it takes away what the provider says
			out = append(out, p.Name+"="+string(p.Value))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func headersOf(q provider.Question) string {
	r, err := segmind.Kind().Build(provider.Config{Model: "m"}, q)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, f := range r.Header {
		out = append(out, f.Name+"="+f.Value)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// expected gives the texts that the turn's contains checks look for, as the
// suite's source has them.
func expected(t *testing.T, turn *plan.Turn) []string {
	t.Helper()
	var out []string
	sources := map[string]string{"assay.yaml": levelsConfig, "suites/s.yaml": levelsSuite}
	for _, e := range turn.Expect {
		line := strings.Split(sources[e.Range.Filename], "\n")[e.Range.Start.Line-1]
		_, text, _ := strings.Cut(line, "contains: ")
		out = append(out, text)
	}
	return out
}

// TestAcceptedStatuses come from the nearest list that names one.
func TestAcceptedStatuses(t *testing.T) {
	const suite = `suite: s
expect:
  - status: 2xx
cases:
  - name: of_suite
    expect: [{contains: x}]
    conversation:
      - user: hello
  - name: of_case
    expect: [{status: [404, 500]}]
    conversation:
      - user: hello
      - user: of the turn
        expect: [{status: 401}]
      - user: nested ones judge only
        expect: [{not: {status: 403}}, {any: [{status: 405}, {contains: x}]}]
  - name: of_none
    inherit: false
    conversation:
      - user: hello
        expect: [{contains: x}]
`
	p := compiled(t, map[string]string{"suites/s.yaml": suite}, plan.Selection{})
	tests := []struct {
		name    string
		turn    int
		yes, no []int
		written bool
	}{
		{"of_suite", 0, []int{200, 204}, []int{199, 300, 404}, true},
		{"of_case", 0, []int{404, 500}, []int{200, 204, 401}, true},
		{"of_case", 1, []int{401}, []int{200, 404, 500}, true},
		{"of_case", 2, []int{404, 500}, []int{403, 405, 200}, true},
		{"of_none", 0, []int{200}, []int{201, 404}, false},
	}
	for _, test := range tests {
		turn := only(t, p, test.name).Case.Turns[test.turn]
		for _, status := range test.yes {
			if !turn.Accept(status) {
				t.Errorf("%s turn %d refuses %d", test.name, test.turn+1, status)
			}
		}
		for _, status := range test.no {
			if turn.Accept(status) {
				t.Errorf("%s turn %d accepts %d", test.name, test.turn+1, status)
			}
		}
		if turn.StatusWritten != test.written {
			t.Errorf("%s turn %d: written %t", test.name, test.turn+1, turn.StatusWritten)
		}
	}
}

func TestNothingCanFail(t *testing.T) {
	tests := []struct {
		name, suite string
		wrong       bool
	}{
		{"no expectation", "conversation:\n      - user: hello\n", true},
		{"an empty list", "conversation:\n      - user: hello\n        expect: []\n", true},
		{"only warnings", "conversation:\n      - user: hello\n        expect: [{contains: x, severity: warn}]\n", true},
		{"warnings on one turn", "conversation:\n      - user: hello\n        expect: [{contains: x, severity: warn}]\n      - user: more\n        expect: [{contains: x}]\n", false},
		{"a total", "total: {tokens: {max: 5}}\n    conversation:\n      - user: hello\n", false},
		{"of the case", "expect: [{contains: x}]\n    conversation:\n      - user: hello\n", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, ds := compile(t, map[string]string{"suites/s.yaml": "suite: s\ncases:\n  - name: c\n    " + test.suite}, plan.Selection{})
			got := slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Code == diag.NothingCanFail && d.Range.Start.Line == 3 })
			if got != test.wrong {
				t.Errorf("said to be unable to fail: %t, want %t (%v)", got, test.wrong, ds.Err())
			}
		})
	}
	// What would have made the case fail is not inherited.
	_, ds := compile(t, map[string]string{"suites/s.yaml": "suite: s\nexpect: [{contains: x}]\ncases:\n  - name: c\n    inherit: false\n    conversation:\n      - user: hello\n"}, plan.Selection{})
	if !slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Code == diag.NothingCanFail }) {
		t.Errorf("a case that inherits nothing and expects nothing: %v", ds.Err())
	}
}
