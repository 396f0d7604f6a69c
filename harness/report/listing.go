package report

import (
	"io"
	"slices"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"
)

// Column is one column of a Listing.
type Column struct {
	Heading string
	Right   bool // figures stand to the right
	// Elastic columns give way when the table is wider than the terminal.
	Elastic bool
	// Missable columns go when the table is still too wide: 1 first; 0 never goes.
	Missable int
}

// An elastic column that gets narrower than enough makes others go; when none
// is left to go, it gets as narrow as shortest.
const (
	enough   = 44
	shortest = 12
)

// Listing writes a table that is no report of a run, in the looks of the one
// that is. width is the terminal's; 0 is no terminal, and as wide as it takes.
func Listing(w io.Writer, columns []Column, rows [][]string, footer []string, width int) error {
	columns, rows, footer = fitting(columns, rows, footer, width)
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

// fitting leaves out the columns that can be missed, one after the other, until
// the table fits with enough for those that give way.
func fitting(list []Column, rows [][]string, footer []string, width int) ([]Column, [][]string, []string) {
	for rank := 1; width > 0; rank++ {
		at := slices.IndexFunc(list, func(c Column) bool { return c.Missable == rank })
		least := gap * (len(list) - 1)
		for i, w := range listingWidths(list, rows, footer, 0) {
			if list[i].Elastic {
				w = min(w, enough)
			}
			least += w
		}
		if at < 0 || least <= width {
			break
		}
		list, footer = slices.Delete(slices.Clone(list), at, at+1), slices.Delete(slices.Clone(footer), at, at+1)
		fewer := make([][]string, len(rows))
		for i, r := range rows {
			fewer[i] = slices.Delete(slices.Clone(r), at, at+1)
		}
		rows = fewer
	}
	return list, rows, footer
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
	out := make([]tableColumn, len(columns))
	for i, c := range columns {
		out[i] = tableColumn{max(widths[i], 1), tw.AlignLeft}
		if c.Right {
			out[i].align = tw.AlignRight
		}
	}
	return newTable(w, out)
}
