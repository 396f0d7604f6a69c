package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"github.com/assay-harness/assay/harness/cli"
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
