package suite_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/suite"
)

func TestAsked(t *testing.T) {
	tests := []struct{ name, turns, want string }{
		{"one", "- user: a", "1"},
		{"after system", "- system: s\n- user: a", "- 1"},
		{"scripted reply", "- user: a\n- assistant: b\n- user: c", "- - 1"},
		{"two in a row", "- user: a\n- user: b", "1 2"},
		{"ask: false", "- {user: a, ask: false}\n- user: b", "- 1"},
		{"ask: true", "- {user: a, ask: true}", "1"},
		{"system between", "- user: a\n- system: s\n- user: b", "1 - 2"},
		{"system after user, then assistant", "- user: a\n- system: s\n- assistant: b\n- user: c", "1 - - 2"},
		{"assistant last", "- user: a\n- user: b\n- assistant: c", "1 - -"},
		{"history ends in user", "- history: [{role: user, content: a}]", "1"},
		{"history ends in user, user follows", "- history: [{role: user, content: a}]\n- user: b", "1 2"},
		{"history ends in user, assistant follows", "- history: [{role: user, content: a}]\n- assistant: b\n- user: c", "- - 1"},
		{"history ends in reply", "- history: [{role: assistant, content: a}]\n- user: b", "- 1"},
		{"history, then history", "- history: [{role: user, content: a}]\n- history: [{role: user, content: a}]", "- 1"},
		{"history with ask: false", "- {history: [{role: user, content: a}], ask: false}\n- user: b", "- 1"},
		{"history of an expression", "- history: '${jsondecode(\"[]\")}'\n- user: b", "1? 2"},
		{"expression before assistant", "- history: '${jsondecode(\"[]\")}'\n- assistant: x\n- user: b", "- - 1"},
		{"templates in an inline history", "- history: [{role: user, content: '${case.name}'}]", "1"},
	}
	for _, test := range tests {
		_, _, c := oneCase(t, "conversation:\n  "+strings.ReplaceAll(test.turns, "\n", "\n  "))
		var got []string
		for _, turn := range c.Turns {
			switch {
			case turn.Asked:
				got = append(got, fmt.Sprint(turn.Number))
			case turn.MaybeAsked:
				got = append(got, fmt.Sprint(turn.Number)+"?")
			default:
				got = append(got, "-")
			}
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestAsksAtEvaluation(t *testing.T) {
	_, s, c := oneCase(t, `for_each:
  asked: '[{"role":"user","content":"a"}]'
  answered: '[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]'
  broken: '[{"role":"usr","content":"a"}]'
  empty: '[]'
conversation:
  - history: '${jsondecode(each.value)}'
    expect: [contains: x]
  - user: then`)
	p, _ := one(t, "cases: [{name: c, conversation: [user: hi]}]")
	scope, _ := s.Scope(p)
	got := map[string]string{}
	for in, ds := range c.Instances(p, scope) {
		if ds.HasErrors() {
			t.Fatal(describe(ds))
		}
		inner := expr.NewScope(scope, expr.Roots{"each": map[string]any{"key": in.Key, "value": in.Value}})
		messages, ds := c.Turns[0].Messages(inner)
		if ds.HasErrors() {
			got[in.Key] = string(ds[0].Code)
			continue
		}
		asks, ds := c.Turns[0].Asks(messages)
		got[in.Key] = fmt.Sprint(len(messages), asks, has(ds, diag.ExpectNotAsked))
	}
	want := map[string]string{"asked": "1 true false", "answered": "2 false true", "broken": string(diag.TurnShape), "empty": string(diag.TurnShape)}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if asks, _ := c.Turns[1].Asks(nil); !asks || c.Turns[1].Number != 2 {
		t.Errorf("turn 2: asks %v, number %d; want true, 2", asks, c.Turns[1].Number)
	}
}

// say evaluates all turns of a project's only case.
func say(t *testing.T, p *suite.Project, roots expr.Roots) ([]suite.Message, diag.Diagnostics) {
	t.Helper()
	s := p.Suites[0]
	scope, ds := s.Scope(p)
	if ds.HasErrors() {
		t.Fatal(describe(ds))
	}
	var all []suite.Message
	for _, turn := range s.Cases[0].Turns {
		messages, ds := turn.Messages(expr.NewScope(scope, roots))
		if ds.HasErrors() {
			return nil, ds
		}
		all = append(all, messages...)
	}
	return all, nil
}

func TestContents(t *testing.T) {
	crlf := "caf\u0065\u0301 ${var.who}\r\nend\n"
	p := load(t, map[string]string{
		"suites/s.yaml": caseText(`conversation:
  - system: 3.10
  - system: "cafe\u0301 ${var.who} $${x}"
  - system: {raw: "as ${it} stands"}
  - system: {file: prompts/a.md}
  - system: {file: prompts/b.md, template: false}
  - system: {file: ./near.md, vars: {name: '${var.who}', items: '${[1, 2]}'}}
  - system: {file: prompts/shared.md, delimiters: "{{ }}", vars: {name: '${var.who}', user.mail: x@y}}
  - system: [{text: one}, {text: 'two ${var.who}'}]
  - history: {file: data/chat.json}
  - history: [{role: user, content: 'hi ${var.who}'}, {role: assistant, content: 42}]
  - history: {file: data/chat.yaml}
  - user: |
      last
      line`) + "variables: {who: {default: Ann}}\n",
		"prompts/a.md":      crlf,
		"prompts/b.md":      crlf,
		"suites/near.md":    "%{ for i in items }${i}, %{ endfor }${name}",
		"prompts/shared.md": "Dear {{name}} <{{ user.mail }}>, {{name}}! {{#if x}} {{ 1 }} ${var.who} {{",
		"data/chat.json":    `[{"role":"user","content":"q ${var.who}"},{"role":"assistant","content":[{"type":"text","text":"a"},{"text":"b"}]}]`,
		"data/chat.yaml":    "- {role: user, content: 007}\n- {role: assistant, content: '${x}'}\n",
	})
	got, ds := say(t, p, nil)
	if ds.HasErrors() {
		t.Fatal(describe(ds))
	}
	const system, user, assistant = suite.System, suite.User, suite.Assistant
	want := []suite.Message{
		{Role: system, Text: "3.10"},
		{Role: system, Text: "caf\u0065\u0301 Ann ${x}"},
		{Role: system, Text: "as ${it} stands"},
		{Role: system, Text: "caf\u0065\u0301 Ann\r\nend\n"},
		{Role: system, Text: crlf},
		{Role: system, Text: "1, 2, Ann"},
		{Role: system, Text: "Dear Ann <x@y>, Ann! {{#if x}} {{ 1 }} ${var.who} {{"},
		{Role: system, Parts: []string{"one", "two Ann"}},
		{Role: user, Text: "q ${var.who}"},
		{Role: assistant, Parts: []string{"a", "b"}},
		{Role: user, Text: "hi Ann"},
		{Role: assistant, Text: "42"},
		{Role: user, Text: "007"},
		{Role: assistant, Text: "${x}"},
		{Role: user, Text: "last\nline\n"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := p.Suites[0].Cases[0].Turns[3].Content.File; got != "prompts/a.md" {
		t.Errorf("file: got %q", got)
	}
}

func TestEmptyAtEvaluation(t *testing.T) {
	for _, content := range []string{"'${var.none}'", "[{text: '${var.none}'}]", "{file: p.md}"} {
		p := load(t, map[string]string{
			"suites/s.yaml": caseText("conversation:\n  - user: "+content) + "variables: {none: {default: ''}}\n",
			"p.md":          "${var.none}",
		})
		if _, ds := say(t, p, nil); !has(ds, diag.EmptyContent) {
			t.Errorf("%s: got %s", content, describe(ds))
		}
	}
}

func TestPromptFileProblems(t *testing.T) {
	file := func(content string) map[string]string {
		return map[string]string{"suites/s.yaml": turnText("- user: " + content), "p.md": "Hi {{name}},\n  bye {{ naem }}", "ok.md": "Hi {{name}}", "t.md": "a\né ${name} ${nope}", "latin.md": "caf\xe9", "empty.md": "", "dir/x": "", "deep/er.md": "x", "bad.md": "one\n ${"}
	}
	for _, p := range []problem{
		{name: "missing", files: file("{file: q.md}"), code: diag.FileUnreadable, mark: "q.md"},
		{name: "misspelt", files: file("{file: deep/err.md}"), code: diag.FileUnreadable, says: `Did you mean "deep/er.md"?`},
		{name: "folder", files: file("{file: dir}"), code: diag.FileUnreadable, says: "folder"},
		{name: "outside", files: file("{file: ../../q.md}"), code: diag.OutsideProject, mark: "../../q.md"},
		{name: "absolute", files: file("{file: /etc/passwd}"), code: diag.OutsideProject},
		{name: "empty path", files: file("{file: ''}"), code: diag.FileUnreadable},
		{name: "empty file", files: file("{file: empty.md}"), code: diag.EmptyContent, mark: "empty.md"},
		{name: "not UTF-8", files: file("{file: latin.md}"), code: diag.FileUnreadable, says: "UTF-8"},
		{name: "a template", files: file("{file: 'x-${var.a}.md'}"), code: diag.BadValue},
		{name: "syntax", files: file("{file: bad.md}"), code: diag.TemplateSyntax},
		{name: "no such variable", files: file("{file: t.md, vars: {name: x}}"), code: diag.UndefinedName, mark: "nope"},
		{name: "sees only vars", files: map[string]string{"suites/s.yaml": turnText("- user: {file: p.md, vars: {a: x}}"), "p.md": "${case.name} ${a}"}, code: diag.UndefinedName, mark: "case.name"},
		{name: "undefined placeholder", files: file(`{file: p.md, delimiters: "{{ }}", vars: {name: x}}`), code: diag.PromptDelimiters, says: `Did you mean "name"?`, mark: "{{ naem }}"},
		{name: "no vars", files: file(`{file: ok.md, delimiters: "{{ }}"}`), code: diag.PromptDelimiters, mark: "{{name}}"},
		{name: "unused", files: file(`{file: ok.md, delimiters: "{{ }}", vars: {name: x, other: y}}`), code: diag.PromptDelimiters, says: "other", mark: "other"},
		{name: "one delimiter", files: file(`{file: p.md, delimiters: "{{"}`), code: diag.PromptDelimiters},
		{name: "template: false with vars", files: file(`{file: p.md, template: false, vars: {a: b}}`), code: diag.BadValue},
		{name: "vars undefined", files: file(`{file: ok.md, delimiters: "{{ }}", vars: {name: '${var.x}'}}`), code: diag.UndefinedName},
		{name: "vars name", files: file(`{file: ok.md, delimiters: "{{ }}", vars: {1a: x}}`), code: diag.BadName},
		{name: "unknown key", files: file(`{file: ok.md, delimiter: "{{ }}"}`), code: diag.UnknownKey},
		{name: "history missing", files: map[string]string{"suites/s.yaml": turnText("- history: {file: x.json}")}, code: diag.FileUnreadable},
		{name: "history no JSON", files: map[string]string{"suites/s.yaml": turnText("- history: {file: x.json}"), "x.json": "[\n{]"}, code: diag.BadData},
		{name: "history no list", files: map[string]string{"suites/s.yaml": turnText("- history: {file: x.json}"), "x.json": "{}"}, code: diag.TurnShape},
		{name: "history image", files: map[string]string{"suites/s.yaml": turnText("- history: {file: x.json}"), "x.json": `[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]`}, code: diag.TurnShape, says: "not supported yet"},
	} {
		p.run(t)
	}
}

func TestCaptures(t *testing.T) {
	_, s, c := oneCase(t, `conversation:
  - user: a
    capture:
      joke: '${self.text}'
      amount: {regex: '\$([0-9.]+)', group: 1}
      whole: {regex: 'a(b)', group: 0}
      first: {regex: 'a(b)(c)'}
      none: {regex: abc}
      id: {header: X-Request-Id}
  - user: 'as ${capture.joke}'
    name: retold
    capture: {more: '${capture.joke} ${self.text} ${length(replies)}'}`)
	var got []string
	for _, capture := range c.Turns[0].Captures {
		got = append(got, fmt.Sprintf("%s %q %d %q", capture.Name, capture.Regex, capture.Group, capture.Header))
	}
	want := []string{`joke "" 0 ""`, `amount "\\$([0-9.]+)" 1 ""`, `whole "a(b)" 0 ""`, `first "a(b)(c)" 1 ""`, `none "abc" 0 ""`, `id "" 0 "x-request-id"`}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := s.Known(c, c.Turns[0])["capture"]; got == nil || len(got) != 0 {
		t.Errorf("captures before turn 1: got %v, want none and closed", got)
	}
	if got, want := s.Known(c, c.Turns[1])["capture"], []string{"joke", "amount", "whole", "first", "none", "id"}; !slices.Equal(got, want) {
		t.Errorf("captures before turn 2: got %v, want %v", got, want)
	}
	reply := s.KnownReply(c, c.Turns[1])
	if got := reply["capture"]; !slices.Contains(got, "more") || !slices.Contains(got, "joke") {
		t.Errorf("captures after turn 2: got %v", got)
	}
	if names, ok := reply["self"]; !ok || !slices.Contains(names, "credits") {
		t.Errorf("self: got %v", names)
	}
	if _, ok := reply["each"]; ok {
		t.Error("each is known in a case without for_each")
	}
	if c.Turns[1].Name != "retold" {
		t.Errorf("name: got %q", c.Turns[1].Name)
	}
}

func TestRequest(t *testing.T) {
	_, _, c := oneCase(t, `request:
  api_key: wrong-${case.name}
  method: PUT
  path: /v1/other
  headers: {X-A: a, Content-Type: null}
  body: 'not JSON'
  timeout: 1m30s
params: {temperature: 0.10, stop: ['${case.name}'], seed: null}
conversation:
  - {user: a, request: {timeout: null, api_key: null}, params: null}`)
	r := c.Request
	if r.Method != http.MethodPut || r.Timeout.Seconds() != 90 || len(r.Headers) != 2 || r.Headers[0].Name != "x-a" || r.Headers[1].Value != nil || r.Removed != nil {
		t.Errorf("got %+v", r)
	}
	if got := c.Turns[0].Request.Removed; !slices.Equal(got, []string{"api_key", "timeout"}) {
		t.Errorf("removed: got %v", got)
	}
	if !c.Turns[0].NoParams || c.Turns[0].NoRequest {
		t.Errorf("NoParams %v, NoRequest %v; want true, false", c.Turns[0].NoParams, c.Turns[0].NoRequest)
	}
	scope := expr.NewScope(nil, expr.Roots{"case": map[string]any{"name": "c"}})
	got := map[string]any{}
	for _, f := range c.Fields {
		got[f.Name], _ = f.Value.Value(scope)
	}
	want := map[string]any{"temperature": json.Number("0.10"), "stop": []any{"c"}, "seed": nil}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if c.Fields[2].Value != nil {
		t.Error("seed: null must remove, so its Value must be nil")
	}
}

func TestCaseDefaults(t *testing.T) {
	p := load(t, map[string]string{
		"assay.yaml": "defaults: {provider: b, tags: [nightly], params: {a: 1}}\nproviders: {a: {kind: openai, model: m}, b: {kind: openai, model: m}}\n",
		"suites/s.yaml": `tags: [x]
cases:
  - {name: plain, conversation: [user: hi]}
  - {name: tagged, tags: [y, x], conversation: [user: hi]}
  - {name: own, provider: [a, b], live: false, samples: 10, pass: 9, on_failure: continue, skip: '', known_failure: 3, conversation: [user: hi], total: {credits: {max: 0.10}, latency: {max: 20s}, tokens: {max: 500}}}
  - {name: alone, inherit: false, provider: a, tags: [z], skip: later, conversation: [user: hi]}
`,
	})
	var got []string
	for _, c := range p.Suites[0].Cases {
		got = append(got, fmt.Sprintln(c.Name, c.Tags, c.Providers, c.Inherit, c.MockOnly, c.Samples, c.Pass, c.Continue, c.Skip, c.KnownFailure, c.Total.MaxCredits, c.Total.MaxLatency, c.Total.MaxTokens))
	}
	want := []string{
		"plain [nightly x] [b] true false 1 1 false    0s 0\n",
		"tagged [nightly x y] [b] true false 1 1 false    0s 0\n",
		"own [nightly x] [a b] true true 10 9 true  3 0.10 20s 500\n",
		"alone [z] [a] false false 1 1 false later   0s 0\n",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if &p.Suites[0].Cases[0].Tags[0] != &p.Suites[0].Tags[0] {
		t.Error("a case without tags has a list of its own")
	}
}

func TestMoved(t *testing.T) {
	_, s := one(t, `suite: jokes
cases: [{name: c, for_each: [x], conversation: [user: hi]}]
moved:
  - {from: old, to: c}
  - {from: hello.greets, to: jokes.c}
  - {from: 'c["a b"]', to: 'c["x"]'}
  - {from: oldest, to: older}
  - {from: older, to: old}
`)
	var got []string
	for _, m := range s.Moved {
		got = append(got, m.From+" > "+m.To)
	}
	if d := cmp.Diff([]string{"old > c", "hello.greets > jokes.c", `c["a b"] > c["x"]`, "oldest > c", "older > c"}, got); d != "" {
		t.Error(d)
	}
}

func TestOrderedMapKeepsOrder(t *testing.T) {
	p, s := one(t, "locals: {m: {z: 1, a: '${1 + 1}'}}\ncases: [{name: c, for_each: '${local.m}', conversation: [user: hi]}]\n")
	scope, _ := s.Scope(p)
	var keys []string
	for in := range s.Cases[0].Instances(p, scope) {
		keys = append(keys, in.Key)
	}
	if got := strings.Join(keys, ""); got != "za" {
		t.Errorf("got %s, want za", got)
	}
}
