package credit

import (
	"math"
	"slices"
)

// level is one balance, and the replies that carried it.
type level struct {
	balance  Amount
	lastSent uint64 // of its replies: whatever ended before was charged before
	firstEnd uint64 // of its replies: whatever was sent later was charged later
	billed   int    // replies that were billed
	known    Amount // what those of them cost whose reply said so
	opening  bool   // the balance before the run: before everything, and no call's drop
	taken    bool   // the drop to this level went to one of several
	noted    bool   // the drop to this level was noted as somebody else's
}

func (v *level) join(c *call) {
	v.lastSent = max(v.lastSent, c.sent)
	v.firstEnd = min(v.firstEnd, c.ended)
	if c.end.Billed {
		v.billed++
		if c.end.Cost != nil {
			v.known = v.known.Add(*c.end.Cost)
		}
	}
	c.level = v
}

// place sorts a reply in by its balance, or finds that the balance rose.
func (l *Ledger) place(c *call, balance Amount) {
	rose := c.floor != nil && balance.Cmp(*c.floor) > 0
	switch {
	case c.epoch == l.epoch && rose:
		l.topUp(c, balance)
	case c.epoch == l.epoch:
		l.levelOf(balance).join(c)
		l.queue = append(l.queue, c)
	case rose: // in flight during the top-up, and charged after it
		l.report(c, Cost{Unsure: true})
		l.levelOf(balance).join(c)
		c.settled = true
	default: // in flight during the top-up: nobody knows on which side of it
		l.report(c, Cost{Unsure: true})
		if c.end.Billed {
			l.blind.add(c.sent, c.ended)
		}
		c.settled = true
	}
}

// levelOf finds or makes the level of a balance.
func (l *Ledger) levelOf(balance Amount) *level {
	i, found := l.index(balance)
	if !found {
		l.levels = slices.Insert(l.levels, i, &level{balance: balance, firstEnd: math.MaxUint64})
	}
	return l.levels[i]
}

func (l *Ledger) index(balance Amount) (int, bool) {
	return slices.BinarySearchFunc(l.levels, balance, func(v *level, b Amount) int { return b.Cmp(v.balance) })
}

// topUp starts anew from a reply that carries more than was left before it was
// sent. Whatever is open has balances from both sides of the rise.
func (l *Ledger) topUp(c *call, balance Amount) {
	l.notes.topUps++
	l.notes.rise = l.notes.rise.Add(balance.Sub(*c.floor))
	for _, open := range l.queue {
		l.report(open, Cost{Unsure: true})
		open.settled = true
		if open.end.Billed {
			l.blind.add(open.sent, c.ended) // on either side of the rise
		}
	}
	clear(l.queue)
	l.queue = l.queue[:0]
	l.report(c, Cost{Unsure: true})
	l.epoch++
	l.levels = nil
	l.levelOf(balance).join(c)
	c.settled = true
}

// rounding is how far a balance's drop may be from a named cost without
// meaning anything: servers compute balances in floats.
func rounding() Amount { return FromInt(1).Shift(-6) }

// settle finds a call's cost from the levels: all that was charged before it is known.
func (l *Ledger) settle(c *call) {
	c.settled = true
	v := c.level
	i, found := l.index(v.balance)
	switch {
	case !found || l.levels[i] != v:
		l.report(c, Cost{Unsure: true})
		return
	case c.end.Billed && !c.told && v.firstEnd < c.sent:
		l.report(c, l.free(v)) // the balance was there before the call was
		return
	case i == 0:
		l.report(c, Cost{}) // nothing higher to take the difference to
		return
	}
	above := l.levels[i-1]
	// How many digits the two balances have says nothing of the cost's.
	drop := above.balance.Sub(v.balance).Trim()
	unseen := l.blind.between(above, v)
	switch {
	case !c.end.Billed:
		l.explain(v, drop, unseen)
	case c.told:
		l.compare(c, drop, unseen)
	default:
		l.report(c, l.difference(c, drop, unseen))
	}
}

// free is the cost of a billed call that left the balance as it was. Two billed
// replies with one balance may also mean that the server tells it late.
func (l *Ledger) free(v *level) Cost {
	late := !v.opening && v.billed > 1
	if late {
		l.notes.ties++
	}
	return Cost{Credits: new(Amount), Unsure: late || l.notes.shared}
}

// explain looks at a reply that cost nothing: a drop that only such replies
// carry was spent by somebody else.
func (l *Ledger) explain(v *level, drop Amount, unseen bool) {
	if v.billed > 0 || v.noted || unseen {
		return
	}
	v.noted = true
	l.notes.others = l.notes.others.Add(drop)
	l.notes.shared = true
}

// compare looks at a call whose cost is known without the balance.
func (l *Ledger) compare(c *call, drop Amount, unseen bool) {
	if unseen || c.level.billed != 1 || c.end.Cost == nil {
		return
	}
	rest := drop.Sub(*c.end.Cost)
	switch {
	case rest.Cmp(rounding()) > 0:
		l.notes.others = l.notes.others.Add(rest)
		l.notes.shared = true
	case rest.Neg().Cmp(rounding()) > 0:
		l.notes.topUps++
		l.notes.rise = l.notes.rise.Sub(rest)
	}
}

// difference is the cost of a billed call that only the balance tells.
func (l *Ledger) difference(c *call, drop Amount, unseen bool) Cost {
	v := c.level
	if v.billed > 1 {
		// One of them took the drop and the rest were free, or the server tells
		// balances late. The sum is right in any case.
		l.notes.ties++
		var share Amount
		if !v.taken {
			share = Max(drop.Sub(v.known), share)
		}
		v.taken = true
		return Cost{Credits: &share, Unsure: true}
	}
	if g := c.end.Greatest; g != nil && drop.Cmp(*g) > 0 && !unseen {
		l.notes.others = l.notes.others.Add(drop.Sub(*g))
		l.notes.shared = true
		return Cost{Unsure: true}
	}
	v.taken = true
	return Cost{Credits: &drop, Unsure: unseen || l.notes.shared}
}
