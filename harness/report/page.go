package report

import (
	"fmt"
	"strings"

	"github.com/apparentlymart/go-textseg/v15/textseg"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// page explains one thing that went wrong, in text. The zero value writes it
// for a file: without colour, whole.
type page struct {
	strings.Builder
	show  func(string) []string // a text's lines, safe for where they go
	limit int                   // characters of one text; 0: all
	width int                   // columns of a source line; 0: all
	fold  int                   // columns of the terminal, at which texts are folded; 0: none
	color bool
}

func terminalPage(o Options) *page {
	return &page{show: lines, limit: 300, width: o.width(), fold: o.Width, color: o.Color}
}

// indent is how far the texts of a page stand in, behind their labels.
const indent = 12

// title writes the first line.
func (p *page) title(text, code string) { p.heading(red, "Error:", text, code) }

// warning is a title for what stops nothing.
func (p *page) warning(text, code string) {
	p.heading(yellow, "Warning:", text, code)
}

func (p *page) heading(colour, word, text, code string) {
	text = p.line(text)
	if code != "" {
		text += " (" + p.line(code) + ")"
	}
	p.WriteString(ink(p.color, colour, word))
	// The word is painted by now, and keeps its room.
	p.WriteString(strings.TrimPrefix(p.fit(word+" "+text), word) + "\n")
}

// line gives a text as one line.
func (p *page) line(text string) string { return strings.Join(p.show(text), " ") }

// maxLines is how many lines of one text a terminal gets.
const maxLines = 15

// field writes a labelled text; its further lines stand below the first.
func (p *page) field(label, text string) {
	if p.limit > 0 {
		text = cut(text, p.limit)
	}
	lines := p.show(text)
	if hidden := len(lines) - maxLines; hidden > 0 && p.limit > 0 {
		lines = append(lines[:maxLines:maxLines], "… "+plural(hidden, "more line", "more lines"))
	}
	for i, line := range lines {
		if i > 0 {
			label = ""
		}
		line = fmt.Sprintf("  %-*s%s", indent-2, label, line)
		p.folded(strings.TrimRight(line, " "))
	}
}

// folded writes a line, on a terminal broken at its words and not within them.
func (p *page) folded(line string) {
	p.WriteString(p.fit(line))
}

func (p *page) fit(line string) string {
	if p.fold == 0 {
		return line + "\n"
	}
	return strings.Join(diag.Wrap(line, max(p.fold, 20)), "\n") + "\n"
}

// optional is field for a text that may be missing.
func (p *page) optional(label, text string) {
	if text != "" {
		p.field(label, text)
	}
}

// place writes where something stands, and whose it is.
func (p *page) place(at result.Place, display string) {
	switch {
	case at.File == "" && display == "":
		return
	case at.File == "":
		p.WriteString("  in " + p.line(display) + ":\n")
	case at.Line == 0:
		p.WriteString("  on " + p.line(at.File) + in(p.line(display)) + ":\n")
	default:
		fmt.Fprintf(p, "  on %s line %d%s:\n", p.line(at.File), at.Line, in(p.line(display)))
	}
}

func in(display string) string {
	if display == "" {
		return ""
	}
	return ", in " + display
}

// check writes an expectation that did not hold.
func (p *page) check(c *result.Check, display string) {
	p.place(c.Place, display)
	p.source(c)
	p.optional("expected", c.Expected)
	p.optional("actual", c.Actual)
	p.optional("because", c.Reason)
	p.optional("message", c.Message)
}

// source writes the line of the suite with its number, and a caret under what
// is meant.
func (p *page) source(c *result.Check) {
	if c.Source == "" {
		return
	}
	text, before, marked := p.mark(c)
	gutter := fmt.Sprintf("  %d: ", c.Place.Line)
	p.WriteString(strings.TrimRight(gutter+text, " ") + "\n")
	if marked > 0 {
		p.WriteString(strings.Repeat(" ", len(gutter)+before) + ink(p.color, red, strings.Repeat("^", marked)) + "\n")
	}
}

// mark gives the source line as it can be shown, and where the caret stands
// under it, in columns of a terminal. Places count characters as HCL does.
func (p *page) mark(c *result.Check) (text string, before, marked int) {
	source := strings.TrimRight(c.Source, "\r\n")
	from, to := characters(source, c.Place.Column-1), len(source)
	if c.Place.EndLine <= c.Place.Line {
		to = max(characters(source, c.Place.End-1), from)
	}
	head, middle, tail := p.line(source[:from]), p.line(source[from:to]), p.line(source[to:])
	if p.width > 0 {
		head, middle, tail = p.window(head, middle, tail)
	}
	if c.Place.Column > 0 {
		before, marked = columns(head), max(columns(middle), 1)
	}
	return head + middle + tail, before, marked
}

// window cuts a long source line so that what is marked can be seen.
func (p *page) window(head, middle, tail string) (a, b, c string) {
	room := p.width - 8
	if columns(middle) > room*3/4 {
		middle = front(middle, room*3/4) + "…"
	}
	if rest := room - columns(middle); columns(head) > rest {
		head = "…" + back(head, rest-1)
	}
	if rest := room - columns(middle) - columns(head); columns(tail) > max(rest, 0) {
		tail = front(tail, max(rest-1, 0)) + "…"
	}
	return head, middle, tail
}

// characters gives the byte at which the n-th character (grapheme cluster)
// starts, at most the end.
func characters(s string, n int) int {
	at := 0
	for ; n > 0 && at < len(s); n-- {
		advance, _, err := textseg.ScanGraphemeClusters([]byte(s[at:]), true)
		if err != nil || advance == 0 {
			break
		}
		at += advance
	}
	return at
}

// maxSent is how many messages of a turn are shown.
const maxSent = 3

// circumstances writes what was sent, what came back and from where.
func (p *page) circumstances(t *result.Turn) {
	sent := t.Sent
	if hidden := len(sent) - maxSent; hidden > 0 && p.limit > 0 {
		p.field("sent", "("+plural(hidden, "message", "messages")+" before)")
		sent = sent[hidden:]
	}
	for i, m := range sent {
		label := "sent"
		if i > 0 || len(sent) < len(t.Sent) {
			label = ""
		}
		p.field(label, m.Role+": "+m.Text)
	}
	if t.Recording != nil {
		stale := ""
		if t.Stale {
			stale = "; stale: the question changed since"
		}
		p.field("recorded", fmt.Sprintf("%s, %s, %s%s", t.Recording.File, t.Recording.At.UTC().Format("2006-01-02"), t.Recording.Origin, stale))
		return
	}
	p.optional("asked", asked(t))
}

// asked gives the facts of a reply that came over the wire.
func asked(t *result.Turn) string {
	var facts []string
	add := func(text string) { facts = append(facts, text) }
	if t.Model != "" {
		add(t.Model)
	}
	if t.Latency != nil {
		add(duration(*t.Latency))
	}
	if t.Requests > 0 {
		add(plural(t.Requests, "request", "requests"))
	}
	if t.Status != 0 || t.Requests > 0 {
		add(turnCredits(t, result.LiveRun) + " credits")
	}
	return strings.Join(facts, ", ")
}

// turnCredits gives what a turn cost in the run's mode: a reply that a live run
// took from a recording cost it nothing.
func turnCredits(t *result.Turn, mode result.Mode) string {
	switch {
	case mode != result.Replay && t.Recording != nil:
		return "0"
	case t.Credits == nil && t.CostUnknown():
		return "?"
	case t.Credits == nil:
		return "0"
	case t.Unsure:
		return "~" + t.Credits.String()
	default:
		return t.Credits.String()
	}
}

// commands says how to run a case again and how to look at it.
func (p *page) commands(mode result.Mode, c *result.Case, look string) {
	again := "assay test " + shellQuote(visible(c.Display))
	switch {
	case mode == result.LiveRun:
		again += " --live"
	case mode == result.Apply && c.Verdict == verdict.Error:
		again = "assay apply " + shellQuote(visible(c.Display))
	}
	show := "assay show " + shellQuote(visible(look))
	between := "      "
	if len("  again: ")+columns(again)+len(between)+len("look: ")+columns(show) > p.room() {
		between = "\n   "
	}
	fmt.Fprintf(p, "\n  again: %s%slook: %s\n", again, between, show)
}

// room is how long a line of commands may be: a log has no edge.
func (p *page) room() int {
	if p.fold > 0 {
		return p.fold
	}
	return max(p.width, 110)
}

// failed gives the expectations that did not hold.
func failed(checks []result.Check) (out []*result.Check) {
	for i := range checks {
		if checks[i].Verdict >= verdict.Fail {
			out = append(out, &checks[i])
		}
	}
	return out
}

// warned gives the expectations that did not hold and only warn.
func warned(checks []result.Check) (out []*result.Check) {
	for i := range checks {
		if checks[i].Warned && checks[i].Verdict < verdict.Fail {
			out = append(out, &checks[i])
		}
	}
	return out
}

// expectationTitle names what is wrong with these.
func expectationTitle(checks []*result.Check) string {
	broken := 0
	for _, c := range checks {
		if c.Verdict == verdict.Error {
			broken++
		}
	}
	switch {
	case broken > 0 && broken == len(checks):
		return plural(broken, "expectation could not be judged", "expectations could not be judged")
	case len(checks) == 1:
		return "expectation not met"
	default:
		return fmt.Sprintf("%d expectations not met", len(checks))
	}
}
