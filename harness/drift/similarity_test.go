package drift_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/drift"
)

func TestSimilarity(t *testing.T) {
	tests := []struct {
		a, b     string
		low, top float64
	}{
		{"", "", 1, 1},
		{"the same words", "the same words", 1, 1},
		{"the same\n words ", "the same words", 1, 1}, // white space alone
		{"the same words", "", 0, 0},
		{"one", "two", 0, 0},
		{"Why did the dog bark?", "Why did the cat bark?", 0.5, 0.8},
		{"alpha beta gamma", "gamma beta alpha", 0, 0}, // the order counts
		{"a b c d e f g h", "a b c d e f g h i", 0.8, 0.95},
		{"猫はなぜ鳴くのか", "猫はなぜ泣くのか", 0.6, 0.9}, // no spaces, words all the same
		{"caf\u00e9", "cafe\u0301", 0, 0},  // judged as they are
	}
	for _, tt := range tests {
		got := drift.Similarity(tt.a, tt.b)
		if got < tt.low || got > tt.top {
			t.Errorf("%q and %q: got %.3f, want %.2f to %.2f", tt.a, tt.b, got, tt.low, tt.top)
		}
		if back := drift.Similarity(tt.b, tt.a); back != got {
			t.Errorf("%q and %q: %.3f one way, %.3f the other", tt.a, tt.b, got, back)
		}
	}
}

// TestSimilarityOfLargeTexts is about the square that it must not take: a
// megabyte of one word, and one of words that never come again.
func TestSimilarityOfLargeTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var mixed strings.Builder
	for mixed.Len() < 1<<20 {
		mixed.WriteString(string(rune('a' + random.IntN(26))))
		if random.IntN(6) == 0 {
			mixed.WriteByte(' ')
		}
	}
	same := strings.Repeat("word ", 200_000)
	begun := time.Now()
	for _, pair := range [][2]string{{same, same + "end"}, {mixed.String(), mixed.String()[1:]}, {same, mixed.String()}} {
		if s := drift.Similarity(pair[0], pair[1]); s < 0 || s > 1 {
			t.Errorf("got %g", s)
		}
		if d := drift.Diff(pair[0], pair[1]); len(d) > 200<<10 {
			t.Errorf("a diff of %d bytes", len(d))
		}
	}
	t.Logf("took %s", time.Since(begun))
}

func FuzzSimilarity(f *testing.F) {
	f.Add("Why did the dog bark?", "Why did the cat bark?")
	f.Add("", "\xff\n\x01n")
	f.Fuzz(func(t *testing.T, a, b string) {
		s := drift.Similarity(a, b)
		if s < 0 || s > 1 || drift.Similarity(b, a) != s {
			t.Errorf("%q and %q: %g", a, b, s)
		}
		if a == b && s != 1 {
			t.Errorf("%q and itself: %g", a, s)
		}
	})
}
