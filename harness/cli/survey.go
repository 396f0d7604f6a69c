package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/fixture"
)

// marks are the signs of a plan's lines.
var marks = map[fixture.State]string{
	fixture.Missing: "+", fixture.Stale: "~", fixture.Follows: "-/+", fixture.Blocked: "!", fixture.Ambiguous: "+", fixture.Moved: ">",
	fixture.Kept: "=",
}

// writeSurvey shows what would be asked, why, and what it costs.
func writeSurvey(b *bytes.Buffer, p *harness.Project, s *harness.Survey) {
	if s.IsEmpty() {
		writeNoChanges(b, s)
		writeOrphans(b, p, s)
		return
	}
	fmt.Fprintf(b, "assay compared %s/ with %s/. Nothing was asked yet.\n\n", p.Config().SuitesDir, p.Config().FixturesDir)
	writeLegend(b, s)
	ambiguity := p.Plan().Ambiguity()
	for _, change := range s.Changes {
		fmt.Fprintf(b, "  %-3s %s", marks[change.State], change.Display)
		if change.After != "" {
			fmt.Fprintf(b, "      known after %s", change.After)
		}
		b.WriteByte('\n')
		if change.State != fixture.Missing && change.State != fixture.Kept {
			writeReason(b, change.Diag)
		}
	}
	for _, m := range s.Moves {
		fmt.Fprintf(b, "  >   %s (was %s)   same questions\n", m.To.Display(ambiguity), m.From.Display(ambiguity))
	}
	for _, blocked := range s.Blocked {
		fmt.Fprintf(b, "  !   %s   blocked: %s\n", blocked.Display, diag.Visible(blocked.Diag.Summary))
	}
	writeSums(b, s)
	writeOrphans(b, p, s)
	b.WriteByte('\n')
}

// writeLegend explains the marks that are used below.
func writeLegend(b *bytes.Buffer, s *harness.Survey) {
	used := map[string]bool{marks[fixture.Moved]: len(s.Moves) > 0, marks[fixture.Blocked]: len(s.Blocked) > 0}
	for _, change := range s.Changes {
		used[marks[change.State]] = true
	}
	for _, mark := range []struct{ sign, meaning string }{
		{"+", "record"}, {"~", "record again"}, {"-/+", "follows a changed reply"}, {">", "move (free)"}, {"=", "reuse a kept reply (free)"}, {"!", "blocked"},
	} {
		if used[mark.sign] {
			fmt.Fprintf(b, "  %s %s ", mark.sign, mark.meaning)
		}
	}
	b.WriteString("\n\n")
}

func writeNoChanges(b *bytes.Buffer, s *harness.Survey) {
	if len(s.Blocked) > 0 {
		fmt.Fprintf(b, "No changes: %s recorded, %d blocked.\n", counted(s.Unchanged, "question"), len(s.Blocked))
		return
	}
	b.WriteString("No changes. Every question is recorded.\n")
}

func writeReason(b *bytes.Buffer, d diag.Diagnostic) {
	for line := range strings.Lines(d.Detail) {
		if strings.HasPrefix(line, "Record it with: ") { // it is what happens here
			continue
		}
		fmt.Fprintf(b, "        %s\n", diag.Visible(strings.TrimRight(line, "\n")))
	}
}

func writeSums(b *bytes.Buffer, s *harness.Survey) {
	count := map[fixture.State]int{}
	for _, change := range s.Changes {
		count[change.State]++
	}
	again := count[fixture.Stale] + count[fixture.Follows]
	kept := ""
	if n := count[fixture.Kept]; n > 0 {
		kept = fmt.Sprintf("%d to reuse, ", n)
	}
	fmt.Fprintf(b, "\nTo ask: %d to record, %d to record again, %d to move, %s%d unchanged.\n",
		s.Asks()-again, again, len(s.Moves), kept, s.Unchanged)
	fmt.Fprintf(b, "Credits: about %s, at most %s.\n", amountOr(s.Estimate), amountOr(s.Bound))
}

func amountOr(a *credit.Amount) string {
	if a == nil {
		return "unknown"
	}
	return a.String()
}

// orphansShown is how many orphans are named.
const orphansShown = 10

func writeOrphans(b *bytes.Buffer, p *harness.Project, s *harness.Survey) {
	if len(s.Orphans) == 0 {
		return
	}
	fmt.Fprintf(b, "\nOrphans: %s without a case. They are left alone; delete the files if the cases are gone for good:\n", counted(len(s.Orphans), "recording"))
	for i, a := range s.Orphans {
		if i == orphansShown {
			fmt.Fprintf(b, "  … and %d more\n", len(s.Orphans)-i)
			break
		}
		fmt.Fprintf(b, "  %s\n", p.Store().Path(a))
	}
}
