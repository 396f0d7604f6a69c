package cli

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/fixture"
)

type stateRecoverFlags struct {
	stateWriteFlags
	forget bool
}

func newStateRecover(c *command) *cobra.Command {
	var f stateRecoverFlags
	cmd := &cobra.Command{
		Use:   "recover [ADDRESS…]",
		Short: "File what a killed command left in the journal; list questions of unknown outcome",
		Long: `A command that was killed leaves its replies in .assay/journal. They are filed here
without asking anything, where the suites still ask for them, and kept below
.assay/replies where not. The next assay apply does the same.

Questions that were sent and whose end nobody knows are listed: they may have been
paid for. assay apply --retry-unknown asks them again; --forget drops them from
the list (it asks first), all or those that are named.`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.stateRecover(cmd, &f, args) },
	}
	f.lockFlags.add(cmd)
	cmd.Flags().BoolVar(&f.forget, "forget", false, "drop questions of unknown outcome, all or those at `ADDRESS`")
	cmd.Flags().Lookup("forget").Usage = "drop questions of unknown outcome: those that are named, else all"
	cmd.Flags().BoolVar(&f.approve, "auto-approve", false, "with --forget: do not ask for approval")
	return cmd
}

func (c *command) stateRecover(cmd *cobra.Command, f *stateRecoverFlags, args []string) error {
	if len(args) > 0 && !f.forget {
		return usage("state recover takes addresses with --forget only", "Replies are filed whatever they belong to.")
	}
	wanted := make([]address.Pattern, 0, len(args))
	for _, arg := range args {
		p, err := address.ParsePattern(arg)
		if err != nil {
			return diag.NewError(diag.BadAddress, "'"+diag.Visible(arg)+"' is no address", err.Error())
		}
		wanted = append(wanted, p)
	}
	o, err := c.openState(&selectFlags{}, nil)
	if err != nil {
		return err
	}
	defer o.close()
	unlock, err := c.lock(o.folder, "state recover", f.timeout)
	if err != nil {
		return err
	}
	defer unlock()
	left, unknown, err := o.project.Left(o.folder)
	if err != nil {
		return err
	}
	if f.forget {
		return c.forget(o, f, unknown, wanted)
	}
	filed, err := o.project.Recover(cmd.Context(), harness.Recording{Folder: o.folder}, left)
	if err != nil {
		return err
	}
	return c.print(func(b *bytes.Buffer) { writeRecovered(b, left, filed, unknown) })
}

func writeRecovered(b *bytes.Buffer, left []fixture.Left, filed []address.Address, unknown []fixture.Unknown) {
	if len(left)+len(unknown) == 0 {
		b.WriteString("Nothing to recover: the journal is empty.\n")
		return
	}
	kept := 0
	for _, l := range left {
		if slices.Contains(filed, l.Address) {
			fmt.Fprintf(b, "  = %s   filed, received %s\n", l.Address, l.At.UTC().Format(timeLayout))
			continue
		}
		kept++
		fmt.Fprintf(b, "  . %s   recorded already, or asked no more: kept, received %s\n", l.Address, l.At.UTC().Format(timeLayout))
	}
	for _, u := range unknown {
		fmt.Fprintf(b, "  ? %s   sent %s, without a reply\n", u.Address, u.At.UTC().Format(timeLayout))
	}
	fmt.Fprintf(b, "\nFiled %s, kept %s below .assay/replies. Nothing was asked.\n", replies(len(filed)), replies(kept))
	if len(unknown) > 0 {
		fmt.Fprintf(b, "Nobody knows how %s ended; it may have been paid for.\n  assay apply --retry-unknown    asks again\n  assay state recover --forget   drops it from this list\n", counted(len(unknown), "question"))
	}
}

const timeLayout = "2006-01-02 15:04:05Z"

// forget drops questions of unknown outcome.
func (c *command) forget(o *opened, f *stateRecoverFlags, unknown []fixture.Unknown, wanted []address.Pattern) error {
	var going []fixture.Unknown
	var near []string
	for _, u := range unknown {
		near = appendNear(near, u.Address)
		if len(wanted) == 0 || slices.ContainsFunc(wanted, func(p address.Pattern) bool { return p.Match(u.Address) }) {
			going = append(going, u)
		}
	}
	if len(going) == 0 {
		if len(wanted) == 0 {
			return c.print(func(b *bytes.Buffer) { b.WriteString("There is no question of unknown outcome.\n") })
		}
		names := make([]string, 0, len(wanted))
		for _, w := range wanted {
			names = append(names, w.String())
		}
		return matchesNothing(names, near, "no question of unknown outcome", "assay state recover lists them.")
	}
	err := c.print(func(b *bytes.Buffer) {
		for _, u := range going {
			fmt.Fprintf(b, "  ? %s   sent %s\n", u.Address, u.At.UTC().Format(timeLayout))
		}
		b.WriteString("\nWhat is forgotten may have been paid for, and the next assay apply asks it again like any other question.\n")
	})
	if err != nil {
		return err
	}
	if err := c.approveState(&f.stateWriteFlags, "Do you want to forget these?", "forgotten"); err != nil {
		return err
	}
	if err := o.project.Forget(o.folder, going); err != nil {
		return err
	}
	return c.print(func(b *bytes.Buffer) { fmt.Fprintf(b, "Forgot %s.\n", counted(len(going), "question")) })
}
