package result_test

import (
	"testing"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

func TestIsRed(t *testing.T) {
	begun := []result.Sample{{Number: 1}}
	for _, test := range []struct {
		what string
		c    result.Case
		want bool
	}{
		{"passed", result.Case{Verdict: verdict.Pass, Samples: begun}, false},
		{"passed, but flaky", result.Case{Verdict: verdict.Pass, Flaky: true, Samples: begun}, false},
		{"failed", result.Case{Verdict: verdict.Fail, Samples: begun}, true},
		{"error", result.Case{Verdict: verdict.Error}, true},
		{"skipped by the suite", result.Case{Verdict: verdict.Skip}, false},
		{"failed as known", result.Case{Verdict: verdict.Skip, KnownFailure: true, Samples: begun}, false},
		{"interrupted", result.Case{Verdict: verdict.Skip, Samples: begun}, true},
	} {
		if got := test.c.IsRed(); got != test.want {
			t.Errorf("%s: got %v, want %v", test.what, got, test.want)
		}
	}
}
