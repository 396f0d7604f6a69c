package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/joshdk/go-junit"
)

// junitCounts are the numbers of a JUnit file.
type junitCounts struct{ Tests, Failures, Errors, Skipped int }

// checkJUnit has a file read by libxml2, joshdk/go-junit, junit2json and xml2js,
// and holds what each counts to what is right.
func (p *program) checkJUnit(t *testing.T, level, path string, want junitCounts) {
	t.Helper()
	t.Run(level+"/xmllint", func(t *testing.T) {
		xmllint := tool(t, "xmllint")
		if out := finish(t, p.command(t, "", xmllint, "--noout", path)); out.code != 0 || out.stderr != "" {
			t.Errorf("xmllint --noout: exit code %d\n%.2000s", out.code, out.stderr)
		}
		if got, want := finish(t, p.command(t, "", xmllint, "--xpath", countingXPath(), path)), xpathCounts(want); got.stdout != want {
			t.Errorf("got %q, want %q\n%.2000s", got.stdout, want, got.stderr)
		}
	})
	t.Run(level+"/go-junit", func(t *testing.T) { checkWithGoJUnit(t, path, want) })
	t.Run(level+"/npm", func(t *testing.T) { p.checkWithNode(t, path, want) })
}

// countingXPath counts elements, and reads the attributes of the root and of the
// suites, the way xpathCounts writes them down.
func countingXPath() string {
	parts := ""
	for _, xpath := range []string{
		"count(//testcase)", "count(//testcase/failure)", "count(//testcase/error)", "count(//testcase/skipped)",
		"/testsuites/@tests", "/testsuites/@failures", "/testsuites/@errors", "/testsuites/@skipped",
		"sum(//testsuite/@tests)", "sum(//testsuite/@failures)", "sum(//testsuite/@errors)", "sum(//testsuite/@skipped)",
	} {
		parts += xpath + ",' ',"
	}
	return "concat(" + parts + "'')"
}

func xpathCounts(c junitCounts) string {
	four := fmt.Sprintf("%d %d %d %d ", c.Tests, c.Failures, c.Errors, c.Skipped)
	return four + four + four + "\n"
}

func checkWithGoJUnit(t *testing.T, path string, want junitCounts) {
	t.Helper()
	suites, err := junit.IngestFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got junitCounts
	for _, s := range suites {
		got.Tests += s.Totals.Tests
		got.Failures += s.Totals.Failed
		got.Errors += s.Totals.Error
		got.Skipped += s.Totals.Skipped
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// nodeReading is what a reader of e2e/junit_counts.mjs makes of a file.
type nodeReading struct {
	Reader                 string
	Root, Suites, Elements junitCounts
	Names                  []string
}

func (p *program) checkWithNode(t *testing.T, path string, want junitCounts) {
	t.Helper()
	n := newNode(t)
	out := finish(t, p.command(t, n.dir, n.program, "junit_counts.mjs", path))
	if out.code != 0 {
		t.Fatalf("node: exit code %d\n%.2000s", out.code, out.stderr)
	}
	var readers []string
	for lines := json.NewDecoder(bytes.NewReader([]byte(out.stdout))); ; {
		var got nodeReading
		if err := lines.Decode(&got); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		readers = append(readers, got.Reader)
		if got.Root != want || got.Suites != want || got.Elements != want {
			t.Errorf("%s: root %+v, suites %+v, elements %+v, want %+v", got.Reader, got.Root, got.Suites, got.Elements, want)
		}
		slices.Sort(got.Names)
		if distinct := slices.Compact(slices.Clone(got.Names)); len(distinct) != want.Tests {
			t.Errorf("%s: %d different names, want %d", got.Reader, len(distinct), want.Tests)
		}
	}
	if want := []string{"junit2json", "xml2js"}; !slices.Equal(readers, want) {
		t.Errorf("read by %q, want %q", readers, want)
	}
}
