package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/report"
)

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
	done, err := p.AcceptDrift(cmd.Context(), folder, r)
	if err != nil {
		return err
	}
	if done.Cases == 0 && len(done.Left) == 0 {
		return diag.NewError(diag.BadDriftReport, quoted(name)+" holds no new reply of the selected cases", "`assay show --file "+shellWord(name)+" --all` shows what was asked. Nothing was recorded.")
	}
	return c.accepted(done)
}

// accept records replies and says what became of them.
func (c *command) accept(cmd *cobra.Command, folder *disk.Folder, p *harness.Project, r *drift.Report) error {
	done, err := p.AcceptDrift(cmd.Context(), folder, r)
	if err != nil {
		return err
	}
	return c.accepted(done)
}

func (c *command) accepted(done *harness.Accepted) error {
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
		return c.showDrift(r, report.Options{All: f.all})
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
