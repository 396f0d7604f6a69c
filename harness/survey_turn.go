package harness

import (
	"context"
	"errors"
	"net/http"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
)

// findings are what is looked for while one instance is walked through.
type findings struct {
	// moved is where the instance's recording is, if that is elsewhere.
	moved *address.Address
	// replace tells which turns are asked again although they are recorded.
	replace func(address.Address) bool
	// left is what was paid for before; nil: it is not looked at.
	left *leftover
}

// findings are those of an instance at its own place.
func (w *walker) findings() *findings { return &findings{replace: w.replaces, left: w.left} }

// from gives the place at which a turn is recorded now.
func (f *findings) from(a address.Address) address.Address {
	if f.moved == nil {
		return a
	}
	there := *f.moved
	there.Sample, there.Turn = a.Sample, a.Turn
	return there
}

// turn compares one turn.
func (w *walker) turn(ctx context.Context, out *compared, s *Step, f *findings) {
	switch {
	case s.Reply != nil && f.replace(s.Ask.Address):
		out.replaced(s)
	case s.Reply != nil:
		out.unchanged++
		out.past = append(out.past, pastOf(s))
	case s.Ask.Blocked:
		out.blocked = append(out.blocked, Change{Address: s.Ask.Address, Display: s.Ask.Display, State: fixture.Blocked, Diag: s.Ask.Problems[0]})
	case s.Call == nil:
		out.broken = append(out.broken, diag.FromError(diag.BadRequestKey, s.Err))
	default:
		w.note(ctx, out, s, f)
	}
}

// replaced has a turn asked again whose recording is current.
func (c *compared) replaced(s *Step) {
	c.changes = append(c.changes, Change{
		Address: s.Ask.Address, Display: s.Ask.Display, State: fixture.Current, Key: s.Call.Key, Adds: s.Ask.Adds, Cause: Cause{Kind: Replaced}, Bound: s.Call.MaxCost,
	})
	s.Reply = nil
}

// note sorts what the store said of a call that has no current recording.
func (w *walker) note(ctx context.Context, out *compared, s *Step, f *findings) {
	var state *fixture.StateError
	if !errors.As(s.Err, &state) {
		out.broken = append(out.broken, diag.FromError(diag.RecordingDamaged, s.Err))
		return
	}
	switch {
	case w.isWithheld(s, state) && f.replace(s.Ask.Address):
		out.replaced(s)
		return
	case isBroken(state.State):
		out.broken = append(out.broken, state.Diag)
		return
	}
	change := Change{
		Address: s.Ask.Address, Display: s.Ask.Display, State: state.State, Diag: state.Diag, Diff: state.Diff,
		Key: s.Call.Key, Adds: s.Ask.Adds, Cause: w.cause(s, state, f), Bound: s.Call.MaxCost,
	}
	paid, unknown := f.left.find(s.Call)
	switch {
	case paid != nil && !f.replace(s.Ask.Address):
		w.keep(ctx, s, paid)
		change.State, change.Cause, change.Bound = fixture.Kept, Cause{Kind: PaidBefore}, nil
		out.changes = append(out.changes, change)
	case unknown != nil && !w.retriesUnknown():
		change.Unknown, change.Cause = unknown, Cause{Kind: OutcomeUnknown}
		out.unsure = append(out.unsure, change)
	default:
		change.Unknown = unknown
		out.changes = append(out.changes, change)
	}
}

// isWithheld reports whether a reply was withheld because it held a secret: its
// file is in order, and asking again is the cure.
func (w *walker) isWithheld(s *Step, state *fixture.StateError) bool {
	_, err := w.store.Load(s.Ask.Address)
	return state.State == fixture.Secret && err == nil
}

// keep goes on with a reply that was paid for before.
func (w *walker) keep(ctx context.Context, s *Step, e *exchange.Exchange) {
	client := *s.Client
	client.Transport = given{e}
	meta := e.Meta
	s.Call.Recorded = &meta
	reply, err := client.Ask(exchange.NewContext(ctx, s.Call), s.Ask.Question, s.Request)
	if s.Err = err; err == nil {
		s.Reply = &reply
	}
}

// given answers with one exchange.
type given struct{ exchange *exchange.Exchange }

// RoundTrip answers.
func (g given) RoundTrip(req *http.Request) (*http.Response, error) {
	return fixture.Response(g.exchange, req), nil
}
