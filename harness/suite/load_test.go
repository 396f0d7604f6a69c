package suite_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/suite"
)

// project makes a file system of paths and contents.
func project(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
	}
	return fsys
}

// load loads files that must be valid.
func load(t *testing.T, files map[string]string) *suite.Project {
	t.Helper()
	p, ds := suite.Load(suite.Options{FS: project(files)})
	for _, d := range ds {
		t.Errorf("%s: %s %s (%s)", d.Range, d.Code, d.Summary, d.Detail)
	}
	if ds.HasErrors() {
		t.FailNow()
	}
	return p
}

// one loads one suite that must be valid.
func one(t *testing.T, src string) (*suite.Project, *suite.Suite) {
	t.Helper()
	p := load(t, map[string]string{"suites/s.yaml": src})
	return p, p.Suites[0]
}

// oneCase loads a suite with a single case, given its keys.
func oneCase(t *testing.T, keys string) (*suite.Project, *suite.Suite, *suite.Case) {
	t.Helper()
	p, s := one(t, caseText(keys))
	return p, s, s.Cases[0]
}

// caseText makes a suite of one case from the case's keys.
func caseText(keys string) string {
	if !strings.Contains(keys, "conversation:") {
		keys += "\nconversation: [user: hello]"
	}
	return "cases:\n  - name: c\n    " + strings.ReplaceAll(strings.TrimSpace(keys), "\n", "\n    ") + "\n"
}

// turnText makes a suite of one conversation from its turns.
func turnText(turns string) string {
	return caseText("conversation:\n  " + strings.ReplaceAll(strings.TrimSpace(turns), "\n", "\n  "))
}

func describe(ds diag.Diagnostics) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "  %s:%d:%d %s %s | %s\n", d.Range.Filename, d.Range.Start.Line, d.Range.Start.Column, d.Code, d.Summary, d.Detail)
	}
	return b.String()
}

// problem is what a fault must be reported as.
type problem struct {
	name  string
	files map[string]string
	src   string // of suites/s.yaml, where that is the only file
	code  diag.Code
	// says is part of summary or detail.
	says string
	// mark is the source that the range covers; "" is not compared.
	mark string
}

func (p problem) run(t *testing.T) {
	t.Helper()
	t.Run(p.name, func(t *testing.T) {
		files := p.files
		if files == nil {
			files = map[string]string{"suites/s.yaml": p.src}
		}
		_, ds := suite.Load(suite.Options{FS: project(files)})
		for _, d := range ds {
			if d.Severity != diag.Error || d.Code != p.code || !strings.Contains(d.Summary+"\n"+d.Detail, p.says) {
				continue
			}
			if p.mark == "" {
				return
			}
			src := files[d.Range.Filename]
			if got := src[min(d.Range.Start.Byte, len(src)):min(d.Range.End.Byte, len(src))]; got != p.mark {
				t.Errorf("the mark is %q, want %q", got, p.mark)
			}
			return
		}
		t.Errorf("no error %s with %q; got:\n%s", p.code, p.says, describe(ds))
	})
}

func TestFirstSuite(t *testing.T) {
	_, s := one(t, `suite: jokes
description: Changes the subject when asked, and refuses unknown keys politely.
provider: grok-2

variables:
  audience: {type: string, default: adults, description: Who hears the joke.}

locals:
  persona: You are a comedian for ${var.audience}.

cases:
  - name: changes_topic
    tags: [smoke]
    for_each: [dogs, parrots]    # two instances: changes_topic["dogs"], changes_topic["parrots"]
    conversation:
      - system: ${local.persona}
      - user: tell me a joke on cats
      - assistant: here is a joke about cats...    # scripted: sent as history, never asked for
      - user: now a joke on ${each.value}
        expect:
          - icontains: ${each.value}

  - name: rejects_a_missing_key
    request: {api_key: ""}
    conversation:
      - user: hello
        expect:
          - status: 401
          - icontains: x-api-key
            of: error
`)
	if got, want := s.Name, "jokes"; got != want {
		t.Errorf("name: got %q, want %q", got, want)
	}
	if got, want := fmt.Sprint(s.Cases[0].Tags, s.Cases[0].Providers, s.Cases[0].Samples, s.Cases[0].Pass), "[smoke] [grok-2] 1 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var asked []string
	for _, turn := range s.Cases[0].Turns {
		asked = append(asked, fmt.Sprintf("%s:%v:%d", turn.Role, turn.Asked, turn.Number))
	}
	if got, want := strings.Join(asked, " "), "system:false:0 user:false:0 assistant:false:0 user:true:1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	key := s.Cases[1].Request.APIKey
	if text, ok := key.IsLiteral(); !ok || text != "" {
		t.Errorf("api_key: got %q, %v; want an empty literal", text, ok)
	}
}

