package cli

import (
	"maps"
	"slices"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/result"
)

// driftSurvey says what a drift asks, before it does.
type driftSurvey struct {
	Cases         int            `json:"cases"`
	Conversations int            `json:"conversations"`
	Questions     int            `json:"questions"`
	Choice        *drift.Choice  `json:"choice,omitempty"`
	Estimate      *credit.Amount `json:"estimate"` // null: not known
	Bound         *credit.Amount `json:"bound"`
}

// driftCase comes once for each case, in plan order, when all were compared: a
// pass rate is judged beside the others.
type driftCase struct {
	Address  string       `json:"address"`
	Display  string       `json:"display"`
	Place    result.Place `json:"place"`
	State    drift.State  `json:"state"`
	Reason   string       `json:"reason,omitempty"`
	Code     string       `json:"code,omitempty"`
	Level    drift.Level  `json:"level,omitempty"`
	Fails    bool         `json:"fails"`
	Recorded *drift.Side  `json:"recorded,omitempty"`
	Live     *drift.Side  `json:"live,omitempty"`
	P        *float64     `json:"p,omitempty"`
	Q        *float64     `json:"q,omitempty"`
	Noise    bool         `json:"noise,omitempty"`
	Checks   []driftCheck `json:"checks,omitempty"`
	Turns    []driftTurn  `json:"turns,omitempty"`
}

type driftCheck struct {
	Turn     string       `json:"turn,omitempty"`
	Name     string       `json:"name"`
	Place    result.Place `json:"place"`
	Recorded drift.Tally  `json:"recorded"`
	Live     drift.Tally  `json:"live"`
}

type driftTurn struct {
	Turn       string         `json:"turn"`
	Followed   bool           `json:"followed,omitempty"`
	Changes    []drift.Change `json:"changes,omitempty"`
	Similarity *float64       `json:"similarity,omitempty"`
	Diff       string         `json:"diff,omitempty"`
}

// driftSum is what a drift came to.
type driftSum struct {
	Rules       drift.Rules `json:"rules"`
	Interrupted bool        `json:"interrupted,omitempty"`
	Failing     int         `json:"failing"`
	drift.Sum
}

// driftAccepted says what became of the new replies.
type driftAccepted struct {
	Cases         int         `json:"cases"`
	Conversations int         `json:"conversations"`
	Left          []driftLeft `json:"left,omitempty"`
}

type driftLeft struct {
	Address string `json:"address"`
	Reason  string `json:"reason"`
}

func (driftSurvey) eventName() string   { return "drift_survey" }
func (driftCase) eventName() string     { return "drift_case" }
func (driftSum) eventName() string      { return "drift_sum" }
func (driftAccepted) eventName() string { return "drift_accepted" }

func driftSurveyOf(s *harness.DriftSurvey) driftSurvey {
	return driftSurvey{
		Cases: s.Cases, Conversations: s.Conversations, Questions: s.Questions, Choice: s.Choice,
		Estimate: s.Estimate, Bound: s.Bound,
	}
}

func driftCaseOf(c *drift.Case, rules drift.Rules) driftCase {
	out := driftCase{
		Address: c.Address, Display: c.Display, Place: c.Place, State: c.State, Reason: c.Reason, Code: c.Code,
		Level: c.Level, Fails: c.Fails(rules), Recorded: c.Recorded, Live: c.Live, P: c.P, Q: c.Q, Noise: c.Noise,
	}
	for _, check := range c.Checks {
		out.Checks = append(out.Checks, driftCheck{
			Turn: check.Turn, Name: check.Name, Place: check.Place, Recorded: check.Recorded, Live: check.Live,
		})
	}
	for _, t := range c.Turns {
		turn := driftTurn{Turn: t.Turn, Followed: t.Followed, Changes: t.Changes, Similarity: t.Similarity}
		if t.TextChanged {
			turn.Diff = drift.Diff(t.Recorded, t.Live)
		}
		out.Turns = append(out.Turns, turn)
	}
	return out
}

func driftSumOf(r *drift.Report) driftSum {
	return driftSum{Rules: r.Rules, Interrupted: r.Interrupted, Failing: r.Failing(), Sum: r.Sum}
}

// leftList gives what was left as recorded, in order.
func leftList(left map[string]string) []driftLeft {
	var out []driftLeft
	for _, address := range slices.Sorted(maps.Keys(left)) {
		out = append(out, driftLeft{address, left[address]})
	}
	return out
}
