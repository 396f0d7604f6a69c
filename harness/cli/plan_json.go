package cli

import (
	"time"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// changeEvent is one thing that an apply would do, or can't.
type changeEvent struct {
	Address  string         `json:"address"` // whole
	Display  string         `json:"display"`
	Action   string         `json:"action"`
	State    string         `json:"state"`
	Key      string         `json:"key,omitempty"`
	Cause    *planCause     `json:"cause,omitempty"`
	Diff     []planDiff     `json:"diff,omitempty"`
	After    string         `json:"after,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	From     string         `json:"from,omitempty"`
	File     string         `json:"file,omitempty"`
	Replies  int            `json:"replies,omitempty"`
	Sent     *time.Time     `json:"sent,omitempty"`
	Estimate *credit.Amount `json:"estimate,omitempty"`
	Bound    *credit.Amount `json:"bound,omitempty"`
	Cost     *credit.Amount `json:"cost,omitempty"`
}

type planCause struct {
	Kind  string       `json:"kind"`
	Name  string       `json:"name,omitempty"`
	Place result.Place `json:"place,omitzero"`
}

type planDiff struct {
	Path string `json:"path"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// planEvent sums a plan up.
type planEvent struct {
	Empty       bool           `json:"empty"`
	Record      int            `json:"record"`
	RecordAgain int            `json:"record_again"`
	Delete      int            `json:"delete"`
	Move        int            `json:"move"`
	Reuse       int            `json:"reuse"`
	Unchanged   int            `json:"unchanged"`
	Blocked     int            `json:"blocked"`
	Unknown     int            `json:"unknown"`
	Calls       int            `json:"calls"`
	Estimate    *credit.Amount `json:"estimate,omitempty"`
	Bound       *credit.Amount `json:"bound,omitempty"`
	TimeNS      *time.Duration `json:"time_ns,omitempty"`
	Providers   []planProvider `json:"providers,omitempty"`
}

type planProvider struct {
	Name     string         `json:"name"`
	BaseURL  string         `json:"base_url"`
	Calls    int            `json:"calls"`
	Estimate *credit.Amount `json:"estimate,omitempty"`
	Bound    *credit.Amount `json:"bound,omitempty"`
	TimeNS   *time.Duration `json:"time_ns,omitempty"`
}

func (changeEvent) eventName() string { return "change" }
func (planEvent) eventName() string   { return "plan" }

// emitSurvey writes a survey as events: what is to be done, and the sums.
func (c *command) emitSurvey(p *harness.Project, s *harness.Survey) {
	if c.events == nil {
		return
	}
	for _, e := range changeEvents(p, s) {
		c.events.emit(e)
	}
	c.events.emit(planEventOf(s))
}

// changeEvents are in the order of the text: what goes, what is asked, what moves.
func changeEvents(p *harness.Project, s *harness.Survey) []changeEvent {
	out := []changeEvent{}
	for i := range s.Prunes {
		d := &s.Prunes[i]
		e := changeEvent{Address: d.Address.String(), Display: d.Display, Action: "delete", State: string(d.Kind), File: d.Path, Replies: d.Replies}
		if d.Uncounted < d.Replies {
			e.Cost = &d.Credits
		}
		out = append(out, e)
	}
	for i := range s.Changes {
		out = append(out, changeEventOf(&s.Changes[i], actionOf(&s.Changes[i]).name))
	}
	ambiguity := p.Plan().Ambiguity()
	for _, m := range s.Moves {
		out = append(out, changeEvent{Address: m.To.String(), Display: m.To.Display(ambiguity), Action: "move", State: "moved", From: m.From.String()})
	}
	for i := range s.Unsure {
		out = append(out, changeEventOf(&s.Unsure[i], "unknown"))
	}
	for i := range s.Blocked {
		out = append(out, changeEventOf(&s.Blocked[i], "blocked"))
	}
	for _, u := range s.Lost {
		out = append(out, changeEvent{Address: u.Address.String(), Display: u.Address.String(), Action: "unknown", State: "not asked any more", Key: u.Key.String(), Sent: &u.At})
	}
	return out
}

func changeEventOf(c *harness.Change, action string) changeEvent {
	e := changeEvent{
		Address: c.Address.String(), Display: c.Display, Action: action, State: string(c.State),
		After: c.After, Estimate: c.Estimate, Bound: c.Bound,
	}
	if c.Key != (exchange.Key{}) {
		e.Key = c.Key.String()
	}
	if c.Cause.Kind != "" {
		e.Cause = &planCause{Kind: string(c.Cause.Kind), Name: c.Cause.Name, Place: placeOf(c.Cause.Place)}
	}
	for _, d := range c.Diff {
		e.Diff = append(e.Diff, planDiff(d))
	}
	if c.Unknown != nil {
		at := c.Unknown.At.UTC()
		e.Sent = &at
	}
	if action == "blocked" {
		e.Reason = c.Diag.Summary
	}
	return e
}

func placeOf(r diag.Range) result.Place { return run.ProblemOf(diag.Diagnostic{Range: r}).Place }

func planEventOf(s *harness.Survey) planEvent {
	n := countsOf(s)
	out := planEvent{
		Empty: s.IsEmpty(), Record: n.record, RecordAgain: n.again, Delete: n.remove, Move: n.move, Reuse: n.reuse,
		Unchanged: n.unchanged, Blocked: n.blocked, Unknown: n.unknown, Calls: s.Asks(),
		Estimate: s.Estimate, Bound: s.Bound, TimeNS: s.Time,
	}
	for _, a := range s.Asked {
		out.Providers = append(out.Providers, planProvider{Name: a.Provider, BaseURL: a.BaseURL, Calls: a.Calls, Estimate: a.Estimate, Bound: a.Bound, TimeNS: a.Time})
	}
	return out
}
