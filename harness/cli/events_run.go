package cli

import (
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/verdict"
)

// ran writes the event of what happened in a run.
func (e *events) ran(what run.Event) {
	if e == nil {
		return
	}
	switch what := what.(type) {
	case run.Started:
		e.emit(startedEvent{Cases: what.Size.Instances, Conversations: what.Size.Conversations, Turns: what.Size.Turns})
	case run.ConversationEnded:
		e.emit(conversationEnded{
			Address: what.Address.String(), Verdict: what.Verdict, Turns: what.Turns, Requests: what.Requests,
		})
	case run.Held:
		e.emit(heldEvent{Provider: what.Provider, Until: what.Until.UTC(), Reason: what.Reason})
	case run.CaseEnded:
		e.emit(caseEndedOf(what.Case))
	}
}

// sums keeps what a run came to for the last event.
func (e *events) sums(r result.Run) {
	if e == nil {
		return
	}
	e.run = &runEnded{
		Mode: r.Mode, Interrupted: r.Interrupted, Sum: r.Sum, Suites: r.Suites,
		Balance: r.Balance, Notes: r.Notes, Problems: r.Problems, Took: r.Clock.Took,
	}
}

// startedEvent says how much there is to do.
type startedEvent struct {
	Cases         int `json:"cases"`
	Conversations int `json:"conversations"`
	Turns         int `json:"turns"`
}

// conversationEnded comes as it happens, in no order.
type conversationEnded struct {
	Address  string          `json:"address"`
	Verdict  verdict.Verdict `json:"verdict"`
	Turns    int             `json:"turns"`
	Requests int             `json:"requests"`
}

// heldEvent says that nothing is sent to a provider for a while.
type heldEvent struct {
	Provider string    `json:"provider"`
	Until    time.Time `json:"until"`
	Reason   string    `json:"reason"`
}

// caseEnded comes once for each case instance, in plan order.
type caseEnded struct {
	Address      string          `json:"address"`
	Display      string          `json:"display"`
	Suite        string          `json:"suite"`
	Case         string          `json:"case"`
	Provider     string          `json:"provider"`
	Tags         []string        `json:"tags,omitempty"`
	Place        result.Place    `json:"place"`
	Verdict      verdict.Verdict `json:"verdict"`
	Reason       string          `json:"reason,omitempty"`
	KnownFailure bool            `json:"known_failure,omitempty"`
	Flaky        bool            `json:"flaky,omitempty"`
	result.CaseSum
	Failures []failureOf     `json:"failures,omitempty"`
	Problem  *result.Problem `json:"problem,omitempty"`
}

// failureOf is an expectation that was not met, or what kept a turn from being judged.
type failureOf struct {
	Sample   int             `json:"sample"`
	Turn     string          `json:"turn,omitempty"` // its address; none for a bound on the whole conversation
	Check    string          `json:"check,omitempty"`
	Verdict  verdict.Verdict `json:"verdict"`
	Warned   bool            `json:"warned,omitempty"`
	Place    result.Place    `json:"place,omitzero"`
	Expected string          `json:"expected,omitempty"`
	Actual   string          `json:"actual,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Message  string          `json:"message,omitempty"`
	Problem  *result.Problem `json:"problem,omitempty"`
}

// runEnded is what a run came to.
type runEnded struct {
	Mode        result.Mode              `json:"mode"`
	Interrupted bool                     `json:"interrupted,omitempty"`
	Sum         result.Sum               `json:"sum"`
	Suites      []result.SuiteSum        `json:"suites"`
	Balance     map[string]credit.Amount `json:"balance,omitempty"`
	Notes       []string                 `json:"notes,omitempty"`
	Problems    []result.Problem         `json:"problems,omitempty"`
	Took        time.Duration            `json:"took_ns"`
}

func (startedEvent) eventName() string      { return "started" }
func (conversationEnded) eventName() string { return "conversation_ended" }
func (heldEvent) eventName() string         { return "held" }
func (caseEnded) eventName() string         { return "case_ended" }

func caseEndedOf(c *result.Case) caseEnded {
	out := caseEnded{
		Address: c.Address, Display: c.Display, Suite: c.Suite, Case: c.Name, Provider: c.Provider, Tags: c.Tags,
		Place: c.Place, Verdict: c.Verdict, Reason: c.Reason, KnownFailure: c.KnownFailure, Flaky: c.Flaky,
		CaseSum: c.Sum, Problem: c.Problem,
	}
	for _, s := range c.Samples {
		for _, t := range s.Turns {
			if t.Problem != nil {
				out.Failures = append(out.Failures, failureOf{
					Sample: s.Number, Turn: t.Address, Verdict: t.Verdict, Place: t.Place, Problem: t.Problem,
				})
			}
			out.Failures = append(out.Failures, failuresOf(s.Number, t.Address, t.Checks)...)
		}
		out.Failures = append(out.Failures, failuresOf(s.Number, "", s.Total)...)
	}
	return out
}

func failuresOf(sample int, turn string, checks []result.Check) []failureOf {
	var out []failureOf
	for _, c := range checks {
		if c.Verdict <= verdict.Pass && !c.Warned {
			continue
		}
		out = append(out, failureOf{
			Sample: sample, Turn: turn, Check: c.Name, Verdict: c.Verdict, Warned: c.Warned, Place: c.Place,
			Expected: c.Expected, Actual: c.Actual, Reason: c.Reason, Message: c.Message,
		})
	}
	return out
}
