package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/importer"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

type importFlags struct {
	lockFlags
	suite, out  string
	print       bool
	noFixtures  bool
	force       bool
	skipUnknown bool
	all         bool
}

func newImport(c *command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Make suites and recordings of what you have: curl, HAR, JSONL, cassettes",
		Long: `Reads conversations from what other programs wrote, and writes a suite; replies
that are there become recordings (origin: imported), so that assay test replays
them at once. Nothing is sent. Keys, cookies and the like go nowhere. What could
not be carried over is listed with its place.

The provider is the one of assay.yaml that asks at the same address. --provider
NAME has another one asked instead. Where neither fits, import says what to add
to assay.yaml.`,
		Example: `  assay import curl copied.txt
  pbpaste | assay import curl - --suite jokes
  assay import har calls.har --print
  assay import jsonl train.jsonl --provider grok-2
  assay import vcr testdata/cassette.yaml --suite old_tests`,
		Args: cobra.ArbitraryArgs,
		RunE: onlySubcommands("format"),
	}
	for _, format := range importer.Formats() {
		cmd.AddCommand(newImportFormat(c, format))
	}
	return cmd
}

func newImportFormat(c *command, format importer.Format) *cobra.Command {
	var f importFlags
	use, args := format.Name+" FILE", cobra.ExactArgs(1)
	if format.Several {
		use, args = format.Name+" FILE…", cobra.MinimumNArgs(1)
	}
	cmd := &cobra.Command{
		Use:   use,
		Short: "Import " + format.Doc,
		Long:  "Imports " + format.Doc + ".\nFILE - reads from standard input.",
		Args:  args,
		RunE:  func(cmd *cobra.Command, args []string) error { return c.importFiles(cmd.Context(), &f, format, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.suite, "suite", "", "the suite's `NAME` (default: from the file's name)")
	flags.StringVar(&f.out, "out", "", "write the suite to `PATH` (default: suites/NAME.yaml)")
	flags.BoolVar(&f.print, "print", false, "print the suite, and write nothing")
	flags.BoolVar(&f.noFixtures, "no-fixtures", false, "leave the replies out")
	flags.BoolVar(&f.force, "force", false, "overwrite a suite and recordings that are there")
	flags.BoolVar(&f.skipUnknown, "skip-unknown", false, "leave out questions that no provider of the project asks")
	flags.BoolVar(&f.all, "all", false, "list every place of what was left out, however many there are")
	f.lockFlags.add(cmd)
	return cmd
}

// importing is one import under way.
type importing struct {
	*command
	flags   *importFlags
	folder  *disk.Folder
	root    string
	project *harness.Project
	notes   importer.Notes
	from    string // the sources, for people
}

func (c *command) importFiles(ctx context.Context, f *importFlags, format importer.Format, args []string) error {
	if len(c.flags.providers) > 1 {
		return usage("import asks one provider: --provider is there more than once", "")
	}
	folder, root, err := c.openRoot()
	if err != nil {
		return err
	}
	defer closing(folder)
	i := &importing{command: c, flags: f, folder: folder, root: root, from: strings.Join(args, ", ")}
	if err := i.load(); err != nil {
		return err
	}
	questions, err := i.read(format, args)
	if err != nil {
		return err
	}
	layout, out, err := i.layout(format, args[0])
	if err != nil {
		return err
	}
	if questions, err = i.bind(questions); err != nil {
		return err
	}
	made := importer.Write(questions, layout)
	// It is written in the canonical form: this holds it to what fmt would make of it.
	if tidy, ds := spec.Format(out, made.YAML, func([]string) *spec.Order { return suite.Order() }); !ds.HasErrors() {
		made.YAML = tidy
	}
	if f.print {
		return i.printSuite(made)
	}
	return i.write(ctx, made, out)
}

// load reads the project as far as an import needs it: a suite that is broken is
// no reason not to make another.
func (i *importing) load() error {
	p, ds := harness.Load(harness.Config{FS: i.folder, AllowEmpty: true, Version: version(), Now: i.Now})
	ofConfig := slices.DeleteFunc(ds, func(d diag.Diagnostic) bool { return d.Range.Filename != suite.ConfigFile })
	if p == nil || ofConfig.HasErrors() {
		return cmp.Or(ofConfig.Err(), ds.Err())
	}
	i.project = p
	return nil
}

// read reads the files.
func (i *importing) read(format importer.Format, args []string) ([]*importer.Question, error) {
	var sources []importer.Source
	for _, name := range args {
		in, err := i.open(name)
		if err != nil {
			return nil, err
		}
		defer closing(in)
		shown := filepath.ToSlash(name)
		if name == "-" {
			shown = "stdin"
		}
		sources = append(sources, importer.Source{Name: shown, In: in, File: i.file})
	}
	questions, err := format.Read(sources, &i.notes)
	if err != nil {
		return nil, diag.NewError(diag.BadImport, fmt.Sprintf("%s can't be imported as %s: %v", i.from, format.Name, err), "The formats are: "+importFormats()+".")
	}
	if len(questions) == 0 {
		i.listNotes(i.Stderr)
		why := "It holds no request. Nothing was written."
		if len(i.notes.All()) > 0 {
			why = "What was found there is listed above, with the reasons. Nothing was written."
		}
		return nil, diag.NewError(diag.BadImport, fmt.Sprintf("there is nothing in %s that can be imported", i.from), why)
	}
	return questions, nil
}

func importFormats() string {
	var names []string
	for _, f := range importer.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func (i *importing) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(i.Stdin), nil
	}
	info, err := os.Stat(i.path(name))
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder")
	}
	if err == nil {
		var file *os.File
		if file, err = os.Open(i.path(name)); err == nil {
			return file, nil
		}
	}
	return nil, usage(quoted(name)+" can't be read", cause(err)+".")
}

