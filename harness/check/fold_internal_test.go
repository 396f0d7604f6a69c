package check

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v15/textseg"
)

// TestLeast: two characters fold to one exactly when strings.EqualFold says so.
func TestLeast(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		next := unicode.SimpleFold(r)
		if least(r) != least(next) {
			t.Fatalf("%U and %U fold apart", r, next)
		}
		if l := least(r); l != r && !strings.EqualFold(string(l), string(r)) {
			t.Fatalf("%U folds to %U, which is not equal", r, l)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "abc", "Straße", "İstanbul", "ſK\u212a", "ΟΔΟΣ", "漢字", "\xff\xfe", "a\u0301"} {
		f.Add(s, "s")
	}
	f.Fuzz(func(t *testing.T, text, want string) {
		if !utf8.ValidString(text) || !utf8.ValidString(want) {
			containsFolded(text, fold(want)) // bytes compare as bytes
			return
		}
		if got, oracle := equalFolded(text, want), strings.EqualFold(text, want); got != oracle {
			t.Errorf("%q and %q: %v, EqualFold says %v", text, want, got, oracle)
		}
		if got, oracle := containsFolded(text, fold(want)), slowContains(text, want); got != oracle {
			t.Errorf("%q in %q: %v, want %v", want, text, got, oracle)
		}
	})
}

// slowContains compares every part of the text.
func slowContains(text, want string) bool {
	runes, n := []rune(text), len([]rune(want))
	for i := 0; i+n <= len(runes); i++ {
		if strings.EqualFold(string(runes[i:i+n]), want) {
			return true
		}
	}
	return false
}

func FuzzGraphemes(f *testing.F) {
	for _, s := range []string{
		"", "abc", "a\r\nb", "\r\n\r\n", "\r\r\n\n", "e\u0301x", "\U0001F468\u200d\U0001F469\u200d\U0001F467", "🇩🇪🇫🇷", "1\ufe0f\u20e3 2",
		"한국어", "\u1112\u1161\u11ab", "a“b”c", "\u0600a", "क्षि", "\xff\xfea", "x\u200d", "\n\u0301",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, _ := textseg.TokenCount([]byte(text), textseg.ScanGraphemeClusters)
		if got := graphemes(text); got != want && utf8.ValidString(text) {
			t.Errorf("%q has %d characters, want %d", text, got, want)
		}
	})
}
