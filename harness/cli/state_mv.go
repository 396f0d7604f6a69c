package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
)

func newStateMv(c *command) *cobra.Command {
	var f stateWriteFlags
	cmd := &cobra.Command{
		Use:   "mv FROM TO",
		Short: "Give recordings another address, free of charge",
		Long: `Moves the recordings of a suite, a case, one instance of it, or a provider to
another address, whole conversations at a time. Nothing is asked, and but for
the address the files stay as they are. A target that is recorded already is
refused, and then nothing is moved.

The same can be written in the suite, and then holds for everyone's branches:
  moved:
    - {from: greets, to: says_hello}`,
		Example: `  assay state mv jokes.greets jokes.says_hello
  assay state mv 'jokes.greets["de"]' 'jokes.greets["german"]'
  assay state mv hello jokes
  assay state mv jokes@old jokes@new`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return c.stateMv(cmd, &f, args[0], args[1]) },
	}
	f.lockFlags.add(cmd)
	return cmd
}

func (c *command) stateMv(cmd *cobra.Command, f *stateWriteFlags, fromArg, toArg string) error {
	move, err := parseRename(fromArg, toArg)
	if err != nil {
		return err
	}
	o, err := c.openState(&selectFlags{}, nil)
	if err != nil {
		return err
	}
	defer o.close()
	unlock, err := c.lock(o.folder, "state mv", f.timeout)
	if err != nil {
		return err
	}
	defer unlock()
	moves, err := c.movesOf(cmd, o, move, fromArg)
	if err != nil {
		return err
	}
	state := o.project.OpenState(o.folder)
	if m, taken := state.Taken(moves); taken {
		return diag.NewError(diag.RecordingTaken, fmt.Sprintf("%s is recorded already, so nothing was moved", m.To),
			fmt.Sprintf("%s would go there. Remove the one that is there first: assay state rm '%s'", m.From, m.To))
	}
	for _, m := range moves {
		if err := state.Rename(m); err != nil {
			return notWritten(err)
		}
	}
	if err := state.Close(cmd.Context()); err != nil {
		return notWritten(err)
	}
	return c.print(func(b *bytes.Buffer) { writeMoves(b, o, moves, fromArg, toArg) })
}

// movesOf gives what a rename is about: the recordings that are there.
func (c *command) movesOf(cmd *cobra.Command, o *opened, move rename, fromArg string) ([]harness.Move, error) {
	var moves []harness.Move
	var near []string
	for file, err := range o.project.Store().Files(cmd.Context()) {
		if err != nil {
			return nil, err
		}
		near = append(near, file.Address.String(), file.Address.Suite, file.Address.Suite+"."+file.Address.Case)
		to, ok := move.of(file.Address)
		if !ok || to == file.Address {
			continue
		}
		if _, err := o.project.Store().Read(file); err != nil {
			return nil, notWritten(err)
		}
		moves = append(moves, harness.Move{From: file.Address, To: to})
	}
	if len(moves) == 0 {
		return nil, selectedNothing([]string{fromArg}, near)
	}
	return moves, nil
}

// rename is what one address becomes. A part that neither side names stays.
type rename struct{ from, to address.Address }

func parseRename(fromArg, toArg string) (r rename, err error) {
	for _, side := range []struct {
		arg string
		out *address.Address
	}{{fromArg, &r.from}, {toArg, &r.to}} {
		a, err := address.Parse(wholeSuite(side.arg))
		if err != nil {
			return r, diag.NewError(diag.BadAddress, "'"+diag.Visible(side.arg)+"' is no address that can be moved", "Name a suite, a case, an instance of it, each perhaps with a provider; globs name no place.")
		}
		*side.out = a
	}
	from, to := r.from, r.to
	switch {
	case from.Sample != 0 || to.Sample != 0 || !from.Turn.IsZero() || !to.Turn.IsZero():
		return r, usage("samples and turns can't be moved by themselves", "A recording is a whole conversation, all samples of it. Leave out what stands behind the case and its provider.")
	case (from.Case == "") != (to.Case == ""):
		return r, usage("a suite becomes a suite, and a case a case", "For example: assay state mv hello.greets jokes.greets, or assay state mv hello jokes.")
	case (from.Provider == "") != (to.Provider == ""):
		return r, usage("a provider stands on one side only", "Name it on both, as in: assay state mv jokes@old jokes@new.")
	case from == to:
		return r, usage("both addresses are the same", "")
	}
	return r, nil
}

// wholeSuite takes jokes.* for jokes.
func wholeSuite(arg string) string {
	name, provider, has := strings.Cut(arg, "@")
	name = strings.TrimSuffix(name, ".*")
	if has {
		return name + "@" + provider
	}
	return name
}

// of gives where a recording goes, if the rename is about it.
func (r rename) of(a address.Address) (to address.Address, ok bool) {
	if a.Suite != r.from.Suite || r.from.Case != "" && a.Case != r.from.Case || r.from.Provider != "" && a.Provider != r.from.Provider {
		return a, false
	}
	to = a
	to.Suite = r.to.Suite
	if r.to.Case != "" {
		to.Case = r.to.Case
	}
	if r.from.Keyed || r.to.Keyed {
		if a.Keyed != r.from.Keyed || a.Key != r.from.Key {
			return a, false
		}
		to.Key, to.Keyed = r.to.Key, r.to.Keyed
	}
	if r.to.Provider != "" {
		to.Provider = r.to.Provider
	}
	return to, true
}

func writeMoves(b *bytes.Buffer, o *opened, moves []harness.Move, fromArg, toArg string) {
	inUse := map[address.Address]bool{}
	for a := range o.project.Plan().All() {
		inUse[a] = true
	}
	bereft, homeless := 0, 0
	for _, m := range moves {
		fmt.Fprintf(b, "  > %s (was %s)\n", m.To, m.From)
		if inUse[m.From] {
			bereft++
		}
		if !inUse[m.To] {
			homeless++
		}
	}
	fmt.Fprintf(b, "\nMoved %s, free of charge.\n", counted(len(moves), "recording"))
	if bereft > 0 {
		fmt.Fprintf(b, "The suites still ask for %s at the old address: rename the case there too.\n", counted(bereft, "recording"))
	} else if homeless > 0 {
		fmt.Fprintf(b, "No suite has a case for %s of them yet.\n", counted(homeless, "recording"))
	}
	fmt.Fprintf(b, "Other branches get there by themselves when the suite says:\nmoved:\n  - {from: '%s', to: '%s'}\n", diag.Visible(movedText(fromArg)), diag.Visible(movedText(toArg)))
}

// movedText is an address as `moved` wants it: a suite has its cases behind it.
func movedText(arg string) string {
	name, provider, has := strings.Cut(arg, "@")
	if !strings.Contains(name, ".") {
		name += ".*"
	}
	if has {
		return name + "@" + provider
	}
	return name
}
