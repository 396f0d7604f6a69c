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
	// Fixed says that the kind always looks at the same thing, whatever `of`
	// says: `of` beside it is refused.
	Fixed bool
	// Parse reads the argument once, at load time. A nil Check means that the
	// Parser was told what is wrong.
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

// Subject is what a check looks at. One goroutine uses it at a time.
type Subject struct {
	Reply *provider.Reply
	Scope *expr.Scope // has self and replies
	Of    *Of         // what is looked at; nil: the text

	once   bool   // Of is asked once: the Subject is Judge's own
	looked looked // what Of gave
}

// Outcome is what a check found. Expected and Actual are short lines for
// people, without secrets; a text in them is cut at 4 KiB, and reports cut
// further. A check that passes needs to say nothing.
type Outcome struct {
	Verdict  verdict.Verdict
	Expected string // text contains "dogs" (ignoring case)
	Actual   string // "Why did the parrot …" (212 characters)
	Reason   string // why it could not be judged, or a remark ("differs only in a final newline")
	// Undecided marks a fail of which the reply is the reason and not the
	// answer: there was nothing to judge. `not` keeps such a fail.
	Undecided bool
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

	of      *Of   // nil: what the Subject says
	when    *Text // When and Message, with what they read
	message *Text
	fixed   []*Text // what reads nothing of a reply, when included
}

// Result is the outcome of one expectation, severity applied.
type Result struct {
	Outcome
	Warned  bool   // failed, with severity warn: the Verdict is Pass
	Message string // the author's message, evaluated
	Stack   string // of a check that panicked, which is an error; else ""
}