func TestSuiteNames(t *testing.T) {
	const body = "cases: [{name: c, conversation: [user: hi]}]\n"
	p := load(t, map[string]string{
		"suites/a.yaml":            body,
		"suites/b/c.yml":           body,
		"suites/z.yaml":            "suite: own\n" + body,
		"suites/.hidden.yaml":      "not: a suite",
		"suites/.hidden/x.yaml":    "not: a suite",
		"suites/notes.txt":         "not a suite",
		"suites/deep/er/still.yml": body,
		"fixtures/x.yaml":          "not: a suite",
	})
	var got []string
	for _, s := range p.Suites {
		got = append(got, s.File+"="+s.Name)
	}
	want := "suites/a.yaml=a suites/b/c.yml=b-c suites/deep/er/still.yml=deep-er-still suites/z.yaml=own"
	if got := strings.Join(got, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPaths(t *testing.T) {
	const body = "cases: [{name: c, conversation: [user: hi]}]\n"
	fsys := project(map[string]string{
		"suites/a.yaml": body, "suites/b/c.yaml": body, "more/d.yaml": body, "suites/bad.yaml": "cases: 1",
	})
	tests := []struct {
		paths []string
		want  string
	}{
		{[]string{"suites/a.yaml"}, "a"},
		{[]string{"./suites/a.yaml", "suites/a.yaml"}, "a"},
		{[]string{"suites/b/"}, "b-c"},
		{[]string{"more", "suites/b"}, "more-d b-c"},
	}
	for _, test := range tests {
		p, ds := suite.Load(suite.Options{FS: fsys, Paths: test.paths})
		var names []string
		for _, s := range p.Suites {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, " "); got != test.want || ds.HasErrors() {
			t.Errorf("%v: got %q, want %q\n%s", test.paths, got, test.want, describe(ds))
		}
	}
	faults := []struct {
		path string
		code diag.Code
	}{
		{"../x.yaml", diag.OutsideProject},
		{"/etc/passwd", diag.OutsideProject},
		{"suites/missing.yaml", diag.FileUnreadable},
		{"empty", diag.FileUnreadable},
		{".", diag.WrongType}, // all suites, one of which is bad
	}
	for _, test := range faults {
		_, ds := suite.Load(suite.Options{FS: fsys, Paths: []string{test.path}})
		if !has(ds, test.code) {
			t.Errorf("%s: no %s; got:\n%s", test.path, test.code, describe(ds))
		}
	}
}

func has(ds diag.Diagnostics, code diag.Code) bool {
	for _, d := range ds {
		if d.Code == code {
			return true
		}
	}
	return false
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, ds := suite.Load(suite.Options{FS: project(map[string]string{
		"assay.yaml":    "version: 2\n",
		"suites/b.yaml": "suiet: x\ncases: [{name: 1x, conversation: [user: '']}]\n",
		"suites/a.yaml": "cases: [{name: c, conversation: [usr: hi]}]\n",
		"suites/c.yaml": "cases:\n- name: c\n  name: d\n  conversation: []\n",
	})})
	want := []diag.Code{
		diag.BadVersion, diag.UnknownKey, diag.UnknownKey, diag.BadName, diag.EmptyContent,
		diag.YAMLDuplicateKey, diag.NothingAsked,
	}
	var got []diag.Code
	for _, d := range ds {
		got = append(got, d.Code)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v\n%s", got, want, describe(ds))
	}
}

// A turn that can't be read still captures, and rows that can't be read still
// give each: what needs them is no second mistake. Locals are evaluated although
// a case is wrong.
func TestOneMistakeIsSaidOnce(t *testing.T) {
	_, ds := suite.Load(suite.Options{FS: project(map[string]string{"suites/a.yaml": `
locals: {l: '${tonumber("x")}'}
cases:
- name: a
  conversation:
  - {usr: one, capture: {x: '${self.text}'}}
  - user: two ${capture.x}
- name: b
  rows: ../../x.csv
  key: ${each.value.id}
  conversation: [user: '${each.value.q}']
`})})
	if len(ds) != 3 || !has(ds, diag.EvaluationFailed) || !has(ds, diag.UnknownKey) || !has(ds, diag.OutsideProject) {
		t.Errorf("got\n%s", describe(ds))
	}
}

// The suites are read also without an assay.yaml that can be read; what may be
// right with it is not complained of.
func TestProblemsBesideABrokenConfig(t *testing.T) {
	_, ds := suite.Load(suite.Options{FS: project(map[string]string{
		"assay.yaml":    "providers: {\n",
		"suites/a.yaml": "variables: {v: {}}\ncases: [{name: c, provider: local, conversation: []}]\n",
	})})
	if !has(ds, diag.YAMLSyntax) || !has(ds, diag.NothingAsked) || len(ds) != 2 {
		t.Errorf("got\n%s", describe(ds))
	}
}

// A folder that bears a suite's name would be a suite that is never run.
func TestFolderWithASuitesName(t *testing.T) {
	_, ds := suite.Load(suite.Options{FS: project(map[string]string{
		"suites/a.yaml":      "cases: [{name: c, conversation: [user: hi]}]\n",
		"suites/b.yaml/x.md": "",
	})})
	if !has(ds, diag.FileUnreadable) {
		t.Errorf("got\n%s", describe(ds))
	}
}

func TestNoSuites(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no folder":    {},
		"empty folder": {"suites/readme.md": "x"},
	} {
		_, ds := suite.Load(suite.Options{FS: project(files)})
		if !has(ds, diag.NoSuites) {
			t.Errorf("%s: got\n%s", name, describe(ds))
		}
	}
}
