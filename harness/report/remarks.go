package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// writeRemarks says below the table what its figures leave out: all counts,
// why cases were skipped, the parts of providers, notes.
func writeRemarks(w io.Writer, r result.Reader, o Options) error {
	run := r.Run()
	if err := writeReasons(w, r); err != nil {
		return err
	}
	if text := counts(run.Sum); text != "" {
		fmt.Fprintln(w, text)
	}
	for _, note := range run.Notes {
		fmt.Fprintln(w, "Note: "+visible(note))
	}
	if run.Interrupted {
		fmt.Fprintln(w, ink(o.Color, yellow, "The run was interrupted."))
	}
	if n := run.Sum.Stale; n > 0 {
		fmt.Fprintln(w, ink(o.Color, yellow, plural(n, "stale reply was", "stale replies were")+" judged: the questions changed since. assay apply asks again."))
	}
	if text := byProvider(run); text != "" {
		fmt.Fprintln(w, text)
	}
	return nil
}

// counts gives all counts in a sentence, when there is more to tell than what
// the footer says.
func counts(s result.Sum) string {
	var parts []string
	add := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, plural(n, one, many))
		}
	}
	add(s.Failed, "failed", "failed")
	add(s.Errored, "error", "errors")
	add(s.Passed, "passed", "passed")
	add(s.Skipped-s.KnownFailing, "skipped", "skipped")
	add(s.KnownFailing, "known failure", "known failures")
	add(s.Flaky, "flaky", "flaky")
	add(s.Warnings, "warning", "warnings")
	add(s.Stale, "stale reply", "stale replies")
	if len(parts) < 2 || s.Errored+s.Skipped+s.Flaky+s.Warnings+s.Stale == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + "."
}

// maxReasons is how many different reasons are told apart.
const maxReasons = 20

// writeReasons says why cases were skipped: each reason once, with a count and
// the first cases.
func writeReasons(w io.Writer, r result.Reader) error {
	if r.Run().Sum.Skipped == 0 {
		return nil
	}
	var groups groups
	for c, err := range result.Remarkable(r) {
		if err != nil {
			return err
		}
		if c.Verdict != verdict.Skip {
			continue
		}
		word := "Skipped"
		if c.KnownFailure {
			word = "Known failure"
		}
		reason := c.Reason
		if reason == "" {
			reason = "no reason given"
		}
		groups.add(word+": "+cut(visible(reason), 200), visible(c.Display), maxReasons)
	}
	for _, g := range groups.list {
		fmt.Fprintf(w, "%s (%s)\n", g.key, g.where())
	}
	if groups.more > 0 {
		fmt.Fprintf(w, "%s skipped for other reasons\n", plural(groups.more, "case", "cases"))
	}
	return nil
}

// groups counts what is alike, in order of appearance, with the first few
// addresses of each.
type groups struct {
	list []*group
	by   map[string]*group
	more int // members of groups beyond the limit
}

type group struct {
	key   string
	count int
	first []string
}

// shownAddresses is how many members of a group are named.
const shownAddresses = 3

// add counts a member; it gives the group if this is its first one.
func (g *groups) add(key, address string, limit int) *group {
	one, known := g.by[key]
	if !known {
		if len(g.list) == limit {
			g.more++
			return nil
		}
		one = &group{key: key}
		if g.by == nil {
			g.by = make(map[string]*group)
		}
		g.by[key] = one
		g.list = append(g.list, one)
	}
	one.count++
	if len(one.first) < shownAddresses {
		one.first = append(one.first, address)
	}
	if known {
		return nil
	}
	return one
}

// where names the members: a, b, c and 97 more.
func (g *group) where() string {
	text := strings.Join(g.first, ", ")
	if rest := g.count - len(g.first); rest > 0 {
		text += fmt.Sprintf(" and %d more", rest)
	}
	return text
}
