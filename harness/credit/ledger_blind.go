package credit

import (
	"slices"
	"time"
)

// blind are the charges that no balance shows: each lies somewhere between two
// times of the ledger's clock.
type blind struct {
	spots []spot // by until
	// before is the latest end of the forgotten spots, which lie before
	// everything that is open.
	before uint64
	lost   []lost // by deadline
	// always is when the first lost call was sent that may be charged at any
	// time; 0: none.
	always uint64
}

type spot struct{ from, until uint64 }

// lost is a call that may still be charged.
type lost struct {
	from     uint64
	deadline time.Time
}

// add takes in a billed call whose balance is not known. Calls come with until growing.
func (b *blind) add(from, until uint64) { b.spots = append(b.spots, spot{from, until}) }

// lose takes in a call that may have been charged, or may be later.
func (b *blind) lose(c *call, now func() time.Time, late time.Duration) {
	if now != nil {
		b.lost = append(b.lost, lost{c.sent, now().Add(late)})
		return
	}
	if b.always == 0 {
		b.always = c.sent
	}
	b.always = min(b.always, c.sent)
}

// expire ends the lost calls that nobody will charge any more.
func (b *blind) expire(now time.Time, clock uint64) {
	b.lost = slices.DeleteFunc(b.lost, func(l lost) bool {
		over := now.After(l.deadline)
		if over {
			b.add(l.from, clock)
		}
		return over
	})
}

// between reports whether a charge may lie between two neighbouring levels.
func (b *blind) between(above, below *level) bool {
	if b.before > above.lastSent || b.always != 0 && b.always < below.firstEnd {
		return true
	}
	if slices.ContainsFunc(b.lost, func(l lost) bool { return l.from < below.firstEnd }) {
		return true
	}
	after := func(s spot, t uint64) int {
		if s.until <= t {
			return -1
		}
		return 1
	}
	i, _ := slices.BinarySearchFunc(b.spots, above.lastSent, after)
	return slices.ContainsFunc(b.spots[i:], func(s spot) bool { return s.from < below.firstEnd })
}

// forget merges the spots that lie before all that is open: which of the open
// calls they are next to no longer depends on where they began.
func (b *blind) forget(open uint64) {
	n := 0
	for n < len(b.spots) && b.spots[n].until < open {
		b.before = max(b.before, b.spots[n].until)
		n++
	}
	b.spots = b.spots[n:]
}
