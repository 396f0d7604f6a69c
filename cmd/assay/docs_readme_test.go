package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/cli"
)

// TestReadme holds what README.md shows to what it shows: the shipped suite,
// its recording, and what assay prints.
func TestReadme(t *testing.T) {
	suite := strings.TrimSpace(readDocument(t, "suites/cats_and_dogs.yaml"))
	recording := strings.TrimSpace(readDocument(t, "fixtures/cats_and_dogs/grok-2/changes_the_subject.yaml"))
	shown := map[string]bool{}
	for _, s := range snippetsOf(t, "README.md") {
		text := strings.TrimSpace(s.text)
		switch {
		case strings.HasPrefix(text, "suite: cats_and_dogs"):
			shown["suite"] = true
			if !strings.HasPrefix(suite, text) {
				t.Errorf("%s: suites/cats_and_dogs.yaml does not start like this", s)
			}
		case strings.HasPrefix(text, "fixture: 1"):
			shown["recording"] = true
			for line := range strings.Lines(text) {
				if !strings.Contains(recording, strings.TrimSuffix(strings.TrimRight(line, "\n"), "…")) {
					t.Errorf("%s: the recording has no line %q", s, line)
				}
			}
		case strings.HasPrefix(text, "$ assay test"):
			shown["output"] = true
			command, want, _ := strings.Cut(text, "\n")
			got := outputOf(t, strings.Fields(command)[2:])
			if inTime(got) != inTime(want) {
				t.Errorf("%s: shows\n%s\nassay prints\n%s", s, want, got)
			}
		}
	}
	for _, what := range []string{"suite", "recording", "output"} {
		if !shown[what] {
			t.Errorf("README.md shows no %s", what)
		}
	}
	for _, command := range []string{"go run ./cmd/assay test", "go test ./..."} {
		if !strings.Contains(readDocument(t, "README.md"), "\n"+command+"\n") {
			t.Errorf("README.md does not say %s", command)
		}
	}
}

// inTime replaces what differs from run to run.
func inTime(s string) string {
	for _, u := range unstable {
		s = u.pattern.ReplaceAllString(s, u.instead)
	}
	return strings.TrimSpace(s)
}

// outputOf runs a command on a copy of the shipped project.
func outputOf(t *testing.T, args []string) string {
	t.Helper()
	dir := t.TempDir()
	if err := copyProject(dir); err != nil {
		t.Fatal(err)
	}
	out, _ := inProcess(t.Context(), dir, args...)
	return strings.TrimSpace(out)
}

// inProcess runs a command without a process of its own.
func inProcess(_ context.Context, dir string, args ...string) (stdout string, code int) {
	var out, errs bytes.Buffer
	code = (&cli.Process{
		Args: args, Dir: dir, Env: func(string) string { return "" },
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now,
	}).Run()
	return out.String() + errs.String(), code
}

// TestReadmeStatus holds what README.md calls missing to what is missing.
func TestReadmeStatus(t *testing.T) {
	_, missing, found := strings.Cut(readDocument(t, "README.md"), "**Not there yet:**")
	if !found {
		t.Fatal("README.md does not say what is not there yet")
	}
	missing, _, _ = strings.Cut(missing, ";")
	names := regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(missing, -1)
	if len(names) < 2 {
		t.Errorf("README.md names %d missing commands", len(names))
	}
	for _, name := range names {
		if _, err := helpOf(name[1]); err == nil {
			t.Errorf("README.md says that assay %s is not there yet: it is", name[1])
		}
	}
}
