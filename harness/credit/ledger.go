package credit

import (
	"slices"
	"strconv"
	"sync"
	"time"
)

// Ledger finds what each call of one account cost, from what the replies say.
// In order of preference that is a cost the reply names (or a configured price that
// stands for it), and else the balance: balances only fall, so replies sorted by the balance
// they carry stand in the order in which the server charged them, whatever
// order they arrived in, and each billed call's cost is the difference to the
// next higher balance.
//
// Such a difference is final once every call that was in flight together with
// the call has ended: one sent later was charged later. What would make a
// difference wrong is looked for and said (Notes): a reply without a balance or
// lost between the two, two billed replies with one balance, a rise (a top-up),
// a drop that no call explains (spending by others). Two things cannot be seen
// from balances alone: spending by others right before a billed call, unless it
// passes the call's greatest price; and a top-up smaller than what the calls in
// flight cost together. Where an account is shared, configure the price.
//
// A Ledger is safe for many goroutines. It remembers calls only until they are
// settled. Pass only balances of its own account: a call without a key, or with
// a wrong one, has none.
type Ledger struct {
	onSettled func(Ticket, Cost)
	now       func() time.Time
	late      time.Duration

	mu     sync.Mutex
	clock  uint64 // counts what happened: calls sent and ended
	calls  map[Ticket]*call
	order  []*call // by the time they were sent; those before base are settled
	base   int
	flying int     // order[:flying] have ended
	queue  []*call // ended and not settled, by the time they ended

	untold  []settlement
	telling bool // one goroutine tells what was settled, so that it is told in order
	idle    sync.Cond

	levels []*level // of this epoch, highest balance first
	blind  blind
	epoch  int // counts top-ups
	notes  findings
}

// LedgerOptions configure a Ledger. The zero value is right where nothing is known.
type LedgerOptions struct {
	// OnSettled, if not nil, is called once for every ticket, when its cost is
	// final: at once where the balance is not needed for it. It is called by
	// a goroutine that is in Ended or Close, one at a time, and must not call Close.
	OnSettled func(Ticket, Cost)
	// Now and Late say how long a lost call may still be charged after its
	// end. Without Now that is the rest of the run; Late is 2 minutes if not given.
	Now  func() time.Time
	Late time.Duration
}

// Ticket names one call of a ledger, from 1.
type Ticket uint64

// String gives the ticket's number.
func (t Ticket) String() string { return strconv.FormatUint(uint64(t), 10) }

// End is how a call ended. The zero End is one that was not billed and carried
// no balance, such as a refused connection.
type End struct {
	Status   int     // HTTP status; 0: none
	Billed   bool    // a reply that is charged for: only a 200 is
	Cost     *Amount // what the reply says it cost (x-cost), or what its tokens cost; nil: not said
	Balance  *Amount // x-remaining-credits; nil: absent or garbage
	Greatest *Amount // the greatest price of the call; nil: unknown
	Lost     bool    // the outcome is unknown: it may have been charged, now or later
}

// Cost is what a call cost.
type Cost struct {
	Credits *Amount // nil: unknown
	// Unsure says that the figure is not certain, or, without a figure, that
	// the balance said nothing certain.
	Unsure bool
}

// call is one call on its way to being settled.
type call struct {
	ticket      Ticket
	sent, ended uint64 // times of the ledger's clock
	epoch       int
	floor       *Amount // the lowest balance known when it was sent
	end         End
	level       *level
	told        bool
	settled     bool
}

type settlement struct {
	ticket Ticket
	cost   Cost
}

// lateDefault is twice what a gateway usually takes to give up on its own provider.
const lateDefault = 2 * time.Minute

// NewLedger makes the ledger of one account.
func NewLedger(o LedgerOptions) *Ledger {
	if o.Late <= 0 {
		o.Late = lateDefault
	}
	l := &Ledger{onSettled: o.OnSettled, now: o.Now, late: o.Late, calls: map[Ticket]*call{}}
	l.idle.L = &l.mu
	return l
}

// Open tells the balance before the run. It counts only before the first call;
// to tell one later, treat the query as a call that is not billed.
func (l *Ledger) Open(balance Amount) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clock == 0 && len(l.levels) == 0 {
		l.levels = []*level{{balance: balance, opening: true}}
	}
}

// Sent starts a call: call it before the request leaves, once for each attempt.
func (l *Ledger) Sent() Ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tick()
	c := &call{ticket: Ticket(l.clock), sent: l.clock, epoch: l.epoch, floor: l.lowest()}
	l.calls[c.ticket] = c
	l.order = append(l.order, c)
	return c.ticket
}

