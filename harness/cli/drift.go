package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/report"
	"github.com/assay-harness/assay/harness/run"
)

type driftFlags struct {
	selectFlags
	liveFlags
	lockFlags
	approve     bool
	accept      string
	sampleCases int
	seed        string
	samples     int
	failOn      string
	similarity  float64
	out         string
	all         bool
}

// acceptNew is what --accept means without a report.
const acceptNew = "new"

func newDrift(c *command) *cobra.Command {
	var f driftFlags
	cmd := &cobra.Command{
		Use:   "drift [SELECTOR…]",
		Short: "Ask again what is recorded, and say what changed",
		Long: `Asks every recorded question again, judges the recorded and the new replies with
the suites of today, and compares: verdicts first, then the shape of the replies
(status, finish reason, model, JSON structure, length, tokens, latency, credits),
then their text. A changed verdict makes exit 1; anything less only with --fail-on.

Where a case has several samples, its pass rates are compared by Fisher's exact
test, after Benjamini and Hochberg over all cases: what may well be noise is
shown, and is no drift.

The recordings are left alone, unless --accept says to record the new replies.
The report reports/drift.json holds them, so that --accept FILE can record them
later without asking again. Like apply, drift shows the price first and asks for
approval; without a terminal nothing is sent unless --auto-approve is given (exit 8).`,
		Example: `  assay drift
  assay drift --sample-cases 20 --seed 7 --max-credits 0.50 --auto-approve
  assay drift --fail-on shape
  assay drift --accept reports/drift.json`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.drift(cmd, &f, args) },
	}
	f.selectFlags.add(cmd)
	f.liveFlags.add(cmd)
	f.lockFlags.add(cmd)
	jsonFlag(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.approve, "auto-approve", false, "do not ask for approval")
	flags.StringVar(&f.accept, "accept", "", "record the new replies; with `REPORT`, those of a saved report, and ask nothing")
	flags.Lookup("accept").NoOptDefVal = acceptNew
	flags.IntVar(&f.sampleCases, "sample-cases", 0, "ask only `N` of the recorded cases, chosen by the seed")
	flags.StringVar(&f.seed, "seed", "", "choose the cases by this `NUMBER` (default: the date, as in 20261122)")
	flags.IntVar(&f.samples, "samples", 0, "ask each conversation `N` times (default: as often as it is recorded)")
	flags.StringVar(&f.failOn, "fail-on", "verdict", "the least `LEVEL` of drift that makes exit 1: verdict, shape or text")
	flags.Float64Var(&f.similarity, "similarity", 1, "texts at least so `ALIKE`, from 0 to 1, count as unchanged")
	flags.StringVar(&f.out, "out", "", "write the report to `FILE` instead of reports/drift.json")
	flags.BoolVar(&f.all, "all", false, "show every compared case")
	return cmd
}

func (c *command) drift(cmd *cobra.Command, f *driftFlags, args []string) error {
	rules, scope, err := f.checked(c)
	if err != nil {
		return err
	}
	folder, root, err := c.openRoot()
	if err != nil {
		return err
	}
	defer closing(folder)
	saved, args := f.report(c, args)
	config, err := c.config(folder, root, &f.selectFlags, args)
	if err != nil {
		return err
	}
	if saved != "" {
		return c.acceptSaved(cmd, f, folder, config, saved)
	}
	if config.Concurrency, err = f.workers(); err != nil {
		return err
	}
	if config.Live, err = f.live(c); err != nil {
		return err
	}
	if config.KeepReplies, err = f.replies(); err != nil {
		return err
	}
	p, err := c.load(config)
	if err != nil {
		return err
	}
	path, err := f.path(c, root, p)
	if err != nil {
		return err
	}
	unlock, err := c.lock(folder, "drift", f.timeout)
	if err != nil {
		return err
	}
	defer unlock()
	s, err := p.SurveyDrift(cmd.Context(), scope)
	if err != nil {
		return err
	}
	if err := c.mayDrift(p, s, f); err != nil {
		return err
	}
	return c.driftLocked(cmd, folder, p, s, f, harness.DriftOptions{
		Rules: rules, Folder: folder,
		Save: func(data []byte) error { return c.saveDrift(path, data) },
	})
}

// checked gives what the flags of drift alone say.
func (f *driftFlags) checked(c *command) (drift.Rules, harness.DriftScope, error) {
	rules, scope := drift.DefaultRules(), harness.DriftScope{Cases: f.sampleCases, Samples: f.samples}
	switch drift.Level(f.failOn) {
	case drift.Verdict, drift.Shape, drift.TextLevel:
		rules.FailOn = drift.Level(f.failOn)
	default:
		return rules, scope, usage("--fail-on takes verdict, shape or text, not "+quoted(f.failOn), "")
	}
	if !(f.similarity >= 0 && f.similarity <= 1) {
		return rules, scope, usage("--similarity takes a number from 0 to 1", "1 takes only equal texts for unchanged.")
	}
	rules.Similarity = f.similarity
	if f.sampleCases < 0 || f.samples < 0 {
		return rules, scope, usage("--sample-cases and --samples can't be negative", "")
	}
	seed := f.seed
	if seed == "" {
		seed = c.Now().UTC().Format("20060102")
	} else if f.sampleCases == 0 {
		return rules, scope, usage("--seed needs --sample-cases", "Without it all recorded cases are asked.")
	}
	n, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return rules, scope, usage("--seed takes a whole number, not "+quoted(seed), "")
	}
	scope.Seed = n
	return rules, scope, nil
}

