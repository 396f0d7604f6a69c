package suite

import (
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// Move says that a case was renamed: addresses within the suite, or whole. Where
// moves follow each other, To is where the last of them leads.
type Move struct {
	From, To string
	Range    diag.Range // of the entry
}

func (r *suiteReader) readMoved(nodes []*spec.Node) []Move {
	moves := make([]Move, 0, len(nodes))
	sources := firsts{}
	for _, n := range nodes {
		o := spec.NewObject(n, "moved", &r.ds)
		o.Require("from", "to")
		m := Move{From: o.Text("from"), To: o.Text("to"), Range: n.Range}
		from, to := o.Node("from"), o.Node("to")
		o.Close()
		if from == nil || to == nil || !from.Scalar() || !to.Scalar() {
			continue
		}
		if r.checkMove(m, from, to) && sources.claim(&r.ds, m.From, "moved from", from.Range) {
			moves = append(moves, m)
		}
	}
	for _, m := range moves {
		if _, name := splitMove(m.To); name != "*" && !r.hasCase(name) && !sources.has(m.To) {
			r.ds.Add(diag.BadMove, m.Range, fmt.Sprintf("there is no case %q in this suite", name), "to is the name that the case has now, or the from of a further move."+diag.Suggest(name, r.caseNames()))
		}
	}
	if len(moves) == 0 {
		return nil
	}
	return r.follow(moves)
}

// checkMove checks the form of a move, and that the old name is no longer in use.
func (r *suiteReader) checkMove(m Move, from, to *spec.Node) bool {
	fromSuite, fromCase := splitMove(m.From)
	toSuite, toCase := splitMove(m.To)
	switch {
	case m.From == m.To:
		r.ds.Add(diag.BadMove, to.Range, fmt.Sprintf("%q moves to itself", m.From), "Remove the entry.")
	case !isMovable(m.From):
		r.badMove(from)
	case !isMovable(m.To):
		r.badMove(to)
	case (fromCase == "*") != (toCase == "*"):
		r.ds.Add(diag.BadMove, from.Range, "* stands on one side only", "All cases move together, and keep their names: {from: 'hello.*', to: 'jokes.*'}.")
	case strings.Contains(m.From, "@") != strings.Contains(m.To, "@"):
		r.ds.Add(diag.BadMove, from.Range, "a provider stands on one side only", "Name it on both sides, as in {from: 'greets@old', to: 'greets@new'}, or on none.")
	case toSuite != "" && toSuite != r.suite.Name:
		r.ds.Add(diag.BadMove, to.Range, fmt.Sprintf("%q is not in this suite", m.To), "A move is written in the suite that the case is in now.")
	case (fromSuite == "" || fromSuite == r.suite.Name) && m.From == fromCase && r.hasCase(fromCase):
		r.ds.Add(diag.BadMove, from.Range, fmt.Sprintf("case %q is still there", fromCase), "from is the name that the case had before, and has no longer.")
	default:
		return true
	}
	return false
}

// isMovable reports whether one side of a move names a case, an instance of one,
// or with * all cases of a suite; samples and turns go with their conversation.
func isMovable(written string) bool {
	a, ok := ParseMoved(written, "_")
	return ok && a.Sample == 0 && a.Turn.IsZero() && (a.Case != "*" || !a.Keyed)
}

// ParseMoved reads one side of a move: an address within the suite, or with its
// suite before a dot. The case * stands for all.
func ParseMoved(written, suiteName string) (address.Address, bool) {
	of, name := splitMove(written)
	rest := written
	if of == "" {
		of = suiteName
	} else {
		rest = written[len(of)+1:]
	}
	rest = rest[len(name):]
	if !ValidName(of) || name != "*" && !ValidName(name) {
		return address.Address{}, false
	}
	a, err := address.Parse(of + ".any" + rest) // * is no name
	a.Case = name
	return a, err == nil
}

func (r *suiteReader) badMove(n *spec.Node) {
	r.ds.Add(diag.BadMove, n.Range, fmt.Sprintf("%q is no address of a case", n.Value), `Write the case's name, with its key where it has one: changes_topic["dogs"]; or with its suite: jokes.greets; or * for all cases: 'jokes.*'.`)
}

// splitMove gives the suite, if written, and the case of a case's address.
func splitMove(address string) (suite, name string) {
	end := strings.IndexAny(address, "[@#")
	if end < 0 {
		end = len(address)
	}
	if before, after, ok := strings.Cut(address[:end], "."); ok {
		return before, after
	}
	return "", address[:end]
}

func (r *suiteReader) hasCase(name string) bool {
	_, ok := r.cases[name]
	return ok
}

func (r *suiteReader) caseNames() []string {
	names := make([]string, 0, len(r.suite.Cases))
	for _, c := range r.suite.Cases {
		names = append(names, c.Name)
	}
	return names
}

// follow replaces the target of each move by where later moves lead from there,
// and refuses those that lead back to where they began.
func (r *suiteReader) follow(moves []Move) []Move {
	next := make(map[string]int, len(moves))
	for i, m := range moves {
		next[m.From] = i
	}
	state := make([]visit, len(moves))
	for i := range moves {
		var path []int
		at, ok := i, true
		for ok && state[at] == 0 {
			state[at] = entered
			path = append(path, at)
			at, ok = next[moves[at].To]
		}
		if ok && state[at] == entered {
			r.ds.Add(diag.BadMove, moves[at].Range, fmt.Sprintf("%q moves back to itself", moves[at].From), "Follow the moves from here: they make a ring. Remove one of them.")
			return nil
		}
		for k := len(path) - 1; k >= 0; k-- {
			state[path[k]] = left
			if following, ok := next[moves[path[k]].To]; ok {
				moves[path[k]].To = moves[following].To
			}
		}
	}
	return moves
}
