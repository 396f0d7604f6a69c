package harnesstest_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/harnesstest"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/mock"
)

// TestShipped runs this project's own suites: a table of 20 rows among them.
func TestShipped(t *testing.T) {
	harnesstest.Run(t, harness.Config{FS: os.DirFS("../..")})
}

// TestShippedPart selects as on the command line, in parallel with itself.
func TestShippedPart(t *testing.T) {
	for _, selector := range []string{"tickets.sorts", "concierge"} {
		t.Run(selector, func(t *testing.T) {
			t.Parallel()
			harnesstest.Run(t, harness.Config{FS: os.DirFS("../.."), Suites: []string{"suites"}, Select: []string{selector}})
		})
	}
}

// inner names the variable that makes TestInner do what a user's test does, in
// a process of its own: tests that fail must not fail this one.
const (
	inner       = "ASSAY_TEST_PROJECT"
	innerLive   = "ASSAY_TEST_LIVE"
	innerRecord = "ASSAY_TEST_RECORD"
	innerBudget = "ASSAY_TEST_CREDITS"
)

func TestInner(t *testing.T) {
	dir := os.Getenv(inner)
	if dir == "" {
		t.Skip("run by the other tests of this file")
	}
	c := harness.Config{FS: os.DirFS(dir)}
	if os.Getenv(innerLive) != "" {
		c.Live = liveScript(t)
	}
	if bound := os.Getenv(innerBudget); bound != "" {
		amount, err := credit.ParseAmount(bound)
		if err != nil {
			t.Fatal(err)
		}
		c.Live.MaxCredits = &amount
	}
	if os.Getenv(innerRecord) != "" {
		c.Record = new(bytes.Buffer)
	}
	harnesstest.Run(t, c)
}

const script = `script: 1
replies:
  - when: {last_user: {contains: dogs}}
    text: Why did the dog sit in the shade? It didn't want to be a hot dog.
    credits: 0.0031
  - text: Why don't cats play poker in the jungle? Too many cheetahs.
    credits: 0.003
`

func liveScript(t *testing.T) *harness.Live {
	t.Helper()
	parsed, ds := mock.ParseScript("script.yaml", []byte(script))
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	return &harness.Live{
		BaseURL: "http://127.0.0.1/v1", Transport: mock.Transport(mock.New(mock.Options{Script: parsed})),
		Env: func(string) string { return "any-key-will-do" },
	}
}

const suites = `suite: jokes
cases:
  - name: passes
    for_each: [cats, dogs]
    conversation:
      - user: a joke on ${each.value}
        expect:
          - icontains: ${trimsuffix(each.value, "s")}
  - name: fails
    conversation:
      - user: a joke on cats
        expect:
          - icontains: parrot
  - name: warns
    conversation:
      - user: a joke on cats
        expect:
          - status: 200
          - contains: hamster
            severity: warn
  - name: is_left_out
    skip: the model is not ready
    conversation:
      - user: a joke on cats
        expect: [{icontains: parrot}]
  - name: is_known
    known_failure: issue 12
    conversation:
      - user: a joke on cats
        expect: [{icontains: parrot}]
`

