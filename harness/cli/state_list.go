package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/report"
)

type stateListFlags struct {
	selectFlags
	all bool
}

func newStateList(c *command) *cobra.Command {
	var f stateListFlags
	cmd := &cobra.Command{
		Use:   "list [SELECTOR…]",
		Short: "List recordings: address, key, age, model, credits, origin, state",
		Long: `Lists what is recorded and what is missing, a line a case instance; --all has a line
for each turn of each sample. Recordings that belong to no case come last: they
are orphans.

With --json each turn is an event "recording" (assay schema events).`,
		Example: `  assay state list
  assay state list jokes --all
  assay state list --json`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.stateList(cmd, &f, args) },
	}
	f.selectFlags.add(cmd)
	cmd.Flags().BoolVar(&f.all, "all", false, "a line for each turn of each sample")
	jsonFlag(cmd)
	return cmd
}

func (c *command) stateList(cmd *cobra.Command, f *stateListFlags, args []string) error {
	o, err := c.openState(&f.selectFlags, args)
	if err != nil {
		return err
	}
	defer o.close()
	list := &recordingList{now: c.Now(), all: f.all}
	err = o.project.States(cmd.Context(), func(h *harness.Held) error {
		if o.narrow(h) {
			list.add(h)
			c.emitHeld(h)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(list.rows) == 0 && len(args) > 0 && !f.allowEmpty {
		return c.nothingSelected(cmd.Context(), o, args)
	}
	return c.print(func(b *bytes.Buffer) { err = list.write(b, c.StdoutColumns) })
}

// nothingSelected names the nearest that a selector may have meant.
func (c *command) nothingSelected(ctx context.Context, o *opened, args []string) error {
	var near []string
	for a := range o.project.Plan().All() {
		near = appendNear(near, a)
	}
	for f, err := range o.project.Store().Files(ctx) {
		if err == nil {
			near = appendNear(near, f.Address)
		}
	}
	return selectedNothing(args, near)
}

// recordingList is the table of recordings.
type recordingList struct {
	now    time.Time
	all    bool
	rows   [][]string
	states []string // as they come up
	count  map[string]int
	costs  costs
}

var listColumns = []report.Column{
	{Heading: "address", Elastic: true},
	{Heading: "key", Missable: 3},
	{Heading: "age", Right: true},
	{Heading: "model", Missable: 1},
	{Heading: "credits", Right: true},
	{Heading: "origin", Missable: 2},
	{Heading: "state"},
}

func (l *recordingList) add(h *harness.Held) {
	if h.Broken != nil {
		l.note(string(h.BrokenState), 1)
		l.rows = append(l.rows, []string{brokenName(h), "", "", "", "", "", string(h.BrokenState)})
		return
	}
	for _, t := range h.Turns {
		l.note(stateOf(&t), 1)
		if t.Exchange != nil {
			l.costs.add(t.Exchange)
		}
	}
	switch {
	case l.all:
		for _, t := range h.Turns {
			l.rows = append(l.rows, l.row(h, []harness.Standing{t}, t.Address.Display(h.Ambiguity)))
		}
	default:
		l.rows = append(l.rows, l.row(h, h.Turns, h.Display()))
	}
}

// brokenName is what there is to name a file that can't be read.
func brokenName(h *harness.Held) string {
	if h.Address.Case == "" || h.Orphan {
		return h.Path
	}
	return h.Display()
}

func (l *recordingList) note(state string, n int) {
	if l.count == nil {
		l.count = map[string]int{}
	}
	if l.count[state] == 0 {
		l.states = append(l.states, state)
	}
	l.count[state] += n
}

// row sums turns up: the age of the newest, the cost of all.
func (l *recordingList) row(h *harness.Held, turns []harness.Standing, name string) []string {
	var sum costs
	var newest time.Time
	var keys, models, origins []string
	for _, t := range turns {
		e := t.Exchange
		if e == nil {
			continue
		}
		sum.add(e)
		if e.RecordedAt.After(newest) {
			newest = e.RecordedAt
		}
		keys = append(keys, shortKey(e.Key))
		models = appendNew(models, modelName(e))
		origins = appendNew(origins, string(e.Origin))
	}
	out := []string{name, "", "", "", "", "", statesOf(turns)}
	if h.From != nil {
		out[0] += " (at " + h.From.String() + ")"
	}
	if len(keys) > 0 {
		out[1], out[2], out[3], out[4], out[5] = keys[0], age(l.now, newest), strings.Join(models, ", "), sum.String(), strings.Join(origins, ", ")
	}
	if len(keys) > 1 {
		out[1] += fmt.Sprintf(" +%d", len(keys)-1)
	}
	return out
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

const edited = "edited by hand"

// stateOf gives a turn's state in a word.
func stateOf(t *harness.Standing) string {
	if len(t.Edited) > 0 || t.Changed {
		return edited
	}
	return string(t.State)
}

// statesOf sums states up: "current", or "1 stale, 2 follows, 1 current".
func statesOf(turns []harness.Standing) string {
	var names []string
	count := map[string]int{}
	for _, t := range turns {
		names = appendNew(names, stateOf(&t))
		count[stateOf(&t)]++
	}
	if len(names) == 1 {
		return names[0]
	}
	for i, name := range names {
		names[i] = fmt.Sprintf("%d %s", count[name], name)
	}
	return strings.Join(names, ", ")
}

func (l *recordingList) write(b *bytes.Buffer, width int) error {
	if len(l.rows) == 0 {
		b.WriteString("Nothing is recorded, and no case asks for anything.\n")
		return nil
	}
	footer := make([]string, len(listColumns))
	footer[0] = replies(l.costs.paid + l.costs.unknown)
	footer[4] = l.costs.String()
	if err := report.Listing(b, listColumns, l.rows, footer, width); err != nil {
		return err
	}
	parts := make([]string, len(l.states))
	for i, s := range l.states {
		parts[i] = fmt.Sprintf("%d %s", l.count[s], s)
	}
	fmt.Fprintf(b, "%s.\n", strings.Join(parts, ", "))
	return nil
}

// recordingEvent is a turn that is asked, or recorded, or both.
type recordingEvent struct {
	Address    string          `json:"address"`
	State      string          `json:"state"`
	File       string          `json:"file,omitempty"`
	At         string          `json:"recorded_under,omitempty"`
	Key        string          `json:"key,omitempty"`
	RecordedAt *time.Time      `json:"recorded_at,omitempty"`
	Model      string          `json:"model,omitempty"`
	Credits    string          `json:"credits,omitempty"`
	Unsure     bool            `json:"unsure,omitempty"`
	Origin     exchange.Origin `json:"origin,omitempty"`
	Status     int             `json:"status,omitempty"`
	Body       string          `json:"body,omitempty"`
	Problem    string          `json:"problem,omitempty"`
}

func (recordingEvent) eventName() string { return "recording" }

// emitHeld writes the turns of an instance as events.
func (c *command) emitHeld(h *harness.Held) {
	if c.events == nil {
		return
	}
	if h.Broken != nil {
		c.events.emit(recordingEvent{Address: h.Address.String(), State: string(h.BrokenState), File: h.Path, Problem: h.Broken.Summary})
		return
	}
	for i := range h.Turns {
		c.events.emit(eventOf(h, &h.Turns[i]))
	}
}

func eventOf(h *harness.Held, t *harness.Standing) recordingEvent {
	out := recordingEvent{Address: t.Address.String(), State: stateOf(t), Problem: t.Why.Summary}
	e := t.Exchange
	if h.From != nil {
		out.At = h.From.String()
	}
	if e == nil {
		return out
	}
	out.File, out.Key, out.Model, out.Origin, out.Status, out.Unsure = h.Path, e.Key.String(), e.Model, e.Origin, e.Status, e.Unsure
	if !e.RecordedAt.IsZero() {
		out.RecordedAt = &e.RecordedAt
	}
	if e.Credits != nil {
		out.Credits = e.Credits.String()
	}
	return out
}

// worth is how a state is told as a problem; nil for what is in order.
func worth(h *harness.Held, t *harness.Standing) *diag.Diagnostic {
	switch {
	case len(t.Edited) > 0 || t.Changed:
		d := editedByHand(h, t)
		return &d
	case t.State == fixture.Current || t.State == harness.NotAsked || t.State == fixture.Orphan:
		return nil
	}
	d := t.Why
	return &d
}
