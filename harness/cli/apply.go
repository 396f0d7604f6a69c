package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/result"
)

type applyFlags struct {
	selectFlags
	liveFlags
	reportFlags
	lockFlags
	approve bool
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
	cmd.Flags().BoolVar(&f.approve, "auto-approve", false, "do not ask for approval")
	cmd.Flags().StringVar(&f.origin, "origin", "", "record replies as `ORIGIN`: live, scripted or imported (default: what the server says, else live)")
	return cmd
}

func (c *command) apply(cmd *cobra.Command, f *applyFlags, args []string) error {
	folder, root, err := c.openRoot()
	if err != nil {
		return err
	}
	defer closing(folder)
	config, err := c.config(folder, root, &f.selectFlags, args)
	if err != nil {
		return err
	}
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
	return c.applyLocked(cmd, folder, root, p, f)
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

func (c *command) applyLocked(cmd *cobra.Command, folder *disk.Folder, root string, p *harness.Project, f *applyFlags) error {
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
	if err := c.print(func(b *bytes.Buffer) { writeSurvey(b, p, s) }); err != nil {
		return err
	}
	c.say(s.Warnings)
	if s.IsEmpty() {
		return blocked(s.Blocked)
	}
	if s.Asks() > 0 {
		if s.Bound == nil && (f.maxCredits != "" || p.Config().MaxCredits != "") {
			c.note("No greatest price is known (price.max_call in assay.yaml sets one): under the budget the questions are asked\none at a time, and the last may pass it.")
		}
		if err := c.approve(f); err != nil {
			return err
		}
		c.approveHosts(p)
	}
	var ran *harness.Applied
	err = c.execute(root, p, &f.reportFlags, result.Strictness{}, func(p *harness.Project) (*harness.Report, error) {
		var err error
		if ran, err = p.Apply(cmd.Context(), s, recording); err != nil {
			return nil, err
		}
		return ran.Report, nil
	})
	if ran == nil {
		return err
	}
	if err := c.applied(ran, err); err != nil {
		return err
	}
	return blocked(stillBlocked(s, ran))
}

// stillBlocked gives the turns that can't be asked: of what was asked now, those
// after the new replies.
func stillBlocked(s *harness.Survey, ran *harness.Applied) []harness.Change {
	asked := map[address.Address]bool{}
	for _, change := range s.Changes {
		asked[change.Address.Instance()] = true
	}
	before := slices.DeleteFunc(slices.Clone(s.Blocked), func(b harness.Change) bool { return asked[b.Address.Instance()] })
	return append(before, ran.Blocked...)
}

// blocked says, when nothing else is wrong, that not everything can be recorded.
func blocked(list []harness.Change) error {
	if len(list) == 0 {
		return nil
	}
	return diag.NewError(diag.RecordingBlocked, fmt.Sprintf("%s can't be asked: %s", counted(len(list), "question"), list[0].Diag.Summary),
		list[0].Diag.Detail+" The recorded reply does not give what later turns need. Mend the capture, or the prompt before it.")
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
// a question whose outcome nobody knows is.
func (c *command) applied(ran *harness.Applied, err error) error {
	code := exitError(0)
	if errors.As(err, &code) {
		err = nil
	}
	if err != nil {
		return err
	}
	codes := []int{int(code)}
	switch {
	case int(code) == diag.ExitFailed && len(ran.Refused) > 0:
		c.say(diag.Diagnostics{{
			Code: diag.NotServed, Summary: fmt.Sprintf("not all is recorded: what was answered to %s is no reply", counted(len(ran.Refused), "question")),
			Detail: "Only replies with a status that the suite accepts are recorded, so that an outage does not become the truth. Where such a reply is what you expect, say so with `status`.",
		}})
		codes = []int{diag.NotServed.Exit()}
	case int(code) == diag.ExitFailed && len(ran.Blocked) > 0:
		codes = nil // it is said below
	case int(code) == diag.ExitFailed:
		c.note("All is recorded, also what does not meet its expectations: see `assay test`.")
		codes = nil
	}
	if len(ran.Unknown) > 0 {
		c.sayUnknown(ran.Unknown)
		codes = append(codes, diag.OutcomeUnknown.Exit())
	}
	if worst := diag.WorstExit(codes...); worst != diag.ExitOK {
		return exitError(worst)
	}
	return nil
}

// sayUnknown lists the questions that may have been paid for without a reply.
func (c *command) sayUnknown(list []fixture.Unknown) {
	fmt.Fprintf(c.Stderr, "\nNobody knows how %s ended: sent, without a reply, perhaps paid for. --retry-unknown asks again.\n", counted(len(list), "question"))
	for _, u := range list {
		fmt.Fprintf(c.Stderr, "  ? %s, sent %s\n", u.Address, u.At.UTC().Format("2006-01-02 15:04:05Z"))
	}
}

// approve asks for a yes, unless it was given.
func (c *command) approve(f *applyFlags) error {
	if f.approve {
		return nil
	}
	if !c.StdinIsTerminal {
		return diag.NewError(diag.NotApproved, "nothing was sent: there is no terminal to ask for approval",
			"Look at the price above, and give --auto-approve. --max-credits bounds what it may cost.")
	}
	if !c.ask("Do you want to ask these questions?") {
		return diag.NewError(diag.NotApproved, "nothing was sent: it was not approved", "")
	}
	return nil
}
