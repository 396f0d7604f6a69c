package harness

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"sync"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// Survey is the difference between the suites and the recordings: what would
// have to be asked. Making one sends nothing.
type Survey struct {
	// Changes are the turns without a current recording, in plan order.
	Changes []Change
	// Blocked are turns that can't be asked: a capture before them fails on the
	// recorded reply, or they follow such a turn.
	Blocked []Change
	// Moves are case instances whose recording stands at another address: to, from.
	Moves []Move
	// Broken are recordings that must be mended before anything is asked.
	Broken diag.Diagnostics
	// Orphans are recordings of cases that no longer exist.
	Orphans []address.Address
	// Unchanged counts the turns whose recording is current.
	Unchanged int
	// Warnings say which kept replies were left out.
	Warnings diag.Diagnostics
	// Estimate is what the changes will probably cost, Bound the most they can
	// cost; nil where a price is not known.
	Estimate, Bound *credit.Amount
}

// Change is one asked turn without a current recording.
type Change struct {
	Address address.Address
	Display string // Address, without what is unambiguous
	State   fixture.State
	Diag    diag.Diagnostic // why
	After   string          // the turn after which the question is known; "" when it is
	bound   *credit.Amount
	last    *credit.Amount // what it cost when last recorded
}

// Move says where an instance's recording is.
type Move struct{ To, From address.Address }

// Asks counts the changes whose question is asked: the others' reply is kept.
func (s *Survey) Asks() int {
	n := 0
	for _, c := range s.Changes {
		if c.State != fixture.Kept {
			n++
		}
	}
	return n
}

// IsEmpty reports whether there is nothing to ask and nothing to move.
func (s *Survey) IsEmpty() bool { return len(s.Changes) == 0 && len(s.Moves) == 0 }

// Survey compares the selected cases with the recordings. Nothing is sent.
func (p *Project) Survey(ctx context.Context) (*Survey, error) {
	out := &Survey{}
	costs := &priceList{}
	err := p.eachCompared(ctx, func(c compared) {
		out.Unchanged += c.unchanged
		out.Broken = append(out.Broken, c.broken...)
		if c.move != nil {
			out.Moves = append(out.Moves, *c.move)
		}
		out.Changes = append(out.Changes, c.changes...)
		out.Blocked = append(out.Blocked, c.blocked...)
		costs.add(c.costs...)
	})
	if err != nil {
		return nil, err
	}
	out.price(p, costs)
	out.Warnings = p.replies.Warnings()
	return out, p.findOrphans(ctx, out)
}

// compared is what one case instance came to.
type compared struct {
	unchanged int
	changes   []Change
	blocked   []Change
	move      *Move
	broken    diag.Diagnostics
	costs     []recordedCost
}

