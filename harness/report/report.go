// Package report writes a run for people and for machines: one file a format,
// each a pure function of the record.
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
	All        bool // show every passing case
	JUnitLevel Level
}

// Level is what a JUnit testcase is.
type Level uint8

// The levels.
const (
	CaseLevel Level = iota
	TurnLevel
)

// Formats gives the formats by name in a fresh map: table, junit, json.
func Formats() map[string]Format { panic("stub") }
