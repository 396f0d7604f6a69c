package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/cli"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/mock"
	"github.com/assay-harness/assay/harness/spec"
)

// snippet is a fenced block of a document. Its first line names a language and
// perhaps what it is, or the file that it is for the snippets after it:
//
//	yaml                a suite, an assay.yaml, a script or a recording, by its first key
//	yaml expect         a list of expectations
//	yaml cases          a list of cases
//	yaml conversation   a list of turns
//	yaml suite-keys     keys of a suite, without its cases
//	yaml ci             a CI system's configuration: valid YAML, whose commands exist
//	yaml assay.yaml     a file, as are: csv data/x.csv, markdown prompts/x.md, json schemas/x.json
//	sh                  commands: assay's exist, and so do their flags
type snippet struct {
	document string
	line     int
	language string
	info     string
	text     string
}

func (s snippet) String() string { return fmt.Sprintf("%s:%d", s.document, s.line) }

// documents are all that people read, and whose snippets must work.
func documents(t *testing.T) []string {
	t.Helper()
	out := []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "reports/README.md"}
	more, err := fs.Glob(os.DirFS(projectRoot), "docs/*.md")
	if err != nil || len(more) == 0 {
		t.Fatalf("docs/ has no documents: %v", err)
	}
	return append(out, more...)
}

var projectRoot = filepath.Join("..", "..")

