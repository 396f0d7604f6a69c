// Package diag holds positioned messages for people: what is wrong, where, and
// what to do. Loaders return all of them at once. It is not for errors between
// functions: those are Go errors, matched with errors.Is and errors.As.
package diag

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Range is a place in a source file. Lines and columns count from 1, columns
// in characters (grapheme clusters, as HCL counts), Byte from 0.
type Range = hcl.Range

// Pos is one end of a Range.
type Pos = hcl.Pos

// Severity tells what stops a command from what does not.
type Severity uint8

const (
	// Error stops the command.
	Error Severity = iota
	// Warning is shown and stops nothing.
	Warning
)

// Diagnostic is one message for people.
type Diagnostic struct {
	Severity Severity
	Code     Code
	Summary  string // one line, lower-case start allowed, no place, no full stop
	Detail   string // cause and cure, full sentences; may be empty or several lines
	Range    Range  // the zero Range means that there is no place in a file
	Address  string // what it is about: jokes.greets.turn[1]; may be empty
}

// Diagnostics are messages in the order in which they were found.
type Diagnostics []Diagnostic

// HasErrors reports whether one of them stops the command.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Add appends an error.
func (ds *Diagnostics) Add(code Code, place Range, summary, detail string) {
	*ds = append(*ds, Diagnostic{Severity: Error, Code: code, Summary: summary, Detail: detail, Range: place})
}

// Warn appends a warning.
func (ds *Diagnostics) Warn(code Code, place Range, summary, detail string) {
	*ds = append(*ds, Diagnostic{Severity: Warning, Code: code, Summary: summary, Detail: detail, Range: place})
}

// Sorted gives them by file, line and column, those without a place last, each once.
func (ds Diagnostics) Sorted() Diagnostics {
	out := slices.Clone(ds)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		if (a.Range.Filename == "") != (b.Range.Filename == "") {
			if a.Range.Filename == "" {
				return 1
			}
			return -1
		}
		if c := strings.Compare(a.Range.Filename, b.Range.Filename); c != 0 {
			return c
		}
		if a.Range.Start.Line != b.Range.Start.Line {
			return a.Range.Start.Line - b.Range.Start.Line
		}
		return a.Range.Start.Column - b.Range.Start.Column
	})
	said := make(map[Diagnostic]bool, len(out))
	return slices.DeleteFunc(out, func(d Diagnostic) bool {
		again := said[d]
		said[d] = true
		return again
	})
}

// Err gives the errors among them as a Go error, or nil.
func (ds Diagnostics) Err() error {
	if !ds.HasErrors() {
		return nil
	}
	return &Failure{Diagnostics: ds}
}

// Failure carries diagnostics through functions that return an error.
type Failure struct{ Diagnostics Diagnostics }

// Error gives the first error's summary and how many more there are.
func (f *Failure) Error() string {
	var first string
	more := 0
	for _, d := range f.Diagnostics {
		switch {
		case d.Severity != Error:
		case first == "":
			first = d.Summary
			if d.Range.Filename != "" {
				first = d.Range.String() + ": " + first
			}
		default:
			more++
		}
	}
	if more > 0 {
		first += " (and more)"
	}
	return first
}
