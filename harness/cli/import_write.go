package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/importer"
)

// printSuite shows what would be written.
func (i *importing) printSuite(made *importer.Suite) error {
	if _, err := i.Stdout.Write(made.YAML); err != nil {
		return err
	}
	for _, file := range slices.Sorted(maps.Keys(made.Data)) {
		fmt.Fprintf(i.Stderr, "The rows would go into %s (%d KB).\n", file, (len(made.Data[file])+1023)>>10)
	}
	fmt.Fprintf(i.Stderr, "Nothing was written. It would be %s.\n", made)
	i.listNotes(i.Stderr)
	return nil
}

// write writes suite, rows and recordings. If that fails, what was there before
// is there again.
func (i *importing) write(ctx context.Context, made *importer.Suite, out string) error {
	unlock, err := i.lock(i.folder, "import", i.flags.timeout)
	if err != nil {
		return err
	}
	defer unlock()
	files := maps.Clone(made.Data)
	files[out] = made.YAML
	undo, err := i.writeFiles(files)
	if err != nil {
		undo()
		return err
	}
	filed, err := i.record(ctx, made, out)
	if err != nil {
		undo()
		return err
	}
	i.report(made, filed, out)
	return nil
}

// writeFiles writes files below the root, and gives what takes that back.
func (i *importing) writeFiles(files map[string][]byte) (undo func(), err error) {
	var back []func()
	undo = func() {
		for _, one := range back {
			one()
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		old, err := fs.ReadFile(i.folder, name)
		if err == nil && !i.flags.force {
			return undo, diag.NewError(diag.CannotWrite, name+" is there already", "Import overwrites nothing: choose another name with --suite NAME, or overwrite it with --force.")
		}
		there := err == nil
		back = append(back, func() {
			if there {
				_ = i.folder.WriteFile(name, old) // the error that led here is the one to tell
			} else {
				_ = i.folder.Remove(name)
			}
		})
		if err := i.folder.WriteFile(name, files[name]); err != nil {
			return undo, diag.NewError(diag.CannotWrite, name+" can't be written", cause(err)+".")
		}
	}
	return undo, nil
}

// record loads the suite that was written, and files the replies as the answers
// to its questions.
func (i *importing) record(ctx context.Context, made *importer.Suite, out string) (*harness.Filed, error) {
	p, ds := harness.Load(harness.Config{FS: i.folder, Suites: []string{out}, Version: version(), Now: i.Now})
	if ds.HasErrors() {
		if p != nil {
			i.source = p.Source
		}
		i.say(ds)
		return nil, diag.NewError(diag.BadImport, "the suite that came out of "+i.from+" does not load", "The reasons are above. It was taken back; --print shows it.")
	}
	if i.flags.noFixtures {
		return &harness.Filed{}, nil
	}
	filing := harness.Filing{Folder: i.folder, Find: func(a address.Address, number int) *harness.Answer {
		if r := made.Reply(a.Case, a.Key, number); r != nil {
			return (*harness.Answer)(r)
		}
		return nil
	}}
	if i.flags.force {
		filing.Replace = harness.ReplaceRecordings
	}
	filed, err := p.File(ctx, filing)
	if errors.Is(err, harness.ErrRecorded) {
		return nil, diag.NewError(diag.CannotWrite, err.Error(), "Import overwrites no recording: choose another name with --suite NAME, or overwrite them with --force. Nothing was written.")
	}
	return filed, err
}

// report says what was written, what was left out, and what comes next.
func (i *importing) report(made *importer.Suite, filed *harness.Filed, out string) {
	w := i.Stdout
	fmt.Fprintf(w, "Imported %s from %s, %s.\n\n", counted(made.Questions, "question"), diag.Visible(i.from), repliesOf(filed.Replies, i.flags))
	fmt.Fprintf(w, "  %s: %s\n", out, counted(made.Cases, "case"))
	for _, file := range slices.Sorted(maps.Keys(made.Data)) {
		fmt.Fprintf(w, "  %s: the rows\n", file)
	}
	if filed.Files > 0 {
		fmt.Fprintf(w, "  %s/%s/: %s in %s (origin: imported)\n", i.project.Config().FixturesDir, made.Name,
			strings.Replace(counted(filed.Replies, "reply"), "replys", "replies", 1), counted(filed.Files, "file"))
	}
	for _, u := range filed.Unfiled {
		fmt.Fprintf(w, "  not recorded: %s: %v\n", u.Address, u.Err)
	}
	i.listNotes(w)
	fmt.Fprintf(w, "\nSay what each reply must do, under expect, in %s. Then:\n", out)
	if filed.Replies > 0 {
		fmt.Fprintf(w, "  assay test %s\n", made.Name)
	}
	if filed.Replies < made.Questions {
		fmt.Fprintf(w, "  assay apply %s    asks for the %d without a reply\n", made.Name, made.Questions-filed.Replies)
	}
}

func repliesOf(n int, f *importFlags) string {
	switch {
	case f.noFixtures:
		return "without replies (--no-fixtures)"
	case n == 0:
		return "none with a reply"
	}
	return fmt.Sprintf("%d with a reply", n)
}

// placesShown is how many ranges of places one note shows.
const placesShown = 10

// listNotes lists what was not carried over.
func (i *importing) listNotes(w io.Writer) {
	notes := i.notes.All()
	if len(notes) == 0 {
		return
	}
	most := placesShown
	if i.flags.all {
		most = 0
	}
	fmt.Fprintf(w, "\nNot carried over as it was:\n")
	for _, n := range notes {
		lines := []string{fmt.Sprintf("  %s: %s", diag.Visible(n.Where(most)), diag.Visible(n.Text))}
		if i.StdoutColumns > 20 {
			lines = diag.Wrap(lines[0], i.StdoutColumns-4)
		}
		fmt.Fprintln(w, strings.Join(lines, "\n    "))
	}
}
