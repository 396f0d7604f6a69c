package cli

import (
	"bytes"
	"errors"
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
		return path, reportable([]output{{path: path}})
	}
	path := c.path(f.out)
	outputs := []output{{path: path}}
	if err := spareSources(root, p, outputs); err != nil {
		return "", err
	}
	return path, reportable(outputs)
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
	if err := c.showDrift(r, f.all); err != nil {
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

func (c *command) showDrift(r *drift.Report, all bool) error { //nolint:revive // as --all is
	return report.Drift(c.Stdout, r, report.Options{All: all, Color: c.color.stdout, Width: c.StdoutColumns})
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

// acceptSaved records the replies of a saved report.
func (c *command) acceptSaved(cmd *cobra.Command, f *driftFlags, folder *disk.Folder, config harness.Config, name string) error {
	r, err := c.readDrift(name)
	if err != nil {
		return err
	}
	p, err := c.load(config)
	if err != nil {
		return err
	}
	unlock, err := c.lock(folder, "drift --accept", f.timeout)
	if err != nil {
		return err
	}
	defer unlock()
	if !r.HasReplies() {
		return diag.NewError(diag.BadDriftReport, quoted(name)+" holds no new replies", "Nothing was answered when it was written. Ask again: assay drift --accept")
	}
	return c.accept(cmd, folder, p, r)
}

// accept records replies and says what became of them.
func (c *command) accept(cmd *cobra.Command, folder *disk.Folder, p *harness.Project, r *drift.Report) error {
	done, err := p.AcceptDrift(cmd.Context(), folder, r)
	if err != nil {
		return err
	}
	c.events.emit(driftAccepted{Cases: done.Cases, Conversations: done.Conversations, Left: leftList(done.Left)})
	return c.print(func(b *bytes.Buffer) {
		fmt.Fprintf(b, "Recorded the new replies of %s in %s.\n", counted(done.Conversations, "conversation"), counted(done.Cases, "case"))
		for _, left := range leftList(done.Left) {
			fmt.Fprintf(b, "  left as recorded: %s: %s\n", left.Address, diag.Visible(left.Reason))
		}
	})
}

// readDrift reads a saved report.
func (c *command) readDrift(name string) (*drift.Report, error) {
	file, err := os.Open(c.path(name))
	if err != nil {
		return nil, diag.NewError(diag.BadDriftReport, "the drift report "+quoted(name)+" can't be read", cause(err)+". Each `assay drift` writes one, reports/drift.json.")
	}
	defer file.Close()
	r, err := drift.Read(file)
	switch {
	case errors.Is(err, drift.ErrVersion):
		return nil, diag.NewError(diag.BadDriftReport, quoted(name)+": "+err.Error(), "Read it with that version, or run `assay drift` again.")
	case err != nil:
		return nil, diag.NewError(diag.BadDriftReport, quoted(name)+": "+err.Error(), "Each `assay drift` writes one, reports/drift.json. Run it again.")
	}
	return r, nil
}

// isDrift reports whether a file is a drift report, by its first bytes.
func isDrift(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	start := make([]byte, 64)
	n, _ := io.ReadFull(file, start) // a short file is none
	return drift.Is(start[:n])
}

// showDriftFile shows a saved drift report.
func (c *command) showDriftFile(f *showFlags) error {
	r, err := c.readDrift(f.file)
	if err != nil {
		return err
	}
	switch f.format {
	case "table":
		return c.showDrift(r, f.all)
	case "json":
		return drift.Write(c.Stdout, r)
	default:
		return usage("a drift report is shown as table or json, not as "+quoted(f.format), "")
	}
}

// writeDriftSurvey shows what would be asked, and what it costs.
func writeDriftSurvey(b *bytes.Buffer, s *harness.DriftSurvey, width int) {
	sentence := func(format string, args ...any) {
		text := []string{fmt.Sprintf(format, args...)}
		if width > 0 {
			text = diag.Wrap(text[0], width)
		}
		fmt.Fprintln(b, strings.Join(text, "\n"))
	}
	const shown = 10
	for i, left := range s.NotAsked {
		if i == shown {
			fmt.Fprintf(b, "  … and %d more\n", len(s.NotAsked)-i)
			break
		}
		sentence("  %s: %s: %s", left.State, left.Display, diag.Visible(left.Reason))
	}
	if len(s.NotAsked) > 0 {
		b.WriteByte('\n')
	}
	if s.Questions == 0 {
		return
	}
	sentence("assay drift asks %s of %s again, and compares. Nothing was asked yet.", counted(s.Questions, "question"), counted(s.Cases, "recorded case"))
	if c := s.Choice; c != nil {
		sentence("Chosen: %d of %d cases, with --sample-cases %d --seed %d", c.Cases, c.Of, c.Cases, c.Seed)
	}
	if n := len(s.Blind); n > 0 {
		sentence("%s too few samples for any change of the pass rate to be more than chance (such as %s): it takes 4 a side.", haveOrHas(n), s.Blind[0])
	}
	fmt.Fprintf(b, "Credits: about %s, at most %s.\n\n", amountOr(s.Estimate), amountOr(s.Bound))
}

func haveOrHas(n int) string {
	if n == 1 {
		return "1 case has"
	}
	return fmt.Sprintf("%d cases have", n)
}
