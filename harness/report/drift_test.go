package report_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/internal/hostile"
	"github.com/assay-harness/assay/harness/report"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// saying is a case whose one reply passes or fails one check.
func saying(name, text string, v verdict.Verdict) *result.Case {
	return &result.Case{
		Address: "s." + name + "@p", Display: "s." + name, Suite: "s", Name: name, Provider: "p", Verdict: v, Place: result.Place{File: "suites/" + name, Line: 3},
		Samples: []result.Sample{{Number: 1, Verdict: v, Turns: []result.Turn{{
			Number: 1, Address: "s." + name + "@p#1.turn[1]", Verdict: v, Status: 200, Text: text, Model: text, Finish: "stop",
			Checks: []result.Check{{Name: "contains", Place: result.Place{File: "suites/" + name, Line: 7}, Verdict: v, Expected: text, Actual: text, Message: text}},
		}}}},
	}
}

func drifted(pairs ...drift.Pair) *drift.Report {
	r := &drift.Report{Rules: drift.DefaultRules()}
	for _, p := range pairs {
		r.Cases = append(r.Cases, drift.Compare(p, r.Rules))
	}
	drift.Judge(r.Cases, r.Rules)
	r.AddUp(pairs)
	return r
}

func shown(t *testing.T, r *drift.Report, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Drift(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDriftHostile: whatever a model says, nothing but text gets to the terminal.
func TestDriftHostile(t *testing.T) {
	var pairs []drift.Pair
	for i, text := range hostile.Texts() {
		name := fmt.Sprintf("n%d", i)
		live := saying(name, text, verdict.Fail)
		live.Display = "s." + strings.ToValidUTF8(text[:min(len(text), 80)], "")
		recorded := saying(name, "what was said before, to all of them", verdict.Pass)
		recorded.Display = live.Display
		pairs = append(pairs, drift.Pair{Recorded: recorded, Live: live})
	}
	r := drifted(pairs...)
	r.Cases = append(r.Cases, drift.Case{State: drift.NotServed, Display: hostile.Texts()[2], Reason: hostile.Texts()[2], Detail: hostile.Texts()[4], Code: "ASY7007"})
	r.Notes, r.Problems = []string{hostile.Texts()[2]}, []result.Problem{{Summary: hostile.Texts()[2], Detail: hostile.Texts()[8]}}
	for _, width := range []int{40, 80, 200} {
		out := shown(t, r, report.Options{Width: width, All: true})
		if !utf8.ValidString(out) {
			t.Errorf("width %d: not UTF-8", width)
		}
		for _, c := range out {
			if c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c)) {
				t.Fatalf("width %d: %U got through", width, c)
			}
		}
		if lines := strings.Count(out, "\n"); lines > 60*len(r.Cases) {
			t.Errorf("width %d: %d lines", width, lines)
		}
	}
}

// TestDriftWidth: the table fits its terminal, and colour changes no word.
func TestDriftWidth(t *testing.T) {
	name := strings.Repeat("a_long_name_", 12)
	r := drifted(drift.Pair{Recorded: saying(name, "one answer", verdict.Pass), Live: saying(name, "another one", verdict.Fail)})
	for _, width := range []int{60, 80, 120} {
		out := shown(t, r, report.Options{Width: width})
		table, _, _ := strings.Cut(out, "\n\n")
		for line := range strings.Lines(table) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("%d columns, want %d: %s", n, width, line)
			}
		}
	}
	plain, colored := shown(t, r, report.Options{Width: 80}), shown(t, r, report.Options{Width: 80, Color: true})
	if plain == colored || strings.NewReplacer("\x1b[1;31m", "", "\x1b[0m", "").Replace(colored) != plain {
		t.Errorf("colour changed more than colours:\n%s", colored)
	}
}

// TestDriftOutcome holds the last line and the exit code together, over reports
// of all sorts.
func TestDriftOutcome(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	texts := []string{"one answer", "another one"}
	for range 300 {
		var pairs []drift.Pair
		for i := range random.IntN(5) {
			name := fmt.Sprintf("n%d", i)
			v := func() verdict.Verdict {
				return []verdict.Verdict{verdict.Pass, verdict.Pass, verdict.Fail}[random.IntN(3)]
			}
			pairs = append(pairs, drift.Pair{
				Recorded: saying(name, texts[random.IntN(2)], v()), Live: saying(name, texts[random.IntN(2)], v()),
			})
		}
		r := drifted(pairs...)
		r.Rules.FailOn = []drift.Level{drift.Verdict, drift.Shape, drift.TextLevel}[random.IntN(3)]
		out := shown(t, r, report.Options{})
		last := strings.TrimSpace(out)
		last = last[strings.LastIndexByte(last, '\n')+1:]
		if last != report.DriftOutcome(r) {
			t.Fatalf("the last line is %q", last)
		}
		if got, want := r.Exit() == 1, strings.HasPrefix(last, "Drift: the "); got != want {
			t.Fatalf("exit %d, but %q", r.Exit(), last)
		}
	}
}
