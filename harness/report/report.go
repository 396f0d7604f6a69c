// Package report writes a run for people and for machines: one file a format,
// each a pure function of the record.
//
// Two amounts of credits never meet: what a run spent, and what the replies it
// replayed had cost when they were recorded. Where there is room for one only,
// replay shows what was recorded, and any other mode what was spent.
package report

import (
	"io"

	"github.com/assay-harness/assay/harness/result"
)

// Format is a way to write a run.
type Format struct {
	Name  string
	Doc   string
	Write func(io.Writer, result.Reader, Options) error
}

// Options fit a report to where it goes. The zero value is right for a file.
type Options struct {
	Color      bool
	Width      int  // columns of the terminal; 0: 100
	All        bool // show every passing case, and every failure
	JUnitLevel Level
}

// width gives the columns there are, at least so many that something can be shown.
func (o Options) width() int {
	if o.Width == 0 {
		return 100
	}
	return max(o.Width, 20)
}

// Level is what a JUnit testcase is.
type Level uint8

// The levels.
const (
	CaseLevel Level = iota
	TurnLevel
)

// Formats gives the formats by name in a fresh map: table, junit, json.
func Formats() map[string]Format {
	return map[string]Format{
		"table": {Name: "table", Doc: "a page for each failure, a table of cases and the credits, for a terminal", Write: writeTable},
		"junit": {Name: "junit", Doc: "JUnit XML, as Jenkins, GitLab, GitHub actions and Azure read it", Write: writeJUnit},
		"json":  {Name: "json", Doc: "the run record, from which every other report can be made", Write: writeJSON},
	}
}
