package suite_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// instances gives the instances of a project's first case, and what ended them.
func instances(t *testing.T, p *suite.Project) ([]suite.Instance, diag.Diagnostics) {
	t.Helper()
	s := p.Suites[0]
	scope, ds := s.Scope(p)
	if ds.HasErrors() {
		t.Fatal(describe(ds))
	}
	var all []suite.Instance
	var faults diag.Diagnostics
	for in, ds := range s.Cases[0].Instances(p, scope) {
		if faults = append(faults, ds...); !ds.HasErrors() {
			all = append(all, in)
		}
	}
	return all, faults
}

func keys(all []suite.Instance) string {
	var out []string
	for _, in := range all {
		value, _ := json.Marshal(plainValue(in.Value))
		out = append(out, in.Key+"="+string(value))
	}
	return strings.Join(out, " ")
}

// plainValue makes data that encoding/json writes.
func plainValue(v any) any {
	switch v := v.(type) {
	case *spec.OrderedMap:
		m := map[string]any{}
		for _, key := range v.Keys {
			m[key] = plainValue(v.Values[key])
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plainValue(v[i])
		}
		return list
	}
	return v
}

func TestForEach(t *testing.T) {
	tests := []struct{ name, keys, want string }{
		{"list", "for_each: [dogs, parrots]", `dogs="dogs" parrots="parrots"`},
		{"source text", "for_each: [007, 7, 3.10, true, 2026-11-22]", `007="007" 7=7 3.10=3.10 true=true 2026-11-22="2026-11-22"`},
		{"empty text", "for_each: ['', a]", `="" a="a"`},
		{"templates", "for_each: ['${upper(\"a\")}', b]", `A="A" b="b"`},
		{"map", "for_each: {b: 1, a: {x: '${1 + 1}'}}", `b=1 a={"x":2}`},
		{"expression list", "for_each: '${split(\",\", \"a,b\")}'", `a="a" b="b"`},
		{"expression numbers", "for_each: '${range(3)}'", `0=0 1=1 2=2`},
		{"expression map", "for_each: '${{for k in [\"x\", \"y\"] : k => upper(k)}}'", `x="X" y="Y"`},
		{"list of maps", "for_each: [{id: a, n: 1}, {id: b, n: 2}]\nkey: '${each.value.id}-${each.value.n}'", `a-1={"id":"a","n":1} b-2={"id":"b","n":2}`},
		{"key over scalars", "for_each: [a, b]\nkey: 'x${each.key}${each.value}'", `xaa="a" xbb="b"`},
		{"expression of maps", "for_each: '${jsondecode(\"[{\\\"id\\\":7}]\")}'\nkey: '${each.value.id}'", `7={"id":7}`},
	}
	for _, test := range tests {
		p, _, _ := oneCase(t, test.keys)
		all, ds := instances(t, p)
		if got := keys(all); got != test.want || ds != nil {
			t.Errorf("%s: got %s, want %s\n%s", test.name, got, test.want, describe(ds))
		}
	}
}

func TestNoForEachIsOneInstance(t *testing.T) {
	p, _, _ := oneCase(t, "tags: [x]")
	all, ds := instances(t, p)
	if len(all) != 1 || all[0].Keyed || ds != nil {
		t.Errorf("got %v, %v; want one instance without a key", all, ds)
	}
}

func TestForEachProblems(t *testing.T) {
	tests := []struct {
		name, keys string
		code       diag.Code
		says       string
	}{
		{"duplicate", "for_each: [a, b, a]", diag.DuplicateRow, "Entry 1 (at suites/s.yaml:3) and entry 3"},
		{"duplicate of expression", "for_each: '${[\"a\", \"a\"]}'", diag.DuplicateRow, `"a"`},
		{"duplicate key", "for_each: [{id: 1}, {id: 1}]\nkey: '${each.value.id}'", diag.DuplicateRow, `"1"`},
		{"null", "for_each: [a, null]", diag.BadData, "null"},
		{"no list", "for_each: '${upper(\"a\")}'", diag.BadData, "no list"},
		{"empty", "for_each: '${[]}'", diag.BadData, "empty"},
		{"maps without key", "for_each: '${[{a = 1}]}'", diag.MissingRowID, "key"},
		{"empty key", "for_each: [{id: ''}]\nkey: '${each.value.id}'", diag.MissingRowID, "empty"},
		{"no such field", "for_each: [{id: a}]\nkey: '${each.value.idd}'", "", "suites/s.yaml:3"},
		{"each.key of a map", "for_each: [{id: a}]\nkey: '${each.key}'", diag.EvaluationFailed, "no each.key yet"},
	}
	for _, test := range tests {
		p, _, _ := oneCase(t, test.keys)
		_, ds := instances(t, p)
		if !ds.HasErrors() || test.code != "" && ds[0].Code != test.code || !strings.Contains(ds[0].Summary+ds[0].Detail, test.says) {
			t.Errorf("%s: want %s with %q, got\n%s", test.name, test.code, test.says, describe(ds))
		}
	}
}

