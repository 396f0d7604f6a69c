package report

import (
	"io"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"
)

// The columns of the table of a drift.
const (
	driftCase = iota
	driftRecorded
	driftNow
	driftP
	driftLevel
	driftText
	driftColumns
)

func driftHeadings() [driftColumns]string {
	return [driftColumns]string{"case", "recorded", "now", "p", "drift", "text"}
}

// drawDrift draws the rows; the column of the case takes what the others leave,
// and a column that nobody has a word for is left out.
func drawDrift(w io.Writer, rows [][driftColumns]string, inks []string, o Options) error {
	headings := driftHeadings()
	var widths [driftColumns]int
	var filled [driftColumns]bool
	for i, h := range headings {
		widths[i] = columns(h)
	}
	for _, r := range rows {
		for i, cell := range r {
			widths[i], filled[i] = max(widths[i], columns(cell)), filled[i] || cell != ""
		}
	}
	others := 0
	for i := driftRecorded; i < driftColumns; i++ {
		if filled[i] {
			others += widths[i] + gap
		}
	}
	widths[driftCase] = max(min(widths[driftCase], o.width()-others), 12)
	shown := func(cells [driftColumns]string, sgr string) []string {
		var out []string
		for i, cell := range cells {
			if !filled[i] {
				continue
			}
			cell = elide(cell, widths[i])
			if i == driftLevel {
				cell = ink(o.Color, sgr, cell)
			}
			out = append(out, cell)
		}
		return out
	}
	t := driftTable(w, widths, filled)
	if err := t.Start(); err != nil {
		return err
	}
	t.Header(shown(headings, ""))
	for n, r := range rows {
		if err := t.Append(shown(r, inks[n])); err != nil {
			return err
		}
	}
	return t.Close()
}

// driftTable configures the library as the table of a run does.
func driftTable(w io.Writer, all [driftColumns]int, filled [driftColumns]bool) *tablewriter.Table {
	var columns []tableColumn
	for i, width := range all {
		switch {
		case !filled[i]:
		case i == driftP || i == driftText:
			columns = append(columns, tableColumn{width, tw.AlignRight})
		default:
			columns = append(columns, tableColumn{width, tw.AlignLeft})
		}
	}
	return newTable(w, columns)
}
