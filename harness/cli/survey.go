package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/fixture"
)

// detail is how much of a survey is shown.
type detail uint8

const (
	someDetail detail = iota
	leastDetail
	allDetail
)

// surveyView shows what an apply would do, why, and what it costs.
type surveyView struct {
	b      *bytes.Buffer
	p      *harness.Project
	s      *harness.Survey
	detail detail
	// opening says what was asked so far.
	opening    string
	paragraphs int // by cause
}

// The openings of a plan and of an apply.
const (
	onlyPlanned = "Nothing was asked."
	notYetAsked = "Nothing was asked yet."
)

// action is what is done with a turn or a recording.
type action struct{ name, mark, meaning string }

// actions are all of them, in the order of the legend.
var actions = []action{
	{"record", "+", "record"},
	{"record_again", "~", "record again"},
	{"follow", "-/+", "follows a changed reply"},
	{"delete", "-", "delete"},
	{"move", ">", "move (free)"},
	{"reuse", "=", "reuse a kept reply (free)"},
	{"blocked", "!", "can't be asked"},
	{"unknown", "?", "sent, outcome unknown"},
}

func actionNamed(name string) action {
	return actions[slices.IndexFunc(actions, func(a action) bool { return a.name == name })]
}

// actionOf gives what is done with a changed turn.
func actionOf(c *harness.Change) action {
	switch c.State {
	case fixture.Kept:
		return actionNamed("reuse")
	case fixture.Stale, fixture.Current:
		return actionNamed("record_again")
	case fixture.Follows:
		return actionNamed("follow")
	case fixture.Blocked:
		return actionNamed("blocked")
	default:
		return actionNamed("record")
	}
}

// write shows all of it.
func (v *surveyView) write() {
	if v.s.IsEmpty() {
		v.b.WriteString("No changes. Every question is recorded.\n")
		v.remarks()
		return
	}
	fmt.Fprintf(v.b, "assay compared %s/ with %s/. %s\n\n", v.p.Config().SuitesDir, v.p.Config().FixturesDir, v.opening)
	v.legend()
	v.prunes()
	groups := harness.Groups(v.s.Changes)
	v.paragraphs = len(groups)
	for _, g := range groups {
		v.group(g)
	}
	v.moves()
	v.unsure()
	v.blocked()
	v.sums()
	v.remarks()
}

// legend explains the marks that are used below.
func (v *surveyView) legend() {
	used := map[string]bool{
		"move": len(v.s.Moves) > 0, "delete": len(v.s.Prunes) > 0, "blocked": len(v.s.Blocked) > 0, "unknown": len(v.s.Unsure) > 0,
	}
	for i := range v.s.Changes {
		used[actionOf(&v.s.Changes[i]).name] = true
	}
	var said []string
	for _, a := range actions {
		if used[a.name] {
			said = append(said, a.mark+" "+a.meaning)
		}
	}
	fmt.Fprintf(v.b, "  %s\n\n", strings.Join(said, "   "))
}

// paragraphLines is how many lines of a paragraph are shown, fewLines how many
// where there are manyParagraphs.
const (
	paragraphLines = 12
	manyParagraphs = 20
	fewLines       = 2
)

// folded shows the first of n lines, and how many are left out.
func (v *surveyView) folded(n int, line func(i int)) {
	if v.detail == leastDetail {
		return
	}
	shown, most := n, paragraphLines
	if v.paragraphs > manyParagraphs {
		most = fewLines
	}
	if v.detail != allDetail && n > most+1 {
		shown = most
	}
	for i := range shown {
		line(i)
	}
	if shown < n {
		fmt.Fprintf(v.b, "  … and %d more (--verbose shows all)\n", n-shown)
	}
}

// prunes shows what goes, and what it cost.
func (v *surveyView) prunes() {
	list := v.s.Prunes
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(v.b, "%s: no case asks for %s any more. %s; --no-prune keeps %s\n", goes(len(list)), them(len(list)), capital(costOfPrunes(list)), them(len(list)))
	v.folded(len(list), func(i int) {
		p := &list[i]
		fmt.Fprintf(v.b, "  - %s (%s, %s)      %s\n", p.Display, countedReplies(p.Replies), costOfPrunes(list[i:i+1]), p.Path)
	})
	v.b.WriteByte('\n')
}

