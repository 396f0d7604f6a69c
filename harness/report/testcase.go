package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// filePage explains for a file: whole, uncoloured; the XML writer makes it safe.
func filePage() *page {
	return &page{show: func(s string) []string {
		return strings.Split(strings.TrimRight(s, "\n"), "\n")
	}}
}

// testcases writes the testcases of a case and counts them.
func (j *junit) testcases(c *result.Case, s result.SuiteSum) (count tally) {
	for _, u := range units(c, j.level) {
		j.testcase(u, s)
		count.count(u.verdict)
	}
	return count
}

func (j *junit) testcase(u unit, s result.SuiteSum) {
	at := u.place()
	j.x.start("testcase", attr{"classname", xmlName(u.c.Suite)}, attr{"name", u.name(s)}, attr{"time", seconds(u.latency())}, attr{"file", at.File}, attr{"line", line(at)})
	credits := j.credits(u)
	j.properties(u, credits)
	j.outcome(u, credits)
	if credits != "" {
		j.x.text("system-out", j.output(u, credits))
	}
	j.x.end("testcase")
}

// latency is the time the replies took.
func (u unit) latency() time.Duration {
	switch {
	case u.sample == nil:
		return u.c.Sum.Latency
	case u.turn != nil && u.turn.Latency != nil:
		return *u.turn.Latency
	}
	return 0
}

// credits is what the unit cost, "" where nothing was answered.
func (j *junit) credits(u unit) string {
	switch {
	case u.turn != nil:
		if u.turn.Status == 0 && !u.turn.CostUnknown() {
			return ""
		}
		return turnCredits(u.turn, j.run.Mode)
	case u.sample != nil:
		return ""
	}
	return caseCredits(u.c, j.run.Mode)
}

// caseCredits gives a case's credits in the run's mode, "" where nothing was answered.
func caseCredits(c *result.Case, mode result.Mode) string {
	if c.Sum.Turns == 0 && c.Sum.Unknown == 0 {
		return ""
	}
	return amount(mode.Credits(c.Sum.Spent, c.Sum.Recorded), c.Sum.Unknown)
}

func (j *junit) properties(u unit, credits string) {
	j.x.start("properties")
	j.property("address", u.address())
	j.property("provider", u.c.Provider)
	if credits != "" {
		j.property("credits", credits)
	}
	if u.sample == nil && len(u.c.Samples) > 1 {
		j.property("samples", fmt.Sprintf("%d/%d", passedSamples(u.c), len(u.c.Samples)))
	}
	if u.c.Flaky {
		j.property("flaky", "true")
	}
	if u.stale() {
		j.property("stale", "true")
	}
	if u.sample == nil && u.c.Sum.Warnings > 0 {
		j.property("warnings", fmt.Sprint(u.c.Sum.Warnings))
	}
	j.x.end("properties")
}

// stale reports whether a reply was judged that answers another question.
func (u unit) stale() bool { return u.c.Sum.Stale > 0 && (u.turn == nil || u.turn.Stale) }

func (u unit) address() string {
	if u.turn != nil {
		return u.turn.Address
	}
	return u.c.Address
}

// outcome writes the one element that says how it ended; a pass has none, but
// for the samples that failed.
func (j *junit) outcome(u unit, credits string) {
	switch u.verdict {
	case verdict.Pass:
		j.flakes(u, "flaky", 0)
	case verdict.Skip:
		j.x.empty("skipped", attr{"message", message(u.skipReason())})
	case verdict.Fail:
		j.red("failure", u, credits)
		if u.sample == nil && passedSamples(u.c) == 0 {
			j.flakes(u, "rerun", 1)
		}
	default:
		j.red("error", u, credits)
	}
}

func (u unit) skipReason() string {
	reason := u.c.Reason
	if u.turn != nil && u.turn.Reason != "" {
		reason = u.turn.Reason
	}
	switch {
	case u.c.KnownFailure:
		return "known failure: " + reason
	case reason == "":
		return "skipped"
	}
	return reason
}

// red writes all that went wrong as one element: readers show the first only.
func (j *junit) red(element string, u unit, credits string) {
	x := explain(u, j.run.Mode)
	switch {
	case credits == "":
	case !x.priced:
		x.page.field("credits", credits)
	case u.sample == nil && u.c.Sum.Turns > 1:
		x.page.field("credits", credits+" in all")
	}
	j.x.text(element, x.page.String(), attr{"message", x.message()}, attr{"type", dotted(x.kind)})
}

// flakes writes the samples that failed behind the first so many: in a case
// that passed they are flaky, in one of which none passed they are reruns.
func (j *junit) flakes(u unit, prefix string, skip int) {
	if u.flaw() {
		j.flake(prefix, u, u.sample.Verdict)
	}
	if u.sample != nil {
		return
	}
	for i := range u.c.Samples {
		s := &u.c.Samples[i]
		if s.Verdict < verdict.Fail {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		j.flake(prefix, unit{c: u.c, sample: s, verdict: s.Verdict}, s.Verdict)
	}
}

func (j *junit) flake(prefix string, u unit, v verdict.Verdict) {
	x := &explanation{page: filePage(), mode: j.run.Mode}
	if u.turn != nil {
		x.turn(u.turn)
	} else {
		x.sample(u.sample, u.c)
	}
	if x.count == 0 {
		x.note("sample", fmt.Sprintf("sample %d failed", u.sample.Number))
	}
	kind := "Failure"
	if v == verdict.Error {
		kind = "Error"
	}
	j.x.start(prefix+kind, attr{"message", x.message()}, attr{"type", dotted(x.kind)})
	j.x.text("stackTrace", x.page.String())
	j.x.end(prefix + kind)
}

// output is the standard output: what readers that drop properties look into,
// and the replies of what is not green.
func (j *junit) output(u unit, credits string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[[PROPERTY|credits=%s]]\n", credits)
	if u.stale() {
		b.WriteString("[[PROPERTY|stale=true]]\n")
	}
	if u.verdict < verdict.Fail {
		return b.String()
	}
	for i := range u.c.Samples {
		s := &u.c.Samples[i]
		if u.sample != nil && s != u.sample {
			continue
		}
		for k := range s.Turns {
			t := &s.Turns[k]
			if u.turn == nil || t == u.turn {
				transcript(&b, t)
			}
			if b.Len() > maxXMLText {
				return b.String()
			}
		}
	}
	return b.String()
}

// transcript writes what was said in a turn.
func transcript(b *strings.Builder, t *result.Turn) {
	fmt.Fprintf(b, "\n%s\n", t.Display)
	for _, m := range t.Sent {
		fmt.Fprintf(b, "%s: %s\n", m.Role, m.Text)
	}
	if t.Status != 0 {
		fmt.Fprintf(b, "reply (%s): %s\n", statusText(t.Status), t.Text)
	}
}
