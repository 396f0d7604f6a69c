package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/result"
)

type applyFlags struct {
	selectFlags
	liveFlags
	reportFlags
	lockFlags
	planFlags
	approve bool
	plan    string
	origin  string
}

func newApply(c *command) *cobra.Command {
	var f applyFlags
	cmd := &cobra.Command{
		Use:   "apply [SELECTOR…]",
		Short: "Ask the provider for what is not recorded, and record it",
		Long: `Compares the suites with the recordings, shows what is missing or stale and what
asking for it may cost, asks for approval, sends the questions, and records the
replies below fixtures/. Expectations are judged and shown, but a red case is
recorded all the same: it is what the model said.

Without a terminal nothing is sent unless --auto-approve is given (exit 8).`,
		Example: `  assay apply
  assay apply jokes --max-credits 0.50
  assay apply --auto-approve --base-url http://127.0.0.1:8787/v1`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.apply(cmd, &f, args) },
	}
	f.selectFlags.add(cmd)
	f.liveFlags.add(cmd)
	f.reportFlags.add(cmd)
	jsonFlag(cmd)
	f.lockFlags.add(cmd)
	f.planFlags.add(cmd)
	cmd.Flags().StringVar(&f.plan, "plan", "", "do exactly what the plan saved in `FILE` says, or nothing when it is stale")
	cmd.Flags().BoolVar(&f.approve, "auto-approve", false, "do not ask for approval")
	cmd.Flags().StringVar(&f.origin, "origin", "", "record replies as `ORIGIN`: live, scripted or imported (default: what the server says, else live)")
	return cmd
}

func (c *command) apply(cmd *cobra.Command, f *applyFlags, args []string) error {
	var saved *savedPlan
	if cmd.Flags().Changed("plan") {
		var err error
		if saved, err = c.takePlan(cmd, f, args); err != nil {
			return err
		}
	}
	folder, root, config, err := c.open(&f.selectFlags, args)
	if err != nil {
		return err
	}
	defer closing(folder)
	if saved != nil {
		config.Select = saved.Flags.Selectors
	}
	f.planFlags.fill(&config)
	if config.Concurrency, err = f.workers(); err != nil {
		return err
	}
	if config.Live, err = f.liveFlags.live(c); err != nil {
		return err
	}
	if config.KeepReplies, err = f.replies(); err != nil {
		return err
	}
	switch exchange.Origin(f.origin) {
	case "", exchange.Live, exchange.Scripted, exchange.Imported:
	default:
		return usage("--origin takes live, scripted or imported, not "+quoted(f.origin), "")
	}
	p, err := c.load(config)
	if err != nil {
		return err
	}
	unlock, err := c.lock(folder, "apply", f.lockFlags.timeout)
	if err != nil {
		return err
	}
	defer unlock()
	return c.applyLocked(cmd, folder, root, p, f, saved)
}

// tidy takes away what a killed apply left besides its replies.
func tidy(folder *disk.Folder, p *harness.Project, recording harness.Recording) error {
	// A live test may be keeping replies right now: it needs no lock.
	for _, dir := range []string{p.Config().FixturesDir, ".assay"} {
		if err := folder.Sweep(dir, harness.RepliesDir); err != nil {
			return err
		}
	}
	return p.Tidy(recording)
}

func (c *command) applyLocked(cmd *cobra.Command, folder *disk.Folder, root string, p *harness.Project, f *applyFlags, saved *savedPlan) error {
	recording := harness.Recording{Folder: folder, Origin: exchange.Origin(f.origin)}
	if err := tidy(folder, p, recording); err != nil {
		return cannotBegin(err)
	}
	s, err := p.Survey(cmd.Context())
	if err != nil {
		return err
	}
	if s.Broken.HasErrors() {
		c.say(s.Broken)
		c.note("Nothing was asked. Mend these recordings first; nothing was overwritten.")
		return exitError(s.Broken.Exit())
	}
	if saved != nil {
		if err := saved.stillHolds(cmd, p, s); err != nil {
			return err
		}
	}
	if err := c.printBeside(f.format, func(b *bytes.Buffer) {
		(&surveyView{b: b, p: p, s: s, opening: notYetAsked}).write()
	}); err != nil {
		return err
	}
	c.say(s.Warnings)
	c.emitSurvey(p, s)
	if !s.HasChanges() {
		return undone(s)
	}
	if s.Asks() > 0 {
		if err := c.ready(folder, p, s); err != nil {
			return err
		}
	}
	if err := c.approveSurvey(p, s, f); err != nil {
		return err
	}
	return c.applySurvey(cmd, root, p, s, recording, f)
}

