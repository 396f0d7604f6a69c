package harness

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// Resolution is how one conflicted file is resolved.
type Resolution struct {
	Conflict *fixture.Conflict
	Turns    []Chosen
	// Ambiguity tells what the addresses may leave out when they are shown.
	Ambiguity address.Ambiguity
	// Dropped counts the replies that the file will not hold. They are kept for
	// whoever asks their question.
	Dropped int
}

// Chosen is one turn of a resolved file.
type Chosen struct {
	Address  address.Address
	Exchange *exchange.Exchange // nil: neither side has one that can be relied on
	Side     Side
	// Current tells that it answers what the suites ask. What does not is left to the plan.
	Current bool
}

// Side says where a reply is from.
type Side string

// The sides of a merge.
const (
	Ours   Side = "ours"
	Theirs Side = "theirs"
	Both   Side = "both"
)

// Resolve decides for each conflicted file that is selected which replies it
// keeps: those that the suites, as they are now, ask for, whichever side has
// them. It writes nothing; State.Resolve does. What can't be resolved is in the
// diagnostics.
func (p *Project) Resolve(ctx context.Context, selected func(*fixture.Conflict) bool) ([]*Resolution, diag.Diagnostics, error) {
	list, ds, err := p.store.Conflicts(ctx)
	if err != nil {
		return nil, ds, err
	}
	byAddress := map[address.Address]*Resolution{}
	var out []*Resolution
	for _, c := range list {
		if selected(c) {
			r := &Resolution{Conflict: c}
			byAddress[c.Address] = r
			out = append(out, r)
		}
	}
	for inst, problems := range p.plan.Instances() {
		if problems.HasErrors() {
			return nil, ds, problems.Err()
		}
		if r := byAddress[inst.Address]; r != nil && r.Conflict.Text == nil && inst.Skip == "" {
			p.resolve(ctx, r, inst)
		}
	}
	for _, r := range out {
		r.rest()
		r.count()
	}
	return out, ds, ctx.Err()
}

// resolve goes through the conversations of an instance with both sides.
func (p *Project) resolve(ctx context.Context, r *Resolution, inst *plan.Instance) {
	bound := p.plan.Provider(inst.Address.Provider)
	r.Ambiguity = inst.Ambiguity
	for _, sample := range inst.Samples {
		var best []Chosen
		for _, first := range []Side{Ours, Theirs} {
			merged := &mergedReplay{conflict: r.Conflict, first: first, redactor: p.secrets.redactor}
			client := &provider.Client{Kind: bound.Kind, Config: bound.Config, Transport: merged, Redactor: p.secrets.redactor, Now: p.config.Now}
			d := inst.Dialogue(sample)
			_ = walkConversation(ctx, client, d, func(s Step) error {
				if s.Reply == nil {
					merged.chosen = append(merged.chosen, stays(r.Conflict, s.Ask.Address, s.Ask.Number))
				}
				return nil
			})
			number := len(merged.chosen)
			for _, ask := range d.Rest() {
				number++
				merged.chosen = append(merged.chosen, stays(r.Conflict, ask.Address, number))
			}
			merged.dropMixed()
			if current(merged.chosen) > current(best) || best == nil {
				best = merged.chosen
			}
		}
		r.Turns = append(r.Turns, best...)
	}
}

func current(turns []Chosen) int {
	n := 0
	for _, t := range turns {
		if t.Current {
			n++
		}
	}
	return n
}

// stays is what stays for a turn that neither side answers as it is asked
// now: an old reply, so that the plan can say what changed and what it cost.
func stays(c *fixture.Conflict, a address.Address, number int) Chosen {
	for _, side := range []Side{Ours, Theirs} {
		for _, e := range exchangesOf(c, side) {
			if e.Address.Sample == a.Sample && (e.Number == number || a.Turn.Name != "" && e.Address.Turn == a.Turn) {
				return Chosen{Address: a, Exchange: &e, Side: side}
			}
		}
	}
	return Chosen{Address: a}
}

func exchangesOf(c *fixture.Conflict, side Side) []exchange.Exchange {
	if side == Ours {
		return c.Ours
	}
	return c.Theirs
}

