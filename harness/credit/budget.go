package credit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Why a Budget refuses; match with errors.Is.
var (
	ErrBudget = errors.New("the budget is spent")
	ErrCalls  = errors.New("the number of calls is reached")
)

// Budget keeps a run within its limits. Before a call is sent its greatest price
// is reserved; after it what it cost is settled, or held for as long as its
// outcome is unknown. So no more than the limit can leave the account, as long as
// no call costs more than its greatest price.
//
// A call without a greatest price reserves all that is left: under a budget such
// calls go one at a time, and the last may pass the limit.
//
// Calls are granted in the order in which they ask. One that does not fit waits
// while calls in flight may still give something back; when none can, it is
// refused, and everything after it too, even what would fit: the run stops. Every
// Reservation must be ended, or others wait for ever. A Budget is safe for many
// goroutines.
type Budget struct {
	limit    *Amount
	maxCalls int

	mu      sync.Mutex
	spent   Amount
	held    Amount
	calls   int
	flying  int       // reservations that may still give something back
	alone   bool      // all that is left is reserved
	waiting []*waiter // in order of asking
	refused error     // set by the first refusal
}

type waiter struct {
	greatest *Amount
	granted  chan error
}

// NewBudget makes a budget of credits (nil: no limit) and of calls (0: no limit).
func NewBudget(limit *Amount, maxCalls int) *Budget {
	return &Budget{limit: limit, maxCalls: maxCalls}
}

// Reservation is the right to send one call. It is ended by the first of
// Settle, Hold and Release; further ones change nothing, but that a held one may
// still be settled or released when its outcome is found out.
type Reservation struct {
	budget *Budget
	amount Amount
	alone  bool
	state  reservationState
}

type reservationState uint8

const (
	flying reservationState = iota
	held
	ended
)

// Reserve waits for the right to send a call whose greatest price that is (nil:
// unknown). It is refused with ErrBudget or ErrCalls, or ends with ctx.
func (b *Budget) Reserve(ctx context.Context, greatest *Amount) (*Reservation, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &Reservation{budget: b}
	if greatest != nil {
		r.amount = *greatest
	}
	r.alone = greatest == nil && b.limit != nil
	w := &waiter{greatest: greatest, granted: make(chan error, 1)}
	b.mu.Lock()
	b.waiting = append(b.waiting, w)
	b.serve()
	b.mu.Unlock()
	select {
	case err := <-w.granted:
		return r.orError(err)
	case <-ctx.Done():
	}
	if err, decided := b.leave(w); decided {
		return r.orError(err)
	}
	return nil, ctx.Err()
}

func (r *Reservation) orError(err error) (*Reservation, error) {
	if err != nil {
		return nil, err
	}
	return r, nil
}

// leave takes a waiter out of the queue, unless it was decided meanwhile.
func (b *Budget) leave(w *waiter) (err error, decided bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case err := <-w.granted:
		return err, true
	default:
	}
	b.waiting = slices.DeleteFunc(b.waiting, func(other *waiter) bool { return other == w })
	b.serve() // whoever stood behind it
	return nil, false
}

// serve decides on those who wait, in order, as far as it can be decided now.
func (b *Budget) serve() {
	for len(b.waiting) > 0 {
		w := b.waiting[0]
		err, decided := b.decide(w.greatest)
		if !decided {
			return
		}
		b.waiting = b.waiting[1:]
		w.granted <- err
	}
}

func (b *Budget) decide(greatest *Amount) (err error, decided bool) {
	switch {
	case b.refused != nil:
		return b.refused, true
	case b.maxCalls > 0 && b.calls >= b.maxCalls:
		b.refused = fmt.Errorf("%w: %d calls", ErrCalls, b.maxCalls)
		return b.refused, true
	case b.fits(greatest):
		b.grant(greatest)
		return nil, true
	case b.flying > 0:
		return nil, false
	}
	b.refused = b.refusal(greatest)
	return b.refused, true
}

func (b *Budget) fits(greatest *Amount) bool {
	if b.limit == nil {
		return true
	}
	if b.alone {
		return false
	}
	left := b.left()
	if greatest == nil {
		return b.flying == 0 && left.Sign() > 0
	}
	return greatest.Cmp(left) <= 0
}

func (b *Budget) left() Amount { return b.limit.Sub(b.spent).Sub(b.held) }

func (b *Budget) grant(greatest *Amount) {
	b.calls++
	b.flying++
	if greatest != nil {
		b.held = b.held.Add(*greatest)
	} else if b.limit != nil {
		b.alone = true
	}
}

func (b *Budget) refusal(greatest *Amount) error {
	switch {
	case b.alone:
		return fmt.Errorf("%w: %s of %s spent, and a call whose price and outcome are unknown holds the rest", ErrBudget, b.spent, b.limit)
	case greatest == nil:
		return fmt.Errorf("%w: %s of %s spent, %s held", ErrBudget, b.spent, b.limit, b.held)
	}
	return fmt.Errorf("%w: %s of %s spent, %s held, and the next call may cost %s", ErrBudget, b.spent, b.limit, b.held, greatest)
}

// Settle ends the reservation: the call cost that much.
func (r *Reservation) Settle(cost Amount) { r.end(ended, cost) }

// Release ends the reservation of a call that was not billed. The call still
// counts as one.
func (r *Reservation) Release() { r.end(ended, Amount{}) }

// Hold keeps what is reserved for the rest of the run: the outcome is unknown,
// or what it cost. Without a greatest price that is all that is left.
func (r *Reservation) Hold() { r.end(held, Amount{}) }

func (r *Reservation) end(state reservationState, cost Amount) {
	b := r.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.state >= state {
		return
	}
	if r.state == flying {
		b.flying--
	}
	if state == ended {
		b.held = b.held.Sub(r.amount)
		b.spent = b.spent.Add(cost)
		if r.alone {
			b.alone = false
		}
	}
	r.state = state
	b.serve()
}

// Spent gives what the settled calls cost.
func (b *Budget) Spent() Amount {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spent
}

// Held gives what is reserved for calls in flight and for those of unknown outcome.
func (b *Budget) Held() Amount {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held
}

// Calls gives how many calls were granted.
func (b *Budget) Calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}
