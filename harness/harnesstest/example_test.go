package harnesstest_test

import (
	"os"
	"testing"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/harnesstest"
)

// A test of a user's package. It replays; no key is needed, and nothing is sent.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestPrompts(t *testing.T)
		harnesstest.Run(t, harness.Config{FS: os.DirFS("."), Suites: []string{"suites"}})
	}
}

// A test that asks the provider, when somebody wants it: the decision, the key
// and the bound are the caller's.
func ExampleRun_live() {
	_ = func(t *testing.T) { // func TestPromptsLive(t *testing.T)
		if os.Getenv("PROMPTS_LIVE") == "" {
			t.Skip("set PROMPTS_LIVE to ask the provider")
		}
		bound, err := credit.ParseAmount("0.50")
		if err != nil {
			t.Fatal(err)
		}
		harnesstest.Run(t, harness.Config{
			FS: os.DirFS("."), Tags: "smoke",
			Live: &harness.Live{Env: os.Getenv, MaxCredits: &bound},
		})
	}
}