// rowsOf loads a case over a file and gives its instances.
func rowsOf(t *testing.T, name, content string) (*suite.Project, []suite.Instance, diag.Diagnostics) {
	t.Helper()
	p, ds := suite.Load(suite.Options{FS: project(map[string]string{
		"suites/s.yaml": caseText("rows: data/" + name + "\nkey: '${each.value.id}'"), "data/" + name: content,
	})})
	if ds.HasErrors() {
		return p, nil, ds
	}
	all, ds := instances(t, p)
	return p, all, ds
}

func TestRows(t *testing.T) {
	tests := []struct{ name, file, content, want string }{
		{"csv", "a.csv", "id,text\n1,one\n2,two\n", `1={"id":"1","text":"one"} 2={"id":"2","text":"two"}`},
		{"csv without a final line break", "a.csv", "id,text\n1,one", `1={"id":"1","text":"one"}`},
		{"csv with CRLF and a mark", "a.csv", "\ufeffid,text\r\n1,one\r\n\r\n2,\"a\r\nb\"\r\n", `1={"id":"1","text":"one"} 2={"id":"2","text":"a\r\nb"}`},
		{"csv quotes", "a.csv", "id,\"te,xt\"\n1,\"say \"\"hi\"\"\"\n2,\"\"\n3,\n", `1={"id":"1","te,xt":"say \"hi\""} 2={"id":"2","te,xt":""} 3={"id":"3","te,xt":""}`},
		{"csv is data", "a.csv", "id,t\n1,${var.x}\n 2 ,\u0065\u0301\n", `1={"id":"1","t":"${var.x}"}  2 ={"id":" 2 ","t":"` + "\u0065\u0301" + `"}`},
		{"json", "a.json", "[{\"id\": 1.50, \"m\": [true, null, {\"a\": \"b\"}]},\n {\"id\": \"x\"}]\n", `1.5={"id":1.50,"m":[true,null,{"a":"b"}]} x={"id":"x"}`},
		{"jsonl", "a.jsonl", "{\"id\": 1}\n\n{\"id\": 2}", `1={"id":1} 2={"id":2}`},
		{"ndjson", "a.ndjson", "{\"id\": 1}\r\n", `1={"id":1}`},
		{"yaml", "a.yaml", "- {id: 007, t: '${var.x}'}\n- id: 7\n", `007={"id":"007","t":"${var.x}"} 7={"id":7}`},
	}
	for _, test := range tests {
		_, all, ds := rowsOf(t, test.file, test.content)
		if got := keys(all); got != test.want || ds != nil {
			t.Errorf("%s: got  %s\nwant %s\n%s", test.name, got, test.want, describe(ds))
		}
	}
}

