package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// Accepted is what became of a drift report's replies.
type Accepted struct {
	Cases         int
	Conversations int
	// Left are the conversations whose recording stays as it was, by address, and why.
	Left map[string]string
}

// AcceptDrift records the new replies of a report, for the selected cases: whole
// conversations only, in the place of those that were asked again, so that what
// is recorded is one conversation as it was. Before anything is written every
// reply is held against the question that the suites ask now: when one differs,
// nothing is recorded. Nothing is sent. The caller holds the project's lock.
func (p *Project) AcceptDrift(ctx context.Context, folder fixture.Folder, r *drift.Report) (*Accepted, error) {
	replies := p.openReplies(folder)
	defer replies.Close()
	store := fixture.Open(fixture.Options{
		Folder: folder, Dir: p.suites.Config.FixturesDir, Redactor: p.secrets.redactor,
		InUse: p.inUse(), Moves: p.moves(), Replies: replies,
	})
	a := &accepting{project: p, store: store, out: &Accepted{Left: map[string]string{}}}
	if err := a.gather(ctx, r); err != nil {
		return nil, err
	}
	for _, c := range a.changed {
		if ctx.Err() != nil {
			return a.out, ctx.Err()
		}
		if err := store.Save(c); err != nil {
			return a.out, err
		}
		a.out.Cases++
	}
	return a.out, nil
}

// accepting is one AcceptDrift.
type accepting struct {
	project *Project
	store   *fixture.Store
	changed []*fixture.Case
	out     *Accepted
}

// gather makes the new files' contents.
func (a *accepting) gather(ctx context.Context, r *drift.Report) error {
	reported := map[string]*drift.Case{}
	for i := range r.Cases {
		if len(r.Cases[i].Replies) > 0 {
			reported[r.Cases[i].Address] = &r.Cases[i]
		}
	}
	for inst, ds := range a.project.plan.Instances() {
		if ds.HasErrors() {
			return ds.Err()
		}
		c := reported[inst.Address.String()]
		if c == nil || inst.Skip != "" {
			continue
		}
		if err := a.instance(ctx, inst, c); err != nil {
			return err
		}
	}
	return a.gone(reported)
}

// gone refuses a report of cases that are not in the suites any more.
func (a *accepting) gone(reported map[string]*drift.Case) error {
	for there := range a.project.plan.All() {
		delete(reported, there.String())
	}
	for _, c := range reported {
		if where, err := address.Parse(c.Address); err == nil && !a.project.plan.Names(where) {
			continue
		}
		return staleReport(c.Display, "the case is not in the suites any more")
	}
	return nil
}

// instance takes the conversations of a case that are whole.
func (a *accepting) instance(ctx context.Context, inst *plan.Instance, c *drift.Case) error {
	held, err := a.store.Load(inst.Address)
	if err != nil {
		return err
	}
	exchanges := slices.Clone(held.Exchanges)
	taken := 0
	for sample := 1; sample <= inst.Case.Source.Samples; sample++ {
		saved := newSavedReplies(c, inst.Conversation(sample))
		if len(saved.replies) == 0 {
			continue
		}
		fresh, why, err := a.conversation(ctx, inst, sample, saved)
		switch {
		case err != nil:
			return err
		case why != "":
			a.out.Left[inst.Conversation(sample).String()] = why
			continue
		}
		exchanges = slices.DeleteFunc(exchanges, func(e exchange.Exchange) bool { return e.Address.Sample == sample })
		exchanges = append(exchanges, fresh...)
		taken++
	}
	if taken > 0 {
		a.out.Conversations += taken
		a.changed = append(a.changed, &fixture.Case{Address: inst.Address, Path: held.Path, Exchanges: exchanges})
	}
	return nil
}

// conversation walks through a conversation with its new replies, and gives
// what is to be recorded, or why it is not.
func (a *accepting) conversation(ctx context.Context, inst *plan.Instance, sample int, saved *savedReplies) (fresh []exchange.Exchange, why string, err error) {
	client := *a.project.replayClients(saved)[inst.Address.Provider]
	err = walkConversation(ctx, &client, inst.Dialogue(sample), func(s Step) error {
		var e exchange.Exchange
		e, why, err = saved.recording(&client, s)
		if why != "" || err != nil {
			return err
		}
		fresh = append(fresh, e)
		return nil
	})
	return fresh, why, err
}

// savedReplies answer from a report: a call by its address, if it asks what was
// asked then.
type savedReplies struct {
	display string
	replies map[string]*drift.Reply
}

func newSavedReplies(c *drift.Case, conversation address.Address) *savedReplies {
	out := &savedReplies{display: c.Display, replies: map[string]*drift.Reply{}}
	prefix := conversation.String() + ".turn["
	for i := range c.Replies {
		if r := &c.Replies[i]; len(r.Address) > len(prefix) && r.Address[:len(prefix)] == prefix {
			out.replies[r.Address] = r
		}
	}
	return out
}

var errNoReply = errors.New("there is no new reply")

// RoundTrip looks the reply up.
func (s *savedReplies) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	call := exchange.FromContext(req.Context())
	r := s.replies[call.Address.String()]
	if r == nil {
		return nil, errNoReply
	}
	if r.Key != call.Key.String() {
		return nil, staleReport(call.Address.String(), "its question is another one now")
	}
	e := exchangeOf(r)
	call.Recorded = &e.Meta
	return fixture.Response(&e, req), nil
}

// recording makes of a step what is recorded, or says why its conversation is
// not recorded.
func (s *savedReplies) recording(client *provider.Client, step Step) (e exchange.Exchange, why string, err error) {
	turn := step.Ask.Address.Turn
	switch {
	case errors.Is(step.Err, errNoReply) || step.Err == nil && step.Reply == nil:
		return e, fmt.Sprintf("%s has no new reply", turn), nil
	case step.Ask.Blocked:
		return e, fmt.Sprintf("%s could not be asked after the new replies", turn), nil
	case step.Err != nil:
		return e, "", step.Err
	case !step.Call.Accept(step.Reply.Status) || unusable(step.Reply):
		return e, fmt.Sprintf("the new reply to %s is no recording: %d", turn, step.Reply.Status), nil
	}
	e = exchangeOf(s.replies[step.Ask.Address.String()])
	e.Address, e.Number, e.Key = step.Ask.Address, step.Call.Number, step.Call.Key
	e.Adds, e.With = step.Call.Adds, client.Redactor.String(step.Call.With)
	return e, "", nil
}

// unusable reports whether a reply says nothing of the model, whatever its status.
func unusable(r *provider.Reply) bool {
	return r.Error != nil && r.Status/100 == 2
}

func staleReport(where, why string) error {
	return diag.NewError(diag.DriftStale, fmt.Sprintf("the report can't be accepted: %s: %s", where, why),
		"Suites, variables or provider settings changed since it was written. Nothing was recorded. Ask again: assay drift --accept")
}
