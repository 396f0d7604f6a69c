package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/report"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// reportFlags say what is written where.
type reportFlags struct {
	format     string
	junit      string
	junitLevel string
	reports    []string
	all        bool
}

func (r *reportFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&r.format, "format", "table", "what goes to stdout, in `FORMAT`: "+strings.Join(formatNames(), ", ")+", none")
	f.StringVar(&r.junit, "junit", "", "write JUnit XML to `FILE` instead of reports/junit.xml")
	f.StringVar(&r.junitLevel, "junit-level", "case", "a testcase for each `LEVEL`: case or turn")
	f.StringArrayVar(&r.reports, "report", nil, "write another report, `FORMAT[=FILE]` (repeatable)")
	f.BoolVar(&r.all, "all", false, "show every passing case in the table")
}

func formatNames() []string { return slices.Sorted(maps.Keys(report.Formats())) }

// output is one report file to be written.
type output struct {
	format report.Format
	path   string // "" for stdout
}

// outputs checks the flags before anything is run.
func (r *reportFlags) outputs(c *command, reportsDir string) ([]output, error) {
	formats := report.Formats()
	var out []output
	for _, arg := range r.reports {
		name, file, has := strings.Cut(arg, "=")
		format, ok := formats[name]
		if !ok {
			return nil, unknownFormat("--report", name)
		}
		path := c.path(file)
		if !has {
			path = filepath.Join(reportsDir, name+extensions[name])
		}
		out = append(out, output{format, path})
	}
	junit := filepath.Join(reportsDir, "junit.xml")
	if r.junit != "" {
		junit = c.path(r.junit)
	}
	out = append(out, output{formats["junit"], junit})
	if r.format != "none" {
		format, ok := formats[r.format]
		switch {
		case !ok:
			return nil, unknownFormat("--format", r.format)
		case c.events == nil:
			out = append(out, output{format: format})
		case r.format != "table": // which nobody asked for
			return nil, usage("--json and --format "+r.format+" both want stdout", "Write the report to a file: --report "+r.format+"=FILE.")
		}
	}
	if r.junitLevel != "case" && r.junitLevel != "turn" {
		return nil, usage("--junit-level takes case or turn, not "+quoted(r.junitLevel), "")
	}
	return out, onceEach(out)
}

// onceEach refuses two reports in one file: one of them would be lost.
func onceEach(outputs []output) error {
	seen := map[string]bool{}
	for _, o := range outputs {
		path := filepath.Clean(o.path)
		if o.path != "" && seen[path] && path != os.DevNull {
			return usage("two reports would go to "+quoted(o.path), "Give each a file of its own.")
		}
		seen[path] = true
	}
	return nil
}

// spareSources refuses reports that would take the place of what the project is
// made of, or of any file that is no report: a slip in a path must not cost a
// suite, a recording or somebody's data.
func spareSources(root string, p *harness.Project, outputs []output) error {
	kept := []string{p.Config().SuitesDir, p.Config().FixturesDir, ".git", ".assay", "assay.yaml"}
	for _, o := range outputs {
		rel, err := filepath.Rel(root, o.path)
		if o.path == "" || err != nil {
			continue
		}
		rel = filepath.ToSlash(rel)
		for _, name := range kept {
			if rel == name || strings.HasPrefix(rel, name+"/") {
				return usage(fmt.Sprintf("the report %s would stand in %s", quoted(rel), quoted(name)), "Write it to another folder, such as "+p.Config().ReportsDir+"/.")
			}
		}
		if slices.Contains(p.Opened(), rel) {
			return usage(fmt.Sprintf("the report would take the place of %s, which the suites read", quoted(rel)), "Write it to another file.")
		}
	}
	return onlyReports(outputs)
}

var extensions = map[string]string{"table": ".txt", "junit": ".xml", "json": ".json"}