func TestRowsProblems(t *testing.T) {
	tests := []struct {
		name, file, content string
		code                diag.Code
		line                int
	}{
		{"ragged", "a.csv", "id,t\n1,a\n\"2\nx\",b\n3\n", diag.RaggedCSV, 5},
		{"too many fields", "a.csv", "id\n1,2\n", diag.RaggedCSV, 2},
		{"column twice", "a.csv", "id,t,id\n1,2,3\n", diag.BadData, 1},
		{"column without a name", "a.csv", "id,,t\n1,2,3\n", diag.BadData, 1},
		{"empty csv", "a.csv", "", diag.BadData, 1},
		{"header alone", "a.csv", "id,t\n", diag.BadData, 3},
		{"unclosed quote", "a.csv", "id\n\"1\n2\n3\n", diag.BadData, 2},
		{"quote within", "a.csv", "id\n1\n2\"3\n", diag.BadData, 3},
		{"text behind a quote", "a.csv", "id\n\"1\"2\n", diag.BadData, 2},
		{"Latin-1", "a.csv", "id\na\nb\ncaf\xe9\n", diag.BadData, 4},
		{"UTF-16", "a.csv", "\xff\xfei\x00d\x00", diag.BadData, 1},
		{"cut character", "a.csv", "id\nab\xc3", diag.BadData, 2},
		{"duplicate", "a.csv", "id\nx\ny\nx\n", diag.DuplicateRow, 4},
		{"empty key", "a.csv", "id,t\nx,1\n,2\n", diag.MissingRowID, 3},
		{"no such column", "a.csv", "idd\nx\n", "", 0},
		{"json no list", "a.json", "\n{\"id\": 1}", diag.BadData, 2},
		{"json syntax", "a.json", "[{\"id\": 1},\n {\"id\" 2}]", diag.BadData, 2},
		{"json cut", "a.json", "[{\"id\": 1},\n {\"id\": 2}", diag.BadData, 2},
		{"json text behind", "a.json", "[{\"id\": 1}]\n[]", diag.BadData, 2},
		{"json no object", "a.json", "[{\"id\": 1},\n\n 2]", diag.BadData, 3},
		{"json key twice", "a.json", "[{\"id\": 1},\n\n {\"id\": 2, \"id\": 3}]", diag.BadData, 3},
		{"json deep", "a.json", "[{\"id\": " + strings.Repeat("[", 5000), diag.BadData, 1},
		{"json Latin-1", "a.json", "[{\"id\": 1},\n{\"id\": \"\xe9\"}]", diag.BadData, 2},
		{"json empty", "a.json", "", diag.BadData, 1},
		{"json without rows", "a.json", "[]", diag.BadData, 3},
		{"json duplicate", "a.json", "[{\"id\": 1},\n{\"id\": 2},\n{\"id\": 1}]", diag.DuplicateRow, 3},
		{"jsonl syntax", "a.jsonl", "{\"id\": 1}\n{\"id\": }\n", diag.BadData, 2},
		{"jsonl two a line", "a.jsonl", "{\"id\": 1} {\"id\": 2}\n", diag.BadData, 1},
		{"jsonl no object", "a.jsonl", "{\"id\": 1}\n\n3\n", diag.BadData, 3},
		{"yaml no list", "a.yaml", "id: 1\n", diag.BadData, 1},
		{"yaml no map", "a.yaml", "- {id: 1}\n- 2\n", diag.BadData, 2},
		{"yaml syntax", "a.yaml", "- {id: 1\n", diag.YAMLSyntax, 0},
	}
	for _, test := range tests {
		_, _, ds := rowsOf(t, test.file, test.content)
		if !ds.HasErrors() || test.code != "" && ds[0].Code != test.code || test.line != 0 && ds[0].Range.Start.Line != test.line {
			t.Errorf("%s: want %s in line %d, got\n%s", test.name, test.code, test.line, describe(ds))
		}
	}
}

// The faults of all rows are told, up to a number that is worth reading.
func TestAllFaultsOfRows(t *testing.T) {
	_, _, ds := rowsOf(t, "a.csv", "id,t\na,1\nb\na,2\n,3\nc,4,5\nd,6\n")
	var got []string
	for _, d := range ds {
		got = append(got, fmt.Sprintf("%s:%d", d.Code, d.Range.Start.Line))
	}
	if want := "[ASY4503:3 ASY4502:4 ASY4504:5 ASY4503:6]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s\n%s", got, want, describe(ds))
	}
	_, _, ds = rowsOf(t, "a.csv", "id\nx\n"+strings.Repeat("x\n", 1000))
	if len(ds) != 10 {
		t.Errorf("got %d faults, want 10", len(ds))
	}
}

func TestDuplicateRowNamesBoth(t *testing.T) {
	_, _, ds := rowsOf(t, "a.csv", "id\nx\n\"y\nz\"\nx\n")
	if len(ds) != 1 || !strings.Contains(ds[0].Detail, "Entry 1 (at data/a.csv:2) and entry 3 (at data/a.csv:5)") {
		t.Errorf("got %s", describe(ds))
	}
}

