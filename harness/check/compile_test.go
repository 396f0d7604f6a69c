package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

func TestRefused(t *testing.T) {
	refuse(t, compiler(), []refusal{
		// Shape.
		{"contains: x", diag.WrongType, "expectations are a list", ""},
		{"- contains", diag.WrongType, "an expectation is a map", "contains"},
		{"- [contains, x]", diag.WrongType, "an expectation is a map", ""},
		{"- contians: x", diag.UnknownCheck, `Did you mean "contains"?`, "contians"},
		{"- nonsense: x", diag.UnknownCheck, "The checks are all, any, condition", "nonsense"},
		{"- contains: x\n  mesage: y", diag.UnknownKey, `Did you mean "message"?`, "mesage"},
		{"- severity: warn", diag.BadCheck, "no check in this expectation", ""},
		{"- contains: x\n  regex: y", diag.BadCheck, "two checks in one expectation: contains and regex", "regex"},
		{"- contains: x\n  severity: warning", diag.BadValue, "error (the default) or warn", "warning"},
		{"- contains: x\n  when: 'nope >'", diag.TemplateSyntax, "", ""},
		{"- contains: x\n  when: nope > 1", diag.UndefinedName, "nope", "nope"},
		{"- contains: x\n  when: [a]", diag.WrongType, "a condition is an expression", ""},
		{"- contains: ${self.txt}", diag.UndefinedName, "txt", ""},
		{"- contains: ${nosuch(1)}", diag.UndefinedFunc, "nosuch", ""},
		{"- contains: x\n  message: ${var.wrod}", diag.UndefinedName, "word", ""},
		{"- contains: x\n  of: txt", diag.BadValue, `of can't be "txt"`, "txt"},
		{"- contains: x\n  of: 'header.a b'", diag.BadValue, "header.NAME", ""},
		{"- contains: x\n  of: 7", diag.WrongType, "of can't be 7", "7"},
		{"- status: 200\n  of: body", diag.BadCheck, "status does not look at a text", ""},
		{"- judge: x", diag.NotSupported, "judge is not supported yet", "judge"},
		{"- similar: x", diag.NotSupported, "", ""},
		{"- refusal: x", diag.NotSupported, "", ""},
		{"- gate: x", diag.NotSupported, "", ""},
		{"- tool_call: x", diag.NotSupported, "", ""},
		{"- first_token: {max: 1s}", diag.NotSupported, "", ""},
		{"- json: {schema: x.json}", diag.NotSupported, "schema", ""},
		{"- json: {path: $.a}", diag.NotSupported, "path", ""},
		// Nested.
		{"- not: {contains: x, severity: warn}", diag.BadCheck, "severity stands outermost", "severity"},
		{"- any: [{contains: x, of: body}]", diag.BadCheck, "of stands outermost", "of"},
		{"- all: [{contains: x, when: 'true'}]", diag.BadCheck, "when stands outermost", "when"},
		{"- all: [{contains: x, message: m}]", diag.BadCheck, "message stands outermost", "message"},
		{"- not: [{contains: x}]", diag.BadCheck, "not takes one expectation", ""},
		{"- not: {contains: x, regex: y}", diag.BadCheck, "two checks", ""},
		{"- not: {}", diag.BadCheck, "no check", ""},
		{"- not: {use: house}", diag.BadCheck, "use stands in a list", ""},
		{"- any: {contains: x}", diag.WrongType, "a list of expectations", ""},
		{"- any: [{contians: x}]", diag.UnknownCheck, "contains", "contians"},
		// Always the same.
		{"- contains: ''", diag.AlwaysPasses, "empty text", "''"},
		{"- not: {contains: ''}", diag.AlwaysPasses, "empty text", "''"},
		{"- icontains: ''", diag.AlwaysPasses, "", ""},
		{"- starts_with: ''", diag.AlwaysPasses, "", ""},
		{"- ends_with: ''", diag.AlwaysPasses, "", ""},
		{"- contains_all: []", diag.AlwaysPasses, "empty list", ""},
		{"- contains_any: []", diag.AlwaysPasses, "empty list", ""},
		{"- contains_all: [a, '']", diag.AlwaysPasses, "", "''"},
		{"- one_of: []", diag.AlwaysPasses, "empty list", ""},
		{"- all: []", diag.AlwaysPasses, "empty list", ""},
		{"- any: []", diag.AlwaysPasses, "empty list", ""},
		{"- regex: ''", diag.AlwaysPasses, "", ""},
		{"- regex: '(?i)'", diag.AlwaysPasses, "matches the empty text everywhere", ""},
		{"- length: {min: 0}", diag.AlwaysPasses, "", ""},
		{"- condition: 1 < 2", diag.AlwaysPasses, "reads nothing", ""},
		{"- header: {name: x, contains: ''}", diag.AlwaysPasses, "", ""},
		// Values.
		{"- contains: [x]", diag.WrongType, "contains needs a text, not a list", ""},
		{"- contains:", diag.WrongType, "contains needs a text, not nothing", ""},
		{"- contains_all: x", diag.WrongType, "a list of texts", ""},
		{"- contains_all: [[x]]", diag.WrongType, "", ""},
		{"- finish_reason: ''", diag.BadCheck, "empty", ""},
		{"- length: 5", diag.WrongType, "length needs a map, not 5", "5"},
		{"- length: {}", diag.BadCheck, "length has no bound", ""},
		{"- length: {min: 5, max: 4}", diag.BadCheck, "min 5 is greater than max 4", "5"},
		{"- length: {max: -1}", diag.BadValue, "max of length can't be -1", "-1"},
		{"- length: {max: 1.5}", diag.BadValue, "whole number", ""},
		{"- length: {max: many}", diag.BadValue, "whole number", "many"},
		{"- length: {max: 99999999999999999999}", diag.BadValue, "", ""},
		{"- length: {max: '5'}", diag.BadValue, "", ""},
		{"- length: {max: true}", diag.BadValue, "", ""},
		{"- length: {max: []}", diag.BadValue, "", ""},
		{"- latency: {max: 0}", diag.BadValue, "", ""},
		{"- length: {maximum: 5}", diag.UnknownKey, "max", ""},
		{"- latency: {max: 20}", diag.BadValue, "a time such as 20s", ""},
		{"- latency: {max: -1s}", diag.BadValue, "", ""},
		{"- latency: 20s", diag.WrongType, "", ""},
		{"- credits: {max: lots}", diag.BadValue, "decimal", ""},
		{"- credits: {max: -0.1}", diag.BadValue, "", ""},
		{"- credits: {min: 2, max: 1}", diag.BadCheck, "greater", ""},
		{"- tokens: {}", diag.BadCheck, "no bound", ""},
		{"- tokens: {input_min: 1}", diag.UnknownKey, "input_max", ""},
		{"- json: false", diag.BadValue, "not: {json: true}", "false"},
		{"- json: yes please", diag.WrongType, "", ""},
		{"- json: {}", diag.MissingKey, "fenced", ""},
		{"- json: {fenced: maybe}", diag.WrongType, "", ""},
		{"- status: 20", diag.BadValue, "100 to 599", "20"},
		{"- status: 600", diag.BadValue, "", ""},
		{"- status: 2XX", diag.BadValue, "2xx", ""},
		{"- status: ${var.number}", diag.BadValue, "no template", ""},
		{"- status: []", diag.BadCheck, "empty list", ""},
		{"- status: [200, x]", diag.BadValue, "", "x"},
		{"- header: x-a", diag.WrongType, "", ""},
		{"- header: {name: x-a}", diag.BadCheck, "needs one of", ""},
		{"- header: {name: x-a, contains: a, equals: b}", diag.BadCheck, "and has 2", ""},
		{"- header: {contains: a}", diag.MissingKey, "name", ""},
		{"- header: {name: 'a b', contains: a}", diag.BadValue, "no name of a header", ""},
		{"- header: {name: x-a, exist: true}", diag.UnknownKey, "exists", ""},
		{"- condition: [a]", diag.WrongType, "a condition is an expression", ""},
		{"- condition: length(self.text", diag.TemplateSyntax, "", ""},
		{"- condition: lenght(self.text) > 1", diag.UndefinedFunc, "length", ""},
	})
}