func unknownFormat(flag, name string) error {
	names := formatNames()
	return usage(flag+" does not know the format "+quoted(name), "The formats are "+strings.Join(names, ", ")+"."+diag.Suggest(name, names))
}

// execute runs something and writes its reports, also when it is interrupted.
func (c *command) execute(root string, p *harness.Project, f *reportFlags,
	strict result.Strictness, do func(*harness.Project) (*harness.Report, error),
) error {
	reportsDir := filepath.Join(root, filepath.FromSlash(p.Config().ReportsDir))
	outputs, err := f.outputs(c, reportsDir)
	if err != nil {
		return err
	}
	if err := inside(root, reportsDir); err != nil {
		return err
	}
	if err := spareSources(root, p, outputs); err != nil {
		return err
	}
	if p.Asks() {
		if err := reportable(outputs); err != nil {
			return err
		}
	}
	record, err := newRecord(filepath.Join(reportsDir, "run.json"), p.Asks())
	if err != nil {
		return err
	}
	defer record.abandon()
	progress := c.newProgress(p)
	ran, err := do(p.With(harness.Outlet{Record: record, OnEvent: func(e run.Event) {
		progress.event(e)
		c.events.ran(e)
	}}))
	progress.end()
	if err != nil {
		return err
	}
	if err := record.keep(); err != nil {
		return err
	}
	reader, err := record.reader()
	if err != nil {
		return err
	}
	c.events.sums(ran.Run())
	code := result.ExitOf(ran.Run(), strict)
	if ds := append(c.writeReports(reader, outputs, f), record.problem()...); ds.HasErrors() {
		c.say(ds)
		code = diag.WorstExit(code, ds.Exit())
	}
	c.sayStrict(ran.Run(), strict)
	if err := c.events.failed(); err != nil {
		return err
	}
	if code != diag.ExitOK {
		return exitError(code)
	}
	return nil
}

// sayStrict says why a run ends red although no case failed.
func (c *command) sayStrict(r result.Run, strict result.Strictness) {
	if result.ExitOf(r, strict) == result.ExitOf(r, result.Strictness{}) {
		return
	}
	if strict.WarningsAsErrors && r.Sum.Warnings > 0 {
		c.note("--warnings-as-errors: %s, so this run fails.", counted(r.Sum.Warnings, "warning"))
	}
	if strict.FailOnFlaky && r.Sum.Flaky > 0 {
		c.note("--fail-on-flaky: the samples of %s disagree, so this run fails.", counted(r.Sum.Flaky, "case"))
	}
}

// writeReports writes every report; the faults of all are told.
func (c *command) writeReports(reader result.Reader, outputs []output, f *reportFlags) diag.Diagnostics {
	var ds diag.Diagnostics
	for _, o := range outputs {
		options := report.Options{All: f.all}
		if f.junitLevel == "turn" {
			options.JUnitLevel = report.TurnLevel
		}
		if o.path == "" {
			options.Color, options.Width = c.color.stdout, c.StdoutColumns
			w := bufio.NewWriterSize(c.Stdout, 64<<10)
			err := o.format.Write(w, reader, options)
			if flushed := w.Flush(); err == nil {
				err = flushed
			}
			if err != nil {
				ds = append(ds, diagnosticsOf(err)...)
			}
			continue
		}
		if err := writeFile(o.path, func(w io.Writer) error { return o.format.Write(w, reader, options) }); err != nil {
			ds = append(ds, cannotWrite(o.path, err))
		}
	}
	return ds
}

func cannotWrite(path string, err error) diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.CannotWrite, Summary: fmt.Sprintf("the report %s can't be written", quoted(path)),
		Detail: cause(err) + ". Name another file with --junit or --report, or another folder with `reports:` in assay.yaml.",
	}
}

// table writes a short text for people, such as a list.
func (c *command) print(write func(w *bytes.Buffer)) error {
	var b bytes.Buffer
	write(&b)
	_, err := c.Stdout.Write(b.Bytes())
	return err
}
