package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// hostileReply is a reply that breaks readers of reports, and what asks for it;
// the question becomes a case's key and so a name in the reports.
type hostileReply struct{ question, text string }

func hostileReplies() []hostileReply {
	var controls strings.Builder
	for r := range rune(0xa0) {
		if r < 0x20 || r >= 0x7f {
			controls.WriteRune(r)
		}
	}
	return []hostileReply{
		{"plain", "Nothing is wrong with this one."},
		{"controls \x01\x0b\x1f\x7f\u0085", "controls " + controls.String()},
		{"]]> <![CDATA[", "]]> <![CDATA[ ]]&gt; <!-- --> <?xml?> &amp; &#0; &bogus; </failure></testcase></testsuite>"},
		{"\x1b[31mANSI\x1b[0m", "\x1b[31mred\x1b[0m \x1b]0;title\a \x1b]8;;http://evil\x1b\\link \x1b[2J\x1b[1;1H \x1b \u009b31m"},
		{"👩‍👩‍👧‍👦 emoji", "👩‍👩‍👧‍👦 🏴\U000e0067\U000e0062\U000e007f é e\u0301 日本語 \u200d \ufe0f"},
		{"\u202eright to left\u202c", "\u202eexe.txt\u202c \u2066isolate\u2069 \u200f\u200e \u061c \u2028 \u2029 \ufffe \uffff"},
		{"a megabyte", strings.Repeat("a megabyte of reply, ", 50_000)},
		{"<script>&\"'", "<script>alert(1)</script> ::error file=x::y ##vso[task.complete] [[PROPERTY|credits=1000]] ${x} %{y}"},
	}
}

// testHostileRun runs suites whose replies attack whoever shows them, and has
// the JUnit files read back by four readers that others wrote.
func (p *program) testHostileRun(t *testing.T) {
	dir := t.TempDir()
	replies := hostileReplies()
	writeProject(t, dir, replies)
	url := p.serve(t, dir, "--script", "script.yaml")
	p.run(t, dir, 7, "apply", "--auto-approve", "--base-url", url)

	n := len(replies)
	byCase := junitCounts{Tests: 4 * n, Failures: n, Errors: n, Skipped: n}
	// The cases that fail have a second turn, which is skipped.
	byTurn := junitCounts{Tests: 5 * n, Failures: n, Errors: n, Skipped: 2 * n}
	runs := []struct {
		name string
		code int
		args []string
	}{
		{"replay", 6, []string{"test"}},
		{"live", 7, []string{"test", "--live", "--base-url", url}},
	}
	for _, run := range runs {
		t.Run(run.name, func(t *testing.T) {
			p.run(t, dir, run.code, append(run.args, "--format", "none")...)
			head, cases := runRecord(t, dir)
			for i, r := range replies { // the cases that pass stand first
				if turn := cases[i].Samples[0].Turns[0]; turn.Text != r.text {
					t.Errorf("%s: got %.200q, want %.200q", turn.Address, turn.Text, r.text)
				}
			}
			if got := (junitCounts{head.Sum.Cases, head.Sum.Failed, head.Sum.Errored, head.Sum.Skipped}); got != byCase {
				t.Fatalf("the run record counts %+v, want %+v", got, byCase)
			}
			byTurnFile := filepath.Join(dir, run.name+"-turn.xml")
			shown := p.run(t, dir, 0, "show", "--file", "reports/run.json", "--format", "junit", "--junit-level", "turn")
			if err := os.WriteFile(byTurnFile, []byte(shown.stdout), 0o600); err != nil {
				t.Fatal(err)
			}
			p.checkJUnit(t, "case", filepath.Join(dir, "reports", "junit.xml"), byCase)
			p.checkJUnit(t, "turn", byTurnFile, byTurn)
		})
	}
}

// writeProject writes a suite in which each question passes, fails, ends in an
// error and is skipped, and the script that answers it.
func writeProject(t *testing.T, dir string, replies []hostileReply) {
	t.Helper()
	var keys, script strings.Builder
	for _, r := range replies {
		fmt.Fprintf(&script, "  - {when: {last_user: {equals: %s}}, status: 500, text: %s}\n", quote("break: "+r.question), quote(r.text))
		fmt.Fprintf(&script, "  - {when: {last_user: {equals: %s}}, text: %s, credits: 0.001}\n", quote(r.question), quote(r.text))
		fmt.Fprintf(&keys, "%s, ", quote(r.question))
	}
	suite := strings.ReplaceAll(`suite: hostile
locals:
  questions: [KEYS]
cases:
  - name: passes
    for_each: ${local.questions}
    conversation:
      - user: ${each.value}
        expect: [not: {contains: never said}]
  - name: fails
    for_each: ${local.questions}
    conversation:
      - user: ${each.value}
        expect:
          - contains: never said
          - condition: self.text == each.value
            message: 'not ${self.text}'
      - user: ${each.value}
        expect: [not: {contains: never said}]
  - name: errs
    for_each: ${local.questions}
    conversation:
      - user: 'break: ${each.value}'
        expect: [contains: never said]
  - name: skips
    skip: SKIP
    for_each: ${local.questions}
    conversation:
      - user: ${each.value}
        expect: [contains: never said]
`, "[KEYS]", "["+strings.TrimSuffix(keys.String(), ", ")+"]")
	suite = strings.Replace(suite, "SKIP", quote("]]> \x1b[31mred\x07 \u202e"), 1)
	for name, text := range map[string]string{
		"suites/hostile.yaml": suite,
		"script.yaml":         "script: 1\nreplies:\n" + script.String(),
		"assay.yaml":          "version: 1\nproviders:\n  grok-2: {kind: segmind, model: grok-2, api_key: '${env.SEGMIND_API_KEY}', retries: 0}\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// quote writes a text as YAML, whose escapes are Go's, with nothing in it that a
// template would fill in.
func quote(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.QuoteToASCII(text))
}
