package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
)

func newStateShow(c *command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show ADDRESS…",
		Short: "Show stored recordings: question, reply, file, state and why",
		Long: `Shows what is stored under an address, whether it is current or not, and where it is
not, why. It works for recordings that belong to no case, too. What a test would
see is shown by: assay show ADDRESS

With --json each turn is an event "recording" with its body (assay schema events).`,
		Example: `  assay state show jokes.greets
  assay state show 'jokes.changes_topic["dogs"]@grok-2#2.turn[1]'`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.stateShow(cmd, args) },
	}
	jsonFlag(cmd)
	return cmd
}

func (c *command) stateShow(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage("state show needs an address", "For example: assay state show jokes.greets. All there are: assay state list.")
	}
	o, err := c.openState(&selectFlags{}, args)
	if err != nil {
		return err
	}
	defer o.close()
	var b bytes.Buffer
	shown := 0
	view := stored{out: &b, redactor: o.project.Redactor()}
	err = o.project.States(cmd.Context(), func(h *harness.Held) error {
		if !o.narrow(h) {
			return nil
		}
		shown++
		if c.events != nil {
			view.emit(c, h)
			return nil
		}
		view.held(c, h)
		return nil
	})
	if err != nil {
		return err
	}
	if shown == 0 {
		return c.nothingSelected(cmd.Context(), o, args)
	}
	_, err = c.Stdout.Write(b.Bytes())
	return err
}

// stored shows recordings as they are stored.
type stored struct {
	out      *bytes.Buffer
	redactor *exchange.Redactor
}

func (v stored) held(c *command, h *harness.Held) {
	if v.out.Len() > 0 {
		v.out.WriteByte('\n')
	}
	fmt.Fprintf(v.out, "%s\n  file   %s\n", diag.Visible(cmp.Or(h.Address.String(), h.Path)), diag.Visible(h.Path))
	switch {
	case h.Broken != nil:
		fmt.Fprintf(v.out, "  state  %s: %s\n", h.BrokenState, diag.Visible(h.Broken.Summary))
		v.indented("         ", h.Broken.Detail)
		return
	case h.From != nil:
		fmt.Fprintf(v.out, "  state  moved: it is still at %s, and assay apply moves it free of charge\n", h.From)
	case h.Orphan:
		v.out.WriteString("  state  orphan: it belongs to no case\n")
	}
	for i := range h.Turns {
		v.turn(c, h, &h.Turns[i])
	}
}

func (v stored) turn(c *command, h *harness.Held, t *harness.Standing) {
	fmt.Fprintf(v.out, "\n%s  %s\n", t.Address.Display(h.Ambiguity), stateOf(t))
	if d := worth(h, t); d != nil && h.From == nil {
		v.indented("  ", d.Detail)
	}
	e := t.Exchange
	if e == nil {
		return
	}
	fmt.Fprintf(v.out, "  key       %s\n", e.Key)
	fmt.Fprintf(v.out, "  recorded  %s (%s ago), %s\n", e.RecordedAt.UTC().Format("2006-01-02 15:04:05Z"), age(c.Now(), e.RecordedAt), cmp.Or(string(e.Origin), "origin unknown"))
	fmt.Fprintf(v.out, "  reply     status %d, %s credits, %s, model %s\n", e.Status, creditsOf(e), e.Latency, diag.Visible(modelName(e)))
	for _, f := range e.Header {
		fmt.Fprintf(v.out, "            %s\n", diag.Visible(f.Name+": "+v.redactor.String(f.Value)))
	}
	for _, m := range exchange.RedactMessages(e.Adds, v.redactor) {
		v.text(m.Role, m.Content())
	}
	if e.With != "" {
		v.text("with", v.redactor.String(e.With))
	}
	if text, ok := fixture.Text(e.Body); ok {
		v.text("assistant", v.redactor.String(text))
		return
	}
	v.text("body", v.redactor.String(string(e.Body)))
}

func (v stored) text(name, text string) {
	fmt.Fprintf(v.out, "  %s:\n", diag.Visible(name))
	v.indented("    ", text)
}

func (v stored) indented(by, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(v.out, "%s%s\n", by, diag.Visible(strings.TrimRight(line, "\n")))
	}
}

func (v stored) emit(c *command, h *harness.Held) {
	if h.Broken != nil {
		c.emitHeld(h)
		return
	}
	for i := range h.Turns {
		e := eventOf(h, &h.Turns[i])
		if held := h.Turns[i].Exchange; held != nil {
			e.Body = v.redactor.String(strings.ToValidUTF8(string(held.Body), "\uFFFD"))
		}
		c.events.emit(e)
	}
}
