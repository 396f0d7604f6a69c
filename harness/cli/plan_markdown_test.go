package cli

import (
	"fmt"
	"strings"
	"testing"
)

// A text of a suite or a model can't get out of the code that it stands in.
func TestMarkdownHoldsTexts(t *testing.T) {
	hostile := []string{
		"plain", "`", "``` \n# heading\n```", "a | b", "</details><script>alert(1)</script>", "@everyone [x](http://x)", "\x1b[31m", "`a``b```c",
	}
	for _, text := range hostile {
		span := codeSpan(text)
		fence := span[:len(span)-len(strings.TrimLeft(span, "`"))]
		inside := strings.TrimSuffix(strings.TrimPrefix(span, fence), fence)
		if strings.Contains(span, "\n") || strings.Contains(span, "|") || strings.Contains(span, "\x1b") || fence == "" || strings.Contains(inside, fence) {
			t.Errorf("%q is let out by %q", text, span)
		}
		block := section("heading", strings.Split(text, "\n"))
		_, rest, _ := strings.Cut(block, "\n\n")
		opening, rest, _ := strings.Cut(rest, "text\n")
		if strings.Trim(opening, "`") != "" || strings.Count(rest, opening) != 1 || !strings.HasSuffix(rest, "\n"+opening+"\n\n") {
			t.Errorf("%q ends its block early:\n%s", text, block)
		}
	}
}

// However much there is to say, it fits a comment.
func TestMarkdownFits(t *testing.T) {
	var sections []string
	for i := range 5000 {
		sections = append(sections, section(fmt.Sprint("heading ", i), []string{strings.Repeat("x", 200)}))
	}
	text := fitting(0, sections)
	if len(text) > 65_536 || !strings.Contains(text, "more: `assay plan` shows them") || !strings.Contains(text, "heading 100") {
		t.Errorf("%d bytes, ending in %q", len(text), text[len(text)-200:])
	}
	if text := fitting(0, sections[:3]); strings.Contains(text, "more:") || strings.Count(text, "heading") != 3 {
		t.Errorf("three paragraphs are not whole:\n%s", text)
	}
	if text := fitting(0, []string{section("one", []string{strings.Repeat("x", 70_000)}), section("two", []string{"y"})}); !strings.Contains(text, "`two`") {
		t.Error("one that is too long hides those after it")
	}
}
