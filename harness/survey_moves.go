package harness

import (
	"context"
	"net/http"
	"slices"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// nothing is what is looked for to learn what is recorded, and no more.
func nothing() *findings { return &findings{replace: func(address.Address) bool { return false }} }

// moveOf finds where the recording of an instance is that has none at its
// place, and what is left to ask when it has moved: with what `moved` names, else
// with the one orphan of the same provider that holds all its conversations, key
// by key, else with the one that holds a beginning of them. What would be left
// behind goes anyway; where nothing goes, a recording is moved only as a whole.
func (w *walker) moveOf(ctx context.Context, inst *plan.Instance) (Move, compared, bool) {
	written, named := w.store.MovedFrom(inst.Address)
	taken := w.store.Has(inst.Address)
	candidates := w.candidates(inst)
	switch {
	case taken && named: // only what the suite says takes the place of another recording
		candidates = []address.Address{written}
	case named && !slices.Contains(candidates, written): // of another provider
		candidates = append(candidates, written)
	}
	var whole, begun []address.Address
	for _, candidate := range candidates {
		there := w.walkAt(ctx, inst, candidate, nothing())
		switch {
		case there.isCurrent():
			whole = append(whole, candidate)
		case there.unchanged > 0 && len(there.broken) == 0 && w.prunes() && !taken:
			begun = append(begun, candidate)
		}
	}
	from, ok := theOne(whole, written)
	if !ok && len(whole) == 0 {
		from, ok = theOne(begun, written)
	}
	if !ok {
		return Move{}, compared{}, false
	}
	return Move{To: inst.Address, From: from, Replaces: taken}, w.walkAt(ctx, inst, from, w.findings()), true
}

// movedFrom gives the place at which an instance's recording is, if that is not
// its own.
func (p *Project) movedFrom(ctx context.Context, clients map[string]*provider.Client, inst *plan.Instance) (address.Address, bool) {
	w := &walker{Project: p, clients: clients}
	move, _, ok := w.moveOf(ctx, inst)
	return move.From, ok
}

// theOne gives the address that is written, if it is among those found, else the
// only one.
func theOne(found []address.Address, written address.Address) (address.Address, bool) {
	switch {
	case slices.Contains(found, written):
		return written, true
	case len(found) == 1:
		return found[0], true
	default:
		return address.Address{}, false
	}
}

// walkAt compares an instance with what is recorded of another.
func (w *walker) walkAt(ctx context.Context, inst *plan.Instance, at address.Address, f *findings) compared {
	client := *w.clients[inst.Address.Provider]
	client.Transport = movedReplay{replay: fixture.Replay(w.store), from: at}
	f.moved = &at
	return w.walk(ctx, &client, inst, f)
}

// candidates gives the orphans that hold the instance's first question.
func (w *walker) candidates(inst *plan.Instance) []address.Address {
	client := w.clients[inst.Address.Provider]
	ask, ok := inst.Dialogue(inst.Samples[0]).Next()
	if !ok || ask.Problems.HasErrors() {
		return nil
	}
	request, _, err := client.Build(ask.Question)
	if err != nil {
		return nil
	}
	return w.store.Candidates(inst.Address, client.Call(ask.Address, request).Key)
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
