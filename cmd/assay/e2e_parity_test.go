package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/result"
)

// testParity holds a run against `assay serve` of the recordings to a replay of
// them: same verdicts, texts and credits, however many ask at once.
func (p *program) testParity(t *testing.T) {
	dir := shippedProject(t)
	before := digests(t, filepath.Join(dir, "fixtures"))
	p.run(t, dir, 0, "test", "--format", "none")
	head, replayed := runRecord(t, dir)
	if head.Mode != result.Replay || head.Sum.Requests != 0 || !head.Sum.Spent.IsZero() || head.Sum.Recorded.IsZero() {
		t.Fatalf("this is no replay of what cost something: %+v", head)
	}
	if suites := len(head.Suites); suites < 5 || head.Sum.Samples <= head.Sum.Cases || head.Sum.Turns <= head.Sum.Samples {
		t.Fatalf("%d suites, want at least 5, some with samples, some with several turns: %+v", suites, head.Sum)
	}
	want := facts(replayed, func(sum result.CaseSum) credit.Amount { return sum.Recorded })
	for _, concurrency := range []string{"1", "4", "64"} {
		t.Run(concurrency+" at once", func(t *testing.T) {
			url := p.serve(t, dir)
			p.run(t, dir, 0, "test", "--live", "--base-url", url, "--concurrency", concurrency, "--format", "none")
			live, asked := runRecord(t, dir)
			if live.Mode != result.LiveRun || live.Sum.Requests != live.Sum.Turns || !live.Sum.Recorded.IsZero() {
				t.Errorf("this is no live run with a request a turn: %+v", live.Sum)
			}
			if live.Sum.Spent.Cmp(head.Sum.Recorded) != 0 || live.Sum.Unknown != 0 {
				t.Errorf("spent %s with %d unknown costs, recorded were %s", live.Sum.Spent, live.Sum.Unknown, head.Sum.Recorded)
			}
			got := facts(asked, func(sum result.CaseSum) credit.Amount { return sum.Spent })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("replay (-) and live (+):\n%s", diff)
			}
		})
	}
	if after := digests(t, filepath.Join(dir, "fixtures")); !cmp.Equal(before, after) {
		t.Errorf("the recordings have changed:\n%s", cmp.Diff(before, after))
	}
}

// caseFacts is what a case must come to wherever its replies come from.
type caseFacts struct {
	Verdict string
	Flaky   bool
	Cost    string
	Tokens  int
	Checks  string
	Samples []string // sorted: which sample got which reply is the server's choice
}

func facts(cases []*result.Case, cost func(result.CaseSum) credit.Amount) map[string]caseFacts {
	out := map[string]caseFacts{}
	for _, c := range cases {
		f := caseFacts{
			Verdict: c.Verdict.String(), Flaky: c.Flaky, Cost: cost(c.Sum).String(), Tokens: c.Sum.Tokens,
			Checks: fmt.Sprintf("%d of %d, %d warnings", c.Sum.ChecksPassed, c.Sum.Checks, c.Sum.Warnings),
		}
		for _, s := range c.Samples {
			f.Samples = append(f.Samples, sampleFacts(s))
		}
		slices.Sort(f.Samples)
		out[c.Address] = f
	}
	return out
}

func sampleFacts(s result.Sample) string {
	text := s.Verdict.String()
	for _, turn := range s.Turns {
		text += fmt.Sprintf("\n%d %s %d %q %q %q %q %s", turn.Number, turn.Verdict, turn.Status, turn.Text, turn.Finish, turn.Model, turn.Error, costOf(turn))
		text += fmt.Sprintf(" sent %q", turn.Sent)
		text += checkFacts(turn.Checks)
	}
	return text + checkFacts(s.Total)
}

// costOf takes a reply that nobody bills and one that cost nothing for the same.
func costOf(turn result.Turn) string {
	if turn.Unsure || turn.CostUnknown() {
		return "unknown"
	}
	if turn.Credits == nil {
		return credit.Amount{}.String()
	}
	return turn.Credits.String()
}

func checkFacts(checks []result.Check) string {
	text := ""
	for _, c := range checks {
		text += fmt.Sprintf("\n  %s %s:%d:%d %s", c.Name, c.Place.File, c.Place.Line, c.Place.Column, c.Verdict)
	}
	return text
}

// digests gives a digest of each file below a folder.
func digests(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		out[path] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