func goes(n int) string {
	if n == 1 {
		return "1 recording goes"
	}
	return fmt.Sprintf("%d recordings go", n)
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func countedReplies(n int) string {
	if n == 1 {
		return "1 reply"
	}
	return fmt.Sprintf("%d replies", n)
}

// group shows what one edit makes necessary.
func (v *surveyView) group(g harness.Group) {
	fmt.Fprintf(v.b, "%s\n", heading(g))
	said := ""
	v.folded(len(g.Changes), func(i int) {
		c := g.Changes[i]
		v.change(c)
		if reason := v.reason(c); reason != said {
			v.b.WriteString(reason)
			said = reason
		}
		if v.detail == allDetail {
			v.prompt(c)
		}
	})
	v.b.WriteByte('\n')
}

func (v *surveyView) change(c *harness.Change) {
	fmt.Fprintf(v.b, "  %s %s", actionOf(c).mark, c.Display)
	if c.After != "" {
		fmt.Fprintf(v.b, "      known after %s", c.After)
	}
	if c.Unknown != nil {
		fmt.Fprintf(v.b, "      sent before, perhaps paid: asked again")
	}
	v.b.WriteByte('\n')
}

// reason gives the lines that say why a turn is not current.
func (v *surveyView) reason(c *harness.Change) string {
	var b strings.Builder
	for _, d := range c.Diff {
		for line := range strings.Lines(d.Text()) {
			fmt.Fprintf(&b, "    %s\n", diag.Visible(strings.TrimRight(line, "\n")))
		}
	}
	if c.Cause.Kind == harness.Ambiguous {
		for line := range strings.Lines(c.Diag.Detail) {
			fmt.Fprintf(&b, "      %s\n", diag.Visible(strings.TrimRight(line, "\n")))
		}
	}
	return b.String()
}

// prompt shows whole what a turn adds.
func (v *surveyView) prompt(c *harness.Change) {
	for _, m := range c.Adds {
		fmt.Fprintf(v.b, "      %s:\n", m.Role)
		for line := range strings.Lines(m.Content()) {
			fmt.Fprintf(v.b, "        %s\n", diag.Visible(strings.TrimRight(line, "\n")))
		}
	}
}

func (v *surveyView) moves() {
	ambiguity := v.p.Plan().Ambiguity()
	if len(v.s.Moves) == 0 {
		return
	}
	if v.detail == leastDetail || len(v.s.Moves) > paragraphLines+1 && v.detail != allDetail {
		fmt.Fprintf(v.b, "%s to another address: same questions\n", movedCount(len(v.s.Moves)))
	}
	v.folded(len(v.s.Moves), func(i int) {
		m := v.s.Moves[i]
		instead := ""
		if m.Replaces {
			instead = ", in place of a stale recording"
		}
		fmt.Fprintf(v.b, "> %s (was %s)      same questions%s\n", m.To.Display(ambiguity), m.Was(ambiguity), instead)
	})
	v.b.WriteByte('\n')
}

func movedCount(n int) string {
	return counted(n, "recording") + map[bool]string{true: " moves", false: " move"}[n == 1]
}

// unsure shows what was sent and has no reply.
func (v *surveyView) unsure() {
	list := v.s.Unsure
	if len(list) == 0 {
		return
	}
	sent := slices.DeleteFunc(slices.Clone(list), func(c harness.Change) bool { return c.Unknown == nil })
	fmt.Fprintf(v.b, "%s sent, perhaps paid, and nobody knows how %s ended; --retry-unknown asks again\n", was(len(sent)), them(len(sent)))
	v.folded(len(list), func(i int) {
		c := &list[i]
		fmt.Fprintf(v.b, "  ? %s", c.Display)
		if c.Unknown != nil {
			fmt.Fprintf(v.b, "      sent %s", c.Unknown.At.UTC().Format("2006-01-02 15:04:05Z"))
		} else {
			fmt.Fprintf(v.b, "      known after %s", c.After)
		}
		v.b.WriteByte('\n')
	})
	v.b.WriteByte('\n')
}

func was(n int) string {
	if n == 1 {
		return "1 question was"
	}
	return fmt.Sprintf("%d questions were", n)
}

// blocked shows what can't be asked, by why.
func (v *surveyView) blocked() {
	list := v.s.Blocked
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(v.b, "%s can't be asked: a capture before %s fails on the recorded reply\n", counted(len(list), "question"), them(len(list)))
	said := ""
	v.folded(len(list), func(i int) {
		c := &list[i]
		fmt.Fprintf(v.b, "  ! %s\n", c.Display)
		if reason := diag.Visible(c.Diag.Summary); reason != said {
			fmt.Fprintf(v.b, "      %s%s\n", reason, at(c.Diag.Range))
			said = reason
		}
	})
	v.b.WriteByte('\n')
}

// remarks say what is no part of the plan and worth knowing.
func (v *surveyView) remarks() {
	if n := len(v.s.Lost); n > 0 {
		fmt.Fprintf(v.b, "\n%s sent, perhaps paid, without a reply, and %s asked no more. `assay state recover` tells more, and forgets %s:\n",
			was(n), map[bool]string{true: "is", false: "are"}[n == 1], them(n))
		v.folded(n, func(i int) {
			u := v.s.Lost[i]
			fmt.Fprintf(v.b, "  ? %s      sent %s\n", u.Address, u.At.UTC().Format("2006-01-02 15:04:05Z"))
		})
	}
	if n := v.s.MockOnly; n > 0 {
		fmt.Fprintf(v.b, "\n%s with `live: false` left out: only a server named by --base-url is asked.\n", was2(n))
	}
	if v.s.HasChanges() {
		v.b.WriteString("Expectations are no part of the plan: `assay test` judges them.\n")
	}
}

func was2(n int) string {
	if n == 1 {
		return "1 case is"
	}
	return fmt.Sprintf("%d cases are", n)
}
