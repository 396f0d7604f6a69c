package cli

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
)

type stateWriteFlags struct {
	lockFlags
	approve bool
}

func newStateRm(c *command) *cobra.Command {
	var f stateWriteFlags
	cmd := &cobra.Command{
		Use:   "rm ADDRESS…",
		Short: "Remove recordings; asks, and says what they cost",
		Long: `Removes the recordings of cases, samples or turns, by address with globs. It lists
them with what they cost, and asks; without a terminal nothing is removed unless
--auto-approve is given (exit 8).

The replies are kept below .assay/replies on this machine: whoever asks the same
again has them free of charge.`,
		Example: `  assay state rm jokes.greets
  assay state rm 'old_suite.*' --auto-approve
  assay state rm 'jokes.greets#3'`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.stateRm(cmd, &f, args) },
	}
	f.lockFlags.add(cmd)
	cmd.Flags().BoolVar(&f.approve, "auto-approve", false, "do not ask for approval")
	return cmd
}

func (c *command) stateRm(cmd *cobra.Command, f *stateWriteFlags, args []string) error {
	if len(args) == 0 {
		return usage("state rm needs an address", "For example: assay state rm jokes.greets. All there are: assay state list.")
	}
	o, err := c.openState(&selectFlags{}, args)
	if err != nil {
		return err
	}
	defer o.close()
	unlock, err := c.lock(o.folder, "state rm", f.timeout)
	if err != nil {
		return err
	}
	defer unlock()
	going, err := c.goingAway(cmd, o)
	if err != nil {
		return err
	}
	if len(going) == 0 {
		return c.nothingSelected(cmd.Context(), o, args)
	}
	if err := c.print(func(b *bytes.Buffer) { writeGoing(b, going) }); err != nil {
		return err
	}
	if err := c.approveState(f, "Do you want to remove these recordings?", "removed"); err != nil {
		return err
	}
	state := o.project.OpenState(o.folder)
	for _, h := range going {
		if err := state.Remove(h); err != nil {
			return notWritten(err)
		}
	}
	if err := state.Close(cmd.Context()); err != nil {
		return notWritten(err)
	}
	return c.print(func(b *bytes.Buffer) { fmt.Fprintf(b, "Removed %s.\n", counted(len(going), "recording")) })
}

// goingAway gives what is selected and recorded.
func (c *command) goingAway(cmd *cobra.Command, o *opened) (going []*harness.Held, err error) {
	err = o.project.States(cmd.Context(), func(h *harness.Held) error {
		recorded := h.Broken != nil
		for i := range h.Turns {
			recorded = recorded || h.Turns[i].Exchange != nil
		}
		if !recorded {
			return nil
		}
		if o.narrow(h) {
			going = append(going, h)
		}
		return nil
	})
	return going, err
}

func writeGoing(b *bytes.Buffer, going []*harness.Held) {
	var all costs
	lost := 0
	for _, h := range going {
		var sum costs
		turns := 0
		for _, t := range h.Turns {
			if t.Exchange != nil {
				sum.add(t.Exchange)
				all.add(t.Exchange)
				turns++
			}
		}
		if h.Broken != nil {
			lost++
			fmt.Fprintf(b, "  - %s   %s, removed as it is\n", diag.Visible(h.Path), h.BrokenState)
			continue
		}
		fmt.Fprintf(b, "  - %s   %s, cost %s\n", diag.Visible(h.Display()), replies(turns), sum.String())
	}
	fmt.Fprintf(b, "\nTo remove: %s, which cost %s credits to record.\n", counted(len(going), "recording"), all.String())
	if lost > 0 {
		fmt.Fprintf(b, "What is in %s that can't be read is not kept anywhere.\n", counted(lost, "file"))
	}
}

// approveState asks for a yes, unless it was given.
func (c *command) approveState(f *stateWriteFlags, question, done string) error {
	if f.approve {
		return nil
	}
	if !c.StdinIsTerminal {
		return diag.NewError(diag.NotApproved, "nothing was "+done+": there is no terminal to ask for approval",
			"Look at what is listed above, and give --auto-approve.")
	}
	if !c.ask(question) {
		return diag.NewError(diag.NotApproved, "nothing was "+done+": it was not approved", "")
	}
	return nil
}

// notWritten says why a recording could not be changed. An error that says by
// itself what it is stays so.
func notWritten(err error) error {
	d := diag.FromError(diag.CannotRecord, err)
	if d.Detail == "" {
		d.Detail = "What was done before stays done; nothing is lost. Free some space, or make the folder writable, and run the command again."
	}
	return &diag.Failure{Diagnostics: diag.Diagnostics{d}}
}
