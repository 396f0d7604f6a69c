package diag

import (
	"context"
	"errors"
)

// Diagnoser is an error that knows how it is told to people.
type Diagnoser interface {
	error
	Diagnostic() Diagnostic
}

// FromError gives an error as a diagnostic: the one it carries (a Diagnoser or
// a Failure anywhere in its chain), else one of the given code whose summary is
// the error's text. An interrupt (context.Canceled) keeps the given code: only
// the caller knows who cancelled. A nil error is the zero Diagnostic.
func FromError(code Code, err error) Diagnostic {
	if err == nil {
		return Diagnostic{}
	}
	var known Diagnoser
	if errors.As(err, &known) {
		return known.Diagnostic()
	}
	var failure *Failure
	if errors.As(err, &failure) {
		for _, d := range failure.Diagnostics {
			if d.Severity == Error {
				return d
			}
		}
	}
	d := Diagnostic{Severity: Error, Code: code, Summary: err.Error()}
	if errors.Is(err, context.DeadlineExceeded) {
		d.Detail = "The time allowed for it was over."
	}
	return d
}

// Exit gives the exit code of a command that ended with these: the worst of
// the errors' codes, ExitOK when there is no error. Warnings do not count.
func (ds Diagnostics) Exit() int {
	codes := make([]int, 0, len(ds))
	for _, d := range ds {
		if d.Severity == Error {
			codes = append(codes, d.Code.Exit())
		}
	}
	return WorstExit(codes...)
}

// NewError gives an error that is told to people as that diagnostic, without a
// place.
func NewError(code Code, summary, detail string) error {
	return &diagnosed{Diagnostic{Severity: Error, Code: code, Summary: summary, Detail: detail}}
}

// diagnosed is the plainest Diagnoser.
type diagnosed struct{ diagnostic Diagnostic }

// Error gives the summary.
func (e *diagnosed) Error() string { return e.diagnostic.Summary }

// Diagnostic gives it for people.
func (e *diagnosed) Diagnostic() Diagnostic { return e.diagnostic }