func TestRowsStream(t *testing.T) {
	// A file that could not be read whole, made as it is read.
	fsys := project(map[string]string{"suites/s.yaml": caseText("rows: data/big.csv\nkey: '${each.value.id}'"), "data/x": ""})
	p, ds := suite.Load(suite.Options{FS: endless{fsys, "data/big.csv"}})
	if ds.HasErrors() {
		t.Fatal(describe(ds))
	}
	scope, _ := p.Suites[0].Scope(p)
	n := 0
	for in, ds := range p.Suites[0].Cases[0].Instances(p, scope) {
		if ds.HasErrors() {
			t.Fatal(describe(ds))
		}
		if n++; in.Key != fmt.Sprint(n) || in.Range.Start.Line != n+1 {
			t.Fatalf("row %d: key %s, line %d", n, in.Key, in.Range.Start.Line)
		}
		if n == 20_000 {
			break
		}
	}
}

// endless is a file system with one file that never ends.
type endless struct {
	fstest.MapFS
	name string
}

func (e endless) Open(name string) (fs.File, error) {
	if name == e.name {
		return &endlessFile{}, nil
	}
	return e.MapFS.Open(name)
}

func (e endless) Stat(name string) (fs.FileInfo, error) {
	if name == e.name {
		return fs.Stat(fstest.MapFS{"f": {Mode: 0o644}}, "f")
	}
	return e.MapFS.Stat(name)
}

func (e endless) Lstat(name string) (fs.FileInfo, error) {
	if name == e.name {
		return e.Stat(name)
	}
	return e.MapFS.Lstat(name)
}

type endlessFile struct {
	n    int
	rest []byte
}

func (f *endlessFile) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }
func (f *endlessFile) Close() error               { return nil }

func (f *endlessFile) Read(p []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.n == 0 {
			f.rest = []byte("id,text\n")
		} else {
			f.rest = fmt.Appendf(nil, "%d,%s\n", f.n, strings.Repeat("é", 200))
		}
		f.n++
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func TestSensitiveKeysAreRefused(t *testing.T) {
	for name, keys := range map[string]string{
		"list":       "for_each: ['${var.secret}', b]",
		"expression": "for_each: '${[var.secret]}'",
		"whole":      "for_each: '${var.list}'",
		"key":        "for_each: [{id: a}]\nkey: '${each.value.id}${var.secret}'",
		"local":      "for_each: '${[local.l]}'",
	} {
		p, ds := suite.Load(suite.Options{
			FS: project(map[string]string{"suites/s.yaml": "variables: {secret: {sensitive: true}, list: {type: list(string), sensitive: true}}\nlocals: {l: 'x${var.secret}'}\n" + caseText(keys)}),
			Variables: map[string]suite.VariableValue{
				"secret": {Text: "hunter2hunter2", From: "--var"}, "list": {Text: "[hunter2hunter2]", From: "--var"},
			},
		})
		if ds.HasErrors() {
			t.Errorf("%s: %s", name, describe(ds))
			continue
		}
		if _, ds := instances(t, p); !has(ds, diag.SecretUnsafe) {
			t.Errorf("%s: got %s", name, describe(ds))
		} else if strings.Contains(describe(ds), "hunter2") {
			t.Errorf("%s: the secret is in the message", name)
		}
	}
}

func TestVariables(t *testing.T) {
	src := `variables:
  text: {default: 3.10}
  typed: {type: string, default: "a ${"$$"}{b}"}
  number: {type: number, default: 7}
  flag: {type: bool, default: true}
  list: {type: list(number), default: [1, 2.50]}
  map: {type: 'map(list(string))', default: {z: [007], a: []}}
  project: {}
  secret: {sensitive: true}
` + caseText("tags: [x]")
	src = strings.ReplaceAll(src, `"a ${"$$"}{b}"`, `"a $${b}"`)
	files := map[string]string{"suites/s.yaml": src, "assay.yaml": "variables: {project: {default: from assay.yaml}, number: {default: 8}}\n"}
	node, ds := spec.Parse("my.vars.yaml", []byte("map: {k: ['$${x}']}\nlist: [9]\n"))
	if ds.HasErrors() {
		t.Fatal(describe(ds))
	}
	values := map[string]suite.VariableValue{
		"secret": {Text: "hunter2hunter2", From: "--var"},
		"flag":   {Text: "false", From: "--var"},
		"list":   {Text: "[3, 4]", From: "--var"},
		"text":   {Text: "${var.flag} 5", From: "--var"},
		"map":    {Node: node.Get("map"), From: "my.vars.yaml"},
	}
	p, ds := suite.Load(suite.Options{FS: project(files), Variables: values})
	if ds.HasErrors() {
		t.Fatal(describe(ds))
	}
	scope, _ := p.Suites[0].Scope(p)
	got := map[string]string{}
	for _, v := range p.Suites[0].Variables {
		tmpl, _ := expr.ParseTemplateText("x", "${jsonencode(var."+v.Name+")}")
		text, ds := tmpl.Text(scope)
		if got[v.Name] = text; ds.HasErrors() {
			t.Error(describe(ds))
		}
	}
	want := map[string]string{
		"text": `"${var.flag} 5"`, "typed": `"a ${b}"`, "number": "8", "flag": "false", "list": "[3,4]",
		"map": `{"k":["$${x}"]}`, "project": `"from assay.yaml"`, "secret": `"hunter2hunter2"`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]suite.Secret{{Name: "secret", Value: "hunter2hunter2"}}, p.Secrets()); d != "" {
		t.Error(d)
	}
}

