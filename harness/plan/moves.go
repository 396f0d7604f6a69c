package plan

import (
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/suite"
)

// Moves gives, for every case instance that a suite's `moved` names, the
// addresses it had before, the latest first: where one move follows another, a
// branch may have made the first and not the second.
func (p *Plan) Moves() map[address.Address][]address.Address {
	out := map[address.Address][]address.Address{}
	for _, s := range p.suites {
		moves := movesOf(s.source)
		if len(moves) == 0 {
			continue
		}
		for inst := range p.all() {
			if inst == nil || inst.Case.Suite != s.source {
				continue
			}
			if from := before(moves, inst.Address); len(from) > 0 {
				out[inst.Address] = from
			}
		}
	}
	return out
}

// before gives the former addresses of an instance, the latest first.
func before(moves []move, to address.Address) []address.Address {
	var out []address.Address
	for i := len(moves) - 1; i >= 0; i-- {
		if from, ok := moves[i].back(to); ok && from != to {
			out = append(out, from)
		}
	}
	return out
}

// move is one `moved` entry. A part that neither side writes stays as it is;
// * stands for the name of every case.
type move struct{ from, to address.Address }

func movesOf(s *suite.Suite) []move {
	out := make([]move, 0, len(s.Moved))
	for _, m := range s.Moved {
		from, okFrom := suite.ParseMoved(m.From, s.Name)
		to, okTo := suite.ParseMoved(m.To, s.Name)
		if okFrom && okTo { // else it was reported
			out = append(out, move{from, to})
		}
	}
	return out
}

// back gives where an instance was before the move, if the move is about it.
func (m move) back(to address.Address) (from address.Address, ok bool) {
	from = to
	from.Suite = m.from.Suite
	switch {
	case m.to.Case == "*":
	case m.to.Case != to.Case:
		return from, false
	default:
		from.Case = m.from.Case
	}
	if m.from.Keyed || m.to.Keyed {
		if to.Keyed != m.to.Keyed || to.Key != m.to.Key {
			return from, false
		}
		from.Key, from.Keyed = m.from.Key, m.from.Keyed
	}
	if m.to.Provider != "" {
		if to.Provider != m.to.Provider {
			return from, false
		}
		from.Provider = m.from.Provider
	}
	return from, to.Suite == m.to.Suite
}