// report gives the saved report that --accept names, if any, and the other
// arguments. `--accept FILE` is as good as `--accept=FILE`: no address is the
// path of a file that is there.
func (f *driftFlags) report(c *command, args []string) (string, []string) {
	if f.accept != "" && f.accept != acceptNew {
		return f.accept, args
	}
	for i, arg := range args {
		if f.accept == "" || !strings.HasSuffix(arg, ".json") {
			continue
		}
		if info, err := os.Stat(c.path(arg)); err == nil && !info.IsDir() || strings.ContainsAny(arg, `/\`) {
			return arg, append(slices.Clone(args[:i]), args[i+1:]...)
		}
	}
	return "", args
}

// path gives where the report goes, checked before anything is sent.
func (f *driftFlags) path(c *command, root string, p *harness.Project) (string, error) {
	dir := filepath.Join(root, filepath.FromSlash(p.Config().ReportsDir))
	if f.out == "" {
		if err := inside(root, dir); err != nil {
			return "", err
		}
		path := filepath.Join(dir, "drift.json")
		return path, driftReportable(path)
	}
	path := c.path(f.out)
	if err := spareSources(root, p, []output{{path: path}}); err != nil {
		return "", err
	}
	return path, driftReportable(path)
}

// driftReportable sees to it that the report can be written, before anything is
// paid for.
func driftReportable(path string) error {
	if err := takesFile(path); err != nil {
		return diag.NewError(diag.CannotWrite, fmt.Sprintf("the report %s can't be written", quoted(path)),
			cause(err)+". Nothing was asked. Name another file with --out, or another folder with `reports:` in assay.yaml.")
	}
	return nil
}

// mayDrift shows what would be asked and what it costs, and asks for approval.
func (c *command) mayDrift(p *harness.Project, s *harness.DriftSurvey, f *driftFlags) error {
	if s.Broken.HasErrors() {
		c.say(s.Broken)
		c.note("Nothing was asked. Mend these recordings first; nothing was overwritten.")
		return exitError(s.Broken.Exit())
	}
	if err := c.print(func(b *bytes.Buffer) { writeDriftSurvey(b, s, c.StdoutColumns) }); err != nil {
		return err
	}
	c.events.emit(driftSurveyOf(s))
	if s.Questions == 0 {
		return c.nothingToAsk(s)
	}
	if s.Bound == nil && (f.maxCredits != "" || p.Config().MaxCredits != "") {
		c.note("No greatest price is known (price.max_call in assay.yaml sets one): under the budget the questions are asked\none at a time, and the last may pass it.")
	}
	if err := c.approveDrift(f); err != nil {
		return err
	}
	c.approveHosts(p)
	return nil
}

// approveDrift asks for a yes, unless it was given.
func (c *command) approveDrift(f *driftFlags) error {
	switch {
	case f.approve:
		return nil
	case !c.StdinIsTerminal:
		return diag.NewError(diag.NotApproved, "nothing was sent: there is no terminal to ask for approval",
			"Look at the price above, and give --auto-approve. --max-credits bounds what it may cost.")
	case !c.ask("Do you want to ask these questions again?"):
		return diag.NewError(diag.NotApproved, "nothing was sent: it was not approved", "")
	default:
		return nil
	}
}

// nothingToAsk ends a drift that has nothing to ask: an error only where
// something should have been recorded.
func (c *command) nothingToAsk(s *harness.DriftSurvey) error {
	if !slices.ContainsFunc(s.NotAsked, func(c drift.Case) bool { return c.State == drift.NotRecorded }) {
		c.note("Nothing was asked: every selected case is skipped.")
		return exitError(diag.ExitOK)
	}
	return diag.NewError(diag.RecordingMissing, "nothing could be compared: no selected case is recorded",
		"Drift asks again what is recorded. Record first, with: assay apply")
}

// driftLocked asks, compares and reports.
func (c *command) driftLocked(cmd *cobra.Command, folder *disk.Folder, p *harness.Project, s *harness.DriftSurvey, f *driftFlags, o harness.DriftOptions) error {
	progress := c.newProgress(p)
	r, err := p.With(harness.Outlet{OnEvent: func(e run.Event) {
		progress.event(e)
		c.events.ran(e)
	}}).Drift(cmd.Context(), s, o)
	progress.end()
	if err != nil {
		return err
	}
	if err := c.showDrift(r, report.Options{All: f.all}); err != nil {
		return err
	}
	for i := range r.Cases {
		c.events.emit(driftCaseOf(&r.Cases[i], r.Rules))
	}
	c.events.emit(driftSumOf(r))
	code := r.Exit()
	if f.accept != "" {
		err := c.accept(cmd, folder, p, r)
		if err != nil {
			c.say(diagnosticsOf(err))
			code = diag.WorstExit(code, diagnosticsOf(err).Exit())
		}
	}
	if code != diag.ExitOK {
		return exitError(code)
	}
	return c.events.failed()
}

func (c *command) showDrift(r *drift.Report, o report.Options) error {
	o.Color, o.Width = c.color.stdout, c.StdoutColumns
	return report.Drift(c.Stdout, r, o)
}

func (c *command) saveDrift(path string, data []byte) error {
	err := writeFile(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return &diag.Failure{Diagnostics: diag.Diagnostics{{
			Code: diag.CannotWrite, Summary: fmt.Sprintf("the report %s can't be written", quoted(path)),
			Detail: cause(err) + ". The replies are kept in .assay/drift: the next assay drift takes them from there and does not pay again.",
		}}}
	}
	return nil
}
