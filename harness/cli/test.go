package cli

import (
	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
)

type testFlags struct {
	selectFlags
	liveFlags
	reportFlags
	live             bool
	stale            string
	failFast         bool
	warningsAsErrors bool
	failOnFlaky      bool
}

func newTest(c *command) *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test [SELECTOR…]",
		Short: "Replay the recordings, judge the replies, report",
		Long: `Replays the recorded replies, judges them, prints a table, and writes
reports/run.json and reports/junit.xml. No socket is opened, no key is needed,
nothing is spent. With --live the provider is asked instead; the recordings are
left alone. What it replies is kept below .assay/replies, and an apply of the
same questions records it without paying again.

A SELECTOR is an address with globs (jokes, 'jokes.changes_*') or a place
(suites/jokes.yaml:24). Without one, all cases are tested.

--shard 2/8 runs the second of eight parts, which take about equally long, by
what the replies took when they were recorded. CI systems say which part is to
be run in variables, some of which count from 0:

  CircleCI  --shard $((CIRCLE_NODE_INDEX+1))/$CIRCLE_NODE_TOTAL
  GitLab    --shard $CI_NODE_INDEX/$CI_NODE_TOTAL
  Buildkite --shard $((BUILDKITE_PARALLEL_JOB+1))/$BUILDKITE_PARALLEL_JOB_COUNT
  Semaphore --shard $SEMAPHORE_JOB_INDEX/$SEMAPHORE_JOB_COUNT
  Azure     --shard $SYSTEM_JOBPOSITIONINPHASE/$SYSTEM_TOTALJOBSINPHASE
  GitHub    --shard ${{ matrix.shard }}/${{ strategy.job-total }}`,
		Example: `  assay test
  assay test 'jokes.changes_topic["dogs"]'
  assay test --tags 'smoke,!slow' --junit junit.xml
  assay test --failed
  assay test --live --max-credits 0.50`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.test(cmd, &f, args) },
	}
	f.selectFlags.add(cmd)
	f.liveFlags.add(cmd)
	f.reportFlags.add(cmd)
	jsonFlag(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.live, "live", false, "ask the providers instead of replaying")
	flags.StringVar(&f.stale, "stale", "error", "what to do where a question changed, `error|use`: use judges the old reply, marked (exit 6 all the same)")
	flags.BoolVar(&f.failFast, "fail-fast", false, "start nothing new after the first failure")
	flags.BoolVar(&f.warningsAsErrors, "warnings-as-errors", false, "warnings make the run fail")
	flags.BoolVar(&f.failOnFlaky, "fail-on-flaky", false, "cases whose samples disagree make the run fail")
	return cmd
}

func (c *command) test(cmd *cobra.Command, f *testFlags, args []string) error {
	folder, root, config, err := c.open(&f.selectFlags, args)
	if err != nil {
		return err
	}
	defer closing(folder)
	config.FailFast = f.failFast
	if config.Concurrency, err = f.workers(); err != nil {
		return err
	}
	switch {
	case f.stale != "error" && f.stale != "use":
		return usage("--stale takes error or use, not "+quoted(f.stale), "")
	case f.stale == "use" && f.live:
		return usage("--stale=use and --live exclude each other", "With --live no recording answers.")
	}
	config.UseStale = f.stale == "use"
	if f.live {
		if config.Live, err = f.liveFlags.live(c); err != nil {
			return err
		}
		if config.KeepReplies, err = f.replies(); err != nil {
			return err
		}
		config.Live.Folder = folder
	} else if f.baseURL != "" {
		return usage("--base-url needs --live", "Without --live nothing is asked: the recordings answer.")
	}
	p, err := c.load(config)
	if err != nil {
		return err
	}
	if f.live {
		c.approveHosts(p)
	}
	var ran *harness.Report
	err = c.execute(root, p, &f.reportFlags, result.Strictness{
		WarningsAsErrors: f.warningsAsErrors, FailOnFlaky: f.failOnFlaky,
	}, func(p *harness.Project) (*harness.Report, error) {
		var err error
		ran, err = p.Test(cmd.Context())
		return ran, err
	})
	if ran != nil {
		c.noteUnrecorded(ran.Run().Sum.Codes)
	}
	return err
}

// noteUnrecorded names the one command for many questions without a current
// recording: the cure on each page is for its own case.
func (c *command) noteUnrecorded(codes map[string]int) {
	n := 0
	for _, code := range []diag.Code{diag.RecordingMissing, diag.RecordingStale, diag.RecordingMoved} {
		n += codes[string(code)]
	}
	if n > 1 {
		c.note("%d conversations have no current recording: `assay plan` shows what they cost, `assay apply` records them all.", n)
	}
}
