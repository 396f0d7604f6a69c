package report

import (
	"io"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// Column is one column of a Listing.
type Column struct {
	Heading string
	Right   bool // figures stand to the right
	// Elastic columns give way when the table is wider than the terminal.
	Elastic bool
}

// shortest is how narrow an elastic column gets.
const shortest = 12

// Listing writes a table that is no report of a run, in the looks of the one
// that is. width is the terminal's; 0 is no terminal, and as wide as it takes.
func Listing(w io.Writer, columns []Column, rows [][]string, footer []string, width int) error {
	widths := listingWidths(columns, rows, footer, width)
	t := listingTable(w, columns, widths)
	if err := t.Start(); err != nil {
		return err
	}
	headings := make([]string, len(columns))
	for i, c := range columns {
		headings[i] = c.Heading
	}
	t.Header(elided(headings, widths))
	for _, r := range rows {
		if err := t.Append(elided(r, widths)); err != nil {
			return err
		}
	}
	t.Footer(elided(footer, widths))
	return t.Close()
}

func listingWidths(list []Column, rows [][]string, footer []string, width int) []int {
	widths := make([]int, len(list))
	sum := gap * (len(list) - 1)
	for i, c := range list {
		widths[i] = max(columns(c.Heading), columns(visible(footer[i])))
		for _, r := range rows {
			widths[i] = max(widths[i], columns(visible(r[i])))
		}
		sum += widths[i]
	}
	for i, c := range list {
		if c.Elastic && width > 0 && sum > width {
			narrow := max(min(widths[i], shortest), widths[i]-(sum-width))
			sum -= widths[i] - narrow
			widths[i] = narrow
		}
	}
	return widths
}

// elided gives texts no wider than their columns: the library would wrap or cut them.
func elided(cells []string, widths []int) []string {
	out := make([]string, len(cells))
	for i, cell := range cells {
		out[i] = elide(visible(cell), widths[i])
	}
	return out
}

func listingTable(w io.Writer, columns []Column, widths []int) *tablewriter.Table {
	mapped := tw.NewMapper[int, int]()
	align := make([]tw.Align, len(columns))
	for i, c := range columns {
		mapped.Set(i, max(widths[i], 1))
		align[i] = tw.AlignLeft
		if c.Right {
			align[i] = tw.AlignRight
		}
	}
	cell := tw.CellConfig{
		Alignment:  tw.CellAlignment{PerColumn: align},
		Padding:    tw.CellPadding{Global: tw.Padding{Overwrite: true}},
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
	}
	return tablewriter.NewTable(trimmed{w},
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithRenderer(renderer.NewBlueprint(rendition())),
		tablewriter.WithConfig(tablewriter.Config{Header: cell, Row: cell, Footer: cell}),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithFooterAutoFormat(tw.Off),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithColumnWidths(mapped),
		tablewriter.WithStreaming(tw.StreamConfig{Enable: true}),
	)
}
