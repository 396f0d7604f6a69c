package run

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/verdict"
)

// turnRun is one asked turn as it went.
type turnRun struct {
	ask      *plan.Ask
	call     *exchange.Call
	reply    *provider.Reply // nil when there was none
	skipped  string          // why it was not asked
	problem  *diag.Diagnostic
	captures diag.Diagnostics // captures that failed
	checks   []check.Result   // one for each expectation; late ones come at settlement
	scope    *expr.Scope      // kept for late expectations
	suspect  bool             // it met a 404 before anything was served
	verdict  verdict.Verdict
}

// converse has one conversation.
func (r *runner) converse(ctx context.Context, j job) {
	s := &sampleRun{number: j.c.instance.Samples[j.sample]}
	r.guard(ctx, j.c.instance, s)
	if !r.park(j, s) {
		r.hand(j, s)
	}
}

// hand tells of a conversation that has ended, and hands the case on when it was
// its last.
func (r *runner) hand(j job, s *sampleRun) {
	r.progress <- ConversationEnded{
		Address: j.c.instance.Conversation(s.number),
		Verdict: s.verdict(), Turns: len(s.turns), Requests: s.requests(),
	}
	r.failFast(j.c.instance, s)
	if !j.c.ended(j.sample, s) {
		return
	}
	if r.Books == nil {
		r.ready <- j.c
		return
	}
	r.Books.whenSettled(j.c.calls(), func() { r.ready <- j.c })
}

// failFast halts before this worker starts another conversation where one that
// failed decides its case: judging the case takes its turn behind others.
func (r *runner) failFast(i *plan.Instance, s *sampleRun) {
	source := i.Case.Source
	decides := source.Pass >= len(i.Samples) && source.KnownFailure == ""
	if r.FailFast && decides && s.verdict() > verdict.Pass {
		r.halt(failedFast)
	}
}

// failedFast is what cases are told that --fail-fast leaves out.
const failedFast = "a case failed, and --fail-fast was given"

// guard turns a panic into the error of the turn in which it happened.
func (r *runner) guard(ctx context.Context, i *plan.Instance, s *sampleRun) {
	defer func() {
		if v := recover(); v != nil {
			d := r.internal(i.Conversation(s.number), v, debug.Stack())
			s.stack = d.Detail
			if n := len(s.turns); n > 0 {
				s.turns[n-1].fault(d)
			}
		}
	}()
	r.turns(ctx, i, s)
}

// turns asks turn after turn until the conversation ends or stops.
func (r *runner) turns(ctx context.Context, i *plan.Instance, s *sampleRun) {
	client := r.Clients[i.Address.Provider]
	d := i.Dialogue(s.number)
	for {
		if reason, stopped := r.stopped(ctx); stopped {
			s.skipRest(d, reason)
			return
		}
		ask, ok := d.Next()
		if !ok {
			return
		}
		t := &turnRun{ask: ask}
		s.turns = append(s.turns, t)
		r.turn(ctx, client, d, t)
		if reason := r.stops(i, t); reason != "" {
			s.skipRest(d, reason)
			return
		}
	}
}

// stops says why the conversation does not go on after a turn; "" when it does.
func (r *runner) stops(i *plan.Instance, t *turnRun) string {
	switch {
	case t.skipped != "": // its question would be missing in the next ones' history
		return t.ask.Address.Turn.String() + " was not asked"
	case t.reply == nil || !t.usable():
		return t.ask.Address.Turn.String() + " got no reply"
	case r.AskAll || i.Case.Source.Continue || t.verdict <= verdict.Pass:
		return ""
	default:
		return t.ask.Address.Turn.String() + " failed"
	}
}

// skipRest notes the asked turns that are left as skipped.
func (s *sampleRun) skipRest(d *plan.Dialogue, reason string) {
	for _, ask := range d.Rest() {
		s.turns = append(s.turns, &turnRun{ask: ask, skipped: reason})
	}
}

// turn asks one question and judges the reply, but for what waits for settlement.
func (r *runner) turn(ctx context.Context, client *provider.Client, d *plan.Dialogue, t *turnRun) {
	ask := t.ask
	ask.Adds = exchange.RedactMessages(ask.Adds, client.Redactor) // they go into the record, also when there is no reply
	switch {
	case ask.Blocked:
		t.skipped = cmp.Or(ask.Problems[0].Detail, ask.Problems[0].Summary)
		return
	case ask.Problems.HasErrors():
		t.fault(ask.Problems[0])
		return
	}
	reply, err := r.send(ctx, client, t)
	if err != nil {
		r.refused(ctx, t, err)
		return
	}
	t.reply = &reply
	r.keep(t)
	t.scope, t.captures = d.Answer(ask, t.reply)
	t.judge()
	r.watch(t)
}

// send builds the request and asks it.
func (r *runner) send(ctx context.Context, client *provider.Client, t *turnRun) (provider.Reply, error) {
	request, with, err := client.Build(t.ask.Question)
	if err != nil {
		var ds diag.Diagnostics
		ds.Add(diag.BadRequestKey, t.ask.Turn.Source.Range, "the request can't be built: "+err.Error(), "")
		return provider.Reply{}, ds.Err()
	}
	t.call = client.Call(t.ask.Address, request)
	t.call.Number, t.call.Adds, t.call.With, t.call.Accept = t.ask.Number, t.ask.Adds, with, t.ask.Turn.Accept
	return client.Ask(exchange.NewContext(ctx, t.call), t.ask.Question, request)
}

// refused notes that there was no reply, for a reason of our own.
func (r *runner) refused(ctx context.Context, t *turnRun, err error) {
	if errors.Is(err, errDrained) {
		t.skipped = "interrupted"
		return
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		t.skipped = "interrupted"
		if t.call != nil && t.call.Attempts > 0 {
			t.skipped = "interrupted; it may have been paid for"
		}
		return
	}
	t.fault(diag.FromError(diag.CallFailed, err))
	switch t.problem.Code {
	case diag.NoKey, diag.HostNotAllowed, diag.BudgetSpent, diag.AccountEmpty, diag.CannotRecord, diag.Internal:
		r.halt(t.problem.Summary)
	}
}

func (t *turnRun) fault(d diag.Diagnostic) {
	t.problem, t.verdict = &d, verdict.Error
}

// keep tells the recorder what the reply is worth.
func (r *runner) keep(t *turnRun) {
	if r.Recorder == nil {
		return
	}
	if !t.usable() {
		r.Recorder.Reject(t.call)
		return
	}
	if err := r.Recorder.Keep(t.call); err != nil {
		r.fail(diag.FromError(diag.CannotRecord, err))
	}
}

// usable reports whether the reply is inside the accepted statuses and says
// something: an error inside a 200 does not.
func (t *turnRun) usable() bool {
	if t.reply.Error != nil && (t.reply.Status == 0 || t.reply.Status/100 == 2) {
		return false
	}
	return t.ask.Turn.Accept(t.reply.Status)
}

func (s *sampleRun) requests() int {
	n := 0
	for _, t := range s.turns {
		if t.call != nil {
			n += t.call.Attempts
		}
	}
	return n
}