// eachCompared compares all selected instances, several at once, and gives the
// outcomes in plan order.
func (p *Project) eachCompared(ctx context.Context, take func(compared)) error {
	clients := p.replayClients(fixture.Replay(p.store))
	batch := make([]*plan.Instance, 0, 256)
	flush := func() {
		outcomes := make([]compared, len(batch))
		var group sync.WaitGroup
		next := make(chan int)
		for range runtime.GOMAXPROCS(0) {
			group.Go(func() {
				for i := range next {
					outcomes[i] = p.compare(ctx, clients, batch[i])
				}
			})
		}
		for i := range batch {
			next <- i
		}
		close(next)
		group.Wait()
		for _, o := range outcomes {
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
		if inst.Skip == "" {
			batch = append(batch, inst)
		}
		if len(batch) == cap(batch) {
			flush()
		}
	}
	flush()
	return ctx.Err()
}

// compare walks through the conversations of an instance with the recorded
// replies. An instance that has nothing recorded may have been moved.
func (p *Project) compare(ctx context.Context, clients map[string]*provider.Client, inst *plan.Instance) compared {
	out := p.walk(ctx, clients[inst.Address.Provider], inst)
	if len(out.changes) == 0 {
		return out
	}
	if out.mayBeMoved() {
		if from, ok := p.movedFrom(ctx, clients, inst); ok {
			return compared{move: &Move{To: inst.Address, From: from}}
		}
	}
	return p.withKept(ctx, clients, inst, out)
}

// mayBeMoved reports whether an instance with changes has nothing recorded at
// its place.
func (c *compared) mayBeMoved() bool {
	switch c.changes[0].State {
	case fixture.Missing, fixture.Moved, fixture.Ambiguous:
		return c.unchanged == 0
	default:
		return false
	}
}

// walk compares one instance with what a client's transport has recorded.
func (p *Project) walk(ctx context.Context, client *provider.Client, inst *plan.Instance) compared {
	var out compared
	for _, sample := range inst.Samples {
		d := inst.Dialogue(sample)
		// The visitor gives no error, and a cancelled walk is noticed by eachCompared.
		_ = walkConversation(ctx, client, d, func(s Step) error {
			out.turn(s)
			return nil
		})
		out.rest(d, client.Config.Price.MaxCall)
	}
	for i := range out.changes {
		out.changes[i].last = p.lastCost(out.changes[i].Address)
	}
	return out
}

// rest adds the turns that are left of a conversation: they are known after
// the turn that stopped it, or as blocked as that one.
func (c *compared) rest(d *plan.Dialogue, bound *credit.Amount) {
	left := d.Rest()
	if len(left) == 0 {
		return
	}
	conversation := left[0].Address.Conversation()
	if n := len(c.blocked); n > 0 && c.blocked[n-1].Address.Conversation() == conversation {
		for _, ask := range left {
			c.blocked = append(c.blocked, Change{Address: ask.Address, Display: ask.Display, State: fixture.Blocked, Diag: c.blocked[n-1].Diag})
		}
		return
	}
	if len(c.changes) == 0 {
		return // the conversation stopped at a broken recording
	}
	stopped := c.changes[len(c.changes)-1]
	if stopped.State == fixture.Kept || stopped.Address.Conversation() != conversation {
		return // the same, after turns whose replies are kept
	}
	state := fixture.Follows
	if stopped.State == fixture.Missing {
		state = fixture.Missing
	}
	after := stopped.Address.Turn
	for _, ask := range left {
		c.changes = append(c.changes, Change{
			Address: ask.Address, Display: ask.Display, State: state, After: after.String(), bound: bound,
		})
		after = ask.Address.Turn
	}
}

// lastCost gives what a turn cost when it was last recorded, if it was.
func (p *Project) lastCost(a address.Address) *credit.Amount {
	held, err := p.store.Load(a.Instance())
	if err != nil {
		return nil
	}
	for i := range held.Exchanges {
		if e := &held.Exchanges[i]; e.Address.Sample == a.Sample && e.Address.Turn == a.Turn {
			return e.Credits
		}
	}
	return nil
}

// turn compares one turn.
func (c *compared) turn(s Step) {
	switch {
	case s.Reply != nil && s.Call.Kept != nil:
		c.changes = append(c.changes, Change{
			Address: s.Ask.Address, Display: s.Ask.Display, State: fixture.Kept, Diag: diag.FromError(diag.RecordingMissing, s.Call.Kept),
		})
	case s.Reply != nil:
		c.unchanged++
		if s.Reply.Credits != nil {
			c.costs = append(c.costs, recordedCost{s.Ask.Address.Provider, *s.Reply.Credits})
		}
	case s.Ask.Blocked:
		c.blocked = append(c.blocked, Change{Address: s.Ask.Address, Display: s.Ask.Display, State: fixture.Blocked, Diag: s.Ask.Problems[0]})
	case s.Call == nil:
		c.broken = append(c.broken, diag.FromError(diag.BadRequestKey, s.Err))
	default:
		c.note(s)
	}
}

// note sorts what the store said of a call that has no current recording.
func (c *compared) note(s Step) {
	var state *fixture.StateError
	if !errors.As(s.Err, &state) {
		c.broken = append(c.broken, diag.FromError(diag.RecordingDamaged, s.Err))
		return
	}
	switch {
	case isBroken(state.State):
		c.broken = append(c.broken, state.Diag)
	default:
		c.changes = append(c.changes, Change{
			Address: s.Ask.Address, Display: s.Ask.Display, State: state.State, Diag: state.Diag, bound: s.Call.MaxCost,
		})
	}
}

// movedFrom finds the one orphan of the same provider that holds the whole
// conversation of an instance, key by key, or what `moved` names.
func (p *Project) movedFrom(ctx context.Context, clients map[string]*provider.Client, inst *plan.Instance) (address.Address, bool) {
	var found []address.Address
	written, named := p.store.MovedFrom(inst.Address)
	candidates := p.candidates(clients, inst)
	if named && !slices.Contains(candidates, written) { // of another provider
		candidates = append(candidates, written)
	}
	for _, candidate := range candidates {
		client := *clients[inst.Address.Provider]
		client.Transport = movedReplay{replay: fixture.Replay(p.store), from: candidate}
		if w := p.walk(ctx, &client, inst); len(w.changes)+len(w.broken)+len(w.blocked) == 0 {
			found = append(found, candidate)
		}
	}
	if named && slices.Contains(found, written) {
		return written, true
	}
	if len(found) != 1 {
		return address.Address{}, false
	}
	return found[0], true
}

// candidates gives the orphans that hold the instance's first question.
func (p *Project) candidates(clients map[string]*provider.Client, inst *plan.Instance) []address.Address {
	client := clients[inst.Address.Provider]
	ask, ok := inst.Dialogue(inst.Samples[0]).Next()
	if !ok || ask.Problems.HasErrors() {
		return nil
	}
	request, _, err := client.Build(ask.Question)
	if err != nil {
		return nil
	}
	return p.store.Candidates(inst.Address, client.Call(ask.Address, request).Key)
}

// movedReplay answers from the recording of another instance.
type movedReplay struct {
	replay http.RoundTripper
	from   address.Address
}

// RoundTrip looks the call up under the other address.
func (m movedReplay) RoundTrip(req *http.Request) (*http.Response, error) {
	call := exchange.FromContext(req.Context())
	there := *call
	there.Address = m.from
	there.Address.Sample, there.Address.Turn = call.Address.Sample, call.Address.Turn
	resp, err := m.replay.RoundTrip(req.WithContext(exchange.NewContext(req.Context(), &there)))
	call.Recorded, call.File = there.Recorded, there.File
	return resp, err
}

// findOrphans lists recordings whose case is gone. A selection by tags says
// nothing about cases that are gone, so under one none are looked for.
func (p *Project) findOrphans(ctx context.Context, s *Survey) error {
	if p.config.Tags != "" {
		return nil
	}
	taken := map[address.Address]bool{}
	for _, m := range s.Moves {
		taken[m.From] = true
	}
	inUse := p.inUse()
	for c, err := range p.store.Scan(ctx) {
		if err != nil {
			s.Broken = append(s.Broken, diag.FromError(diag.RecordingDamaged, err))
			continue
		}
		if !inUse(c.Address) && !taken[c.Address] && p.plan.Names(c.Address) {
			s.Orphans = append(s.Orphans, c.Address)
		}
	}
	s.Broken = s.Broken.Sorted()
	return ctx.Err()
}

// inUse tells which case instances are in the suites. The set is made when
// first asked for: replay of a project in order never asks.
func (p *Project) inUse() func(address.Address) bool {
	all := sync.OnceValue(func() map[address.Address]bool {
		out := map[address.Address]bool{}
		for a := range p.plan.All() {
			out[a] = true
		}
		return out
	})
	return func(a address.Address) bool { return all()[a] }
}
