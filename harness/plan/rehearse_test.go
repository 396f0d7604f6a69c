package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/segmind"
	"github.com/assay-harness/assay/harness/suite"
)

// problems loads and compiles a project; it gives what is wrong as CODE:line.
func problems(t *testing.T, files map[string]string) string {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, ds := suite.Load(suite.Options{FS: fsys})
	grok := &plan.Provider{Kind: segmind.Kind(), Config: provider.Config{Name: "grok-2", Model: "grok-2"}}
	_, more := plan.Compile(p, plan.Options{Providers: map[string]*plan.Provider{"grok-2": grok}, Checks: check.Default()})
	var out []string
	for _, d := range append(ds, more...).Sorted() {
		out = append(out, fmt.Sprintf("%s:%d", d.Code, d.Range.Start.Line))
	}
	return strings.Join(out, " ")
}

// What is wrong with expectations and rows is said beside what is wrong with the
// suite's shape, each once, and nothing is said of what follows from it.
func TestCompileSaysAllAtOnce(t *testing.T) {
	got := problems(t, map[string]string{
		"assay.yaml": "defaults:\n  expect:\n  - contians: x\nexpectations:\n  unused:\n  - contians: x\n",
		"suites/a.yaml": `cases:
- name: a
  conversation:
  - usr: hi
    expect:
    - contians: x
- name: b
  rows: data.csv
  key: ${each.value.id}
  conversation:
  - user: ${each.value.typo}
- name: c
  inherit: false
  conversation:
  - user: hi
`,
		"suites/b.yaml": "cases: [{name: a, conversation: [user: hi]}]\n",
		"data.csv":      "id\na,b\n",
	})
	want := strings.Join([]string{
		string(diag.UnknownCheck) + ":3", string(diag.UnknownCheck) + ":6",
		string(diag.RaggedCSV) + ":2",
		string(diag.UnknownKey) + ":4", string(diag.UnknownCheck) + ":6", string(diag.NothingCanFail) + ":12",
	}, " ")
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What needs no reply is evaluated at load time; what a reply decides is not.
func TestRehearse(t *testing.T) {
	for name, test := range map[string]struct {
		src  string
		want diag.Code
	}{
		"a column that is not there": {"for_each: {k: {id: 1}}\nconversation: [{user: '${each.value.idd}', expect: [{contains: x}]}]", diag.UndefinedName},
		"of an expectation":          {"for_each: {k: {id: 1}}\nconversation: [{user: hi, expect: [{contains: '${each.value.idd}'}]}]", diag.UndefinedName},
		"a list in a text":           {"for_each: {k: [a]}\nconversation: [{user: 'hi ${each.value}', expect: [{contains: x}]}]", diag.EvaluationFailed},
		"comes out empty":            {"for_each: {k: ''}\nconversation: [{user: '${each.value}', expect: [{contains: x}]}]", diag.EmptyContent},
		"params":                     {"params: {n: '${tonumber(\"x\")}'}\nconversation: [{user: hi, expect: [{contains: x}]}]", diag.EvaluationFailed},
		"request":                    {"request: {path: '/${[\"a\"]}'}\nconversation: [{user: hi, expect: [{contains: x}]}]", diag.EvaluationFailed},
		"nothing asked":              {"conversation: [{history: '${[{role = \"assistant\", content = \"a\"}]}'}]\nexpect: [{contains: x}]", diag.NothingAsked},
		"nothing asked in a row":     {"for_each: {a: [{role: user, content: x}], b: [{role: assistant, content: x}]}\nconversation: [{history: '${each.value}'}]\nexpect: [{contains: x}]", diag.NothingAsked},
		"a history that is asked":    {"conversation: [{history: '${[{role = \"user\", content = \"a\"}]}'}]\nexpect: [{contains: x}]", ""},
		"a history of a capture":     {"conversation: [{user: hi, capture: {x: '${self.text}'}}, {history: '${jsondecode(capture.x)}'}]\nexpect: [{contains: x}]", ""},
		"a capture":                  {"conversation: [{user: hi, capture: {x: '${self.json.n}'}}, {user: '${capture.x + 1}', expect: [{contains: '${capture.x}'}, {condition: self.json.a.b}]}]", ""},
	} {
		src := "cases:\n- name: c\n  " + strings.ReplaceAll(test.src, "\n", "\n  ") + "\n"
		got, _, _ := strings.Cut(problems(t, map[string]string{"suites/a.yaml": src}), ":")
		if got != string(test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
