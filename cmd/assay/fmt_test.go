package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aymanbagabas/go-udiff"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/cli"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// formatted gives what `assay fmt -` makes of a text.
func formatted(t *testing.T, text string) string {
	t.Helper()
	var out, errs bytes.Buffer
	code := (&cli.Process{
		Args: []string{"fmt", "-"}, Dir: t.TempDir(), Env: func(string) string { return "" },
		Stdin: strings.NewReader(text), Stdout: &out, Stderr: &errs, Now: time.Now,
	}).Run()
	if code != 0 {
		t.Fatalf("fmt: exit %d\n%s", code, errs.String())
	}
	return out.String()
}

// Whoever learns from the project's own suites and snippets learns the
// canonical form. Recordings have a form of their own.
func TestShippedFilesAreFormatted(t *testing.T) {
	count := 0
	for _, dir := range []string{"suites", "harness/cli/starter", "cmd/assay/testdata/shipped"} {
		err := fs.WalkDir(os.DirFS(projectRoot), dir, func(name string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(name) != ".yaml" {
				return err
			}
			count++
			src, err := os.ReadFile(filepath.Join(projectRoot, filepath.FromSlash(name)))
			text := strings.ReplaceAll(string(src), "\r\n", "\n")
			if got := formatted(t, text); got != text {
				t.Errorf("%s needs formatting:\n%s", name, udiff.Unified("is", "should be", text, got))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if count < 8 {
		t.Errorf("found %d files", count)
	}
}

func TestDocumentsAreFormatted(t *testing.T) {
	count := 0
	for _, document := range documents(t) {
		for _, s := range snippetsOf(t, document) {
			if s.language != "yaml" || strings.Contains(s.text, "\nfixture:") || strings.HasPrefix(s.text, "fixture:") {
				continue
			}
			count++
			if got := strip(formatted(t, inSuite(s)), s); got != s.text {
				t.Errorf("%s needs formatting:\n%s", s, udiff.Unified("is", "should be", s.text, got))
			}
		}
	}
	if count < 40 {
		t.Errorf("found %d snippets", count)
	}
}

// frames are what stands around a fragment of a suite, so that its keys are
// known for what they are.
var frames = map[string]struct {
	head   string
	indent int
}{
	"expect":       {"suite: snippet\nexpect:\n", 2},
	"cases":        {"suite: snippet\ncases:\n", 2},
	"conversation": {"suite: snippet\ncases:\n  - conversation:\n", 6},
}

func inSuite(s snippet) string {
	frame := frames[s.info]
	return frame.head + indent(s.text, frame.indent)
}

// strip takes the frame away again.
func strip(text string, s snippet) string {
	frame := frames[s.info]
	text = strings.TrimPrefix(text, frame.head)
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, strings.Repeat(" ", frame.indent))
	}
	return strings.Join(lines, "")
}

// A suite that was indented differently comes back to the letter, so it is the
// same suite.
func TestShippedSuitesComeBack(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(projectRoot, "suites", "*.yaml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("found %v, %v", files, err)
	}
	leading := regexp.MustCompile(`(?m)^ *(- )*`)
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(src), "\r\n", "\n")
		rough := leading.ReplaceAllStringFunc(text, func(indent string) string {
			return strings.NewReplacer(" ", "  ", "- ", "-   ").Replace(indent)
		})
		if got := formatted(t, rough); got != text {
			t.Errorf("%s did not come back:\n%s", file, udiff.Unified("is", "should be", got, text))
		}
	}
}

// TestFormattingChangesNoSuite formats every YAML file of every script of
// testdata, and every snippet, and loads what there is before and after.
func TestFormattingChangesNoSuite(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	read, loaded := 0, 0
	check := func(name, text string, around fstest.MapFS) {
		out, ds := spec.Format(name, []byte(text), func([]string) *spec.Order { return suite.Order() })
		if ds.HasErrors() {
			if slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Code == diag.FormatUnfaithful }) {
				t.Errorf("%s: %v\n%s", name, ds.Err(), text)
			}
			return
		}
		read++
		before, was := questions(t, around, text)
		after, is := questions(t, around, string(out))
		if !slices.Equal(was, is) || !slices.Equal(before, after) {
			t.Errorf("%s means something else when it is formatted:\n%v %v\n%v %v\n%s", name, before, was, after, is, out)
		}
		loaded += min(1, len(before))
	}
	for _, file := range archives {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if path.Ext(f.Name) == ".yaml" {
				check(filepath.Base(file)+"/"+f.Name, string(f.Data), filesAround(archive, f.Name))
			}
		}
	}
	for _, document := range documents(t) {
		for _, s := range snippetsOf(t, document) {
			if s.language == "yaml" {
				check(s.String(), inSuite(s), fstest.MapFS{})
			}
		}
	}
	if read < 150 || loaded < 40 {
		t.Errorf("%d files were read and %d loaded: the test looks at too few", read, loaded)
	}
}

// filesAround gives the files of an archive that are in a suite's project.
func filesAround(archive *txtar.Archive, name string) fstest.MapFS {
	root, _, _ := strings.Cut(name, "suites/")
	files := fstest.MapFS{}
	for _, f := range archive.Files {
		if rel, inside := strings.CutPrefix(f.Name, root); inside && !strings.HasPrefix(rel, "suites/") && fs.ValidPath(rel) {
			files[rel] = &fstest.MapFile{Data: f.Data}
		}
	}
	return files
}

// questions gives what a suite asks, with the keys of the questions, or what
// is wrong with it.
func questions(t *testing.T, around fstest.MapFS, text string) (asked, wrong []string) {
	t.Helper()
	files := maps.Clone(around)
	files["suites/s.yaml"] = &fstest.MapFile{Data: []byte(text)}
	p, ds := harness.Load(harness.Config{FS: files})
	if ds.HasErrors() {
		for _, d := range ds {
			wrong = append(wrong, string(d.Code)+" "+d.Summary)
		}
		slices.Sort(wrong)
		return nil, wrong
	}
	survey, err := p.Survey(t.Context())
	if err != nil {
		return nil, []string{err.Error()}
	}
	for _, c := range survey.Changes {
		asked = append(asked, fmt.Sprint(c.Address, c.Key, c.Adds))
	}
	return asked, nil
}
