package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/drift"
)

// Drift writes a drift report for people: a table of what drifted, a paragraph
// for each such case, what could not be compared, and what it comes to.
func Drift(w io.Writer, r *drift.Report, o Options) error {
	out := bufio.NewWriter(w)
	var rows [][driftColumns]string
	var inks []string
	for i := range r.Cases {
		if c := &r.Cases[i]; c.State == drift.Compared && isShown(c, r.Rules, o) {
			rows, inks = append(rows, driftRow(c)), append(inks, driftInk(c.Level))
		}
	}
	if len(rows) > 0 {
		if err := drawDrift(out, rows, inks, o); err != nil {
			return err
		}
		fmt.Fprintln(out)
	}
	for i := range r.Cases {
		if c := &r.Cases[i]; c.State == drift.Compared && isExplained(c, r.Rules, o) {
			writeDrift(out, c, o)
		}
	}
	writeLeftOut(out, r, o)
	writeDriftSums(out, r, o)
	return out.Flush()
}

// isShown reports whether a case has a row of the table: words differ nearly always.
func isShown(c *drift.Case, rules drift.Rules, o Options) bool {
	return o.All || c.Noise || c.Level == drift.Verdict || c.Level == drift.Shape || c.Fails(rules)
}

func isExplained(c *drift.Case, rules drift.Rules, o Options) bool {
	return c.Level == drift.Verdict || c.Level == drift.Shape || c.Fails(rules) || o.All && c.Level == drift.TextLevel
}

func driftInk(l drift.Level) string {
	switch l {
	case drift.Verdict:
		return red
	case drift.Shape:
		return yellow
	default:
		return ""
	}
}

func driftRow(c *drift.Case) [driftColumns]string {
	var row [driftColumns]string
	row[driftCase] = visible(c.Display)
	row[driftRecorded], row[driftNow] = sideCell(c.Recorded), sideCell(c.Live)
	if c.P != nil {
		row[driftP] = pValue(*c.P)
	}
	row[driftLevel] = levelWord(c)
	if s := leastAlike(c); s != nil {
		row[driftText] = percent(*s)
	}
	return row
}

func sideCell(s *drift.Side) string {
	if s.Samples > 1 {
		return fmt.Sprintf("%d/%d", s.Passed, s.Samples)
	}
	if s.Verdict == drift.Fail || s.Verdict == drift.Error {
		return strings.ToUpper(string(s.Verdict))
	}
	return string(s.Verdict)
}

func levelWord(c *drift.Case) string {
	if c.Noise && c.Level != drift.Shape {
		return "noise?"
	}
	return string(c.Level)
}

// leastAlike gives the least similarity of a case's turns.
func leastAlike(c *drift.Case) *float64 {
	var least *float64
	for i := range c.Turns {
		if s := c.Turns[i].Similarity; s != nil && (least == nil || *s < *least) {
			least = s
		}
	}
	return least
}

// percent never says 100 % of texts that differ, nor 0 % of some that are alike.
func percent(share float64) string {
	whole := math.Floor(share * 100)
	if whole == 0 && share > 0 {
		whole = 1
	}
	return fmt.Sprintf("%.0f %%", whole)
}

func pValue(p float64) string {
	if p < 0.0001 {
		return "<0.0001"
	}
	return fmt.Sprintf("%.2g", p)
}

// pSaid is a p-value behind its name.
func pSaid(p float64) string {
	if less, ok := strings.CutPrefix(pValue(p), "<"); ok {
		return "< " + less
	}
	return "= " + pValue(p)
}

// writeDrift writes a case's paragraph.
func writeDrift(w io.Writer, c *drift.Case, o Options) {
	fmt.Fprintf(w, "%s  %s\n", visible(c.Display), headline(c))
	if c.Place.File != "" {
		fmt.Fprintf(w, "  %s line %d\n", visible(c.Place.File), c.Place.Line)
	}
	for i := range c.Checks {
		writeDriftCheck(w, &c.Checks[i], o)
	}
	for i := range c.Turns {
		writeDriftTurn(w, &c.Turns[i], o)
	}
	fmt.Fprintln(w)
}

// headline says what changed in the case as a whole.
func headline(c *drift.Case) string {
	before, now := sideCell(c.Recorded), sideCell(c.Live)
	switch {
	case c.P != nil:
		q := ""
		if c.Q != nil {
			q = fmt.Sprintf(", %s over all cases", pValue(*c.Q))
		}
		word := "pass rate"
		if c.Level == drift.Verdict {
			word = "VERDICT"
		}
		return fmt.Sprintf("%s %s → %s, p %s%s", word, before, now, pSaid(*c.P), q)
	case c.Level == drift.Verdict:
		return fmt.Sprintf("VERDICT %s → %s", before, now)
	case c.Level == drift.Shape:
		return fmt.Sprintf("SHAPE changed, still %s", now)
	case c.Level == drift.TextLevel:
		return fmt.Sprintf("TEXT changed, still %s", now)
	default:
		return now
	}
}

