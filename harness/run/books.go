package run

import (
	"slices"
	"sync"
	"time"

	"github.com/assay-harness/assay/harness/credit"
)

// Books know what the run's calls cost: a ledger for each account, and one
// budget over all. A call's cost is settled when it is certain, or certain
// never to be; whoever waits for it is told then.
type Books struct {
	Budget *credit.Budget

	now     func() time.Time
	mu      sync.Mutex
	ledgers map[string]*credit.Ledger
	open    map[string]entry // calls that are not settled
	costs   Costs
	waiting map[string]*waiter
	quiets  map[string]*quiet // by account
	watch   func(Event)       // told of pauses; nil: nobody is
}

// entry is a call under way.
type entry struct{ reserved *credit.Reservation }

// waiter is called when all its calls are settled.
type waiter struct {
	left int
	done func()
}

// NewBooks opens the books; budget may be nil. By the clock they know when a call
// of unknown outcome can't be charged any more; nil: never.
func NewBooks(budget *credit.Budget, now func() time.Time) *Books {
	if budget == nil {
		budget = credit.NewBudget(nil, 0)
	}
	return &Books{
		Budget: budget, now: now, ledgers: map[string]*credit.Ledger{},
		open: map[string]entry{}, costs: Costs{}, waiting: map[string]*waiter{}, quiets: map[string]*quiet{},
	}
}

// Ledger gives an account's ledger, made at first use.
func (b *Books) Ledger(account string) *credit.Ledger {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.ledgers[account]
	if l == nil {
		l = credit.NewLedger(credit.LedgerOptions{Now: b.now, OnSettled: func(t credit.Ticket, cost credit.Cost) {
			b.settled(callName(account, t), cost)
		}})
		b.ledgers[account] = l
	}
	return l
}

// quiet gives what all who ask an account keep, made at first use.
func (b *Books) quiet(account string) *quiet {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.quiets[account]
	if q == nil {
		q = &quiet{}
		b.quiets[account] = q
	}
	return q
}

// tell passes an event on to the run that uses the books.
func (b *Books) tell(e Event) {
	b.mu.Lock()
	watch := b.watch
	b.mu.Unlock()
	if watch != nil {
		watch(e)
	}
}

// watched has a run told of what happens; nil ends that.
func (b *Books) watched(watch func(Event)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watch = watch
}

// callName is the books' name for a ledger's call: exchange.Call.Settle.
func callName(account string, t credit.Ticket) string { return account + "#" + t.String() }

// sent notes that a call is under way, before it can end.
func (b *Books) sent(name string, e entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open[name] = e
}

// settled notes a call's cost, turns its reservation into spending, and tells
// who waited for it.
func (b *Books) settled(name string, cost credit.Cost) {
	b.mu.Lock()
	e := b.open[name]
	delete(b.open, name)
	b.costs[name] = cost
	w := b.waiting[name]
	delete(b.waiting, name)
	last := false
	if w != nil {
		w.left--
		last = w.left == 0
	}
	b.mu.Unlock()
	e.settle(cost)
	if last {
		w.done()
	}
}

// settle books the cost. Where it is not known, such as that of a call whose
// outcome is not, the reservation stays: the money may have left the account.
func (e entry) settle(cost credit.Cost) {
	switch {
	case e.reserved == nil:
	case cost.Credits != nil:
		e.reserved.Settle(*cost.Credits)
	default:
		e.reserved.Hold()
	}
}

// whenSettled calls done once all calls are settled, at once if they are.
func (b *Books) whenSettled(calls []string, done func()) {
	b.mu.Lock()
	w := &waiter{done: done}
	for _, call := range calls {
		if _, ok := b.costs[call]; !ok {
			b.waiting[call] = w
			w.left++
		}
	}
	now := w.left == 0
	b.mu.Unlock()
	if now {
		done()
	}
}

// take gives the costs of calls and forgets them.
func (b *Books) take(calls []string) Costs {
	out := make(Costs, len(calls))
	if b == nil {
		return out
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, call := range calls {
		out[call] = b.costs[call]
		delete(b.costs, call)
	}
	return out
}

// Close settles what is open: nothing more will be sent.
func (b *Books) Close() {
	b.mu.Lock()
	ledgers := make([]*credit.Ledger, 0, len(b.ledgers))
	for _, l := range b.ledgers {
		ledgers = append(ledgers, l)
	}
	b.mu.Unlock()
	for _, l := range ledgers {
		l.Close()
	}
}

// Balances gives the accounts as last seen, by the first provider of each, where known.
func (b *Books) Balances() map[string]credit.Amount {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := map[string]credit.Amount{}
	for name, l := range b.ledgers {
		if balance := l.Balance(); balance != nil {
			out[name] = *balance
		}
	}
	return out
}

// Notes gives what the ledgers have to say: a top-up, spending by others.
func (b *Books) Notes() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for name, l := range b.ledgers {
		for _, note := range l.Notes() {
			out = append(out, name+": "+note)
		}
	}
	slices.Sort(out)
	return out
}
