package check

import (
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/verdict"
)

// Judge evaluates the expectation: when, check, severity, message. It never
// panics: a check that does is an error of its own.
//
// An expectation whose `when` is false is skipped. A `when` that can't be
// evaluated because of the reply fails, like a check that can't.
func (e *Expectation) Judge(s *Subject) (r Result) {
	defer func() {
		if p := recover(); p != nil {
			r = Result{Outcome: Outcome{Verdict: verdict.Error, Reason: panicked(e.Name, p)}, Stack: string(debug.Stack())}
		}
	}()
	r.Outcome = e.outcome(s)
	if r.Verdict == verdict.Fail {
		e.explain(s, &r)
	}
	return r
}

func (e *Expectation) outcome(s *Subject) Outcome {
	if when := wrapped(e.when, e.When); when != nil {
		applies, err := when.Bool(s)
		if err != nil {
			return Unjudged(fmt.Errorf("when: %w", err))
		}
		if !applies {
			return Outcome{Verdict: verdict.Skip}
		}
	}
	if e.of != nil {
		s = &Subject{Reply: s.Reply, Scope: s.Scope, Of: e.of, once: true}
	}
	return e.Check.Judge(s)
}

// explain adds the author's message to what is not as expected, and turns a
// failure that only warns into a pass with a warning.
func (e *Expectation) explain(s *Subject, r *Result) {
	if message := wrapped(e.message, e.Message); message != nil {
		if _, err := message.Eval(s); err != nil {
			r.Reason = both(r.Reason, "its message can't be shown: "+err.Error())
		} else {
			r.Message, _ = message.plain(s)
		}
	}
	if e.Severity == Warn {
		r.Verdict, r.Warned = verdict.Pass, true
	}
}

// wrapped gives what Compile made of a template, or makes it for an
// Expectation that was built by hand.
func wrapped(t *Text, template *expr.Template) *Text {
	if t == nil && template != nil {
		return newText(template)
	}
	return t
}

// both joins two remarks of which either may be empty.
func both(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// panicked says what a check panicked with and where, for its author.
func panicked(name string, value any) string {
	return fmt.Sprintf("the check %s panicked: %s%s", name, cut(fmt.Sprint(value)), panicPlace())
}

// panicPlace finds the function that panicked: the first frame below the
// runtime's own that follow the panic.
func panicPlace() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	inPanic := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			inPanic = true
		case inPanic && !strings.HasPrefix(frame.Function, "runtime."):
			return fmt.Sprintf(" (%s:%d)", path.Base(frame.File), frame.Line)
		}
		if !more {
			return ""
		}
	}
}
