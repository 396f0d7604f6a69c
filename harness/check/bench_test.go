package check_test

import (
	"strings"
	"testing"
)

// BenchmarkJudge is the hot path of a replay: what passes, on 500 characters.
func BenchmarkJudge(b *testing.B) {
	text := strings.Repeat("Why did the parrot wear a raincoat? Because it was polyunsaturated. ", 8)[:490] + " dogs café"
	for name, yaml := range map[string]string{
		"contains":  "- contains: dogs",
		"icontains": "- icontains: DOGS",
		"template":  "- icontains: ${var.word}",
		"regex":     `- regex: '(?i)\b(why|what)\b'`,
		"length":    "- length: {max: 600}",
		"words":     "- words: {max: 600}",
		"not":       "- not: {contains: cats}",
		"condition": "- condition: 'length(self.text) < 600'",
		"of":        "- contains: choices\n  of: body",
	} {
		b.Run(name, func(b *testing.B) {
			e, s := one(b, yaml), subject(said(text))
			b.ReportAllocs()
			for b.Loop() {
				if got := e.Judge(s); got.Verdict != pass {
					b.Fatal(got)
				}
			}
		})
	}
}

// TestPassesAllocateNothing: 10,000 cases of three expectations.
func TestPassesAllocateNothing(t *testing.T) {
	for _, yaml := range []string{"- contains: dogs", "- icontains: DOGS", "- length: {max: 600}", "- not: {contains: cats}", "- status: 200", "- tokens: {max: 600}"} {
		e, s := one(t, yaml), subject(said("Two dogs and a café"))
		if n := testing.AllocsPerRun(100, func() { e.Judge(s) }); n > 0 {
			t.Errorf("%s: %v allocations", yaml, n)
		}
	}
}
