package harness_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing/fstest"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/verdict"
)

// jokes is a project in memory; most are os.DirFS(".").
var jokes = fstest.MapFS{
	"suites/jokes.yaml": {Data: []byte(`suite: jokes
cases:
  - name: changes_the_subject
    conversation:
      - user: tell me a joke on cats
      - assistant: here is a joke about cats...
      - user: now a joke on dogs
        expect:
          - icontains: dog
          - not: {icontains: cat}
          - credits: {max: 0.02}
  - name: stays_short
    conversation:
      - user: tell me a joke on cats
      - assistant: here is a joke about cats...
      - user: now a joke on dogs
        expect:
          - length: {max: 40}
`)},
	"fixtures/jokes/grok-2/changes_the_subject.yaml": {Data: []byte(recorded("changes_the_subject"))},
	"fixtures/jokes/grok-2/stays_short.yaml":         {Data: []byte(recorded("stays_short"))},
}

func recorded(name string) string {
	return `fixture: 1
address: jokes.` + name + `@grok-2
exchanges:
  - turn: 1
    sample: 1
    key: sha256:cdae7db901db847838b85c07ac43daeef15c9a1decd70a79209c369e8d598d5a
    request:
      - {role: user, content: tell me a joke on cats}
      - {role: assistant, content: here is a joke about cats...}
      - {role: user, content: now a joke on dogs}
    status: 200
    headers: {content-type: application/json}
    text: |-
      Why did the dog sit in the shade?
      It didn't want to be a hot dog.
    body: '{"choices":[{"message":{"role":"assistant","content":{{text}}},"finish_reason":"stop"}]}'
    meta: {recorded_at: 2026-11-22T18:26:37Z, origin: scripted, latency: 0.013, credits: 0.0031, model: grok-2-1212}
`
}

// Run replays a project's suites and judges the replies. Cases that fail are no
// error: they are in the report.
func ExampleRun() {
	report, err := harness.Run(context.Background(), harness.Config{FS: jokes})
	if err != nil {
		fmt.Println(err)
		return
	}
	for c, err := range report.Cases() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.Display, c.Verdict)
		for _, turn := range c.Samples[0].Turns {
			for _, check := range turn.Checks {
				if check.Verdict == verdict.Fail {
					fmt.Printf("  %s:%d expected %s\n", check.Place.File, check.Place.Line, check.Expected)
				}
			}
		}
	}
	fmt.Println("exit code", report.Exit())
	// Output:
	// jokes.changes_the_subject pass
	// jokes.stays_short fail
	//   suites/jokes.yaml:18 expected text has at most 40 characters
	// exit code 1
}

// A selection is what it is on the command line. Credits are exact decimals:
// what this run spent, and what the replies cost when they were recorded.
func ExampleRun_credits() {
	report, err := harness.Run(context.Background(), harness.Config{FS: jokes, Select: []string{"jokes.changes_*"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	sum := report.Run().Sum
	fmt.Println("cases", sum.Cases, "requests", sum.Requests)
	fmt.Println("spent", sum.Spent, "recorded", sum.Recorded)
	// Output:
	// cases 1 requests 0
	// spent 0 recorded 0.0031
}

// An own kind of check is added to the map that DefaultChecks gives, and used
// in suites like any other.
func ExampleDefaultChecks() {
	checks := harness.DefaultChecks()
	checks["avoids"] = check.Kind{
		Name:    "avoids",
		Doc:     "Passes when the text lacks the word.",
		Example: "avoids: damn",
		Schema:  `{"type": "string", "minLength": 1}`,
		Parse: func(p *check.Parser, n *spec.Node) check.Check {
			word := p.NonEmpty(n) // a template, read once
			if word == nil {
				return nil // the Parser has said why
			}
			return check.CheckFunc(func(s *check.Subject) check.Outcome {
				avoided, err := word.Eval(s)
				if err != nil {
					return check.Outcome{Verdict: verdict.Error, Reason: err.Error()}
				}
				if !strings.Contains(s.Reply.Text, avoided) {
					return check.Outcome{Verdict: verdict.Pass}
				}
				return check.Outcome{Verdict: verdict.Fail, Expected: "a text without " + avoided, Actual: s.Reply.Text}
			})
		},
	}
	project := fstest.MapFS{
		"suites/jokes.yaml": {Data: []byte(strings.Replace(string(jokes["suites/jokes.yaml"].Data),
			"- length: {max: 40}", "- avoids: hot dog", 1))},
		"fixtures/jokes/grok-2/stays_short.yaml": jokes["fixtures/jokes/grok-2/stays_short.yaml"],
	}
	report, err := harness.Run(context.Background(), harness.Config{
		FS: project, Checks: checks, Select: []string{"jokes.stays_short"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for c := range report.Cases() {
		fmt.Println(c.Display, c.Verdict, "expected", c.Samples[0].Turns[0].Checks[0].Expected)
	}
	// Output:
	// jokes.stays_short fail expected a text without hot dog
}

// What is wrong with suites comes all at once, each with its place; it is
// shown as the command line shows it.
func ExampleLoad() {
	project := fstest.MapFS{"suites/jokes.yaml": {Data: []byte(`suite: jokes
cases:
  - name: greets
    conversation:
      - user: hello
        expects: [{contains: hi}]
`)}}
	p, ds := harness.Load(harness.Config{FS: project})
	if ds.HasErrors() {
		diag.Write(os.Stdout, ds, p.Source, diag.WriterOptions{Width: 80})
	}
	_, err := harness.Run(context.Background(), harness.Config{FS: project})
	var failure *diag.Failure
	fmt.Println(errors.As(err, &failure), failure.Diagnostics[0].Code.Exit())
	// Output:
	// Error: unknown key "expects" in turn [ASY4012]
	//
	//   on suites/jokes.yaml line 6:
	//   6:         expects: [{contains: hi}]
	//              ^^^^^^^
	//   Did you mean "expect"?
	// true 4
}
