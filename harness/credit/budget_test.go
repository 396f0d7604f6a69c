package credit_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/credit"
)

func limit(t testing.TB, s string) *credit.Amount { return new(amount(t, s)) }

func reserve(t *testing.T, b *credit.Budget, greatest string) *credit.Reservation {
	t.Helper()
	r, err := b.Reserve(t.Context(), price(t, greatest))
	if err != nil {
		t.Fatalf("Reserve(%s): %v", greatest, err)
	}
	return r
}

func price(t testing.TB, s string) *credit.Amount {
	if s == "" {
		return nil
	}
	return limit(t, s)
}

func refuse(t *testing.T, b *credit.Budget, greatest, words string, want error) {
	t.Helper()
	_, err := b.Reserve(t.Context(), price(t, greatest))
	if !errors.Is(err, want) || !strings.Contains(err.Error(), words) {
		t.Fatalf("Reserve(%s): got %v, want %v with %q", greatest, err, want, words)
	}
}

func holds(t *testing.T, b *credit.Budget, spent, held string) {
	t.Helper()
	if !b.Spent().Equal(amount(t, spent)) || !b.Held().Equal(amount(t, held)) {
		t.Fatalf("spent %s, held %s; want %s, %s", b.Spent(), b.Held(), spent, held)
	}
}

func TestBudgetReservesSettlesAndRefuses(t *testing.T) {
	b := credit.NewBudget(limit(t, "1.00"), 0)
	first, second := reserve(t, b, "0.4"), reserve(t, b, "0.6")
	holds(t, b, "0", "1")
	first.Settle(amount(t, "0.1"))
	first.Settle(amount(t, "0.3"))
	first.Release()
	holds(t, b, "0.1", "0.6")
	second.Release()
	holds(t, b, "0.1", "0")
	reserve(t, b, "0.9").Settle(amount(t, "0.9"))
	refuse(t, b, "0.01", "1.0 of 1.00 spent, 0.0 held, and the next call may cost 0.01", credit.ErrBudget)
	refuse(t, b, "0", "the budget is spent", credit.ErrBudget) // would fit, but the run stops
}

func TestBudgetHoldsUnknownOutcomes(t *testing.T) {
	b := credit.NewBudget(limit(t, "1"), 0)
	lost := reserve(t, b, "0.6")
	lost.Hold()
	lost.Hold()
	holds(t, b, "0", "0.6")
	reserve(t, b, "0.4").Settle(amount(t, "0.2"))
	lost.Settle(amount(t, "0.5")) // found out
	holds(t, b, "0.7", "0")
	reserve(t, b, "0.3").Hold()
	refuse(t, b, "0.3", "0.3 held", credit.ErrBudget)
}

func TestBudgetOfUnknownPricesGoesOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := credit.NewBudget(limit(t, "0.5"), 0)
		flying, most := 0, 0
		var mu sync.Mutex
		var wg sync.WaitGroup
		granted := 0
		for range 8 {
			wg.Go(func() {
				r, err := b.Reserve(t.Context(), nil)
				if err != nil {
					return
				}
				mu.Lock()
				flying++
				granted++
				most = max(most, flying)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				flying--
				mu.Unlock()
				r.Settle(amount(t, "0.2"))
			})
		}
		wg.Wait()
		if most != 1 || granted != 3 {
			t.Errorf("%d at once and %d in all, want 1 and 3", most, granted)
		}
		holds(t, b, "0.6", "0") // the last passed the limit
		refuse(t, b, "", "0.6 of 0.5 spent", credit.ErrBudget)
	})
}

func TestBudgetHoldsAllThatIsLeftForAnUnknownPrice(t *testing.T) {
	b := credit.NewBudget(limit(t, "0.5"), 0)
	reserve(t, b, "").Hold()
	refuse(t, b, "0.01", "holds the rest", credit.ErrBudget)
}