func readDocument(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(projectRoot, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

func snippetsOf(t *testing.T, document string) []snippet {
	t.Helper()
	var out []snippet
	open := false
	for i, line := range strings.Split(readDocument(t, document), "\n") {
		rest, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !open:
			language, info, _ := strings.Cut(rest, " ")
			out = append(out, snippet{document: document, line: i + 2, language: language, info: strings.TrimSpace(info)})
			open = true
		case fence:
			open = false
		case open:
			out[len(out)-1].text += line + "\n"
		}
	}
	if open {
		t.Errorf("%s: the last block has no end", document)
	}
	return out
}

// TestDocumentsLoad loads every YAML snippet of every document of the project.
func TestDocumentsLoad(t *testing.T) {
	count := 0
	for _, document := range documents(t) {
		files := fstest.MapFS{}
		for _, s := range snippetsOf(t, document) {
			if strings.Contains(s.info, ".") { // a file for what follows
				files[s.info] = &fstest.MapFile{Data: []byte(s.text)}
			}
			if s.language != "yaml" && s.language != "yml" {
				continue
			}
			count++
			if err := loadSnippet(s, files); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
	if count < 40 {
		t.Errorf("found %d YAML snippets: the reading of documents is broken", count)
	}
}

func loadSnippet(s snippet, files fstest.MapFS) error {
	suite := func(text string) error {
		return loadProject(files, "suites/snippet.yaml", text)
	}
	switch s.info {
	case "expect":
		return suite(inConversation("    - user: hello\n      expect:\n" + indent(s.text, 8) + "        - status: 200\n"))
	case "cases":
		return suite("suite: snippet\ncases:\n" + indent(s.text, 2))
	case "conversation":
		return suite(inConversation(indent(s.text, 4)))
	case "suite-keys":
		return suite(s.text + "cases:\n  - name: a\n    conversation:\n      - user: hello\n        expect: [{status: 200}]\n")
	case "ci":
		return checkCI(s)
	case "assay.yaml":
		return loadProject(files, "assay.yaml", s.text)
	}
	if s.info != "" {
		if strings.Contains(s.info, ".") {
			_, ds := spec.Parse(s.info, []byte(s.text))
			return ds.Err()
		}
		return fmt.Errorf("nobody knows what to do with a snippet of the kind %q", s.info)
	}
	root, ds := spec.Parse("snippet.yaml", []byte(s.text))
	if ds.HasErrors() {
		return told(ds, s.text)
	}
	if root.Kind != spec.Map || len(root.Pairs) == 0 {
		return fmt.Errorf("say what the snippet is, behind ```yaml")
	}
	switch root.Pairs[0].Key.Value {
	case "suite":
		return suite(s.text)
	case "version":
		return loadProject(files, "assay.yaml", s.text)
	case "script":
		_, ds := mock.ParseScript("script.yaml", []byte(s.text))
		return told(ds, s.text)
	case "fixture":
		return nil // as it was written: TestReadme holds it to the file
	}
	return fmt.Errorf("a snippet that starts with %q is neither suite, configuration nor script", root.Pairs[0].Key.Value)
}

// inConversation makes a suite of turns. What the guide's fragments speak of is there.
func inConversation(turns string) string {
	return "suite: snippet\nvariables: {audience: {default: adults}}\ncases:\n- name: case\n  for_each: {dogs: {name: Rex, id: d1}}\n  conversation:\n" + turns
}

func indent(text string, n int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(strings.Repeat(" ", n))
		}
		b.WriteString(line)
	}
	return b.String()
}

// loadProject loads one file in a project that has the files that the document
// has named so far.
func loadProject(files fstest.MapFS, name, text string) error {
	project := fstest.MapFS{
		"suites/other.yaml": {Data: []byte("suite: other\ncases:\n  - name: a\n    conversation:\n      - user: hello\n        expect: [{status: 200}]\n")},
	}
	for file, content := range files {
		project[file] = content
	}
	project[name] = &fstest.MapFile{Data: []byte(text)}
	p, ds := harness.Load(harness.Config{FS: project})
	if ds.HasErrors() {
		return told(ds, text)
	}
	if p.Plan().Size().Instances == 0 {
		return fmt.Errorf("it has no case")
	}
	return nil
}

func told(ds diag.Diagnostics, text string) error {
	if !ds.HasErrors() {
		return nil
	}
	var b bytes.Buffer
	diag.Write(&b, ds, func(string) []byte { return []byte(text) }, diag.WriterOptions{})
	return fmt.Errorf("\n%s", b.String())
}

func checkCI(s snippet) error {
	if _, ds := spec.Parse("ci.yaml", []byte(s.text)); ds.HasErrors() {
		return told(ds, s.text)
	}
	return checkCommands(s.text)
}

// TestLoadSnippet shows that a faulty snippet is found, whatever it is.
func TestLoadSnippet(t *testing.T) {
	for info, text := range map[string]string{
		"":             "suite: a\ncases:\n  - name: b\n    conversaton: []\n",
		"expect":       "- containz: a\n",
		"cases":        "- name: a\n  conversation:\n    - user: ${var.none}\n",
		"conversation": "- user: {file: prompts/none.md}\n  expect: [{contains: a}]\n",
		"suite-keys":   "suite: a\nparam: {}\n",
		"ci":           "test:\n  script:\n    - assay tset\n",
		"assay.yaml":   "version: 1\nlimit: {}\n",
		"data/x.yaml":  "a: b: c\n",
		"nonsense":     "a: b\n",
	} {
		if err := loadSnippet(snippet{info: info, text: text}, nil); err == nil {
			t.Errorf("the faulty snippet was not found: ```yaml %s\n%s", info, text)
		}
	}
	for _, text := range []string{"version: 2\n", "script: 1\nreplys: []\n", "hello: world\n", "- a\n", "a: [\n"} {
		if err := loadSnippet(snippet{text: text}, nil); err == nil {
			t.Errorf("the faulty snippet was not found: ```yaml\n%s", text)
		}
	}
	for _, text := range []string{"assay tets", "assay test --liv", "  sh 'go run ./cmd/assay apply --auto'", "assay --live", "assay state lsit", "assay state list --forget"} {
		if err := checkCommands(text); err == nil {
			t.Errorf("the faulty command was not found: %s", text)
		}
	}
}

// TestDocumentsCommands looks for every command and flag that documents name.
func TestDocumentsCommands(t *testing.T) {
	count := 0
	for _, document := range documents(t) {
		for _, s := range snippetsOf(t, document) {
			if !slices.Contains([]string{"sh", "console", "groovy"}, s.language) {
				continue
			}
			count++
			if err := checkCommands(s.text); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
	if count < 5 {
		t.Errorf("found %d snippets with commands", count)
	}
}

var (
	invocation = regexp.MustCompile(`(?:\bgo run \./cmd/assay|\bgo run github\.com/assay-harness/assay/cmd/assay\S*|(?:^|[\s'"])assay)((?: +[^\s|;&#]+)+)`)
	flagName   = regexp.MustCompile(`^--([a-z-]+)`)
)

func checkCommands(text string) error {
	for line := range strings.Lines(text) {
		for _, m := range invocation.FindAllStringSubmatch(line, -1) {
			words := strings.Fields(strings.NewReplacer("'", "", `"`, "").Replace(m[1]))
			if strings.HasPrefix(words[0], "-") {
				return fmt.Errorf("%q names no command", strings.TrimSpace(m[0]))
			}
			help, err := helpOf(words[0])
			if err != nil {
				return err
			}
			if strings.Contains(help, "Available Commands:") && len(words) > 1 && !strings.HasPrefix(words[1], "-") {
				if help, err = helpOf(words[0], words[1]); err != nil {
					return err
				}
			}
			for _, word := range words[1:] {
				if name := flagName.FindStringSubmatch(word); name != nil && !strings.Contains(help, "--"+name[1]+" ") {
					return fmt.Errorf("assay %s has no flag --%s", words[0], name[1])
				}
			}
		}
	}
	return nil
}

func helpOf(words ...string) (string, error) {
	command := strings.Join(words, " ")
	var out, errs bytes.Buffer
	code := (&cli.Process{
		Args: append(words, "--help"), Dir: ".", Env: func(string) string { return "" },
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now,
	}).Run()
	if code != 0 || !strings.Contains(out.String(), "Usage:") || !strings.Contains(out.String(), "assay "+command) {
		return "", fmt.Errorf("assay has no command %q", command)
	}
	return out.String() + "\n", nil
}

// TestDocumentsLinks follows the links between the documents.
func TestDocumentsLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]+)?\)`)
	for _, document := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(readDocument(t, document), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target := path.Join(path.Dir(document), m[1])
			if _, err := os.Stat(filepath.Join(projectRoot, filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", document, m[1])
			}
		}
	}
}

// TestDocumentsGo reads the Go snippets; what they do is in the examples that
// documents link to.
func TestDocumentsGo(t *testing.T) {
	for _, document := range documents(t) {
		for _, s := range snippetsOf(t, document) {
			if s.language != "go" {
				continue
			}
			if _, err := parser.ParseFile(token.NewFileSet(), s.String(), s.text, parser.SkipObjectResolution); err != nil {
				t.Error(err)
			}
		}
	}
}