func writeDriftCheck(w io.Writer, c *drift.Check, o Options) {
	where := c.Turn
	if where == "" {
		where = "total"
	}
	fmt.Fprintf(w, "  %s  %s: %s → %s", where, visible(c.Name), metWord(c.Recorded), metWord(c.Live))
	if c.Place.File != "" {
		fmt.Fprintf(w, "   (%s line %d)", visible(c.Place.File), c.Place.Line)
	}
	fmt.Fprintln(w)
	for _, line := range []struct{ name, text string }{
		{"expected", c.Expected}, {"actual", c.Actual}, {"because", c.Reason}, {"message", c.Message},
	} {
		if line.text != "" {
			fmt.Fprintf(w, "    %-8s  %s\n", line.name, elide(visible(cut(line.text, 400)), max(o.width()-14, 40)))
		}
	}
}

func metWord(t drift.Tally) string {
	switch {
	case t.Of == 0:
		return "not judged"
	case t.Of > 1:
		return fmt.Sprintf("met %d of %d times", t.Passed, t.Of)
	case t.Passed == 1:
		return "met"
	default:
		return "not met"
	}
}

func writeDriftTurn(w io.Writer, t *drift.Turn, o Options) {
	var lines []string
	for _, c := range t.Changes {
		if c.Drift {
			lines = append(lines, fmt.Sprintf("%-13s  %s → %s", c.Kind, visible(c.Recorded), visible(c.Live)))
		}
	}
	differs := t.TextChanged && t.Similarity != nil
	if len(lines) == 0 && !differs {
		return
	}
	fmt.Fprintf(w, "  %s", t.Turn)
	if t.Followed {
		fmt.Fprint(w, "  (its question follows a changed reply)")
	}
	fmt.Fprintln(w)
	for _, line := range lines {
		fmt.Fprintf(w, "    %s\n", cut(line, 300))
	}
	if !differs {
		return
	}
	fmt.Fprintf(w, "    %-13s  %s alike%s\n", "text", percent(*t.Similarity), onlySpace(t))
	writeTextDiff(w, drift.Diff(t.Recorded, t.Live), o)
}

// onlySpace says what can't be seen in a diff.
func onlySpace(t *drift.Turn) string {
	if drift.Similarity(t.Recorded, t.Live) == 1 {
		return ", only white space differs"
	}
	return ""
}

// diffLines is how much of a diff is shown.
const diffLines = 24

func writeTextDiff(w io.Writer, text string, o Options) {
	var shown []string
	for _, line := range lines(text) {
		shown = append(shown, wrapDiff(line, max(o.width()-6, 40))...)
	}
	left := 0
	if len(shown) > diffLines {
		left = len(shown) - diffLines
		shown = shown[:diffLines]
	}
	for _, line := range shown {
		fmt.Fprintf(w, "      %s\n", line)
	}
	if left > 0 {
		fmt.Fprintf(w, "      … %s; both texts are in the report\n", plural(left, "more line", "more lines"))
	}
}

// wrapDiff breaks a long line between words; what goes on is indented, behind
// the - or + of the line.
func wrapDiff(line string, width int) []string {
	if columns(line) <= width {
		return []string{line}
	}
	out := diag.Wrap(line, width-1)
	for i := range out[1:] {
		out[i+1] = " " + out[i+1]
	}
	return out
}

// writeLeftOut lists what was not compared, and why.
func writeLeftOut(w io.Writer, r *drift.Report, o Options) {
	const shown = 10
	told := map[string]bool{}
	for _, state := range []drift.State{drift.NotServed, drift.NotAsked, drift.NotRecorded} {
		n := 0
		for i := range r.Cases {
			c := &r.Cases[i]
			if c.State != state {
				continue
			}
			switch n++; {
			case n == 1:
				fmt.Fprintf(w, "%s:\n", strings.ToUpper(string(state[:1]))+string(state[1:]))
				fallthrough
			case n <= shown || o.All:
				writeReason(w, c, told, o)
			}
		}
		if n > shown && !o.All {
			fmt.Fprintf(w, "  … and %d more\n", n-shown)
		}
		if n > 0 {
			fmt.Fprintln(w)
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(w, "%s [%s]\n  %s\n\n", visible(p.Summary), p.Code, visible(p.Detail))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "Note: %s\n", visible(note))
	}
}