// project writes a project and records its suites.
func project(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, text)
	folder, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	p, ds := harness.Load(harness.Config{FS: folder, Live: liveScript(t)})
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	s, err := p.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Apply(t.Context(), s, harness.Recording{Folder: folder, Origin: exchange.Scripted}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "suites"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "suites", "jokes.yaml"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// goTest runs TestInner as go test would, and gives what it says.
func goTest(t *testing.T, dir, pattern string, env ...string) (output string, passed bool) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.v", "-test.run", pattern)
	cmd.Env = append(os.Environ(), append(env, inner+"="+dir)...)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// results finds the lines that say how each test ended.
func results(output string) map[string]string {
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^ *--- (PASS|FAIL|SKIP): (\S+)`).FindAllStringSubmatch(output, -1) {
		out[strings.TrimPrefix(m[2], "TestInner/")] = m[1]
	}
	return out
}

func TestRun(t *testing.T) {
	dir := project(t, suites)
	out, passed := goTest(t, dir, "^TestInner$")
	if passed {
		t.Error("the test passed, although a case fails")
	}
	got := results(out)
	for name, want := range map[string]string{
		"jokes":                "FAIL",
		`jokes/passes["cats"]`: "PASS",
		`jokes/passes["dogs"]`: "PASS",
		"jokes/fails":          "FAIL",
		"jokes/warns":          "PASS",
		"jokes/is_left_out":    "SKIP",
		"jokes/is_known":       "SKIP",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %s", name, got[name], want)
		}
	}
	for _, want := range []string{
		"on suites/jokes.yaml line 13, in jokes.fails.turn[1]:",
		`expected  text contains "parrot" (ignoring case)`,
		"Too many cheetahs",
		"the model is not ready", "issue 12", // reasons
		`text contains "hamster"`, // the warning
		"fixtures/jokes/grok-2/fails.yaml",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// TestRunChosen shows that -run asks only what it selects.
func TestRunChosen(t *testing.T) {
	dir := project(t, suites)
	out, passed := goTest(t, dir, `^TestInner$/^jokes$/^passes`, innerLive+"=1")
	if !passed || !strings.Contains(out, "suite jokes: 2 requests, 0.0061 credits spent") {
		t.Errorf("passed %t:\n%s", passed, out)
	}
	if out, passed = goTest(t, dir, `^TestInner$/^none$`); !passed {
		t.Errorf("a pattern that selects nothing fails:\n%s", out)
	}
}

// TestRunLive shows that Live asks and leaves the recordings alone, and that
// without it nothing is asked.
func TestRunLive(t *testing.T) {
	dir := project(t, suites)
	if err := os.RemoveAll(filepath.Join(dir, "fixtures")); err != nil {
		t.Fatal(err)
	}
	out, passed := goTest(t, dir, "^TestInner$/^jokes$/^(passes|warns)", innerLive+"=1")
	if !passed || !strings.Contains(out, "3 requests") {
		t.Errorf("live: passed %t:\n%s", passed, out)
	}
	out, passed = goTest(t, dir, "^TestInner$/^jokes$/^warns")
	if passed || !strings.Contains(out, "ASY6001") || !strings.Contains(out, "assay apply") {
		t.Errorf("replay without recordings: passed %t:\n%s", passed, out)
	}
	if err := fs.WalkDir(os.DirFS(dir), "fixtures", func(string, fs.DirEntry, error) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "fixtures")); err == nil {
		t.Error("a test has written recordings")
	}
}

// TestRunFaults shows that a faulty suite ends the test with all there is to say.
func TestRunFaults(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "suite: jokes\ncases:\n  - name: a\n    conversaton: []\n  - name: b\n    conversation:\n      - user: hello\n        expects: [{contains: x}]\n")
	out, passed := goTest(t, dir, "^TestInner$")
	if passed {
		t.Error("the test passed")
	}
	for _, want := range []string{
		`unknown key "conversaton"`, "on suites/jokes.yaml line 4", "    ^^^^^^^^^^^", `Did you mean "conversation"?`, `Did you mean "expect"?`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	out, passed = goTest(t, project(t, suites), "^TestInner$", innerRecord+"=1")
	if passed || !strings.Contains(out, "use harness.Run") {
		t.Errorf("with a Record: passed %t:\n%s", passed, out)
	}
}

// TestRunBudget shows that suites share what may be spent.
func TestRunBudget(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "suite: one\ncases:\n  - name: a\n    conversation: [{user: dogs, expect: [{status: 200}]}]\n")
	two := "suite: two\ncases:\n  - name: b\n    conversation: [{user: dogs, expect: [{status: 200}]}]\n"
	if err := os.WriteFile(filepath.Join(dir, "suites", "two.yaml"), []byte(two), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "assay.yaml"), []byte("version: 1\nproviders:\n  grok-2:\n    kind: segmind\n    model: grok-2\n    api_key: ${env.KEY}\n    price: {call: 0.0031, max_call: 0.0031}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for bound, want := range map[string]map[string]string{
		"0.0031": {"one": "PASS", "two": ""},     // nothing is left
		"0.0040": {"one": "PASS", "two": "FAIL"}, // too little is left
		"0.0062": {"one": "PASS", "two": "PASS"},
	} {
		out, passed := goTest(t, dir, "^TestInner$", innerLive+"=1", innerBudget+"="+bound)
		got := results(out)
		if got["one"] != want["one"] || got["two"] != want["two"] || passed != (want["two"] == "PASS") {
			t.Errorf("with %s credits: passed %t:\n%s", bound, passed, out)
		}
	}
}
