package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/fixture"
)

func newStateVerify(c *command) *cobra.Command {
	var f selectFlags
	cmd := &cobra.Command{
		Use:   "verify [SELECTOR…]",
		Short: "Check every recording: exit 6 on anything that is not current",
		Long: `Holds every recording to the question that its suite asks, and looks for what no
other command looks for: files that were edited by hand, two files for one
address, shared texts that are damaged, and files that are no recordings.
Recordings that belong to no case, and what nobody needs, are named as warnings.

Everything is reported at once, with its place and its cure.`,
		Example: `  assay state verify
  assay state verify jokes --json`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.stateVerify(cmd, &f, args) },
	}
	f.add(cmd)
	jsonFlag(cmd)
	return cmd
}

func (c *command) stateVerify(cmd *cobra.Command, f *selectFlags, args []string) error {
	o, err := c.openState(f, args)
	if err != nil {
		return err
	}
	defer o.close()
	var ds diag.Diagnostics
	seen, current := 0, 0
	err = o.project.States(cmd.Context(), func(h *harness.Held) error {
		if !o.narrow(h) {
			return nil
		}
		seen++
		more, good := judge(h)
		ds, current = append(ds, more...), current+good
		return nil
	})
	if err != nil {
		return err
	}
	if seen == 0 && len(args) > 0 && !f.allowEmpty {
		return c.nothingSelected(cmd.Context(), o, args)
	}
	if len(args)+len(f.exclude)+len(c.flags.providers) == 0 && f.tags == "" {
		more, err := o.project.Store().Strays(cmd.Context())
		if err != nil {
			return err
		}
		ds = append(ds, more...)
	}
	ds = ds.Sorted()
	c.say(ds)
	if ds.HasErrors() {
		return exitError(ds.Exit())
	}
	return c.print(func(b *bytes.Buffer) {
		fmt.Fprintf(b, "All current: %s in %s.\n", replies(current), counted(seen, "recording"))
	})
}

// replies counts replies.
func replies(n int) string {
	if n == 1 {
		return "1 reply"
	}
	return fmt.Sprintf("%d replies", n)
}

// judge gives what is wrong with what is recorded of one instance, and how many
// of its turns are current.
func judge(h *harness.Held) (ds diag.Diagnostics, current int) {
	if h.Broken != nil {
		return diag.Diagnostics{*h.Broken}, 0
	}
	if h.Orphan {
		for i := range h.Turns {
			if d := worth(h, &h.Turns[i]); d != nil {
				ds = append(ds, *d)
			}
		}
		ds.Warn(diag.RecordingOrphan, place(h), fmt.Sprintf("the recording of %s belongs to no case", h.Address),
			"assay apply removes it after showing it. If the case was renamed, assay plan shows where it goes; if it is to go now: assay state rm '"+h.Address.String()+"'")
		return ds, 0
	}
	if h.From != nil {
		return diag.Diagnostics{{
			Code: diag.RecordingMoved, Range: place(h), Address: h.Address.String(),
			Summary: fmt.Sprintf("the recording of %s is still at %s", h.Address, h.From),
			Detail:  fmt.Sprintf("Same questions, another address. Moving it costs nothing: assay apply '%s'", h.Address),
		}}, 0
	}
	beyond := 0
	for i := range h.Turns {
		t := &h.Turns[i]
		switch d := worth(h, t); {
		case d != nil:
			if d.Range.Filename == "" && t.Exchange != nil {
				d.Range = place(h)
			}
			ds = append(ds, *d)
		case t.State == fixture.Current:
			current++
		case t.State == harness.NotAsked:
			beyond++
		}
	}
	if beyond > 0 && beyond < len(h.Turns) {
		ds.Warn(diag.RecordingOrphan, place(h), fmt.Sprintf("%s of %s: the suite does not ask that", replies(beyond), h.Address),
			"The case has become shorter, or has fewer samples. They go when it is recorded again, or with assay state rm.")
	}
	return ds, current
}

func place(h *harness.Held) diag.Range {
	at := diag.Pos{Line: 1, Column: 1}
	return diag.Range{Filename: h.Path, Start: at, End: at}
}

// editedByHand says what does not fit.
func editedByHand(h *harness.Held, t *harness.Standing) diag.Diagnostic {
	var b strings.Builder
	for _, d := range t.Edited {
		b.WriteString(d.Text())
	}
	if len(t.Edited) == 0 {
		b.WriteString("  the sum in meta does not fit its question and its reply\n")
	}
	return diag.Diagnostic{
		Code: diag.RecordingEdited, Address: t.Address.String(), Range: place(h),
		Summary: fmt.Sprintf("the recording of %s was edited by hand", t.Address),
		Detail:  "It does not say what was asked or answered when it was recorded:\n" + b.String() + "Restore the file from version control, or record again: assay apply --replace '" + t.Address.String() + "'",
	}
}
