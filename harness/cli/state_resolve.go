package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/fixture"
)

type stateResolveFlags struct {
	lockFlags
	dryRun bool
}

func newStateResolve(c *command) *cobra.Command {
	var f stateResolveFlags
	cmd := &cobra.Command{
		Use:   "resolve [PATH|SELECTOR…]",
		Short: "Resolve merge conflicts in recordings, free of charge",
		Long: `After a merge, for each recording with git's conflict markers: keeps the replies
whose questions the merged suites ask, whichever side has them, turn by turn. What
neither side answers is left to assay plan. Replies that are not needed are kept
below .assay/replies on this machine.

Resolve the suites first: they say what is asked. Only files with markers are
touched, and only the files are looked at, not git's index: where git kept one side
whole, without markers, that side is the recording.`,
		Example: `  assay state resolve
  assay state resolve jokes --dry-run
  assay state resolve fixtures/jokes/grok-2/greets.yaml`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.stateResolve(cmd, &f, args) },
	}
	f.lockFlags.add(cmd)
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "say what would be done, and write nothing")
	return cmd
}

func (c *command) stateResolve(cmd *cobra.Command, f *stateResolveFlags, args []string) error {
	o, err := c.openState(&selectFlags{}, nil)
	if err != nil {
		return err
	}
	defer o.close()
	selected, err := c.conflictFilter(o, args)
	if err != nil {
		return err
	}
	if !f.dryRun {
		unlock, err := c.lock(o.folder, "state resolve", f.timeout)
		if err != nil {
			return err
		}
		defer unlock()
	}
	list, ds, err := o.project.Resolve(cmd.Context(), selected)
	if err != nil {
		return err
	}
	if !f.dryRun && len(list) > 0 {
		if err := writeResolved(cmd, o, list); err != nil {
			return notWritten(err)
		}
	}
	err = c.print(func(b *bytes.Buffer) { tellResolved(b, o, list, f.dryRun, len(ds) > 0) })
	if err != nil {
		return err
	}
	c.say(ds)
	if ds.HasErrors() {
		return exitError(ds.Exit())
	}
	return nil
}

func writeResolved(cmd *cobra.Command, o *opened, list []*harness.Resolution) error {
	state := o.project.OpenState(o.folder)
	for _, r := range list {
		if err := state.Resolve(r); err != nil {
			return err
		}
	}
	return state.Close(cmd.Context())
}

// conflictFilter takes files and addresses; with neither, all.
func (c *command) conflictFilter(o *opened, args []string) (func(*fixture.Conflict) bool, error) {
	var paths []string
	var patterns []address.Pattern
	for _, arg := range args {
		if strings.HasSuffix(arg, ".yaml") || strings.HasSuffix(arg, ".txt") || strings.Contains(arg, "/") {
			path, err := c.below(o.root, arg)
			if err != nil {
				return nil, err
			}
			if _, err := o.folder.Stat(path); err != nil {
				return nil, diag.NewError(diag.SelectedNothing, "there is no file "+quoted(arg), "Name a recording below "+o.project.Config().FixturesDir+"/, or an address.")
			}
			paths = append(paths, path)
			continue
		}
		p, err := address.ParsePattern(arg)
		if err != nil {
			return nil, diag.NewError(diag.BadAddress, "'"+diag.Visible(arg)+"' is neither a file nor an address", err.Error())
		}
		patterns = append(patterns, p.Conversation())
	}
	return func(f *fixture.Conflict) bool {
		if len(args) == 0 || f.Text != nil { // a text may belong to any of them
			return true
		}
		below := func(path string) bool { return f.Path == path || strings.HasPrefix(f.Path, path+"/") }
		return slices.ContainsFunc(paths, below) ||
			slices.ContainsFunc(patterns, func(p address.Pattern) bool { return p.Match(f.Address) })
	}, nil
}

func tellResolved(b *bytes.Buffer, o *opened, list []*harness.Resolution, dryRun, more bool) {
	if len(list) == 0 {
		if !more {
			b.WriteString("There is no conflict to resolve: no recording that is selected has conflict markers.\n")
		}
		return
	}
	kept, left, dropped, mixed := 0, 0, 0, 0
	for _, r := range list {
		fmt.Fprintf(b, "%s\n", diag.Visible(r.Conflict.Path))
		if r.Conflict.Text != nil {
			b.WriteString("  the text that its name says\n")
			continue
		}
		for _, t := range r.Turns {
			fmt.Fprintf(b, "  %s   %s\n", diag.Visible(t.Address.Display(r.Ambiguity)), chosenText(&t))
			if t.Current {
				kept++
			} else {
				left++
			}
		}
		if len(r.Turns) == 0 {
			b.WriteString("  nothing in it can be relied on: the file goes\n")
		}
		dropped += r.Dropped
		mixed += len(r.Conflict.Mixed)
	}
	verb := "Resolved"
	if dryRun {
		verb = "Would resolve"
	}
	fmt.Fprintf(b, "\n%s %s: %s current, %d left to the plan", verb, counted(len(list), "file"), replies(kept), left)
	if dropped > 0 {
		fmt.Fprintf(b, "; %s not needed, and what was paid for stays below .assay/replies", replies(dropped))
	}
	b.WriteString(".\n")
	if mixed > 0 {
		fmt.Fprintf(b, "Git had mixed the lines of both sides in %s: nobody gave those, so they are in no file.\n", replies(mixed))
	}
	if !dryRun {
		fmt.Fprintf(b, "\n  git add %s    when you have looked at it\n  assay plan%s    says what is left to ask\n", shellWord(o.project.Config().FixturesDir), strings.Repeat(" ", len(o.project.Config().FixturesDir)-2))
	}
}

func chosenText(t *harness.Chosen) string {
	switch {
	case t.Exchange == nil:
		return "to be recorded: neither side has a reply that can be relied on"
	case !t.Current:
		return "left to the plan: neither side answers what the suites ask"
	case t.Side == harness.Both:
		return "both sides have it"
	}
	return string(t.Side) + ": it answers what the suites ask"
}
