package spec

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/diag"
)

// place shows a range as line:column-column, or with both lines.
func place(r diag.Range) string {
	if r.Start.Line == r.End.Line {
		return fmt.Sprintf("%d:%d-%d", r.Start.Line, r.Start.Column, r.End.Column)
	}
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		src, place string
		code       diag.Code
		summary    string // or its beginning
		detail     string // a part of it
	}{
		{"", "1:1-1", diag.YAMLEmpty, "the file is empty", ""},
		{"# only\n\n", "1:1-1", diag.YAMLEmpty, "the file is empty", "comments"},
		{"---\n", "1:1-1", diag.YAMLEmpty, "the file is empty", ""},
		{"a: b\x00", "1:5-6", diag.YAMLEncoding, "the file is binary", ""},
		{"a: b\nc: caf\xe9\n", "2:7-8", diag.YAMLEncoding, "the byte 0xE9 is not UTF-8", "Latin-1"},
		{"\xff\xfea\x00", "1:1-1", diag.YAMLEncoding, "the file is UTF-16", "UTF-8"},
		{"a\x00:\x00 \x00b\x00", "1:1-1", diag.YAMLEncoding, "the file is UTF-16", "UTF-8"},
		{"a: \x1b[31m", "1:4-5", diag.YAMLEncoding, "the control character U+001B", `"\u001b"`},
		{"a: 1\nb: 2\n\"a\": 3\n", "3:1-4", diag.YAMLDuplicateKey, `duplicate key "a"`, "f.yaml:1:1"},
		{"x: {a: 1, b: 2, a: 3}", "1:17-18", diag.YAMLDuplicateKey, `duplicate key "a"`, "f.yaml:1:5"},
		{"a:\n\tb: 1\n", "2:1-2", diag.YAMLTab, "a tab", "spaces"},
		{"a: b\r\n\tc: d\r\n", "2:1-2", diag.YAMLTab, "a tab", "spaces"},
		{"a:\n  - b\n \t- c\n", "3:2-3", diag.YAMLTab, "a tab", "spaces"},
		{"a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n", "2:1-9", diag.YAMLSyntax, "an unresolved merge conflict", "Choose one"},
		{"a: |\n  x\n<<<<<<< HEAD\n  y\n=======\n  z\n>>>>>>> theirs\n", "3:1-9", diag.YAMLSyntax, "an unresolved merge conflict", ""},
		{"a: \"x\nb: 1\n", "1:4-5", diag.YAMLSyntax, "the quote that opens here is never closed", ""},
		{"a: 'x\nb: 'y'\n", "1:4-5", diag.YAMLSyntax, "the quote that opens here closes only in line 2", ""},
		{"user: What is order #5?\n", "1:20-22", diag.YAMLCutComment, "the text ends at `order`: quote it, or put two spaces before a comment", "'What is order #5?'"},
		{"- user: it's\n    more #5\n", "2:9-11", diag.YAMLCutComment, "the text ends at `more`", "'it''s more #5'"},
		{"a: {x: order #5}\nb: 2\n", "1:13-15", diag.YAMLCutComment, "the text is cut", "'order #5'"},
		{"a: x\n  y #z\n  w\nb: 1\n", "2:4-6", diag.YAMLCutComment, "the text is cut", ""},
		{"a: {x: ${b}}\n", "1:8-10", diag.YAMLUnquoted, "a template inside { } or [ ]", "'${b}'"},
		{"é: [1,\n  👩‍👩‍👧, ${b.c}]\n", "2:6-8", diag.YAMLUnquoted, "a template inside { } or [ ]", "'${b.c}'"},
		{"a: {x: %{if a}b%{endif}}\n", "1:8-10", diag.YAMLUnquoted, "a template inside { } or [ ]", ""},
		{"condition: a ? b : c\n", "1:12-21", diag.YAMLUnquoted, `a text or condition with ": "`, "'a ? b : c'"},
		{"condition: x > 5 # five\n", "1:17-19", diag.YAMLCutComment, "the text ends at `5`", "'x > 5 # five'"},
		{"condition: !startswith(self.text, \"x\")\n", "1:12-39", diag.YAMLUnquoted, "a text or condition that starts with !", "'!startswith(self.text, \"x\")'"},
		{"condition: !ok\n", "1:12-15", diag.YAMLTag, `the tag "!ok"`, "'!ok'"},
		{"condition: [1, 2] == x\n", "1:12-23", diag.YAMLUnquoted, "a text or condition that starts with [", "'[1, 2] == x'"},
		{"condition: {a = 1} == x\n", "1:12-24", diag.YAMLUnquoted, "a text or condition that starts with {", "'{a = 1} == x'"},
		{"condition: \"q\" == b\n", "1:12-20", diag.YAMLUnquoted, "a text or condition that starts with \"", `'"q" == b'`},
		{"message: 'it's'\n", "1:10-16", diag.YAMLSyntax, "the text goes on behind its closing quote", "'it''s'"},
		{"a: *bold*\n", "1:4-10", diag.YAMLUnquoted, "a text or condition that starts with *", "'*bold*'"},
		{"a: @x\n", "1:4-6", diag.YAMLUnquoted, "a text or condition that starts with @", ""},
		{"a: {x: why?}\n", "1:8-12", diag.YAMLUnquoted, "text with a question mark", "'why?'"},
		{"a: {{name}}\n", "1:5-11", diag.WrongType, "a key must be text, not a map", "{{…}}"},
		{"a: !x b\n", "1:4-6", diag.YAMLTag, `the tag "!x"`, "'!x b'"},
		{"a: !!binary b\n", "1:4-12", diag.YAMLTag, `the tag "!!binary"`, ""},
		{"a: !!int b\n", "1:4-9", diag.YAMLTag, `the tag "!!int"`, ""},
		{"a: !x\n  - b\n", "1:4-6", diag.YAMLTag, `the tag "!x"`, ""},
		{"a: !x\n  b: c\n", "1:4-6", diag.YAMLTag, `the tag "!x"`, ""},
		{"a: b\n c: d\n", "2:2-6", diag.YAMLSyntax, "a key cannot stand here", "Indent"},
		{"a: \"\\d\"\n", "1:5-8", diag.YAMLSyntax, "not valid YAML: found unknown escape character", "single quotes"},
		{"a: - b\n", "1:4-5", diag.YAMLSyntax, "not valid YAML", "dash"},
		{"a: b\nc\n", "2:1-2", diag.YAMLSyntax, "not valid YAML: could not find expected ':'", "`key: value`"},
		{"- a\nb: c", "2:1-3", diag.YAMLSyntax, "not valid YAML", "indented alike"},
		{"- [a, b\n- c\n", "1:3-4", diag.YAMLSyntax, "the [ that opens here is never closed", ""},
		{"?\n: x\n", "1:2-2", diag.YAMLSyntax, "a key is missing", "quotes"},
		{"- user:hi\n  expect: x\n", "1:3-10", diag.YAMLSyntax, "a space is missing behind a colon", "`user: hi`"},
		{"a:\n  - name:b\n    c:\n      - d\n", "2:5-11", diag.YAMLSyntax, "a space is missing behind a colon", "`name: b`"},
		{"suite:x\ncases:\n  - b\n", "1:1-8", diag.YAMLSyntax, "a space is missing behind a colon", "`suite: x`"},
		{"a: b\ntags:[c]\n# d\ne: f\n", "2:1-9", diag.YAMLSyntax, "a space is missing behind a colon", "`tags: [c]`"},
		{"a:\n  b:c\n  d: e\n", "2:3-6", diag.YAMLSyntax, "a space is missing behind a colon", "`b: c`"},
		{"a: http://x.y\n b: c\n", "2:2-6", diag.YAMLSyntax, "a key cannot stand here", ""},
		{"%YAML 1.2\n---\na: b\n", "1:1-6", diag.YAMLSyntax, "not valid YAML", "Remove"},
		{"a: b\n---\nc: d\n", "2:1-4", diag.YAMLDocuments, "the file holds several documents", "---"},
		{"a: b\n--- c: d\n", "2:6-7", diag.YAMLSyntax, "not valid YAML", ""},
		{"a: &x\n  - *x\n", "2:5-7", diag.YAMLAliases, "*x stands inside what it names", ""},
		{"a: &x\n  b: &y\n    - [*x, *y]\n", "3:8-10", diag.YAMLAliases, "*x stands inside what it names", ""},
		{"a: *x\n", "1:4-6", diag.YAMLUnquoted, "", ""},
		{"a: [*x]\n", "1:5-7", diag.YAMLSyntax, `unknown anchor "x"`, "&x"},
		{"a: [{b: *x [y]}]\n", "1:9-11", diag.YAMLSyntax, `unknown anchor "x"`, "'*x [y]'"},
		{"<<: 5\n", "1:1-3", diag.WrongType, "<< merges maps, not a number", "<<: *name"},
		{"a\u2028b: [}\n", "1:7-8", diag.YAMLSyntax, "not valid YAML", ""},
		{"a: \"\u2028\u0085\"\nb: !x c\n", "2:4-6", diag.YAMLTag, "", ""},
		{"\ufeffa: !x c\n", "1:4-6", diag.YAMLTag, "", ""},
		{"a: b\rc: !x d\r", "2:4-6", diag.YAMLTag, "", ""},
	}
	for _, test := range tests {
		n, ds := Parse("f.yaml", []byte(test.src))
		if n != nil || len(ds) == 0 {
			t.Errorf("%q was accepted", test.src)
			continue
		}
		d := ds[0]
		if d.Code != test.code || place(d.Range) != test.place || !strings.HasPrefix(d.Summary, test.summary) || !strings.Contains(d.Detail, test.detail) {
			t.Errorf("%q:\ngot  %s %s %s\n     %s\nwant %s %s %s\n     %s", test.src, d.Code, place(d.Range), d.Summary, d.Detail, test.code, test.place, test.summary, test.detail)
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, ds := Parse("f.yaml", []byte("a: !x b\na: c #d\ne: {f: 1, f: 2}\n"))
	var got []string
	for _, d := range ds {
		got = append(got, string(d.Code)+" "+place(d.Range))
	}
	want := "[ASY4011 1:4-6 ASY4009 2:5-7 ASY4007 2:1-2 ASY4007 3:11-12]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestDataMayHaveComments(t *testing.T) {
	n, ds := ParseData("f.yaml", []byte("- a #b\n- c\n"))
	if ds.HasErrors() || n.Items[0].Value != "a" {
		t.Errorf("got %v, %v", n, ds)
	}
	for _, src := range []string{"a: b  # two spaces\n", "a: 5 # number\n", "a: true # bool\n", "a: 'b' # quoted\n", "a: # nothing\n  b: c\n", "a: [b, c] # list\n", "a: b#c\n", "a: | # block\n  b\n"} {
		if _, ds := Parse("f.yaml", []byte(src)); ds.HasErrors() {
			t.Errorf("%q: %v", src, ds.Err())
		}
	}
}

// Each of these is small, or within the size limit, and could take very long.
func TestHostileFilesEndSoon(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10), ", "))
	}
	merges := "a: &a\n" + func() string {
		var b strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&b, "  k%d: v\n", i)
		}
		return b.String()
	}()
	for i := range 1500 {
		merges += fmt.Sprintf("m%d: {<<: *a}\n", i)
	}
	climb := "a0: &a0 [x]\n"
	for i := range 120 {
		climb += fmt.Sprintf("a%d: &a%d [*a%d]\n", i+1, i+1, i)
	}
	tests := map[string]struct {
		src  string
		code diag.Code
	}{
		"flow":               {strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), diag.YAMLTooDeep},
		"flow, wide below":   {strings.Repeat("[", 9_990) + strings.Repeat("a,", 2_000_000) + strings.Repeat("]", 9_990), diag.YAMLTooDeep},
		"flow maps":          {strings.Repeat("{a: ", 10_000) + strings.Repeat("}", 10_000), diag.YAMLTooDeep},
		"flow, never closed": {strings.Repeat("[", 1_000_000), diag.YAMLTooDeep},
		"flow in a list":     {"a:\n  - b: c d\n    e: " + strings.Repeat("[", 101) + strings.Repeat("]", 101), diag.YAMLTooDeep},
		"dashes":             {strings.Repeat("- ", 9_000) + "a", diag.YAMLTooDeep},
		"more dashes":        {strings.Repeat("- ", 1_000_000) + "a", diag.YAMLTooDeep},
		"question marks":     {strings.Repeat("? ", 9_000) + "a", diag.YAMLTooDeep},
		"indentation": {func() (s string) {
			for i := range 300 {
				s += strings.Repeat(" ", i) + "a:\n"
			}
			return s
		}(), diag.YAMLTooDeep},
		"climbing aliases":     {climb, diag.YAMLTooDeep},
		"alias bomb":           {bomb, diag.YAMLAliases},
		"merge bomb":           {merges, diag.YAMLAliases},
		"too large":            {"a: " + strings.Repeat("x", MaxSize), diag.YAMLTooLarge},
		"brackets in an error": {"a: b\n c: " + strings.Repeat("[", 50_000), diag.YAMLSyntax},
	}
	for name, test := range tests {
		start := time.Now()
		n, ds := Parse("f.yaml", []byte(test.src))
		if n != nil || len(ds) != 1 || ds[0].Code != test.code {
			t.Errorf("%s: got %v, want %s", name, ds, test.code)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func TestAsDeepAsAllowed(t *testing.T) {
	for _, src := range []string{
		strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth),
		strings.Repeat("- ", MaxDepth) + "a\n",
		"a: |\n" + strings.Repeat("  [[[[[[ {{{{{{ \"'\n", 1000),
		"a: b\n  " + strings.Repeat("[", 500) + "\n",
		"a: '" + strings.Repeat("[", 500) + "'\n",
		"a:  # " + strings.Repeat("[", 500) + "\n  b\n",
		"a: it's " + strings.Repeat("[ ", 500) + "\n",
	} {
		if _, ds := Parse("f.yaml", []byte(src)); ds.HasErrors() {
			t.Errorf("%.40q: %v", src, ds.Err())
		}
	}
}
