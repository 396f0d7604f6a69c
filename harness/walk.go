package harness

import (
	"context"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// Step is one question of a conversation with its recorded reply.
type Step struct {
	Ask     *plan.Ask
	Client  *provider.Client
	Request *exchange.Request // nil when the question could not be made
	Call    *exchange.Call
	Reply   *provider.Reply // nil when there is no current recording
	Err     error           // why
}

// Walk goes through the selected conversations with their recorded replies, in
// plan order. It judges nothing and sends nothing.
func (p *Project) Walk(ctx context.Context, visit func(Step) error) error {
	clients := p.replayClients(fixture.Replay(p.store))
	for inst, ds := range p.plan.Instances() {
		if ds.HasErrors() {
			return ds.Err()
		}
		for _, sample := range inst.Samples {
			if err := walkConversation(ctx, clients[inst.Address.Provider], inst.Dialogue(sample), visit); err != nil {
				return err
			}
		}
	}
	return nil
}

func walkConversation(ctx context.Context, client *provider.Client, d *plan.Dialogue, visit func(Step) error) error {
	for ask, ok := d.Next(); ok; ask, ok = d.Next() {
		step := Step{Ask: ask, Client: client}
		step.ask(ctx)
		if err := visit(step); err != nil {
			return err
		}
		if step.Reply == nil {
			return ctx.Err()
		}
		d.Answer(ask, step.Reply)
	}
	return ctx.Err()
}

// ask builds the question and looks its reply up.
func (s *Step) ask(ctx context.Context) {
	s.Ask.Adds = exchange.RedactMessages(s.Ask.Adds, s.Client.Redactor) // they are shown
	if s.Ask.Problems.HasErrors() {
		s.Err = s.Ask.Problems.Err()
		return
	}
	request, with, err := s.Client.Build(s.Ask.Question)
	if err != nil {
		s.Err = err
		return
	}
	s.Request = request
	s.Call = s.Client.Call(s.Ask.Address, request)
	s.Call.Number, s.Call.Adds, s.Call.With, s.Call.Accept = s.Ask.Number, s.Ask.Adds, with, s.Ask.Turn.Accept
	reply, err := s.Client.Ask(exchange.NewContext(ctx, s.Call), s.Ask.Question, request)
	if err != nil {
		s.Err = err
		return
	}
	s.Reply = &reply
}
