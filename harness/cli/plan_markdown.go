package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
)

// commentLimit is how long a comment on GitHub may be, in bytes to be safe.
const commentLimit = 65_000

// markdown shows what a pull request needs: price, calls and causes. Texts of
// suites and models stand in code only, fenced so that they can't get out.
func (v *surveyView) markdown() {
	if v.s.IsEmpty() {
		v.b.WriteString("### assay plan: no changes\n\nEvery question is recorded.\n")
		return
	}
	n := countsOf(v.s)
	fmt.Fprintf(v.b, "### assay plan: %s\n\n", n)
	fmt.Fprintf(v.b, "%s\n\n", strings.ReplaceAll(priceLine(v.s), " Balance: not asked.", ""))
	if len(v.s.Asked) > 0 {
		v.b.WriteString("| provider | asked at | questions | about | at most | time |\n| --- | --- | ---: | ---: | ---: | --- |\n")
		for _, a := range v.s.Asked {
			fmt.Fprintf(v.b, "| %s | %s | %d | %s | %s | %s |\n", codeSpan(a.Provider), codeSpan(a.BaseURL), a.Calls, amountOr(a.Estimate), amountOr(a.Bound), timeText(a.Time, a))
		}
		v.b.WriteByte('\n')
	}
	v.b.WriteString(fitting(v.b.Len(), v.sections()))
	v.b.WriteString("Expectations are no part of the plan: `assay test` judges them.\n")
}

// fitting gives the paragraphs that have room behind so many bytes, and says how
// many are left out.
func fitting(before int, sections []string) string {
	var b strings.Builder
	left := 0
	for _, section := range sections {
		if before+b.Len()+len(section) > commentLimit-200 {
			left++
			continue
		}
		b.WriteString(section)
	}
	if left > 0 {
		fmt.Fprintf(&b, "… and %s more: `assay plan` shows them.\n\n", counted(left, "paragraph"))
	}
	return b.String()
}

// sections are the paragraphs, the first first.
func (v *surveyView) sections() []string {
	var out []string
	if len(v.s.Prunes) > 0 {
		lines := make([]string, len(v.s.Prunes))
		for i := range v.s.Prunes {
			p := &v.s.Prunes[i]
			lines[i] = fmt.Sprintf("- %s (%s, %s)", p.Display, countedReplies(p.Replies), costOfPrunes(v.s.Prunes[i:i+1]))
		}
		out = append(out, section(goes(len(lines))+": no case asks any more", lines))
	}
	for _, g := range harness.Groups(v.s.Changes) {
		out = append(out, section(heading(g), v.groupLines(g)))
	}
	if len(v.s.Moves) > 0 {
		ambiguity := v.p.Plan().Ambiguity()
		var lines []string
		for _, m := range v.s.Moves {
			lines = append(lines, fmt.Sprintf("> %s (was %s)", m.To.Display(ambiguity), m.Was(ambiguity)))
		}
		out = append(out, section(movedCount(len(lines))+", free", lines))
	}
	for _, rest := range []struct {
		list []harness.Change
		mark string
		what string
	}{{v.s.Unsure, "?", "sent, perhaps paid, without a reply: --retry-unknown asks again"}, {v.s.Blocked, "!", "can't be asked: a capture before fails on the recorded reply"}} {
		var lines []string
		for i := range rest.list {
			lines = append(lines, rest.mark+" "+rest.list[i].Display)
		}
		if len(lines) > 0 {
			out = append(out, section(counted(len(lines), "question")+" "+rest.what, lines))
		}
	}
	return out
}

// groupLines gives a cause's lines, as the text has them.
func (v *surveyView) groupLines(g harness.Group) []string {
	var b bytes.Buffer
	(&surveyView{b: &b, p: v.p, s: v.s, detail: v.detail}).group(g)
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	return lines[1:]
}

// section is a heading that unfolds into lines.
func section(heading string, lines []string) string {
	if len(lines) == 0 {
		return fmt.Sprintf("- %s\n\n", codeSpan(heading))
	}
	text := strings.Join(lines, "\n")
	fence := fenceFor(text, 3)
	return fmt.Sprintf("%s\n\n%stext\n%s\n%s\n\n", codeSpan(heading), fence, text, fence)
}

// codeSpan gives a text as a code span of one line, whatever it holds. In a table a
// pipe would end the cell even so.
func codeSpan(text string) string {
	text = strings.NewReplacer("|", "¦", "\n", " ").Replace(diag.Visible(text))
	fence := fenceFor(text, 1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// fenceFor gives backticks that a text does not hold.
func fenceFor(text string, least int) string {
	longest, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", max(least, longest+1))
}
