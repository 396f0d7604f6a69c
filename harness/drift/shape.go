package drift

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/result"
)

// What differs from reply to reply of the same model must not be called drift.
// A figure counts when its median grew or shrank by the factor, and by no less
// than the least difference: a short answer, or a server next door, easily
// doubles. docs/drift.md states these bands.
const (
	lengthFactor, lengthLeast   = 2, 80                   // characters
	tokensFactor, tokensLeast   = 2, 20                   // of the reply
	inputFactor, inputLeast     = 1.1, 5                  // of the question, which is the same one
	latencyFactor, latencyLeast = 3, float64(time.Second) // networks have moods
	creditsFactor, creditsLeast = 2, 1e4                  // nano-credits: they follow the tokens
)

// shape compares all but the text of the replies to one turn.
func shape(old, fresh []*result.Turn, followed bool) []Change {
	var out []Change
	add := func(c *Change) {
		if c != nil {
			out = append(out, *c)
		}
	}
	add(wordChange("status", old, fresh, func(t *result.Turn) string { return strconv.Itoa(t.Status) }))
	add(wordChange("finish reason", old, fresh, func(t *result.Turn) string { return t.Finish }))
	add(wordChange("model", old, fresh, func(t *result.Turn) string { return t.Model }))
	add(jsonChange(old, fresh))
	add(figure("length", old, fresh, lengthFactor, lengthLeast, characters, countOf("characters")))
	if !followed {
		add(figure("input tokens", old, fresh, inputFactor, inputLeast, inputTokens, countOf("tokens")))
	}
	add(figure("output tokens", old, fresh, tokensFactor, tokensLeast, outputTokens, countOf("tokens")))
	add(figure("latency", old, fresh, latencyFactor, latencyLeast, latency, seconds))
	add(figure("credits", old, fresh, creditsFactor, creditsLeast, credits, decimal))
	return out
}

// wordChange compares a property that is a word. It drifted when a new reply has one
// that no recorded reply has.
func wordChange(kind string, old, fresh []*result.Turn, of func(*result.Turn) string) *Change {
	before, now := counted(old, of), counted(fresh, of)
	for word := range now {
		if _, known := before[word]; !known {
			return &Change{Kind: kind, Recorded: wordList(before, len(old)), Live: wordList(now, len(fresh)), Drift: true}
		}
	}
	return nil
}

func counted(turns []*result.Turn, of func(*result.Turn) string) map[string]int {
	out := map[string]int{}
	for _, t := range turns {
		out[of(t)]++
	}
	return out
}

// wordList gives words, the most frequent first, with how often where they differ.
func wordList(counts map[string]int, of int) string {
	names := make([]string, 0, len(counts))
	for word := range counts {
		names = append(names, word)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	for i, word := range names {
		shown := cmp.Or(word, "none")
		if len(counts) > 1 {
			shown += fmt.Sprintf(" (%d of %d)", counts[word], of)
		}
		names[i] = shown
	}
	return strings.Join(names, ", ")
}

// jsonChange compares what JSON replies are made of: one drifted when it has a
// path, or a type somewhere, that no recorded reply has, or lacks one that all have.
func jsonChange(old, fresh []*result.Turn) *Change {
	var all, some []string // paths of every recorded reply, and of any
	for i, t := range old {
		s := structure(t.Text)
		if s == nil {
			return nil // not asked for JSON, or not always given
		}
		if some = append(some, s...); i == 0 {
			all = s
		}
		all = slices.DeleteFunc(slices.Clone(all), func(path string) bool {
			_, found := slices.BinarySearch(s, path)
			return !found
		})
	}
	slices.Sort(some)
	some = slices.Compact(some)
	for _, t := range fresh {
		now := structure(t.Text)
		if now == nil {
			return &Change{Kind: "JSON", Recorded: "JSON", Live: "no JSON", Drift: true}
		}
		gone, added := missing(all, now), missing(now, some)
		if len(gone)+len(added) > 0 {
			return &Change{Kind: "JSON", Recorded: cmp.Or(listed(gone), "nothing more"), Live: cmp.Or(listed(added), "nothing more"), Drift: true}
		}
	}
	return nil
}

// figure compares the medians of a figure; nil when they are the same, or when
// not all replies say it.
func figure(kind string, old, fresh []*result.Turn, factor, least float64,
	of func(*result.Turn) (float64, bool), show func(float64) string,
) *Change {
	before, known := median(old, of)
	now, also := median(fresh, of)
	if !known || !also || before == now {
		return nil
	}
	high, low := max(before, now), min(before, now)
	return &Change{Kind: kind, Recorded: show(before), Live: show(now), Drift: high >= factor*low && high-low >= least}
}

// median gives the median, of an even number the mean of the two in the middle.
func median(turns []*result.Turn, of func(*result.Turn) (float64, bool)) (float64, bool) {
	list := make([]float64, 0, len(turns))
	for _, t := range turns {
		v, known := of(t)
		if !known {
			return 0, false
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return 0, false
	}
	slices.Sort(list)
	half := len(list) / 2
	if len(list)%2 == 1 {
		return list[half], true
	}
	return (list[half-1] + list[half]) / 2, true
}

func characters(t *result.Turn) (float64, bool) {
	return float64(utf8.RuneCountInString(said(t))), true
}

func inputTokens(t *result.Turn) (float64, bool) {
	if t.Tokens == nil || t.Tokens.Input == nil {
		return 0, false
	}
	return float64(*t.Tokens.Input), true
}

func outputTokens(t *result.Turn) (float64, bool) {
	if t.Tokens == nil || t.Tokens.Output == nil {
		return 0, false
	}
	return float64(*t.Tokens.Output), true
}

func latency(t *result.Turn) (float64, bool) {
	if t.Latency == nil {
		return 0, false
	}
	return float64(*t.Latency), true
}

// credits gives nano-credits: a float does for comparing, not for adding up.
func credits(t *result.Turn) (float64, bool) {
	if t.Credits == nil || t.Unsure {
		return 0, false
	}
	v, err := strconv.ParseFloat(t.Credits.String(), 64)
	return v * 1e9, err == nil
}

func countOf(what string) func(float64) string {
	return func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) + " " + what }
}

func seconds(v float64) string {
	d := time.Duration(v)
	if d < 10*time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

func decimal(v float64) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v/1e9, 'f', 9, 64), "0"), ".")
}
