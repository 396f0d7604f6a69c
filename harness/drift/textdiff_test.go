package drift_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/drift"
)

func TestDiff(t *testing.T) {
	tests := []struct{ name, a, b, want string }{
		{"a word", "Why did the dog bark at night?", "Why did the cat bark at night?", "Why did the [-dog-]{+cat+} bark at night?"},
		{"an added line", "one two three four five\nsix seven", "one two three four five\nnew\nsix seven", "one two three four five{+\nnew+}\nsix seven"},
		{"nothing alike", "A joke about dogs.", "Sorry, no.", "-A joke about dogs.\n+Sorry, no."},
		{"nothing before", "", "now", "+now"},
		{"the characters of the inner form", "a\x01n b c d e f g h", "a\x01n b c d e f g i", "a\x01n b c d e f g [-h-]{+i+}"},
	}
	for _, tt := range tests {
		if got := drift.Diff(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

var (
	gone  = regexp.MustCompile(`(?s)\[-.*?-\]`)
	fresh = regexp.MustCompile(`(?s)\{\+.*?\+\}`)
)

// FuzzDiff takes out of a diff by words what is new, and wants the old text, and
// the other way round.
func FuzzDiff(f *testing.F) {
	f.Add("Why did the dog bark at night?", "Why did the cat bark at night?")
	f.Add("one two\nthree \x01 four\x01n five", "one two\nthree \x01 four\x01n six")
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.ContainsAny(a+b, "[]{}") || drift.Similarity(a, b) < 0.5 || !utf8.ValidString(a+b) || len(a) > 1000 || len(b) > 1000 {
			return
		}
		d := drift.Diff(a, b)
		before := strings.NewReplacer("[-", "", "-]", "").Replace(fresh.ReplaceAllString(d, ""))
		now := strings.NewReplacer("{+", "", "+}", "").Replace(gone.ReplaceAllString(d, ""))
		if before != a || now != b {
			t.Errorf("%q and %q: the diff %q says %q and %q", a, b, d, before, now)
		}
	})
}
