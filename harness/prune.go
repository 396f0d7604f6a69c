package harness

import (
	"context"
	"path"
	"slices"
	"sync"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
)

// PruneKind says why a recording goes.
type PruneKind string

// The kinds.
const (
	// NoCase is a file whose case is in no suite any more.
	NoCase PruneKind = "no case"
	// NoSample is a sample beyond those that the case asks for.
	NoSample PruneKind = "no sample"
	// NoTurn is a turn beyond those of the conversation.
	NoTurn PruneKind = "no turn"
)

// Prune is a recording that no case asks for any more. It goes when the plan is
// approved.
type Prune struct {
	Address address.Address // of the instance, the conversation or the turn
	Display string
	Kind    PruneKind
	Path    string // its file
	Replies int
	// Credits are what its replies cost; those of Uncounted replies are not known.
	Credits   credit.Amount
	Uncounted int
}

func (p *Prune) count(e *exchange.Exchange) {
	p.Replies++
	if e.Credits == nil {
		p.Uncounted++
		return
	}
	p.Credits = p.Credits.Add(*e.Credits)
}

// prunes reports whether a selection leaves recordings without a case to be
// looked for: a choice by anything but addresses says nothing about them.
func (p *Project) prunes() bool {
	return !p.config.NoPrune && p.config.Tags == "" && !p.config.isNarrowed()
}

// mayPrune reports whether a recording without a case belongs to the selection.
func (p *Project) mayPrune(a address.Address) bool { return p.prunes() && p.plan.Names(a) }

// findOrphans lists recordings whose case is gone.
func (p *Project) findOrphans(ctx context.Context, s *Survey) error {
	if p.config.Tags != "" {
		return nil
	}
	used, asked := map[string]bool{}, map[string]bool{}
	for a := range p.plan.All() {
		used[p.store.Path(a)] = true
		asked[a.Provider] = true
	}
	for _, m := range s.Moves {
		used[p.store.Path(m.From)] = true
	}
	for _, a := range s.awaited {
		used[p.store.Path(a)] = true
	}
	var orphans []Prune
	for c, err := range p.store.Unused(ctx, used) {
		switch {
		case err != nil:
			s.Broken = append(s.Broken, diag.FromError(diag.RecordingDamaged, err))
		case p.mayPrune(c.Address):
			orphans = append(orphans, p.pruned(c, asked))
		}
	}
	s.Prunes = append(orphans, s.Prunes...)
	s.Broken = s.Broken.Sorted()
	return ctx.Err()
}

// pruned describes an orphan, given the providers that the suites ask: the name
// of another one does not go without saying.
func (p *Project) pruned(c *fixture.Case, asked map[string]bool) Prune {
	ambiguity := p.plan.Ambiguity()
	ambiguity.OneProvider = ambiguity.OneProvider && asked[c.Address.Provider]
	out := Prune{Address: c.Address, Display: c.Address.Display(ambiguity), Kind: NoCase, Path: c.Path}
	for i := range c.Exchanges {
		out.count(&c.Exchanges[i])
	}
	return out
}

// extras lists what an instance's file, which may still be elsewhere, holds
// beyond what the instance asks.
func (w *walker) extras(inst *plan.Instance, at address.Address) []Prune {
	if !w.prunes() {
		return nil
	}
	held, err := w.store.Load(at)
	if err != nil {
		return nil // it is broken, and said so
	}
	whole := len(inst.Samples) == inst.Case.Source.Samples
	shape := shapeOf(inst)
	var out []Prune
	for i := range held.Exchanges {
		e := &held.Exchanges[i]
		kind := shape.beyond(e)
		a := inst.Conversation(e.Address.Sample)
		if kind == "" || !whole && !w.plan.Names(a) {
			continue
		}
		if kind == NoTurn {
			a = a.WithTurn(e.Address.Turn)
		}
		if n := len(out); n == 0 || out[n-1].Address != a {
			ambiguity := inst.Ambiguity
			ambiguity.OneSample = false
			out = append(out, Prune{Address: a, Display: a.Display(ambiguity), Kind: kind, Path: held.Path})
		}
		out[len(out)-1].count(e)
	}
	return out
}

// shape is how many samples and turns an instance asks for.
type shape struct{ samples, turns int }

func shapeOf(inst *plan.Instance) shape {
	return shape{inst.Case.Source.Samples, inst.Case.AskedTurns()}
}

func (s shape) beyond(e *exchange.Exchange) PruneKind {
	switch {
	case e.Address.Sample > s.samples:
		return NoSample
	case e.Number > s.turns:
		return NoTurn
	default:
		return ""
	}
}

// prune takes away what the survey listed: whole files, with the folders that
// get empty, and single samples and turns.
func prune(store *fixture.Store, folder fixture.Folder, dir string, list []Prune) error {
	for at := 0; at < len(list); {
		n := at + 1
		for n < len(list) && list[n].Address.Instance() == list[at].Address.Instance() {
			n++
		}
		if err := pruneFile(store, list[at:n]); err != nil {
			return err
		}
		if list[at].Kind == NoCase {
			removeEmpty(folder, dir, list[at].Path)
		}
		at = n
	}
	return nil
}

// pruneFile takes out of one file what is listed of it.
func pruneFile(store *fixture.Store, list []Prune) error {
	instance := list[0].Address.Instance()
	if list[0].Kind == NoCase {
		return store.Remove(instance)
	}
	held, err := store.Load(instance)
	if err != nil {
		return err
	}
	rest := *held
	rest.Exchanges = slices.DeleteFunc(slices.Clone(held.Exchanges), func(e exchange.Exchange) bool {
		return slices.ContainsFunc(list, func(p Prune) bool { return p.holds(&e) })
	})
	switch len(rest.Exchanges) {
	case len(held.Exchanges):
		return nil
	case 0:
		return store.Remove(instance)
	}
	return store.Save(&rest)
}

// holds reports whether an exchange of the file is one of those.
func (p *Prune) holds(e *exchange.Exchange) bool {
	return p.Address.Sample == e.Address.Sample && (p.Address.Turn.IsZero() || p.Address.Turn == e.Address.Turn)
}

// removeEmpty removes the folders above a file that are empty now. One that is
// not is left alone, and so is one that can't be removed: it costs nothing.
func removeEmpty(folder fixture.Folder, top, file string) {
	for dir := path.Dir(file); dir != top && len(dir) > len(top); dir = path.Dir(dir) {
		if folder.Remove(dir) != nil {
			return
		}
	}
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
