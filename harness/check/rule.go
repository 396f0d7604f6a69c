package check

import (
	"errors"

	"github.com/assay-harness/assay/harness/verdict"
)

// Rule is the easy way to write a check: what holds, and how to say it.
type Rule interface {
	// Holds reports whether the reply is as expected. A *ReplyError means that
	// the reply gives nothing to judge; any other error is the suite's fault.
	Holds(*Subject) (bool, error)
	Describer
}

// Describer says for people what was expected and what was found. A check that
// is one is asked only when something is to be said, which for a passing check
// is under `not`.
type Describer interface {
	Describe(*Subject) (expected, actual string)
}

// Remarker is a Rule that has more to say on a failure.
type Remarker interface {
	Remark(*Subject) string
}

// ReplyError is why a check can't be evaluated because of the reply: not JSON,
// no such field, a figure that was not recorded. The check fails, also under
// `not`.
type ReplyError struct{ Reason string }

// Error gives the reason.
func (e *ReplyError) Error() string { return e.Reason }

// Unjudged is the outcome of a check that could not be evaluated: a fail that
// `not` keeps when err is a *ReplyError, else an error.
func Unjudged(err error) Outcome {
	var reply *ReplyError
	if errors.As(err, &reply) {
		return Outcome{Verdict: verdict.Fail, Undecided: true, Reason: err.Error()}
	}
	return Outcome{Verdict: verdict.Error, Reason: err.Error()}
}

// FromRule makes a Check of a Rule.
func FromRule(r Rule) Check { return ruled{r} }

type ruled struct{ Rule }

// Judge says nothing on a pass: lines for people are built only when somebody
// will read them.
func (r ruled) Judge(s *Subject) Outcome {
	ok, err := r.Holds(s)
	if ok && err == nil {
		return Outcome{Verdict: verdict.Pass}
	}
	out := Outcome{Verdict: verdict.Fail}
	if err != nil {
		out = Unjudged(err)
	}
	out.Expected, out.Actual = r.Describe(s)
	if m, is := r.Rule.(Remarker); is && err == nil {
		out.Reason = both(out.Reason, m.Remark(s))
	}
	return out
}

// asText is a Rule about a text. It adds why there is none.
type asText struct{ Rule }

// Remark says that there is no text because the reply is an error, which an
// empty actual line alone would hide.
func (r asText) Remark(s *Subject) string {
	var remark string
	if m, is := r.Rule.(Remarker); is {
		remark = m.Remark(s)
	}
	if s.Of == nil && s.Reply.Error != nil && s.Reply.Text == "" {
		remark = both(remark, "the reply is an error: "+quote(s.Reply.Error.Error()))
	}
	return remark
}

// textRule makes a Check of a Rule about the text that is looked at.
func textRule(r Rule) Check { return ruled{asText{r}} }
