package report

import (
	"bytes"
	"io"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// The columns of the table.
const (
	suiteColumn = iota
	caseColumn
	providerColumn
	turnsColumn
	checksColumn
	resultColumn
	timeColumn
	creditsColumn
	columnCount
)

// gap is the space between two columns.
const gap = 2

// layout says which columns are shown and how wide. The column of the case
// takes what the others leave.
type layout struct {
	widths [columnCount]int
	shown  [columnCount]bool
	alone  bool // one provider only: its column can go
}

func headings() [columnCount]string {
	return [columnCount]string{"suite", "case", "provider", "turns", "checks", "result", "time", "credits"}
}

func newLayout(run result.Run, footer row) *layout {
	l := &layout{alone: len(run.Sum.Providers) < 2}
	for i := range l.shown {
		l.shown[i] = true
	}
	l.measure(row{cells: headings()})
	l.measure(footer)
	return l
}

func (l *layout) measure(r row) {
	for i, cell := range r.cells {
		l.widths[i] = max(l.widths[i], columns(cell))
	}
}

// fit makes the table no wider than the terminal: long names of suites and
// providers are bounded, columns that can be missed go, the case's column gets
// the rest.
func (l *layout) fit(width int) {
	l.widths[suiteColumn] = min(l.widths[suiteColumn], max(width/5, 5))
	l.widths[providerColumn] = min(l.widths[providerColumn], max(width/8, 8))
	want := min(l.widths[caseColumn], max(width/4, 12))
	missable := []int{turnsColumn, providerColumn, timeColumn, checksColumn, suiteColumn}
	for _, i := range missable {
		if width-l.others() >= want {
			break
		}
		l.shown[i] = i == providerColumn && !l.alone
	}
	for _, i := range missable { // what went may fit after what went later
		if !l.shown[i] && width-l.others()-l.widths[i]-gap >= want {
			l.shown[i] = true
		}
	}
	l.widths[caseColumn] = max(min(l.widths[caseColumn], width-l.others()), 4)
}

// others gives what all columns but the case's take, gaps included.
func (l *layout) others() int {
	sum := 0
	for i, width := range l.widths {
		if l.shown[i] && i != caseColumn {
			sum += width + gap
		}
	}
	return sum
}

// drawing is a table that is being written, row by row.
type drawing struct {
	layout *layout
	table  *tablewriter.Table
	color  bool
}

func (l *layout) start(w io.Writer, o Options) (*drawing, error) {
	d := &drawing{layout: l, color: o.Color, table: l.table(w)}
	if err := d.table.Start(); err != nil {
		return nil, err
	}
	d.table.Header(d.cells(row{cells: headings()}))
	return d, nil
}

func (d *drawing) add(r row) error {
	return d.table.Append(d.paint(d.cells(r), r.verdict))
}

func (d *drawing) end(r row) error {
	d.table.Footer(d.paint(d.cells(r), r.verdict))
	return d.table.Close()
}

// cells gives the texts of the columns that are shown, each no wider than its
// column: the library would wrap or cut them.
func (d *drawing) cells(r row) []string {
	out := make([]string, 0, columnCount)
	for i, cell := range r.cells {
		if d.layout.shown[i] {
			out = append(out, elide(cell, d.layout.widths[i]))
		}
	}
	return out
}

// paint colours the result.
func (d *drawing) paint(cells []string, v verdict.Verdict) []string {
	at := -1
	for i := range resultColumn + 1 {
		if d.layout.shown[i] {
			at++
		}
	}
	cells[at] = ink(d.color, verdictInk(v), cells[at])
	return cells
}

func (l *layout) table(w io.Writer) *tablewriter.Table {
	var columns []tableColumn
	for i, width := range l.widths {
		if l.shown[i] {
			columns = append(columns, tableColumn{width, alignment(i)})
		}
	}
	return newTable(w, columns)
}

func alignment(column int) tw.Align {
	switch column {
	case turnsColumn, checksColumn, timeColumn, creditsColumn:
		return tw.AlignRight
	default:
		return tw.AlignLeft
	}
}

// rendition draws rules below the heading and above the footer, nothing else.
// A junction must be as wide as the gap, or the library draws the gap.
func rendition() tw.Rendition {
	const joint = "──"
	symbols := tw.NewSymbolCustom("rules").WithRow("─").WithColumn("  ").WithCenter(joint).
		WithTopMid(joint).WithBottomMid(joint).WithHeaderMid(joint)
	return tw.Rendition{
		Symbols: symbols,
		Borders: tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.Off, Bottom: tw.Off},
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.On, BetweenRows: tw.Off, ShowHeader: tw.On, ShowFooter: tw.On},
			Lines:      tw.Lines{ShowTop: tw.Off, ShowBottom: tw.Off, ShowHeaderLine: tw.On, ShowFooterLine: tw.On},
		},
	}
}

// trimmed takes the spaces off the ends of lines; the library pads the last
// column too. It is given whole lines.
type trimmed struct{ w io.Writer }

func (t trimmed) Write(line []byte) (int, error) {
	text := bytes.TrimRight(line, " \n")
	if _, err := t.w.Write(append(text[:len(text):len(text)], line[len(line)-bytes.Count(line, []byte("\n")):]...)); err != nil {
		return 0, err
	}
	return len(line), nil
}
