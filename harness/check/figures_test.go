package check_test

import (
	"testing"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
)

func TestStatus(t *testing.T) {
	gone := &provider.Reply{Error: &provider.Error{Class: provider.Network, Message: "connection refused"}}
	try(t, []trial{
		{check: "status: 200", text: "x", want: pass},
		{check: "status: [401, 2xx]", text: "x", want: pass},
		{check: "status: '200'", text: "x", want: pass},
		{
			check: "status: [200, 3xx]", reply: refused(401, provider.Auth, "no key"), want: fail,
			expected: "status 200 or 3xx", actual: "401 (auth: no key)",
		},
		{check: "status: 4xx", reply: refused(401, provider.Auth, "no key"), want: pass},
		{check: "status: 200", reply: gone, want: fail, undecided: true, reason: "no reply came"},
	})
}

func TestAccepted(t *testing.T) {
	tests := []struct {
		yaml    string
		found   bool
		in, out []int
	}{
		{"- contains: x", false, nil, []int{200, 401}},
		{"- status: 401", true, []int{401}, []int{200, 400, 0}},
		{"- status: [200, 4xx]", true, []int{200, 400, 499}, []int{201, 500, 0, 600, 2000}},
		{"- status: 401\n- contains: x\n- status: 5xx\n  severity: warn", true, []int{401, 503}, []int{200}},
		{"- not: {status: 200}", false, nil, []int{200}},
		{"- any: [{status: 200}, {status: 401}]", false, nil, []int{200}},
		{"- all: [{status: 200}]", false, nil, []int{200}},
	}
	for _, test := range tests {
		accept, found := check.Accepted(compile(t, test.yaml))
		if found != test.found {
			t.Errorf("%s: found %v, want %v", test.yaml, found, test.found)
		}
		for _, status := range test.in {
			if !accept(status) {
				t.Errorf("%s does not accept %d", test.yaml, status)
			}
		}
		for _, status := range test.out {
			if accept(status) {
				t.Errorf("%s accepts %d", test.yaml, status)
			}
		}
	}
}

func TestCanFail(t *testing.T) {
	if check.CanFail(nil) || check.CanFail(compile(t, "- contains: x\n  severity: warn")) {
		t.Error("nothing there can fail")
	}
	if !check.CanFail(compile(t, "- contains: x\n  severity: warn\n- contains: y")) {
		t.Error("the second can fail")
	}
}

func TestHeader(t *testing.T) {
	twice := said("x")
	twice.Header = []exchange.Field{{Name: "x-a", Value: "1"}, {Name: "x-a", Value: "2"}}
	try(t, []trial{
		{check: "header: {name: X-Remaining-Credits, regex: '^-?[0-9.]+$'}", text: "x", want: pass},
		{check: "header: {name: content-type, contains: xml}", text: "x", want: fail, expected: `header content-type contains "xml"`, actual: `"application/json" (16 characters)`},
		{check: "header: {name: content-type, equals: application/json}", text: "x", want: pass},
		{check: "header: {name: content-type, equals: '${var.word}'}", text: "x", want: fail},
		{check: "header: {name: content-type, exists: true}", text: "x", want: pass},
		{check: "header: {name: x-none, exists: true}", text: "x", want: fail, expected: "header x-none is there", actual: "no such header"},
		{check: "header: {name: x-none, exists: false}", text: "x", want: pass},
		{check: "header: {name: content-type, exists: false}", text: "x", want: fail, expected: "no header content-type", actual: `"application/json"`},
		{check: "header: {name: x-none, contains: a}", text: "x", want: fail, undecided: true, reason: "the reply has no header x-none"},
		{check: "header: {name: x-a, equals: '1, 2'}", reply: twice, want: pass},
		{check: "header: {name: content-type, contains: '${var.empty}'}", text: "x", want: fault},
	})
}

