package report

import (
	"io"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// tableColumn is one column of a table: its width in cells, and to which side
// its texts stand.
type tableColumn struct {
	width int
	align tw.Align
}

// newTable configures the library. East Asian widths are off, or the environment
// would change the output; formats are off, or it would rewrite headings; the
// widths are ours, since it shares them badly.
func newTable(w io.Writer, columns []tableColumn) *tablewriter.Table {
	widths := tw.NewMapper[int, int]()
	align := make([]tw.Align, len(columns))
	for i, c := range columns {
		widths.Set(i, c.width)
		align[i] = c.align
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
		tablewriter.WithColumnWidths(widths),
		tablewriter.WithStreaming(tw.StreamConfig{Enable: true}),
	)
}
