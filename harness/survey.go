package harness

import (
	"context"
	"slices"
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/internal/fanout"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// Survey is the difference between the suites and the recordings: what an apply
// would do, why, and what it costs. Making one sends nothing.
type Survey struct {
	// Changes are the turns without a current recording, in plan order: those
	// that are asked, and those whose reply was paid for before (State Kept).
	Changes []Change
	// Blocked are turns that can't be asked: a capture before them fails on the
	// recorded reply, or they follow such a turn.
	Blocked []Change
	// Unsure are turns that were sent, perhaps paid for, and have no reply, with
	// what follows them. They are asked again only when the Config says so.
	Unsure []Change
	// Lost are questions of unknown outcome that nothing asks any more.
	Lost []fixture.Unknown
	// Moves are case instances whose recording stands at another address: to, from.
	Moves []Move
	// Prunes are recordings that no case asks for any more.
	Prunes []Prune
	// Broken are recordings that must be mended before anything is asked.
	Broken diag.Diagnostics
	// Unchanged counts the turns whose recording is current.
	Unchanged int
	// MockOnly counts the case instances without a recording that only a server
	// named by a base URL is asked: they are left out here.
	MockOnly int
	// Warnings say which kept replies were left out.
	Warnings diag.Diagnostics
	// Estimate is what the changes will probably cost, Bound the most they can
	// cost; nil where a price is not known.
	Estimate, Bound *credit.Amount
	// Time is how long asking will probably take; nil where that is not known.
	Time *time.Duration
	// Asked says what is asked of which provider, by its name.
	Asked []Asked
	// awaited are recordings that `moved` gives to a case that is skipped now: no
	// more than those of other skipped cases do they go.
	awaited []address.Address
}

// Change is one asked turn without a current recording.
type Change struct {
	Address address.Address
	Display string       // Address, without what is unambiguous
	Key     exchange.Key // of the question; zero where that is not known yet
	State   fixture.State
	Diag    diag.Diagnostic      // why
	Cause   Cause                // the edit behind it
	Diff    []fixture.Difference // of the question, where one is recorded
	Adds    []exchange.Message   // what the turn adds to the conversation; nil: not known yet
	After   string               // the turn after which the question is known; "" when it is
	// Unknown is set where the question was sent before and nobody knows how that ended.
	Unknown *fixture.Unknown
	// Estimate is what it will probably cost, Bound the most; nil: not known.
	Estimate, Bound *credit.Amount
	last            *credit.Amount // what it cost when last recorded
}

// IsAgain reports whether there is a recording that the reply will replace.
func (c *Change) IsAgain() bool {
	switch c.State {
	case fixture.Stale, fixture.Follows, fixture.Current:
		return true
	default:
		return false
	}
}

// Move says where an instance's recording is.
type Move struct {
	To, From address.Address
	Replaces bool // a recording that answers none of the questions any more
}

// Was gives where the recording is as people see it: with the provider where
// that is another one.
func (m Move) Was(d address.Ambiguity) string {
	d.OneProvider = d.OneProvider && m.From.Provider == m.To.Provider
	return m.From.Display(d)
}

// IsEmpty reports whether every question is recorded and nothing is left over:
// the one value behind "No changes" and the exit code that says so.
func (s *Survey) IsEmpty() bool { return !s.HasChanges() && len(s.Blocked) == 0 && len(s.Unsure) == 0 }

// HasChanges reports whether an apply has something to do.
func (s *Survey) HasChanges() bool { return len(s.Changes)+len(s.Moves)+len(s.Prunes) > 0 }

// Asks counts the questions that an apply sends, as far as it is known: those
// that follow a changed reply may turn out unchanged.
func (s *Survey) Asks() int {
	n := 0
	for i := range s.Changes {
		if s.Changes[i].State != fixture.Kept {
			n++
		}
	}
	return n
}

// Survey compares the selected cases with the recordings. Nothing is sent, and
// nothing is written.
func (p *Project) Survey(ctx context.Context) (*Survey, error) {
	out := &Survey{}
	past := &history{}
	left, err := p.leftover()
	if err != nil {
		out.Broken = append(out.Broken, diag.FromError(diag.RecordingDamaged, err))
		return out, nil
	}
	err = p.eachCompared(ctx, left, func(c compared) {
		out.add(c)
		past.add(c.past...)
	})
	if err != nil {
		return nil, err
	}
	out.Lost = left.lost(p, out)
	out.price(p, past)
	out.pace(p, past)
	out.Warnings = p.replies.Warnings()
	return out, p.findOrphans(ctx, out)
}

func (s *Survey) add(c compared) {
	s.Unchanged += c.unchanged
	s.MockOnly += c.mockOnly
	s.Broken = append(s.Broken, c.broken...)
	if c.move != nil {
		s.Moves = append(s.Moves, *c.move)
	}
	if c.awaited != nil {
		s.awaited = append(s.awaited, *c.awaited)
	}
	s.Changes = append(s.Changes, c.changes...)
	s.Blocked = append(s.Blocked, c.blocked...)
	s.Unsure = append(s.Unsure, c.unsure...)
	s.Prunes = append(s.Prunes, c.prunes...)
}

// compared is what one case instance came to.
type compared struct {
	unchanged int
	mockOnly  int
	changes   []Change
	blocked   []Change
	unsure    []Change
	prunes    []Prune
	move      *Move
	awaited   *address.Address // the recording that moves here once the case is not skipped
	broken    diag.Diagnostics
	past      []past
}

// isCurrent reports whether everything that the suites ask is recorded.
func (c *compared) isCurrent() bool {
	return len(c.changes)+len(c.blocked)+len(c.unsure)+len(c.broken) == 0
}

// eachCompared compares all selected instances, several at once, and gives the
// outcomes in plan order.
func (p *Project) eachCompared(ctx context.Context, left *leftover, take func(compared)) error {
	w := &walker{Project: p, clients: p.replayClients(fixture.Replay(p.store)), left: left}
	batch := make([]*plan.Instance, 0, 256)
	flush := func() {
		for _, o := range w.batch(ctx, batch) {
			take(o)
		}
		batch = batch[:0]
	}
	for inst, ds := range p.plan.Instances() {
		if ds.HasErrors() {
			return ds.Err()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if from, named := p.store.MovedFrom(inst.Address); named && inst.Skip != "" && !p.store.Has(inst.Address) {
			take(compared{awaited: &from})
		}
		switch {
		case inst.Skip == "":
			batch = append(batch, inst)
		case inst.Case.Source.Skip == "" && !p.store.Has(inst.Address):
			take(compared{mockOnly: 1})
		}
		if len(batch) == cap(batch) {
			flush()
		}
	}
	flush()
	return ctx.Err()
}

// walker compares instances with recordings.
type walker struct {
	*Project
	clients map[string]*provider.Client
	left    *leftover
}

// batch compares several instances at once and keeps their order.
func (w *walker) batch(ctx context.Context, list []*plan.Instance) []compared {
	outcomes := make([]compared, len(list))
	fanout.Each(len(list), func(i int) { outcomes[i] = w.compare(ctx, list[i]) })
	return outcomes
}

// compare walks through the conversations of an instance with the recorded
// replies. An instance that has nothing recorded may have been moved.
func (w *walker) compare(ctx context.Context, inst *plan.Instance) compared {
	client := w.clients[inst.Address.Provider]
	out := w.walk(ctx, client, inst, w.findings())
	if w.maybeMoved(inst, &out) {
		if move, there, ok := w.moveOf(ctx, inst); ok {
			out = there
			out.move = &move
			out.prunes = w.extras(inst, move.From)
			return out
		}
	}
	out.prunes = w.extras(inst, inst.Address)
	return out
}

// maybeMoved reports whether nothing that is recorded at an instance's place
// answers it, and something may elsewhere: nothing is there at all, or the suite
// names another place.
func (w *walker) maybeMoved(inst *plan.Instance, out *compared) bool {
	if out.unchanged > 0 || len(out.changes)+len(out.unsure) == 0 {
		return false
	}
	held, err := w.store.Load(inst.Address)
	if err != nil {
		return false
	}
	_, named := w.store.MovedFrom(inst.Address)
	return named || len(held.Exchanges) == 0
}

// walk compares one instance with what a client's transport has recorded.
func (w *walker) walk(ctx context.Context, client *provider.Client, inst *plan.Instance, f *findings) compared {
	var out compared
	for _, sample := range inst.Samples {
		d := inst.Dialogue(sample)
		for ask, ok := d.Next(); ok && ctx.Err() == nil; ask, ok = d.Next() {
			step := Step{Ask: ask, Client: client}
			step.ask(ctx)
			w.turn(ctx, &out, &step, f)
			if step.Reply == nil {
				break
			}
			d.Answer(ask, step.Reply)
		}
		out.rest(d, client.Config.Price.MaxCall)
	}
	for _, list := range [][]Change{out.changes, out.unsure} {
		for i := range list {
			list[i].last = w.lastCost(f.from(list[i].Address))
		}
	}
	return out
}

// rest adds the turns that are left of a conversation: they are known after
// the turn that stopped it, or as blocked, or as unsure as that one.
func (c *compared) rest(d *plan.Dialogue, bound *credit.Amount) {
	left := d.Rest()
	if len(left) == 0 {
		return
	}
	list, stopped := c.stoppedIn(left[0].Address.Conversation())
	if stopped == nil {
		return // the conversation stopped at a broken recording
	}
	state := stopped.State
	if state == fixture.Stale || state == fixture.Current {
		state = fixture.Follows
	}
	after := stopped.Address.Turn
	for _, ask := range left {
		next := Change{Address: ask.Address, Display: ask.Display, State: state, Cause: stopped.Cause, After: after.String(), Bound: bound}
		if state == fixture.Blocked {
			next.Diag, next.After, next.Bound = stopped.Diag, "", nil
		}
		*list = append(*list, next)
		after = ask.Address.Turn
	}
}

// stoppedIn gives the turn that stopped a conversation, and its list.
func (c *compared) stoppedIn(conversation address.Address) (*[]Change, *Change) {
	for _, list := range []*[]Change{&c.blocked, &c.unsure, &c.changes} {
		if n := len(*list); n > 0 && (*list)[n-1].Address.Conversation() == conversation {
			stopped := (*list)[n-1]
			return list, &stopped
		}
	}
	return nil, nil
}

// lastCost gives what a turn cost when it was last recorded, if it was.
func (p *Project) lastCost(a address.Address) *credit.Amount {
	held, err := p.store.Load(a.Instance())
	if err != nil {
		return nil
	}
	i := slices.IndexFunc(held.Exchanges, func(e exchange.Exchange) bool { return e.Address.Sample == a.Sample && e.Address.Turn == a.Turn })
	if i < 0 {
		return nil
	}
	return held.Exchanges[i].Credits
}
