// Package check judges replies: expectations, the kinds of check, and their
// verdicts. A check sees a reply and a scope, and nothing of the run.
package check

import (
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/verdict"
)

// Kind is a sort of check: a documented value in a map. Own checks are added
// to the map that Default gives.
type Kind struct {
	Name    string // the key in an expectation
	Doc     string // one sentence: passes when …
	Example string // a YAML expectation, such as "contains: dogs"
	// Schema is a JSON Schema (draft-07) of the argument, as JSON.
	Schema string
	// Parse reads the argument once, at load time.
	Parse func(*Parser, *spec.Node) Check
}

// Check is a parsed check, immutable, used by many goroutines.
type Check interface {
	Judge(*Subject) Outcome
}

// CheckFunc is a function as a Check.
type CheckFunc func(*Subject) Outcome

// Judge calls f.
func (f CheckFunc) Judge(s *Subject) Outcome { return f(s) }

// Subject is what a check looks at.
type Subject struct {
	Reply *provider.Reply
	Scope *expr.Scope // has self and replies
	Of    *Of         // what is looked at; nil: the text
}

// Outcome is what a check found. Expected and Actual are short lines for
// people, without secrets and uncut.
type Outcome struct {
	Verdict  verdict.Verdict
	Expected string // text contains "dogs" (ignoring case)
	Actual   string // "Why did the parrot …" (212 characters)
	Reason   string // why it could not be judged, or a remark ("differs only in a final newline")
}

// Severity is what a failure counts for.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warn
)

// Expectation is one entry of an expect list, compiled.
type Expectation struct {
	Name     string // contains, not.contains, condition: the dotted path of kinds
	Check    Check
	When     *expr.Template
	Message  *expr.Template
	Severity Severity
	Range    diag.Range // of the check's argument: what a caret marks
	// Late is true when a figure is judged that is known only at settlement (credits).
	Late bool
}

// Of is what a check looks at.
type Of struct{}

// Result is the outcome of one expectation, severity applied.
type Result struct {
	Outcome
	Warned  bool   // failed, with severity warn: the Verdict is Pass
	Message string // the author's message, evaluated
}

// Judge evaluates the expectation: when, check, severity, message. It never panics.
func (e *Expectation) Judge(s *Subject) Result { panic("stub") }

// Compiler compiles expectations for one project.
type Compiler struct {
	Kinds map[string]Kind
	Named map[string]*spec.Node // lists of expectations from assay.yaml, for use
	Known expr.Known            // what templates may refer to, self and replies included
}

// Compile compiles the entries of an expect list (a List node; nil is none).
// Reserved kinds (judge, similar, refusal, gate, tool_call) are "not supported
// yet"; an unknown kind gets a suggestion.
func (c *Compiler) Compile(list *spec.Node) ([]*Expectation, diag.Diagnostics) { panic("stub") }

// Accepted gives the statuses that the status checks standing directly in the
// list name, and whether there is one.
func Accepted(list []*Expectation) (accept func(status int) bool, found bool) { panic("stub") }

// CanFail reports whether one of them can fail a case (none, or only warnings, cannot).
func CanFail(list []*Expectation) bool { panic("stub") }

// Parser helps a Kind to read its argument: texts that are templates, ranges,
// nested lists of checks. What it finds wrong it collects.
type Parser struct{}

// Default gives the built-in kinds in a fresh map.
func Default() map[string]Kind { panic("stub") }