// printBeside writes a text to stdout, or to stderr where a report goes there
// that programs read.
func (c *command) printBeside(format string, write func(*bytes.Buffer)) error {
	if format == "table" || format == "none" {
		return c.print(write)
	}
	var b bytes.Buffer
	write(&b)
	_, err := c.Stderr.Write(b.Bytes())
	return err
}

// approveSurvey asks for a yes to what costs something or can't be undone.
func (c *command) approveSurvey(p *harness.Project, s *harness.Survey, f *applyFlags) error {
	if s.Asks() == 0 && len(s.Prunes) == 0 {
		return nil // moving and reusing is free
	}
	what := "ask these questions"
	switch {
	case s.Asks() == 0:
		what = "delete these recordings"
	case len(s.Prunes) > 0:
		what = "ask these questions and delete these recordings"
	}
	if s.Asks() > 0 && s.Bound == nil && (f.maxCredits != "" || p.Config().MaxCredits != "") {
		c.note("No greatest price is known (price.max_call in assay.yaml sets one): under the budget the questions are asked\none at a time, and the last may pass it.")
	}
	if err := c.approve(what, f.approve); err != nil {
		return err
	}
	if s.Asks() > 0 {
		c.approveHosts(p)
	}
	return nil
}

// approve asks for a yes to something, unless it was given.
func (c *command) approve(what string, auto bool) error {
	if auto {
		return nil
	}
	if !c.StdinIsTerminal {
		return diag.NewError(diag.NotApproved, "nothing was sent or changed: there is no terminal to ask for approval",
			"Look at what is listed above, and give --auto-approve. --max-credits bounds what it may cost.")
	}
	if !c.ask("Do you want to " + what + "?") {
		return diag.NewError(diag.NotApproved, "nothing was sent or changed: it was not approved", "")
	}
	return nil
}

// applySurvey does what was approved, and tells what was done and what is left.
func (c *command) applySurvey(cmd *cobra.Command, root string, p *harness.Project, s *harness.Survey, recording harness.Recording, f *applyFlags) error {
	if len(s.Changes)+len(s.Moves) == 0 {
		if err := p.Prune(cmd.Context(), s, recording); err != nil {
			return err
		}
		if err := c.complete(&harness.Applied{Deleted: len(s.Prunes)}, f); err != nil {
			return err
		}
		return undone(s)
	}
	if s.Time != nil {
		c.expected = *s.Time
	}
	var ran *harness.Applied
	err := c.execute(root, p, &f.reportFlags, result.Strictness{}, func(p *harness.Project) (*harness.Report, error) {
		var err error
		if ran, err = p.Apply(cmd.Context(), s, recording); err != nil {
			return nil, err
		}
		return ran.Report, nil
	})
	if ran == nil || ran.Report == nil {
		return err
	}
	if said := c.complete(ran, f); said != nil {
		return said
	}
	return c.applied(ran, err)
}

// complete tells in a line what was done, and lists what is left to ask.
func (c *command) complete(ran *harness.Applied, f *applyFlags) error {
	left := 0
	if ran.Left != nil {
		left = len(ran.Left.Changes)
	}
	done := []string{fmt.Sprintf("%d recorded", ran.Recorded)}
	for _, more := range []struct {
		n    int
		what string
	}{{ran.Reused, "reused"}, {ran.Moved, "moved"}, {ran.Deleted, "deleted"}, {left, "left"}} {
		if more.n > 0 {
			done = append(done, fmt.Sprintf("%d %s", more.n, more.what))
		}
	}
	var spent credit.Amount
	if ran.Report != nil {
		spent = ran.Run().Sum.Spent
	}
	word := "complete"
	if left > 0 || ran.Report != nil && ran.Left == nil {
		word = "stopped"
	}
	return c.printBeside(f.format, func(b *bytes.Buffer) {
		fmt.Fprintf(b, "Apply %s: %s, %s credits spent.\n", word, strings.Join(done, ", "), spent)
		if left == 0 {
			return
		}
		fmt.Fprintf(b, "Not recorded yet, and `assay apply` again asks only these:\n")
		for i, change := range ran.Left.Changes {
			if i == paragraphLines {
				fmt.Fprintf(b, "  … and %d more: assay plan\n", left-i)
				break
			}
			fmt.Fprintf(b, "  %s %s\n", actionOf(&change).mark, change.Display)
		}
	})
}