// writeReason says why a case was not compared; what to do about it is said once.
func writeReason(w io.Writer, c *drift.Case, told map[string]bool, o Options) {
	fmt.Fprintf(w, "  %s: %s", visible(c.Display), visible(cut(c.Reason, 200)))
	if c.Code != "" {
		fmt.Fprintf(w, " [%s]", c.Code)
	}
	fmt.Fprintln(w)
	if c.State == drift.NotRecorded || c.Detail == "" || told[c.Code] {
		return
	}
	told[c.Code] = true
	for _, line := range lines(c.Detail) {
		for _, part := range diag.Wrap("      "+line, o.width()) {
			fmt.Fprintln(w, part)
		}
	}
}

// writeDriftSums writes what it comes to; the last line is what the exit code says.
func writeDriftSums(w io.Writer, r *drift.Report, o Options) {
	s := r.Sum
	compared := plural(s.Compared, "case", "cases") + " compared"
	if s.Compared > 0 {
		compared += fmt.Sprintf(": %d with another verdict, %d with another shape, %d with other words only, %d the same", s.Verdict, s.Shape, s.Text, s.Same)
	}
	sentence(w, o, compared+".")
	for _, rest := range []struct {
		n    int
		text string
	}{{s.NotServed, "not served"}, {s.NotAsked, "not asked"}, {s.NotRecorded, "not recorded"}, {s.Skipped, "skipped"}} {
		if rest.n > 0 {
			fmt.Fprintf(w, "%s %s.\n", plural(rest.n, "case", "cases"), rest.text)
		}
	}
	if c := r.Choice; c != nil {
		sentence(w, o, fmt.Sprintf("Chosen: %d of %d cases. The same again: --sample-cases %d --seed %d", c.Cases, c.Of, c.Cases, c.Seed))
	}
	if s.Tested > 0 {
		tested := fmt.Sprintf("Pass rates of %s compared by Fisher's exact test, after Benjamini and Hochberg at %s.", plural(s.Tested, "case", "cases"), share(r.Rules.FalseAlarms))
		if s.Noise > 0 {
			tested += fmt.Sprintf(" In %d the rate changed by no more than chance may.", s.Noise)
		}
		sentence(w, o, tested)
	}
	if s.Verdict > 0 && s.Tested < s.Compared {
		sentence(w, o, "Where a case has one sample, a model that is not sure of itself looks as one that changed: `samples: 10` tells them apart.")
	}
	sent := fmt.Sprintf("%s sent, %s credits spent%s.", plural(s.Requests, "request", "requests"), s.Spent, unknownCosts(s.Unknown))
	if s.Compared > 0 {
		sent += fmt.Sprintf(" The replies compared: %s credits → %s, median latency %s → %s.", s.Recorded, s.Live, duration(s.LatencyBefore), duration(s.LatencyNow))
	}
	sentence(w, o, sent)
	sentence(w, o, DriftOutcome(r))
}

// sentence writes a line, broken between words where a terminal would break it
// anywhere.
func sentence(w io.Writer, o Options, text string) {
	if o.Width <= 0 {
		fmt.Fprintln(w, text)
		return
	}
	for _, line := range diag.Wrap(text, o.Width) {
		fmt.Fprintln(w, line)
	}
}

func unknownCosts(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %s of unknown cost", plural(n, "reply", "replies"))
}

func share(q float64) string { return fmt.Sprintf("%g %%", q*100) }

// DriftOutcome says in one line what a drift comes to, as its exit code does.
func DriftOutcome(r *drift.Report) string {
	n := r.Failing()
	what := map[drift.Level]string{drift.Shape: "shape or verdict", drift.TextLevel: "text, shape or verdict"}[r.Rules.FailOn]
	if what == "" {
		what = "verdict"
	}
	switch {
	case r.Sum.Compared == 0:
		return "Drift: nothing could be compared."
	case n == 0:
		return fmt.Sprintf("No drift: no %s changed%s.", what, partly(r))
	default:
		return fmt.Sprintf("Drift: the %s of %s changed%s.", what, plural(n, "case", "cases"), partly(r))
	}
}

// partly says when not all was compared.
func partly(r *drift.Report) string {
	if left := r.Sum.NotAsked + r.Sum.NotServed; left > 0 {
		return fmt.Sprintf(" in what was compared; %s could not be", plural(left, "case", "cases"))
	}
	return ""
}
