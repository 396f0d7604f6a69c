package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDriftDocument makes docs/drift.md's example and wants its output.
func TestDriftDocument(t *testing.T) {
	var suite, want string
	for _, s := range snippetsOf(t, "docs/drift.md") {
		switch {
		case s.language == "yaml":
			suite = s.text
		case s.language == "text" && s.info == "drift":
			want = s.text
		}
	}
	if suite == "" || want == "" {
		t.Fatal("docs/drift.md has no example")
	}
	p := newUserProject(t, map[string]string{"suites/jokes.yaml": suite}, driftKey)
	for i, dogs := range []string{"A joke on dogs? Why not.", "I would rather not."} {
		cats := []string{"A joke on cats: meow.", "A joke on cats: purr."}[i]
		model := newUserProject(t, map[string]string{"script.yaml": `script: 1
replies:
  - {when: {last_user: {contains: dogs}}, text: '` + dogs + `'}
  - {when: {last_user: {contains: cats}}, text: '` + cats + `'}
`})
		serve := model.start(t, "serve", "--listen", "127.0.0.1:0", "--script", "script.yaml")
		url := <-serve.stdout.first
		if i == 0 {
			p.run(t, 0, "apply", "--auto-approve", "--base-url", url)
		} else {
			got := p.run(t, 1, "drift", "--auto-approve", "--base-url", url).stdout.String()
			if got := regexp.MustCompile(`\d+ms`).ReplaceAllString(got, "1ms"); got != want {
				t.Errorf("docs/drift.md has\n%s\nassay drift says\n%s", want, got)
			}
		}
		if err := serve.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		serve.end(t)
	}
}

// TestDriftBands holds the table of docs/drift.md to the constants.
func TestDriftBands(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(projectRoot, "harness", "drift", "shape.go"))
	if err != nil {
		t.Fatal(err)
	}
	document := readDocument(t, "docs/drift.md")
	rows := [][]string{
		{"length", "2", "80", "80 characters"},
		{"tokens", "2", "20", "output tokens | 2 | 20"},
		{"input", "1.1", "5", "1.1 | 5"},
		{"latency", "3", "float64(time.Second)", "3 | 1 s"},
		{"credits", "2", "1e4", "2 | 0.00001"},
	}
	for _, row := range rows {
		written := regexp.MustCompile(row[0] + `Factor, ` + row[0] + `Least\s+= ([^,]+), (\S+)`).FindStringSubmatch(string(source))
		if len(written) != 3 || !slices.Equal(written[1:], row[1:3]) {
			t.Errorf("%s: the code has %q, want %q", row[0], written, row[1:3])
		}
		if !strings.Contains(document, row[3]) {
			t.Errorf("docs/drift.md has no %q", row[3])
		}
	}
}