// TestPatterns holds the advice for what people bring from other engines.
func TestPatterns(t *testing.T) {
	for pattern, says := range map[string]string{
		`foo(?=bar)`:    "RE2 has no lookahead",
		`foo(?!bar)`:    "RE2 has no lookahead",
		`(?<=foo)bar`:   "RE2 has no lookbehind",
		`(?<!foo)bar`:   "RE2 has no lookbehind",
		`(a)\1`:         "RE2 has no backreferences",
		`(?P<a>x)\k<a>`: "RE2 has no backreferences",
		`(?>a+)`:        "RE2 has no atomic groups",
		`a++`:           "possessive",
		`(?(1)a|b)`:     "RE2 has no conditionals",
		`a\Z`:           `Write \z`,
		`\u20ac`:        `\x{20AC}`,
		`a{1001}`:       "at most 1000",
		`(a`:            `A ( has no )`,
		`a)`:            `A ) has no (`,
		`[a`:            `A [ has no ]`,
		`*a`:            "Nothing stands before it",
		`\y`:            "does not know this escape",
		`[z-a]`:         "first character of a range",
		`(?P=a)`:        "RE2 has no backreferences",
		`(?x)a`:         "RE2 has no flag x",
		`a\`:            "backslash",
	} {
		list, ds := compiler().Compile(parse(t, "- regex: '"+pattern+"'"))
		if list != nil || len(ds) != 1 || ds[0].Code != diag.BadPattern || !strings.Contains(ds[0].Summary+" "+ds[0].Detail, says) {
			t.Errorf("%s: want %q, got %+v", pattern, says, ds)
		}
	}
}

func TestPatternMarksWhatIsRefused(t *testing.T) {
	const yaml = `- regex: 'foo(?=bar)'`
	_, ds := compiler().Compile(parse(t, yaml))
	if got := yaml[ds[0].Range.Start.Byte:ds[0].Range.End.Byte]; got != "(?=" {
		t.Errorf("marks %q", got)
	}
}

func TestPatternBackspace(t *testing.T) {
	_, ds := compiler().Compile(parse(t, `- regex: "\bwhy"`))
	if len(ds) != 1 || ds[0].Severity != diag.Warning || ds[0].Code != diag.BadPattern {
		t.Errorf("no warning of a backspace: %+v", ds)
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	_, ds := compiler().Compile(parse(t, "- contians: x\n- length: {max: -1}\n  severity: bad\n- regex: '('\n- any: [{contains: ''}, {status: 1}]"))
	if len(ds) != 6 {
		t.Errorf("%d problems, want 6: %+v", len(ds), ds)
	}
}

func TestNames(t *testing.T) {
	for yaml, want := range map[string]string{
		"contains: x":                      "contains",
		"not: {contains: x}":               "not.contains",
		"not: {not: {icontains: x}}":       "not.not.icontains",
		"not: {any: [{contains: x}]}":      "not.any",
		"all: [{contains: x}, {regex: y}]": "all",
	} {
		if got := one(t, "- "+yaml).Name; got != want {
			t.Errorf("%s is named %q, want %q", yaml, got, want)
		}
	}
}

func TestRangeIsTheArgument(t *testing.T) {
	const yaml = "- message: m\n  contains: ${var.word}\n"
	r := one(t, yaml).Range
	if got := yaml[r.Start.Byte:r.End.Byte]; got != "${var.word}" || r.Start.Line != 2 {
		t.Errorf("range covers %q on line %d", got, r.Start.Line)
	}
}

func TestCompileNothing(t *testing.T) {
	list, ds := compiler().Compile(nil)
	if list != nil || ds != nil {
		t.Errorf("nothing gives %v, %v", list, ds)
	}
}

func TestUse(t *testing.T) {
	c := compiler()
	c.Named = map[string]*spec.Node{
		"house": parse(t, "- not: {icontains: as an AI language model}\n- length: {max: 2000}\n  severity: warn"),
		"outer": parse(t, "- use: house\n- contains: x"),
		"round": parse(t, "- use: trip"),
		"trip":  parse(t, "- use: round"),
		"empty": parse(t, "[]"),
		"bad":   parse(t, "- contians: x"),
	}
	list, ds := c.Compile(parse(t, "- contains: y\n- use: outer\n- any:\n  - use: outer2\n  - use: outer"))
	if list != nil || len(ds) != 2 {
		t.Errorf("want an unknown list and a nested severity, got %+v", ds)
	}
	list, ds = c.Compile(parse(t, "- contains: y\n- use: outer"))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	var names []string
	for _, e := range list {
		names = append(names, fmt.Sprint(e.Name, e.Severity))
	}
	if got, want := strings.Join(names, " "), "contains0 not.icontains0 length1 contains0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	refuse(t, c, []refusal{
		{"- use: hose", diag.UnknownNamed, `Did you mean "house"?`, "hose"},
		{"- use: round", diag.BadCheck, "round → trip → round", ""},
		{"- use: house\n  severity: warn", diag.BadCheck, "use stands alone", ""},
		{"- any: [{use: empty}]", diag.AlwaysPasses, "", ""},
		{"- use: bad", diag.UnknownCheck, "", ""},
		{"- use: [house]", diag.UnknownNamed, "", ""},
	})
}

// TestUseIsBounded: lists that use each other twice double at every step.
func TestUseIsBounded(t *testing.T) {
	c := compiler()
	c.Named = map[string]*spec.Node{"l0": parse(t, "- contains: x")}
	for i := range 40 {
		c.Named[fmt.Sprintf("l%d", i+1)] = parse(t, fmt.Sprintf("- use: l%d\n- use: l%d", i, i))
	}
	_, ds := c.Compile(parse(t, "- use: l40"))
	if len(ds) != 1 || !strings.Contains(ds[0].Summary, "more than 10000") {
		t.Errorf("got %+v", ds)
	}
}

func TestOwnParseThatSaysNothing(t *testing.T) {
	c := &check.Compiler{Kinds: map[string]check.Kind{"mute": {Name: "mute", Example: "mute: 1", Parse: func(*check.Parser, *spec.Node) check.Check { return nil }}}}
	refuse(t, c, []refusal{{"- mute: 1", diag.BadCheck, "mute does not accept this", "1"}})
}
