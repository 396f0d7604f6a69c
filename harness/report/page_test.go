package report

import (
	"strings"
	"testing"
)

// TestFoldedAtWords: on a terminal no line is longer than it is wide, and no word
// is cut; without one, texts are left whole.
func TestFoldedAtWords(t *testing.T) {
	p := &page{show: lines, fold: 40}
	p.field("actual", "one two three four five six seven eight nine ten")
	want := "  actual    one two three four five six\n            seven eight nine ten\n"
	if got := p.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	whole := &page{show: lines}
	whole.field("actual", "one two three four five six seven eight nine ten")
	if got := whole.String(); strings.Count(got, "\n") != 1 {
		t.Errorf("without a terminal: %q", got)
	}
}