// file gives a file that a command line names, if it is inside the project: a
// command that somebody sent must not read what it likes.
func (i *importing) file(name string) ([]byte, error) {
	below, err := i.below(i.root, name)
	if err != nil {
		return nil, errors.New("it is outside the project")
	}
	data, err := fs.ReadFile(i.folder, below)
	if err != nil {
		return nil, errors.New(strings.ToLower(cause(err)))
	}
	return data, nil
}

// layout says how the suite is called and where it goes.
func (i *importing) layout(format importer.Format, first string) (importer.Layout, string, error) {
	config := i.project.Config()
	name := i.flags.suite
	if name == "" {
		base := filepath.Base(cmp.Or(i.flags.out, first))
		if base == "-" {
			base = "imported"
		}
		name, _, _ = strings.Cut(strings.TrimLeft(base, "."), ".")
		name = providerName(cmp.Or(name, "imported"))
	}
	if !suite.ValidName(name) {
		return importer.Layout{}, "", usage("--suite "+quoted(name)+" is no name", "A name has letters, digits, _ and -, and starts with a letter or _.")
	}
	out := path.Join(config.SuitesDir, name+".yaml")
	if i.flags.out != "" {
		var err error
		if out, err = i.below(i.root, i.flags.out); err != nil {
			return importer.Layout{}, "", err
		}
		if ext := path.Ext(out); ext != ".yaml" && ext != ".yml" {
			return importer.Layout{}, "", usage("--out "+quoted(i.flags.out)+" is no suite's name", "A suite's file ends in .yaml.")
		}
		if !strings.HasPrefix(out, config.SuitesDir+"/") {
			return importer.Layout{}, "", usage("--out "+quoted(i.flags.out)+" is outside of "+config.SuitesDir+"/", "Suites are looked for there, and nowhere else.")
		}
	}
	layout := importer.Layout{Name: name, From: i.from, DataDir: "data"}
	if format.Name == "jsonl" {
		layout.MostCases = mostCases
	}
	return layout, out, i.refuse(name, out)
}

// mostCases is how many lines of a JSONL file become cases that people read in
// the suite; more of them become rows of a data file.
const mostCases = 50

