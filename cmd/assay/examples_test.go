package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/mock"
	"github.com/assay-harness/assay/harness/report"
)

// clocks are what two replays differ in, and what stands there in an example.
var clocks = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`"started":\s*"[^"]*"`), `"started":"2026-11-22T12:00:00Z"`},
	{regexp.MustCompile(`"took_ns":\s*\d+`), `"took_ns":5000000`},
	{regexp.MustCompile(`"assay":\s*"[^"]*"`), `"assay":"devel"`},
	{regexp.MustCompile(`(conversations? in )\S+ \S+:`), `${1}5 ms:`},
}

// TestExampleReports holds reports/examples to what the code writes today.
func TestExampleReports(t *testing.T) {
	dir := t.TempDir()
	if err := copyProject(dir); err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{}
	for name, args := range map[string][]string{
		"table.txt":       {"--format", "table"},
		"junit.xml":       {"--format", "junit"},
		"junit-turns.xml": {"--format", "junit", "--junit-level", "turn"},
		"run.json":        {"--format", "json"},
	} {
		made[args[1]] = true
		out, code := inProcess(t.Context(), dir, append([]string{"test", "--quiet"}, args...)...)
		if code != 0 {
			t.Fatalf("assay test %s: exit %d\n%s", args, code, out)
		}
		for _, c := range clocks {
			out = c.pattern.ReplaceAllString(out, c.instead)
		}
		file := filepath.Join(projectRoot, "reports", "examples", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(out, "\n")); diff != "" {
			t.Errorf("%s is not what assay writes today; run make examples\n%s", file, diff)
		}
	}
	for format := range report.Formats() {
		if !made[format] {
			t.Errorf("reports/examples has no example of the format %s", format)
		}
	}
}

// TestShippedRecordings holds fixtures/ to suites/: apply has nothing to ask,
// and no reply looks as if a model had given it.
func TestShippedRecordings(t *testing.T) {
	dir := t.TempDir()
	if err := copyProject(dir); err != nil {
		t.Fatal(err)
	}
	out, code := inProcess(t.Context(), dir, "apply")
	if code != 0 || !strings.Contains(out, "No changes. Every question is recorded") {
		t.Errorf("the recordings are not what the suites ask (CONTRIBUTING.md says how to record them): exit %d\n%s", code, out)
	}
	if strings.Contains(out, "Orphans") {
		t.Errorf("there are recordings of cases that are gone:\n%s", out)
	}
	origin := regexp.MustCompile(`origin: (\w+)`)
	count := 0
	err := filepath.WalkDir(filepath.Join(projectRoot, "fixtures"), func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		for _, m := range origin.FindAllSubmatch(text, -1) {
			count++
			if string(m[1]) != "scripted" {
				t.Errorf("%s: origin %s; the shipped recordings are scripted", name, m[1])
			}
		}
		return err
	})
	if err != nil || count < 30 {
		t.Errorf("found %d recordings: %v", count, err)
	}
}

// TestShippedScript records the shipped suites again, from the script alone, as
// CONTRIBUTING.md says: what comes is what is recorded.
func TestShippedScript(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("testdata", "shipped", "script.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	script, ds := mock.ParseScript("script.yaml", source)
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	server := mock.New(mock.Options{Script: script, Keys: []string{"my-test-key"}})
	config := harness.Config{FS: os.DirFS(projectRoot)}
	recorded := repliesOf(t, config)
	config.Live = &harness.Live{
		BaseURL: "http://127.0.0.1/v1", Transport: mock.Transport(server), Env: func(string) string { return "my-test-key" },
	}
	if diff := cmp.Diff(recorded, repliesOf(t, config)); diff != "" {
		t.Errorf("recorded (-), and what the script gives (+):\n%s", diff)
	}
}

// repliesOf gives status, text and cost of every reply by its address.
func repliesOf(t *testing.T, c harness.Config) map[string]string {
	t.Helper()
	ran, err := harness.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for c, err := range ran.Cases() {
		if err != nil {
			t.Fatal(err)
		}
		for _, sample := range c.Samples {
			for _, turn := range sample.Turns {
				out[turn.Address] = fmt.Sprint(turn.Status, " ", turn.Text, turn.Error, " ", costOf(turn))
			}
		}
	}
	return out
}
