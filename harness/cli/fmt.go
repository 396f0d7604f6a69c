package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/mock"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// formatFlags say what to do with what is formatted; without any it is written.
type formatFlags struct{ check, diff bool }

func newFmt(c *command) *cobra.Command {
	var f formatFlags
	cmd := &cobra.Command{
		Use:   "fmt [PATH…|-]",
		Short: "Write suites and configuration in their canonical form",
		Long: `Formats assay.yaml and the suites (or the files and folders named): keys in
their order, two spaces of indentation, one blank line at most and one between
cases, two spaces before a comment, quotes where another reader of YAML would
not see text. { } and [ ] stay on their line where they fit on it. Comments
stay, and so does the meaning: every result is read again and compared before
it is written. The names of the files that changed are printed. Recordings are
not touched.

With - standard input is formatted to standard output.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if slices.Contains(args, "-") {
				if len(args) > 1 {
					return usage("- (standard input) stands alone", "Name files and folders, or pipe one file in.")
				}
				return c.formatInput(f)
			}
			return c.format(f, args)
		},
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "write nothing; exit 3 when files need formatting, and name them")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "write nothing; show what would change")
	return cmd
}

// format formats the files of a project. One that can't be read does not keep
// the others from it.
func (c *command) format(f formatFlags, args []string) error {
	folder, root, err := c.openRoot()
	if err != nil {
		return err
	}
	defer closing(folder)
	var paths []string
	for _, arg := range args {
		path, err := c.below(root, arg)
		if err != nil {
			return err
		}
		paths = append(paths, path)
	}
	sources, ds := suite.FindSources(folder, paths)
	c.source = sources.Files.Source
	changed := 0
	for _, name := range behindLinks(root, sources) {
		differs, problems, err := c.formatFile(f, folder, sources, name)
		if err != nil {
			return err
		}
		ds = append(ds, problems...)
		if differs {
			changed++
		}
	}
	c.say(ds.Sorted())
	return formatted(f, ds, changed)
}

// behindLinks gives the files themselves, sorted, each once: a link would be
// replaced by a copy. Links that lead nowhere, or out, stay: reading them says so.
func behindLinks(root string, sources *suite.Sources) []string {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return sources.Names
	}
	var names []string
	for _, name := range sources.Names {
		where, err := filepath.EvalSymlinks(filepath.Join(real, filepath.FromSlash(name)))
		if err == nil {
			if rel, err := filepath.Rel(real, where); err == nil && filepath.IsLocal(rel) {
				name = filepath.ToSlash(rel)
			}
		}
		if !sources.IsGenerated(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// formatted gives how the command ends.
func formatted(f formatFlags, ds diag.Diagnostics, changed int) error {
	switch {
	case ds.HasErrors():
		return exitError(ds.Exit())
	case f.check && changed > 0:
		return exitError(diag.ExitFormat)
	}
	return nil
}

// formatFile formats one file, and tells whether that makes a difference.
func (c *command) formatFile(f formatFlags, folder *disk.Folder, sources *suite.Sources, name string) (differs bool, ds diag.Diagnostics, err error) {
	src, ds := sources.Read(name)
	if ds.HasErrors() {
		return false, ds, nil
	}
	out, ds := spec.Format(name, src, func(keys []string) *spec.Order {
		if name == suite.ConfigFile {
			return suite.ConfigOrder()
		}
		if sources.IsSuite(name) {
			return suite.Order()
		}
		return orderOf(keys)
	})
	if ds.HasErrors() || bytes.Equal(src, out) {
		return false, ds, nil
	}
	if !f.check && !f.diff {
		if ds := rewrite(folder, name, src, out); ds.HasErrors() {
			return false, ds, nil
		}
	}
	return true, ds, c.showFormatted(f, name, src, out)
}

// rewrite replaces a file, unless somebody else has written it since it was read.
func rewrite(folder *disk.Folder, name string, src, out []byte) (ds diag.Diagnostics) {
	now, err := folder.ReadFile(name)
	if err == nil && !bytes.Equal(now, src) {
		ds.Add(diag.CannotWrite, diag.Range{Filename: name}, fmt.Sprintf("%s changed while it was formatted", quoted(name)), "It was left as it is. Format it again.")
		return ds
	}
	if err == nil {
		err = folder.ReplaceFile(name, out)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		ds.Add(diag.CannotWrite, diag.Range{Filename: name}, fmt.Sprintf("%s may not be written", quoted(name)), "Its permissions, or those of its folder, forbid it. It needs formatting, and was left as it is.")
	case err != nil:
		ds.Add(diag.CannotWrite, diag.Range{Filename: name}, fmt.Sprintf("%s can't be written", quoted(name)), cause(err)+". It was left as it is.")
	}
	return ds
}

// showFormatted says what changes: the name, or the difference.
func (c *command) showFormatted(f formatFlags, name string, src, out []byte) error {
	if !f.diff {
		_, err := fmt.Fprintln(c.Stdout, diag.Visible(name))
		return err
	}
	return c.showDiff(name, src, out)
}

// showDiff writes a unified diff. A terminal gets no raw control characters;
// a file gets every byte, so that it can be applied.
func (c *command) showDiff(name string, src, out []byte) error {
	var b strings.Builder
	for line := range strings.Lines(udiff.Unified("old/"+name, "new/"+name, string(src), string(out))) {
		if c.StdoutColumns > 0 {
			line = diag.Visible(line)
		}
		b.WriteString(c.inked(line))
	}
	_, err := io.WriteString(c.Stdout, b.String())
	return err
}

// inked colours a line of a diff.
func (c *command) inked(line string) string {
	ink := ""
	switch {
	case !c.color.stdout || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "+++"):
	case strings.HasPrefix(line, "+"):
		ink = "32"
	case strings.HasPrefix(line, "-"):
		ink = "31"
	case strings.HasPrefix(line, "@@"):
		ink = "36"
	}
	if ink == "" {
		return line
	}
	text, end := strings.CutSuffix(line, "\n")
	line = "\x1b[" + ink + "m" + text + "\x1b[0m"
	if end {
		line += "\n"
	}
	return line
}

// orderOf tells what a file is by the keys at its top: a suite, a script, or a
// configuration. Anything else keeps its order.
func orderOf(keys []string) *spec.Order {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(keys, name) })
	}
	switch {
	case has("cases", "suite"):
		return suite.Order()
	case has("script", "replies"):
		return mock.ScriptOrder()
	case has("version", "providers", "defaults", "expectations"):
		return suite.ConfigOrder()
	}
	return nil
}

// stdinName is how messages call the standard input.
const stdinName = "<stdin>"

// formatInput formats standard input to standard output; no project is needed.
func (c *command) formatInput(f formatFlags) error {
	src, err := io.ReadAll(io.LimitReader(c.Stdin, spec.MaxSize+1))
	if err != nil {
		return diag.NewError(diag.FileUnreadable, "standard input can't be read", cause(err)+".")
	}
	c.source = func(string) []byte { return src }
	out, ds := spec.Format(stdinName, src, orderOf)
	c.say(ds.Sorted())
	differs := 0
	if !ds.HasErrors() && !bytes.Equal(src, out) {
		differs = 1
	}
	switch {
	case ds.HasErrors():
	case f.diff && differs > 0:
		err = c.showDiff(stdinName, src, out)
	case !f.check && !f.diff:
		_, err = c.Stdout.Write(out)
	}
	if err != nil {
		return err
	}
	return formatted(f, ds, differs)
}