// refuse keeps a suite from being overwritten, and a name from being used twice.
func (i *importing) refuse(name, out string) error {
	if i.flags.print {
		return nil
	}
	if i.project.Plan() != nil {
		for s := range i.project.Plan().Suites() {
			if s.Name == name && s.File != out {
				return usage(fmt.Sprintf("there is a suite %s already, in %s", quoted(name), s.File), "Give the imported one another name: --suite NAME.")
			}
		}
	}
	if _, err := i.folder.Lstat(out); err == nil && !i.flags.force {
		return diag.NewError(diag.CannotWrite, out+" is there already", "Import overwrites nothing: choose another name with --suite NAME, look at the result with --print, or overwrite it with --force.")
	}
	return nil
}

// bind says who asks the questions.
func (i *importing) bind(questions []*importer.Question) ([]*importer.Question, error) {
	var targets []importer.Target
	var names []string
	for _, e := range i.project.Endpoints() {
		t := importer.Target{Name: e.Name, Kind: e.Kind, Model: e.Model, URL: e.URL, Path: e.Path, Unknown: e.Unknown}
		for _, p := range e.Fields {
			t.Fields = append(t.Fields, importer.Param(p))
		}
		targets, names = append(targets, t), append(names, e.Name)
	}
	chosen := ""
	if flags := i.command.flags; len(flags.providers) == 1 {
		if chosen = flags.providers[0]; !slices.Contains(names, chosen) {
			return nil, usage("there is no provider "+quoted(chosen), "The providers are: "+strings.Join(names, ", ")+"."+diag.Suggest(chosen, names))
		}
	}
	fallback := i.project.DefaultProvider()
	asksNowhere := slices.ContainsFunc(questions, func(q *importer.Question) bool { return q.Request == nil })
	if asksNowhere && chosen == "" && !slices.Contains(names, fallback) {
		return nil, usage(i.from+" does not say who is asked, and the project has no default provider",
			"Name one of "+strings.Join(names, ", ")+" with --provider, or write defaults: {provider: …} into assay.yaml.")
	}
	bound, missing := importer.Bind(questions, targets, chosen, fallback, &i.notes)
	if len(missing) > 0 && i.flags.skipUnknown {
		for _, m := range missing {
			for _, at := range m.At {
				i.notes.Add(at, "skipped: no provider of this project asks %s", m)
			}
		}
	} else if len(missing) > 0 {
		return nil, i.unknown(missing)
	}
	if len(bound) == 0 {
		i.listNotes(i.Stderr)
		return nil, diag.NewError(diag.BadImport, "nothing is left to import from "+i.from, "The reasons are listed above. Nothing was written.")
	}
	return bound, nil
}

// unknown says what to write into assay.yaml.
func (i *importing) unknown(missing []importer.Missing) error {
	var ds diag.Diagnostics
	var snippets []string
	for _, m := range missing {
		detail := "None of the kinds of provider can ask there."
		if m.Snippet != "" {
			detail = "What to add to assay.yaml is below."
			if !slices.Contains(snippets, m.Snippet) {
				snippets = append(snippets, m.Snippet)
			}
		}
		note := importer.Note{Places: m.At}
		ds.Add(diag.UnknownProvider, diag.Range{}, fmt.Sprintf("no provider of this project asks %s (%s)", m, note.Where(5)),
			detail+" Or choose: --provider NAME has one of the project's asked instead, --skip-unknown leaves it out. Nothing was written.")
	}
	i.say(ds)
	if len(snippets) > 0 {
		head := "Add to assay.yaml, under providers:"
		start := ""
		if _, err := i.folder.Lstat(suite.ConfigFile); err != nil {
			head, start = "Put this into assay.yaml:", "version: 1\nproviders:\n"
		}
		fmt.Fprintf(i.Stderr, "\n%s\n\n%s%s", head, start, strings.Join(snippets, ""))
	}
	return exitError(ds.Exit())
}
