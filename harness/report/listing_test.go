package report

import (
	"strings"
	"testing"
)

func TestListingFits(t *testing.T) {
	list := []Column{{Heading: "address", Elastic: true}, {Heading: "key", Missable: 2}, {Heading: "model", Missable: 1}, {Heading: "credits", Right: true}}
	rows := [][]string{
		{`jokes.changes_the_topic_of_the_conversation["dogs and cats"].turn[1]`, "12345678", "a-model-with-a-name", "0.0031"},
		{"jokes.\x1b[31mred\n", "12345678", "m", "12.5"},
	}
	footer := []string{"2 replies", "", "", "12.5031"}
	for _, c := range []struct {
		width     int
		has, lack string
	}{
		{0, "a-model-with-a-name", "…"},
		{200, "a-model-with-a-name", "…"},
		{80, "12345678", "a-model-with-a-name"},
		{60, "credits", "12345678"},
		{30, "credits", "12345678"},
	} {
		var b strings.Builder
		if err := Listing(&b, list, rows, footer, c.width); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if !strings.Contains(got, c.has) || strings.Contains(got, c.lack) || strings.Contains(got, "\x1b") {
			t.Errorf("width %d:\n%s", c.width, got)
		}
		for line := range strings.Lines(got) {
			if n := columns(strings.TrimRight(line, "\n")); c.width > 0 && n > c.width {
				t.Errorf("width %d: %d columns: %s", c.width, n, line)
			}
		}
		if strings.Count(got, "\n") != 6 {
			t.Errorf("width %d: %d lines:\n%s", c.width, strings.Count(got, "\n"), got)
		}
	}
}