// Ended ends a call: call it after its reply arrived, or was given up. A ticket
// that is not known or has ended already changes nothing.
func (l *Ledger) Ended(t Ticket, e End) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.calls[t]
	if c == nil {
		return
	}
	l.end(c, e)
	l.advance()
	l.tell()
}

// Close settles everything that is left. Calls that have not ended are lost.
func (l *Ledger) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.order[l.base:] {
		if c.ended == 0 {
			l.end(c, End{Lost: true})
		}
	}
	l.advance()
	l.tell()
	for l.telling { // another goroutine
		l.idle.Wait()
	}
}

// Balance gives the newest balance known, or nil: the lowest since the last top-up.
func (l *Ledger) Balance() *Amount {
	l.mu.Lock()
	defer l.mu.Unlock()
	lowest := l.lowest()
	if lowest == nil {
		return nil
	}
	return new(*lowest)
}

// Notes says what was noticed of the account, for people, in a fixed order.
func (l *Ledger) Notes() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.notes.sentences()
}

func (l *Ledger) lowest() *Amount {
	if len(l.levels) == 0 {
		return nil
	}
	return &l.levels[len(l.levels)-1].balance
}

func (l *Ledger) tick() {
	l.clock++
	if l.now != nil {
		l.blind.expire(l.now(), l.clock)
	}
}

// tell reports what was settled, in order and without holding the ledger.
func (l *Ledger) tell() {
	for !l.telling && len(l.untold) > 0 {
		batch := l.untold
		l.untold, l.telling = nil, true
		l.mu.Unlock()
		for _, s := range batch {
			l.onSettled(s.ticket, s.cost)
		}
		l.mu.Lock()
		l.telling = false
		l.idle.Broadcast()
	}
}

// report settles a call's cost; the first report counts.
func (l *Ledger) report(c *call, cost Cost) {
	if c.told {
		return
	}
	c.told = true
	if l.onSettled != nil {
		l.untold = append(l.untold, settlement{c.ticket, cost})
	}
}

// end takes in how a call ended.
func (l *Ledger) end(c *call, e End) {
	l.tick()
	if e.Cost != nil && e.Cost.Sign() < 0 {
		e.Cost = nil // a reply that pays us is garbage
	}
	c.ended, c.end = l.clock, e
	delete(l.calls, c.ticket)
	l.reportWithoutBalance(c)
	switch {
	case e.Lost:
		l.notes.lost++
		l.blind.lose(c, l.now, l.late)
		c.settled = true
	case e.Balance == nil:
		if e.Billed {
			l.notes.withoutBalance++
			l.blind.add(c.sent, c.ended)
		}
		c.settled = true
	default:
		l.notes.balances++
		l.place(c, *e.Balance)
	}
}

// reportWithoutBalance settles at once what no balance is needed for.
func (l *Ledger) reportWithoutBalance(c *call) {
	switch e := c.end; {
	case e.Lost:
		l.report(c, Cost{Unsure: true})
	case !e.Billed:
		l.report(c, Cost{Credits: new(Amount)})
	case e.Cost != nil:
		l.report(c, Cost{Credits: e.Cost})
	case e.Balance == nil:
		l.report(c, Cost{})
	}
}

// advance settles the calls whose companions in flight have all ended, and
// forgets what no later call can need.
func (l *Ledger) advance() {
	for l.flying < len(l.order) && l.order[l.flying].ended != 0 {
		l.flying++
	}
	oldest := l.clock + 1 // when the oldest call in flight was sent
	if l.flying < len(l.order) {
		oldest = l.order[l.flying].sent
	}
	done := 0
	for done < len(l.queue) && l.queue[done].ended < oldest {
		l.settle(l.queue[done])
		done++
	}
	clear(l.queue[:done])
	l.queue = l.queue[done:]
	l.forget()
}

// forget drops settled calls, and balances and blind spots that lie before
// everything that is still open.
func (l *Ledger) forget() {
	for l.base < l.flying && l.order[l.base].settled {
		l.order[l.base] = nil
		l.base++
	}
	if l.base > 64 && l.base > len(l.order)/2 {
		l.order = slices.Clone(l.order[l.base:])
		l.flying -= l.base
		l.base = 0
	}
	open := l.clock + 1
	if l.base < len(l.order) {
		open = l.order[l.base].sent
	}
	// Whatever is open was charged after a level that was seen before it was
	// sent, so nothing above that level is next to it.
	for len(l.levels) > 1 && l.levels[1].firstEnd < open {
		l.levels[0] = nil
		l.levels = l.levels[1:]
	}
	l.blind.forget(open)
}