// undone says, when nothing else is wrong, that not everything can be recorded.
func undone(s *harness.Survey) error {
	var ds diag.Diagnostics
	if len(s.Unsure) > 0 {
		ds.Add(diag.OutcomeUnknown, diag.Range{}, fmt.Sprintf("nobody knows how %s ended: sent, without a reply, perhaps paid for", questions(s.Unsure)),
			"--retry-unknown asks again.\n"+listUnknown(s.Unsure))
	}
	if n := len(s.Blocked); n > 0 {
		first := s.Blocked[0].Diag
		ds.Add(diag.RecordingBlocked, diag.Range{}, fmt.Sprintf("%s can't be asked: %s", counted(n, "question"), first.Summary),
			first.Detail+" The recorded reply does not give what later turns need. Mend the capture, or the prompt before it, or ask the turn before it again with --replace.")
	}
	return ds.Err()
}

// questions counts those whose outcome is unknown; what follows them was never sent.
func questions(list []harness.Change) string {
	n := 0
	for i := range list {
		if list[i].Unknown != nil {
			n++
		}
	}
	return counted(n, "question")
}

func listUnknown(list []harness.Change) string {
	var b strings.Builder
	for i := range list {
		if u := list[i].Unknown; u != nil {
			fmt.Fprintf(&b, "? %s, sent %s\n", u.Address, u.At.UTC().Format("2006-01-02 15:04:05Z"))
		}
	}
	return b.String()
}

// approveHosts asks for each host that keys may not go to by themselves. What
// is not approved is refused when it would be sent.
func (c *command) approveHosts(p *harness.Project) {
	for name, host := range p.ForeignHosts() {
		if !c.StdinIsTerminal || !c.ask(fmt.Sprintf("\nThe key of provider %q would go to %s. Is that right?", name, host)) {
			continue
		}
		p.AllowHost(host)
	}
}

// applied gives apply's own exit code: red cases are shown, and are no error;
// a question whose outcome nobody knows is, and one that can't be asked.
func (c *command) applied(ran *harness.Applied, err error) error {
	code := exitError(0)
	if errors.As(err, &code) {
		err = nil
	}
	if err != nil {
		return err
	}
	codes := []int{int(code)}
	left := ran.Left
	if left == nil {
		left = &harness.Survey{}
	}
	switch {
	case int(code) == diag.ExitFailed && len(ran.Refused) > 0:
		c.say(diag.Diagnostics{{
			Code: diag.NotServed, Summary: fmt.Sprintf("not all is recorded: what was answered to %s is no reply", counted(len(ran.Refused), "question")),
			Detail: "Only replies with a status that the suite accepts are recorded, so that an outage does not become the truth. Where such a reply is what you expect, say so with `status`.",
		}})
		codes = []int{diag.NotServed.Exit()}
	case int(code) == diag.ExitFailed && len(left.Changes) > 0:
		codes = []int{diag.ExitRecordings} // they are listed
	case int(code) == diag.ExitFailed && len(left.Blocked) > 0:
		codes = nil // it is said below
	case int(code) == diag.ExitFailed:
		c.note("All is recorded, also what does not meet its expectations: see `assay test`.")
		codes = nil
	}
	if failure := new(diag.Failure); errors.As(undone(left), &failure) {
		c.say(failure.Diagnostics)
		for _, d := range failure.Diagnostics {
			codes = append(codes, d.Code.Exit())
		}
	}
	if worst := diag.WorstExit(codes...); worst != diag.ExitOK {
		return exitError(worst)
	}
	return nil
}
