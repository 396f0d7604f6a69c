package main

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/report"
)

// TestNothingIsPaidForThatCantBeKept: what could not be recorded or reported is
// found out before the first question.
func TestNothingIsPaidForThatCantBeKept(t *testing.T) {
	blocked := func(name string) func(*testing.T, *userProject) {
		return func(t *testing.T, p *userProject) { // a file where a folder is wanted stops also root
			path := filepath.Join(p.dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("not a folder"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	readOnly := func(name string) func(*testing.T, *userProject) {
		return func(t *testing.T, p *userProject) {
			if os.Geteuid() == 0 || runtime.GOOS == "windows" {
				t.Skip("nothing is read-only for root")
			}
			path := filepath.Join(p.dir, name)
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, 0o555); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(path, 0o755) })
		}
	}
	tests := []struct {
		name  string
		spoil func(*testing.T, *userProject)
		args  []string
		exit  int
		says  string
	}{
		{"journal", blocked(".assay/journal"), nil, 6, "journal"},
		{"fixtures", blocked("fixtures/s"), nil, 6, "fixtures/s"},
		{"replies", blocked(".assay/replies"), nil, 6, "replies"},
		{"reports", blocked("reports"), nil, 5, "reports"},
		{"read-only fixtures", readOnly("fixtures"), nil, 6, "fixtures"},
		{"read-only reports", readOnly("reports"), nil, 5, "reports"},
		{"read-only project", readOnly("."), nil, 6, ".assay"},
		{"junit", blocked("elsewhere"), []string{"--junit", "elsewhere/junit.xml"}, 5, "elsewhere"},
		{"junit over data", blocked("data.csv"), []string{"--junit", "data.csv"}, 5, "data.csv"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := newBadServer(func(w http.ResponseWriter, _ *http.Request, _ int64) { fmt.Fprint(w, goodReply) })
			defer server.Close()
			p := sixQuestions(t)
			test.spoil(t, p)
			run := p.run(t, test.exit, append([]string{"apply", "--auto-approve", "--base-url", server.URL + "/v1"}, test.args...)...)
			if n := server.asked.Load(); n > 0 {
				t.Errorf("%d questions were sent", n)
			}
			if said := run.stderr.String(); !strings.Contains(said, test.says) {
				t.Errorf("it does not say %q:\n%s", test.says, said)
			}
		})
	}
}

// TestDriftFindsOutFirst: a drift whose report can't be written asks nothing, and
// its report may take its last one's place.
func TestDriftFindsOutFirst(t *testing.T) {
	p := sixQuestions(t)
	server := newBadServer(func(w http.ResponseWriter, _ *http.Request, _ int64) { fmt.Fprint(w, goodReply) })
	defer server.Close()
	p.run(t, 0, "apply", "--auto-approve", "--base-url", server.URL+"/v1", "--format", "none")
	drift := []string{"drift", "--auto-approve", "--base-url", server.URL + "/v1", "--out"}
	for range 2 {
		p.run(t, 0, append(drift, "drift.json")...)
	}
	before := server.asked.Load()
	for _, out := range []string{"assay.yaml/drift.json", "suites/s.yaml", "reports"} {
		p.run(t, 5, append(drift, out)...)
	}
	if n := server.asked.Load() - before; n > 0 {
		t.Errorf("%d questions were sent", n)
	}
}

// TestReplayWithoutReports judges and shows what it can, and says at the end what
// could not be written.
func TestReplayWithoutReports(t *testing.T) {
	p := sixQuestions(t)
	server := newBadServer(func(w http.ResponseWriter, _ *http.Request, _ int64) { fmt.Fprint(w, goodReply) })
	defer server.Close()
	p.run(t, 0, "apply", "--auto-approve", "--base-url", server.URL+"/v1", "--format", "none")
	if err := os.RemoveAll(filepath.Join(p.dir, "reports")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "reports"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	run := p.run(t, 5, "test")
	if table := run.stdout.String(); !strings.Contains(table, "6 cases") || !strings.Contains(table, "Replayed 6 conversations") {
		t.Errorf("the table is not shown:\n%s", table)
	}
	if said := run.stderr.String(); !strings.Contains(said, "run.json\" can't be written [ASY5006]") {
		t.Errorf("it does not say what could not be written:\n%s", said)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), ".assay-record-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestReportsReplaceReportsOnly: any report may replace any other, and nothing else.
func TestReportsReplaceReportsOnly(t *testing.T) {
	p := sixQuestions(t)
	server := newBadServer(func(w http.ResponseWriter, _ *http.Request, _ int64) { fmt.Fprint(w, goodReply) })
	defer server.Close()
	p.run(t, 0, "apply", "--auto-approve", "--base-url", server.URL+"/v1", "--format", "none")
	formats := report.Formats()
	for name := range formats {
		for range 2 { // the second time over the first
			p.run(t, 0, "test", "--format", "none", "--report", name+"=out")
		}
	}
	p.run(t, 0, "test", "--format", "none", "--junit", "out")
	var suites struct {
		XMLName xml.Name `xml:"testsuites"`
	}
	if err := xml.Unmarshal([]byte(p.files(t, ".")["out"]), &suites); err != nil {
		t.Error(err)
	}
	for name, text := range map[string]string{
		"rows.csv": "id,question\n1,hello\n", "notes.md": "# Notes\n", "pom.xml": "<?xml version=\"1.0\"?>\n<project/>\n",
		"package.json": `{"name": "x"}`, "main.go": "package main\n",
	} {
		path := filepath.Join(p.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, flag := range []string{"--junit=" + name, "--report=json=" + name} {
			p.run(t, 5, "test", "--format", "none", flag)
			if got, err := os.ReadFile(path); err != nil || string(got) != text {
				t.Errorf("%s was overwritten: %v, %q", name, err, got)
			}
		}
	}
}

// TestSweepsReportsOfTheDead: what a killed run leaves in reports/ goes with the
// next run, and what a living one writes stays.
func TestSweepsReportsOfTheDead(t *testing.T) {
	killed, server, p, apply := holding(t)
	records := func() []string {
		found, _ := filepath.Glob(filepath.Join(p.dir, "reports", ".assay-*"))
		return found
	}
	if n := len(records()); n != 1 {
		t.Fatalf("%d records are being written, want 1", n)
	}
	p.run(t, 6, "test", "--format", "none")
	if n := len(records()); n != 1 {
		t.Fatalf("the record of a run under way was swept")
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.exit(t)
	old := filepath.Join(p.dir, "reports", ".assay-1234")
	if err := os.WriteFile(old, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	hourAgo := time.Now().Add(-time.Hour)
	for _, name := range records() { // none is fresh
		if err := os.Chtimes(name, hourAgo, hourAgo); err != nil {
			t.Fatal(err)
		}
	}
	close(server.answer)
	p.run(t, 7, apply...)
	if left := records(); len(left) > 0 {
		t.Errorf("left in reports: %q", left)
	}
}
