package main

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the bare server and the bare client, as the
// program itself is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{serverMode, clientMode}, os.Args[1]) {
		main()
		return
	}
	os.Exit(m.Run())
}

// Every part runs, with a few cases; what it takes is nobody's business here.
func TestEveryPartIsMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("builds assay and runs it some forty times")
	}
	t.Setenv("TMPDIR", t.TempDir())
	var out bytes.Buffer
	if err := measure(context.Background(), []string{"-size", "10", "-runs", "1"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"assay version", "validate 100 cases", "fmt a suite of 0.1 MB", "apply 10 cases", "replay 10 cases", "replay 40 cases", "replay 100 cases", "plan 100 cases",
		"a case at 40 / at 10", "live 10 cases, 0s delay", "live 2 conversations of 5 turns, 50ms delay", "the bare loop",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A ratio is of runs that were made side by side, not of two medians.
func TestRatioIsOfRounds(t *testing.T) {
	runs := func(walls ...time.Duration) []usage {
		var out []usage
		for _, w := range walls {
			out = append(out, usage{wall: w})
		}
		return out
	}
	got := ratio(runs(20, 80, 30), runs(10, 40, 10), wall)
	if got != 2 {
		t.Errorf("ratio %v, want 2: the machine was four times slower in the second round", got)
	}
	if got := medianOf(runs(5, 1, 9), wall); got != 5 {
		t.Errorf("median %v, want 5", got)
	}
}