func TestFinishReason(t *testing.T) {
	try(t, []trial{
		{check: "finish_reason: stop", text: "x", want: pass},
		{check: "finish_reason: length", text: "x", want: fail, expected: `finish_reason equals "length"`, actual: `"stop" (4 characters)`},
		{check: "finish_reason: stop", reply: refused(500, provider.Server, "x"), want: fail, undecided: true, reason: "gives no finish_reason"},
	})
}

func TestFigures(t *testing.T) {
	unknown := &provider.Reply{Status: 200, Text: "x"}
	unsure := said("x")
	unsure.Unsure = true
	total := said("x")
	n := 99
	total.Tokens.Total = &n
	try(t, []trial{
		{check: "latency: {max: 20s}", text: "x", want: pass},
		{check: "latency: {max: 500ms}", text: "x", want: fail, expected: "latency at most 500ms", actual: "812ms"},
		{check: "latency: {min: 1s, max: 1m30s}", text: "x", want: fail, expected: "latency between 1s and 1m30s"},
		{check: "latency: {max: 20s}", reply: unknown, want: fail, undecided: true, reason: "not recorded"},
		{check: "latency: {max: '${var.number}s'}", text: "x", want: pass},
		{check: "latency: {max: '${var.number}'}", text: "x", want: fault},
		{check: "credits: {max: 0.0031}", text: "x", want: pass},
		{check: "credits: {max: 0.00309999999999999999999}", text: "x", want: fail, expected: "credits at most 0.00309999999999999999999", actual: "0.0031"},
		{check: "credits: {min: 3.1e-3}", text: "x", want: pass},
		{check: "credits: {max: 0.01}", reply: unknown, want: fail, undecided: true, reason: "not known"},
		{check: "credits: {max: 0.001}", reply: unsure, want: fail, reason: "not certain"},
		{check: "tokens: {max: 50}", text: "x", want: pass},
		{check: "tokens: {max: 49}", text: "x", want: fail, expected: "tokens at most 49", actual: "50"},
		{check: "tokens: {min: 51}", text: "x", want: fail},
		{check: "tokens: {max: 98}", reply: total, want: fail, actual: "99"},
		{check: "tokens: {input_max: 20, output_max: 30}", text: "x", want: pass},
		{check: "tokens: {input_max: 19}", text: "x", want: fail, expected: "input tokens at most 19", actual: "20"},
		{check: "tokens: {output_max: 29}", text: "x", want: fail, expected: "output tokens at most 29"},
		{check: "tokens: {max: 1}", reply: unknown, want: fail, undecided: true, reason: "no count of tokens"},
		{check: "tokens: {input_max: 1}", reply: unknown, want: fail, undecided: true, reason: "no count of input tokens"},
	})
}

func TestLate(t *testing.T) {
	tests := map[string]bool{
		"contains: x":                                    false,
		"latency: {max: 1s}":                             false,
		"credits: {max: 1}":                              true,
		"not: {credits: {max: 1}}":                       true,
		"any: [{contains: x}, {credits: {max: 1}}]":      true,
		"condition: self.credits < 1":                    true,
		`condition: self.text != ""`:                     false,
		"condition: length(self) > 1":                    true,
		`condition: 'self["credits"] < 1'`:               true,
		"condition: replies[0].text != self.text":        false,
		"condition: length(replies) > 1":                 true,
		"condition: replies[0].credits < 1":              true,
		"condition: 'sum(replies[*].credits) < 1'":       true,
		"condition: 'length(replies[*].text) < 1'":       false,
		"contains: ${self.credits}":                      true,
		"{contains: x, when: self.credits > 1}":          true,
		"{contains: x, message: 'cost ${self.credits}'}": true,
		"{contains: x, of: '${self.credits}'}":           true,
		"length: {max: '${self.credits}'}":               true,
	}
	for yaml, want := range tests {
		if got := one(t, "- "+yaml).Late; got != want {
			t.Errorf("%s: late %v, want %v", yaml, got, want)
		}
	}
}