func TestVariablesFromOutsideProblems(t *testing.T) {
	node, _ := spec.Parse("my.vars.yaml", []byte("n: [1]\nother: x\n"))
	tests := []struct {
		name, decl string
		value      map[string]suite.VariableValue
		code       diag.Code
		says       string
	}{
		{"no number", "{n: {type: number}}", map[string]suite.VariableValue{"n": {Text: "x", From: "--var"}}, diag.BadVariable, "from --var is no number"},
		{"no bool", "{n: {type: bool}}", map[string]suite.VariableValue{"n": {Text: "yes", From: "--var"}}, diag.BadVariable, "bool"},
		{"no list", "{n: {type: list(string)}}", map[string]suite.VariableValue{"n": {Text: "a", From: "--var"}}, diag.BadVariable, "list"},
		{"no YAML", "{n: {type: list(string)}}", map[string]suite.VariableValue{"n": {Text: "[a", From: "--var"}}, diag.BadVariable, "[a, b]"},
		{"in a file", "{n: {type: number}}", map[string]suite.VariableValue{"n": {Node: node.Get("n"), From: "my.vars.yaml"}}, diag.BadVariable, "my.vars.yaml"},
		{"unknown", "{n: {default: x}}", map[string]suite.VariableValue{"nn": {Text: "x", From: "--var"}}, diag.BadVariable, `no suite has a variable "nn"`},
		{"weak secret", "{n: {sensitive: true}}", map[string]suite.VariableValue{"n": {Text: "short", From: "--var"}}, diag.WeakSecret, "8 bytes"},
	}
	for _, test := range tests {
		_, ds := suite.Load(suite.Options{FS: project(map[string]string{"suites/s.yaml": "variables: " + test.decl + "\n" + caseText("tags: [x]")}), Variables: test.value})
		if !has(ds, test.code) || !strings.Contains(describe(ds), test.says) {
			t.Errorf("%s: got\n%s", test.name, describe(ds))
		}
		if strings.Contains(describe(ds), "short\"") {
			t.Errorf("%s: the value is in the message", test.name)
		}
	}
}

func TestLocals(t *testing.T) {
	p, s := one(t, `variables: {who: {default: Ann}}
locals:
  last: '${local.middle.list[1]} and ${length(local.rows)}'
  middle: {list: [1, '${local.first}'], plain: 2.50}
  first: Hi ${var.who}
  rows: '${csvdecode("a,b\n1,2")}'
`+caseText("tags: [x]"))
	scope, ds := s.Scope(p)
	if ds.HasErrors() {
		t.Fatal(describe(ds))
	}
	tmpl, _ := expr.ParseTemplateText("x", "${local.last}; ${local.middle.plain}")
	if got, _ := tmpl.Text(scope); got != "Hi Ann and 1; 2.5" {
		t.Errorf("got %q", got)
	}
	var order []string
	for _, l := range s.Locals {
		order = append(order, l.Name)
	}
	if got := strings.Join(order, " "); got != "first middle rows last" {
		t.Errorf("order: got %s", got)
	}
	again, _ := s.Scope(p)
	if again != scope {
		t.Error("the scope is computed twice")
	}
}

func TestFailedLocalIsReportedOnce(t *testing.T) {
	_, ds := suite.Load(suite.Options{FS: project(map[string]string{
		"suites/s.yaml": "locals:\n  c: ${local.b}\n  b: x${local.a}\n  a: ${jsondecode(\"{\")}\n" + caseText("tags: [x]"),
	})})
	if len(ds) != 1 || ds[0].Range.Start.Line != 4 {
		t.Errorf("got\n%s", describe(ds))
	}
}