// mergedReplay answers from both sides of a conflict, and notes what it took.
type mergedReplay struct {
	conflict *fixture.Conflict
	first    Side
	redactor *exchange.Redactor
	chosen   []Chosen
	unmet    *exchange.Call // the question that neither side answers
}

// dropMixed drops what stays of a conversation whose first question reads as it
// is asked, though its key is another: git took the question's lines from both
// sides, and the plan would look for the edit in vain.
func (m *mergedReplay) dropMixed() {
	if len(m.chosen) == 0 || m.unmet == nil || m.unmet.Number != 1 {
		return
	}
	first := m.chosen[0].Exchange
	if first == nil || !fixture.Reads(first, m.unmet, m.redactor) {
		return
	}
	for i := range m.chosen {
		m.chosen[i].Exchange = nil
	}
}

var errNeither = errors.New("neither side answers this question")

// RoundTrip looks a call up by its key: first on one side, then on the other.
func (m *mergedReplay) RoundTrip(req *http.Request) (*http.Response, error) {
	call := exchange.FromContext(req.Context())
	sides := []Side{Ours, Theirs}
	if m.first == Theirs {
		slices.Reverse(sides)
	}
	for _, side := range sides {
		for _, e := range exchangesOf(m.conflict, side) {
			if e.Key != call.Key || e.Address.Sample != call.Address.Sample {
				continue
			}
			// The question is the one that the suite asks, whatever git made of the lines.
			e.Number, e.Address, e.Adds, e.With = call.Number, call.Address, call.Adds, m.redactor.String(call.With)
			m.chosen = append(m.chosen, Chosen{Address: call.Address, Exchange: &e, Side: m.sideOf(&e, side), Current: true})
			meta := e.Meta
			call.Recorded = &meta
			return fixture.Response(&e, req), nil
		}
	}
	m.unmet = call
	return nil, errNeither
}

// sideOf tells whether both sides have the very same recording.
func (m *mergedReplay) sideOf(e *exchange.Exchange, found Side) Side {
	other := Theirs
	if found == Theirs {
		other = Ours
	}
	for _, o := range exchangesOf(m.conflict, other) {
		if sameRecording(e, &o) {
			return Both
		}
	}
	return found
}

// sameRecording reports whether two sides hold one reply.
func sameRecording(a, b *exchange.Exchange) bool {
	return a.Key == b.Key && a.Address.Sample == b.Address.Sample && a.RecordedAt.Equal(b.RecordedAt) && slices.Equal(a.Body, b.Body)
}

// rest adds what is recorded and not asked: of a case that is gone or skipped,
// or beyond its samples and turns. A sample is of one side.
func (r *Resolution) rest() {
	taken, sideOf := map[address.Address]bool{}, map[int]Side{}
	for _, t := range r.Turns {
		taken[t.Address] = true
		if t.Exchange != nil {
			sideOf[t.Address.Sample] = t.Side
		}
	}
	for _, side := range []Side{Ours, Theirs} {
		for _, e := range exchangesOf(r.Conflict, side) {
			of, begun := sideOf[e.Address.Sample]
			if taken[e.Address] || begun && of != side && of != Both {
				continue
			}
			taken[e.Address], sideOf[e.Address.Sample] = true, side
			r.Turns = append(r.Turns, Chosen{Address: e.Address, Exchange: &e, Side: side})
		}
	}
}

// count counts the replies that will not be in the file any more.
func (r *Resolution) count() {
	var seen []*exchange.Exchange
	for _, side := range []Side{Ours, Theirs} {
		for _, e := range exchangesOf(r.Conflict, side) {
			there := slices.ContainsFunc(r.Turns, func(t Chosen) bool { return t.Exchange != nil && sameRecording(t.Exchange, &e) })
			told := slices.ContainsFunc(seen, func(o *exchange.Exchange) bool { return sameRecording(o, &e) })
			if !there && !told {
				r.Dropped++
				seen = append(seen, &e)
			}
		}
	}
}

// Resolve writes a file as it was decided.
func (s *State) Resolve(r *Resolution) error {
	var chosen []exchange.Exchange
	for _, t := range r.Turns {
		if t.Exchange != nil {
			chosen = append(chosen, *t.Exchange)
		}
	}
	return s.store.Resolve(r.Conflict, chosen)
}
