package harness

import (
	"context"
	"errors"
	"slices"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/internal/fanout"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// Held is what is recorded of one case instance with its provider, and how
// that stands to the suites.
type Held struct {
	Address address.Address
	// Ambiguity tells what the addresses may leave out when they are shown.
	Ambiguity address.Ambiguity
	Path      string // of the file, below the project's root
	Turns     []Standing
	Orphan    bool // no suite has the case
	// From is where the recording is now, when it is moved.
	From *address.Address
	// Broken says why the file can't be used, BrokenState how.
	Broken      *diag.Diagnostic
	BrokenState fixture.State
}

// Display gives the address without what is unambiguous.
func (h *Held) Display() string { return h.Address.Display(h.Ambiguity) }

// Standing is one turn that is asked, or recorded, or both.
type Standing struct {
	Address  address.Address
	Number   int // of the turn
	State    fixture.State
	Exchange *exchange.Exchange // nil: nothing is recorded
	Why      diag.Diagnostic    // of what is not current
	// Edited are values of the recorded question that do not fit its key: the
	// file was edited by hand.
	Edited []fixture.Difference
	// Changed tells that the recording is not what it was when it was recorded,
	// where its file has a sum that says so.
	Changed bool
}

// NotAsked is the state of what is recorded for a turn or sample that the suite
// does not ask: it is skipped, or the case has become shorter.
const NotAsked fixture.State = "not asked"

// States goes through the recordings of the selected cases, in the order of the
// suites, and then through those that belong to no case. Nothing is judged,
// sent or written.
func (p *Project) States(ctx context.Context, visit func(*Held) error) error {
	clients := p.replayClients(fixture.Replay(p.store))
	moved := map[address.Address]bool{}
	take := func(h *Held) error {
		if h.From != nil {
			moved[*h.From] = true
		}
		return visit(h)
	}
	batch := make([]*plan.Instance, 0, 256)
	for inst, ds := range p.plan.Instances() {
		if ds.HasErrors() {
			return ds.Err()
		}
		if batch = append(batch, inst); len(batch) < cap(batch) {
			continue
		}
		if err := p.heldBatch(ctx, clients, batch, take); err != nil {
			return err
		}
		batch = batch[:0]
	}
	if err := p.heldBatch(ctx, clients, batch, take); err != nil {
		return err
	}
	return p.heldOrphans(ctx, moved, visit)
}

// heldBatch looks at several instances at once, and gives them in order.
func (p *Project) heldBatch(ctx context.Context, clients map[string]*provider.Client, batch []*plan.Instance, visit func(*Held) error) error {
	out := make([]*Held, len(batch))
	fanout.Each(len(batch), func(i int) { out[i] = p.held(ctx, clients, batch[i]) })
	for _, h := range out {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit(h); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// held looks at one instance.
func (p *Project) held(ctx context.Context, clients map[string]*provider.Client, inst *plan.Instance) *Held {
	h := &Held{Address: inst.Address, Ambiguity: inst.Ambiguity, Path: p.store.Path(inst.Address)}
	stored, err := p.store.Load(inst.Address)
	if err != nil {
		h.breaks(err)
		return h
	}
	if inst.Skip != "" {
		h.rest(stored, nil)
		return h
	}
	for _, sample := range inst.Samples {
		h.conversation(ctx, clients[inst.Address.Provider], inst.Dialogue(sample), stored)
	}
	if p.maybeElsewhere(h, stored) {
		if from, ok := p.movedFrom(ctx, clients, inst); ok {
			h.movedFrom(p, from)
			return h
		}
	}
	h.rest(stored, inst.Samples)
	return h
}

// maybeElsewhere reports whether nothing at an instance's place answers what is
// asked, so that its recording may be where it was before: anywhere, if nothing
// is there, or where `moved` says.
func (p *Project) maybeElsewhere(h *Held, stored *fixture.Case) bool {
	if len(h.Turns) == 0 || h.Turns[0].State == fixture.Current || h.Turns[0].State == fixture.Blocked {
		return false
	}
	_, named := p.store.MovedFrom(h.Address)
	return named || len(stored.Exchanges) == 0
}

// breaks notes that the file can't be used.
func (h *Held) breaks(err error) {
	d := diag.FromError(diag.RecordingDamaged, err)
	h.Broken, h.BrokenState = &d, fixture.Damaged
	var state *fixture.StateError
	if errors.As(err, &state) {
		h.BrokenState = state.State
	}
}

// sums notes what was changed since it was recorded.
func (h *Held) sums() {
	for i := range h.Turns {
		t := &h.Turns[i]
		t.Changed = t.Exchange != nil && !fixture.Intact(t.Exchange)
	}
}

// movedFrom has the turns of the place where the recording is now.
func (h *Held) movedFrom(p *Project, from address.Address) {
	stored, err := p.store.Load(from)
	if err != nil {
		return // it was read a moment ago
	}
	h.From, h.Path = &from, stored.Path
	for i := range h.Turns {
		t := &h.Turns[i]
		t.State = fixture.Moved
		if t.Exchange = at(stored, t.Address, t.Number); t.Exchange == nil {
			t.State = fixture.Missing
		}
	}
}

// conversation looks at one sample.
func (h *Held) conversation(ctx context.Context, client *provider.Client, d *plan.Dialogue, stored *fixture.Case) {
	stopped := fixture.Current
	_ = walkConversation(ctx, client, d, func(s Step) error { // a cancelled walk is noticed above
		t := Standing{Address: s.Ask.Address, Number: s.Ask.Number, Exchange: at(stored, s.Ask.Address, s.Ask.Number)}
		t.judge(s)
		stopped = t.State
		h.Turns = append(h.Turns, t)
		return nil
	})
	for i, ask := range d.Rest() {
		last := h.Turns[len(h.Turns)-1]
		t := Standing{Address: ask.Address, Number: last.Number + 1, State: fixture.Follows, Why: follows(ask.Address, last.Address)}
		t.Exchange = at(stored, t.Address, t.Number)
		switch {
		case stopped == fixture.Blocked:
			t.State = fixture.Blocked
		case t.Exchange == nil:
			t.State = fixture.Missing
		}
		if i > 0 {
			t.Why = last.Why
		}
		h.Turns = append(h.Turns, t)
	}
}

func follows(a, first address.Address) diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.RecordingFollows, Address: a.String(),
		Summary: "the recording of " + a.String() + " follows a turn that is not current",
		Detail:  "What " + first.Turn.String() + " answers is part of this question.",
	}
}

// judge says how a turn's recording stands.
func (t *Standing) judge(s Step) {
	var state *fixture.StateError
	switch {
	case s.Reply != nil:
		t.State = fixture.Current
		if t.Exchange != nil {
			t.Edited = fixture.Edited(t.Exchange, s.Call, s.Client.Redactor)
		}
	case s.Ask.Blocked:
		t.State, t.Why = fixture.Blocked, s.Ask.Problems[0]
	case errors.As(s.Err, &state):
		t.State, t.Why = state.State, state.Diag
	default:
		t.State, t.Why = fixture.Damaged, diag.FromError(diag.RecordingDamaged, s.Err)
	}
}

// rest adds what is recorded beyond what is asked, of the given samples or, with
// none, of all.
func (h *Held) rest(stored *fixture.Case, samples []int) {
	asked := map[*exchange.Exchange]bool{}
	selected := map[int]bool{}
	for _, s := range samples {
		selected[s] = true
	}
	for _, t := range h.Turns {
		asked[t.Exchange] = true
	}
	for i := range stored.Exchanges {
		e := &stored.Exchanges[i]
		if !asked[e] && (len(selected) == 0 || selected[e.Address.Sample] || e.Address.Sample > samples[len(samples)-1]) {
			h.Turns = append(h.Turns, Standing{Address: e.Address, Number: e.Number, State: NotAsked, Exchange: e})
		}
	}
}

// at finds what a file holds for a turn, by its name or its number.
func at(stored *fixture.Case, a address.Address, number int) *exchange.Exchange {
	var found *exchange.Exchange
	for i := range stored.Exchanges {
		e := &stored.Exchanges[i]
		if e.Address.Sample != a.Sample {
			continue
		}
		if a.Turn.Name != "" && e.Address.Turn.Name == a.Turn.Name {
			return e
		}
		if e.Number == number {
			found = e
		}
	}
	return found
}

// heldOrphans gives the recordings that belong to no case, where the selection
// names them. Tags are those of cases, so under a selection by tags there are none.
func (p *Project) heldOrphans(ctx context.Context, moved map[address.Address]bool, visit func(*Held) error) error {
	if p.config.Tags != "" {
		return ctx.Err()
	}
	inUse := p.inUse()
	for file, err := range p.store.Files(ctx) {
		if err != nil {
			return err
		}
		if inUse(file.Address) && p.store.Path(file.Address) == file.Path || moved[file.Address] || !p.isAbout(file.Address) {
			continue
		}
		h := p.orphan(file)
		h.sums()
		if err := visit(h); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// isAbout reports whether the selection takes a recording that is in no suite,
// or some sample or turn of it.
func (p *Project) isAbout(a address.Address) bool {
	if p.plan.Names(a) {
		return true
	}
	if len(p.config.Providers) > 0 && !slices.Contains(p.config.Providers, a.Provider) {
		return false
	}
	return slices.ContainsFunc(p.config.Select, func(s string) bool {
		pattern, err := address.ParsePattern(s)
		return err == nil && pattern.Instance() != pattern && pattern.Instance().Match(a)
	})
}

// orphan reads a file that belongs to no case.
func (p *Project) orphan(file fixture.File) *Held {
	h := &Held{Address: file.Address, Path: file.Path, Orphan: true}
	stored, err := p.store.Read(file)
	if err != nil {
		h.breaks(err)
		return h
	}
	for i := range stored.Exchanges {
		e := &stored.Exchanges[i]
		h.Turns = append(h.Turns, Standing{Address: e.Address, Number: e.Number, State: fixture.Orphan, Exchange: e})
	}
	return h
}
