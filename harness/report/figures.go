package report

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/result"
)

// duration writes a time of replies for a narrow column: 812ms, 1.2s, 2m03s.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Round(time.Millisecond).Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
}

// spaced writes a time for a sentence: 4 ms, 1.2 s, 2m03s.
func spaced(d time.Duration) string {
	text := duration(d)
	if d < time.Minute {
		number := strings.TrimRight(text, "ms")
		return number + " " + text[len(number):]
	}
	return text
}

// amount writes credits of which some may not be known: exactly, ~ when there
// is more to it, ? when nothing is known. Never a zero that is wrong.
func amount(a credit.Amount, unknown int) string {
	switch {
	case unknown == 0:
		return a.String()
	case a.IsZero():
		return "?"
	default:
		return "~" + a.String()
	}
}

// plural writes a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// closing is the last line: what was done, and what it cost.
func closing(r result.Run) string {
	did := "Asked"
	if r.Mode == result.Replay {
		did = "Replayed"
	}
	parts := []string{plural(r.Sum.Requests, "request", "requests")}
	unknown := ""
	if r.Sum.Unknown > 0 {
		unknown = " (" + plural(r.Sum.Unknown, "reply", "replies") + " of unknown cost)"
	}
	if r.Mode == result.Replay {
		parts = append(parts, r.Sum.Spent.String()+" credits spent", amount(r.Sum.Recorded, r.Sum.Unknown)+" recorded"+unknown)
	} else {
		parts = append(parts, amount(r.Sum.Spent, r.Sum.Unknown)+" credits spent"+unknown)
		if !r.Sum.Recorded.IsZero() {
			parts = append(parts, r.Sum.Recorded.String()+" recorded")
		}
	}
	if b := balance(r.Balance); b != "" {
		parts = append(parts, "balance "+b)
	}
	return fmt.Sprintf("%s %s in %s: %s.", did, plural(r.Sum.Samples, "conversation", "conversations"), spaced(r.Clock.Took), strings.Join(parts, ", "))
}

// balance names the accounts where there are several.
func balance(accounts map[string]credit.Amount) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(accounts)) {
		text := accounts[name].String()
		if len(accounts) > 1 {
			text += " (" + visible(name) + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// byProvider says what each provider's part is, where there are several.
func byProvider(r result.Run) string {
	if len(r.Sum.Providers) < 2 {
		return ""
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(r.Sum.Providers)) {
		m := r.Sum.Providers[name]
		out = append(out, visible(name)+" "+amount(r.Mode.Credits(m.Spent, m.Recorded), m.Unknown))
	}
	kind := "spent"
	if r.Mode == result.Replay {
		kind = "recorded"
	}
	return "Credits " + kind + " by provider: " + strings.Join(out, ", ") + "."
}

// statusText gives an HTTP status with its words.
func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("%d %s", status, text)
	}
	return fmt.Sprint(status)
}
