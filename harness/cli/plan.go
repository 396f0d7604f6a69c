package cli

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
)

// planFlags say what is planned: what plan and apply share.
type planFlags struct {
	replace []string
	noPrune bool
}

func (f *planFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.replace, "replace", nil, "ask again what is recorded at `ADDRESS`, globs allowed (repeatable)")
	flags.BoolVar(&f.noPrune, "no-prune", false, "keep recordings that no case asks for any more")
}

func (f *planFlags) fill(c *harness.Config) { c.Replace, c.NoPrune = f.replace, f.noPrune }

type planCommandFlags struct {
	selectFlags
	liveFlags
	planFlags
	concise, verbose bool
	detailedExit     bool
	format           string
	out              string
}

func newPlan(c *command) *cobra.Command {
	var f planCommandFlags
	cmd := &cobra.Command{
		Use:   "plan [SELECTOR…]",
		Short: "Show what apply would ask and record, why, and what it costs",
		Long: `Compares the suites with the recordings and shows what an apply would do: what
it would ask and why, what it may cost and how long it takes, what it would move
and delete. Nothing is sent, nothing is written, no key is needed.

What is to be asked is grouped by its cause: one edited prompt is one paragraph.
A turn whose history holds a reply that is not known yet is "known after" that
turn: if its question turns out unchanged, its recording stays and nothing is
asked. Expectations are no part of the plan: assay test judges them.

With --detailed-exitcode it exits 0 when there are no changes, 2 when there are,
and 1 for every error.`,
		Example: `  assay plan
  assay plan jokes --concise
  assay plan --replace 'jokes.greets' --detailed-exitcode
  assay plan --out plan.json && assay apply --plan plan.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.detailedExit(f.detailedExit, c.plan(cmd, &f, args))
		},
	}
	f.selectFlags.add(cmd)
	f.liveFlags.addAsked(cmd)
	f.planFlags.add(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.concise, "concise", false, "a line a cause")
	flags.BoolVar(&f.verbose, "verbose", false, "every line, and whole prompts")
	flags.BoolVar(&f.detailedExit, "detailed-exitcode", false, "exit 0: no changes, 2: changes, 1: an error")
	flags.StringVar(&f.format, "format", "text", "`FORMAT` of what goes to stdout: text, or markdown for a comment on a pull request")
	flags.StringVar(&f.out, "out", "", "save the plan in `FILE`, for assay apply --plan FILE")
	jsonFlag(cmd)
	cmd.MarkFlagsMutuallyExclusive("concise", "verbose")
	return cmd
}

func (f *planCommandFlags) detail() detail {
	switch {
	case f.concise:
		return leastDetail
	case f.verbose:
		return allDetail
	default:
		return someDetail
	}
}

// detailedExit gives every error the code 1, if that is wanted: whoever wants it
// tells changes from errors by the code alone.
func (c *command) detailedExit(wanted bool, err error) error {
	if !wanted || err == nil {
		return err
	}
	switch code := c.exit(err); code {
	case diag.ExitOK, diag.ExitChanges:
		return exitError(code)
	default:
		return exitError(diag.ExitFailed)
	}
}

func (c *command) plan(cmd *cobra.Command, f *planCommandFlags, args []string) error {
	if f.format != "text" && f.format != "markdown" {
		return usage("--format takes text or markdown, not "+quoted(f.format), "")
	}
	if c.events != nil && f.format == "markdown" {
		return usage("--json and --format markdown exclude each other", "What goes to stdout is either events or Markdown.")
	}
	folder, root, config, err := c.open(&f.selectFlags, args)
	if err != nil {
		return err
	}
	defer closing(folder)
	f.planFlags.fill(&config)
	if config.Concurrency, err = f.workers(); err != nil {
		return err
	}
	if config.Live, err = f.liveFlags.live(c); err != nil {
		return err
	}
	p, err := c.load(config)
	if err != nil {
		return err
	}
	s, err := p.Survey(cmd.Context())
	if err != nil {
		return err
	}
	if s.Broken.HasErrors() {
		c.say(s.Broken)
		return exitError(s.Broken.Exit())
	}
	c.say(s.Warnings)
	if err := c.print(func(b *bytes.Buffer) {
		view := &surveyView{b: b, p: p, s: s, detail: f.detail(), opening: onlyPlanned}
		if f.format == "markdown" {
			view.markdown()
			return
		}
		view.write()
	}); err != nil {
		return err
	}
	c.emitSurvey(p, s)
	if f.out != "" {
		if err := c.savePlan(cmd, root, p, s, f, config.Select); err != nil {
			return err
		}
	}
	return planned(s, f.detailedExit)
}

// planned gives the exit code of a plan: what can be neither asked nor found is
// an error when nothing else would change.
func planned(s *harness.Survey, detailed bool) error {
	switch {
	case s.HasChanges() && detailed:
		return exitError(diag.ExitChanges)
	case s.HasChanges():
		return nil
	}
	return undone(s)
}