func TestBudgetWithoutLimits(t *testing.T) {
	b := credit.NewBudget(nil, 0)
	for range 10 {
		reserve(t, b, "")
		reserve(t, b, "1000000")
	}
	if b.Calls() != 20 {
		t.Errorf("%d calls", b.Calls())
	}
}

func TestBudgetOfNothing(t *testing.T) {
	b := credit.NewBudget(limit(t, "0"), 0)
	reserve(t, b, "0").Settle(amount(t, "0")) // a free model
	refuse(t, b, "", "0 of 0 spent", credit.ErrBudget)
}

func TestBudgetCountsCalls(t *testing.T) {
	b := credit.NewBudget(nil, 2)
	reserve(t, b, "").Release()
	reserve(t, b, "")
	refuse(t, b, "", "2 calls", credit.ErrCalls)
	refuse(t, b, "", "2 calls", credit.ErrCalls)
}

// One that does not fit waits while others may give something back, in order; a
// smaller one does not overtake it.
func TestBudgetWaitsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := credit.NewBudget(limit(t, "1"), 0)
		first := reserve(t, b, "0.7")
		order := make(chan string, 2)
		var wg sync.WaitGroup
		ask := func(greatest string) {
			wg.Go(func() {
				r := reserve(t, b, greatest)
				order <- greatest
				r.Settle(amount(t, "0.1"))
			})
			synctest.Wait()
		}
		ask("0.5")
		ask("0.2")
		if len(order) > 0 {
			t.Errorf("%s overtook", <-order)
		}
		first.Settle(amount(t, "0.5"))
		wg.Wait()
		if a, b := <-order, <-order; a != "0.5" || b != "0.2" {
			t.Errorf("served %s, then %s", a, b)
		}
		holds(t, b, "0.7", "0")
	})
}

func TestBudgetRefusesWhoWaitedInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := credit.NewBudget(limit(t, "1"), 0)
		first := reserve(t, b, "0.7")
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := b.Reserve(t.Context(), limit(t, "0.5"))
				errs <- err
			}()
		}
		synctest.Wait()
		first.Hold()
		for range 2 {
			if err := <-errs; !errors.Is(err, credit.ErrBudget) {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestBudgetWaitEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := credit.NewBudget(limit(t, "1"), 0)
		first := reserve(t, b, "1")
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error)
		go func() {
			_, err := b.Reserve(ctx, limit(t, "0.9"))
			errs <- err
		}()
		behind := make(chan error, 1)
		synctest.Wait()
		go func() {
			_, err := b.Reserve(t.Context(), limit(t, "0.1"))
			behind <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		first.Settle(amount(t, "0.9"))
		if err := <-behind; err != nil {
			t.Errorf("the next in line: %v", err)
		}
		if _, err := b.Reserve(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: %v", err)
		}
	})
}

// 32 workers never let more leave the account than the limit, and use it up.
func TestBudgetWith32Workers(t *testing.T) {
	b := credit.NewBudget(limit(t, "2"), 0)
	greatest := amount(t, "0.01")
	var account sync.Mutex
	var left credit.Amount
	var wg sync.WaitGroup
	for worker := range 32 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 3))
			for {
				r, err := b.Reserve(t.Context(), &greatest)
				if err != nil {
					return
				}
				cost := credit.FromInt(random.Int64N(101)).Shift(-4) // up to the greatest
				account.Lock()
				left = left.Add(cost)
				account.Unlock()
				switch random.IntN(20) {
				case 0:
					r.Hold() // it was charged, and we don't know
				default:
					r.Settle(cost)
				}
			}
		})
	}
	wg.Wait()
	if left.Cmp(amount(t, "2")) > 0 {
		t.Errorf("%s left the account, the limit is 2", left)
	}
	if used := b.Spent().Add(b.Held()); used.Cmp(amount(t, "1.99")) < 0 {
		t.Errorf("only %s was used", used)
	}
}
