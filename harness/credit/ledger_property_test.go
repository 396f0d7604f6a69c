package credit_test

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/credit"
)

// account is a server's side of the truth: an account that calls of random
// prices are charged to, in an order that has nothing to do with arrival.
type account struct {
	t       *testing.T
	r       *rand.Rand
	balance credit.Amount
	book    *book
	flying  []*flight
	cost    map[credit.Ticket]credit.Amount // the truth, of charged calls
	sent    int

	free      bool    // some calls cost nothing
	named     bool    // replies name their cost
	errors    float64 // share of calls that are not billed
	blind     float64 // share of replies without a balance
	lost      float64 // share of lost replies
	lateLoss  bool    // lost calls may be charged after their end
	topUps    float64 // chance of a top-up at each step
	strangers float64 // chance of somebody else's spending at each step
	landing   []credit.Ticket
}

type flight struct {
	ticket  credit.Ticket
	end     credit.End
	charged bool
}

func (a *account) price() credit.Amount {
	if a.free && a.r.IntN(4) == 0 {
		return credit.Amount{}
	}
	return credit.FromInt(1 + a.r.Int64N(99999)).Shift(-7)
}

// charge is the moment at which the server deals with a call.
func (a *account) charge(f *flight) {
	f.charged = true
	f.end.Status, f.end.Billed = http.StatusOK, a.r.Float64() >= a.errors
	var price credit.Amount
	if f.end.Billed {
		price = a.price()
		if a.named {
			f.end.Cost = &price
		}
	}
	a.cost[f.ticket] = price
	a.balance = a.balance.Sub(price)
	if a.r.Float64() >= a.blind {
		f.end.Balance = new(a.balance)
	}
}

// step does one thing that can happen.
func (a *account) step(calls int) {
	if a.r.Float64() < a.topUps {
		a.balance = a.balance.Add(credit.FromInt(20))
	}
	if a.r.Float64() < a.strangers {
		a.balance = a.balance.Sub(a.price())
	}
	if len(a.flying) < 64 && a.sent < calls && (len(a.flying) == 0 || a.r.IntN(2) == 0) {
		a.sent++
		a.flying = append(a.flying, &flight{ticket: a.book.ledger.Sent()})
		return
	}
	i := a.r.IntN(len(a.flying))
	f := a.flying[i]
	switch {
	case a.r.Float64() < a.lost/2: // given up, perhaps before the server is through
		if !f.charged && a.lateLoss {
			a.landing = append(a.landing, f.ticket)
		}
		f.end = credit.End{Lost: true}
	case !f.charged:
		a.charge(f)
		return
	}
	a.book.ledger.Ended(f.ticket, f.end)
	a.flying = append(a.flying[:i], a.flying[i+1:]...)
	if len(a.landing) > 0 && a.r.IntN(30) == 0 {
		a.balance = a.balance.Sub(a.price())
		a.landing = a.landing[1:]
	}
}

// play runs calls to their end.
func (a *account) play(calls int) {
	for a.sent < calls || len(a.flying) > 0 {
		a.step(calls)
	}
	a.book.ledger.Close()
}

// judge compares what the ledger says with the truth: what it is sure of must be
// right. It gives how many costs are sure.
func (a *account) judge() (sure int) {
	a.t.Helper()
	for ticket, cost := range a.book.costs {
		if cost.Credits == nil || cost.Unsure {
			continue
		}
		sure++
		if want := a.cost[ticket]; !cost.Credits.Equal(want) {
			a.t.Errorf("ticket %s: surely %s, but it cost %s", ticket, cost.Credits, want)
		}
	}
	if len(a.book.costs) != a.sent {
		a.t.Errorf("settled %d of %d calls", len(a.book.costs), a.sent)
	}
	return sure
}

func newAccount(t *testing.T, seed uint64, o credit.LedgerOptions) *account {
	a := &account{t: t, r: rand.New(rand.NewPCG(seed, 7)), balance: amount(t, "10"), book: newBook(t, o), cost: map[credit.Ticket]credit.Amount{}}
	a.book.ledger.Open(a.balance)
	return a
}

const seeds, callsEach = 60, 400

// With nothing untoward, each of 64 calls in flight gets its exact cost.
func TestLedgerIsExactOutOfOrder(t *testing.T) {
	for seed := range uint64(seeds) {
		a := newAccount(t, seed, credit.LedgerOptions{})
		a.errors = 0.1
		a.play(callsEach)
		if sure := a.judge(); sure != callsEach {
			t.Errorf("seed %d: %d costs are sure, want all %d", seed, sure, callsEach)
		}
		if notes := a.book.ledger.Notes(); len(notes) > 0 {
			t.Errorf("seed %d: notes of nothing: %q", seed, notes)
		}
	}
}

// Whatever goes wrong, nothing wrong is claimed to be sure, and a note tells.
func TestLedgerClaimsNothingWrong(t *testing.T) {
	for _, c := range []struct {
		name  string
		bend  func(a *account)
		note  string
		least int // costs that must stay sure, over all seeds, in percent
	}{
		{"free calls", func(a *account) { a.free = true }, "the same balance", 40},
		{"replies without a balance", func(a *account) { a.blind, a.errors = 0.002, 0.2 }, "no balance", 40},
		{"lost replies", func(a *account) { a.lost, a.errors = 0.002, 0.2 }, "no known outcome", 5},
		{"lost replies that are charged late", func(a *account) { a.lost, a.lateLoss, a.errors = 0.002, true, 0.2 }, "no known outcome", 5},
		{"top-ups", func(a *account) { a.topUps, a.errors = 0.0005, 0.2 }, "the balance rose", 40},
		{"strangers, costs named", func(a *account) { a.strangers, a.named = 0.01, true }, "somebody else", 100},
		{"all at once, costs named", func(a *account) {
			a.strangers, a.named, a.lost, a.lateLoss, a.topUps, a.blind = 0.01, true, 0.01, true, 0.001, 0.01
		}, "", 90},
	} {
		t.Run(c.name, func(t *testing.T) {
			sure, noted := 0, false
			for seed := range uint64(seeds) {
				a := newAccount(t, seed, credit.LedgerOptions{})
				c.bend(a)
				a.play(callsEach)
				sure += a.judge()
				notes := strings.Join(a.book.ledger.Notes(), "\n")
				noted = noted || strings.Contains(notes, c.note)
				if a.strangers == 0 && strings.Contains(notes, "somebody else") || a.topUps == 0 && strings.Contains(notes, "rose") {
					t.Errorf("seed %d: something that did not happen: %s", seed, notes)
				}
			}
			if !noted {
				t.Errorf("no note says %q", c.note)
			}
			percent := sure * 100 / (seeds * callsEach)
			t.Logf("%d %% are sure", percent)
			if percent < c.least {
				t.Errorf("%d %% of the costs are sure, want %d", percent, c.least)
			}
		})
	}
}

// A stranger that was seen once makes all later differences unsure: from then on
// strangers may spend at any moment.
func TestLedgerAfterAStrangerWasSeen(t *testing.T) {
	for seed := range uint64(seeds) {
		a := newAccount(t, seed, credit.LedgerOptions{})
		a.balance = a.balance.Sub(a.price()) // after the balance was asked
		ticket := a.book.ledger.Sent()
		a.sent++
		a.book.ledger.Ended(ticket, credit.End{Status: http.StatusUnauthorized, Balance: new(a.balance)})
		a.strangers, a.errors = 0.1, 0.1
		a.play(callsEach)
		a.judge()
		if notes := a.book.ledger.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "somebody else") {
			t.Errorf("seed %d: notes %q", seed, notes)
		}
	}
}

// A lost call can be charged for a while after its end; then costs are sure again.
func TestLedgerForgetsLostCalls(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	b := newBook(t, credit.LedgerOptions{Now: func() time.Time { return now }, Late: time.Minute})
	tell(t, b, "open=10 a> a? b> b=9 b:1?", "")
	now = now.Add(59 * time.Second)
	tell(t, b, "c> c=8 c:1?", "")
	now = now.Add(2 * time.Second)
	tell(t, b, "d> d=7 d:1? e> e=6 e:1", "") // d's neighbour is from before
}

// In sustained load the ledger holds what is in flight, not the run.
func TestLedgerForgets(t *testing.T) {
	a := newAccount(t, 1, credit.LedgerOptions{})
	a.errors, a.blind, a.lost = 0.1, 0.01, 0.001
	held := 0
	for a.sent < 20000 {
		a.step(20000)
		held = max(held, credit.Held(a.book.ledger))
	}
	if held > 4000 {
		t.Errorf("the ledger held %d things at once", held)
	}
}

// Real goroutines, so that the race detector sees the ledger at work.
func TestLedgerWith64Workers(t *testing.T) {
	var server sync.Mutex
	balance, truth := amount(t, "10"), map[credit.Ticket]credit.Amount{}
	b := newBook(t, credit.LedgerOptions{})
	b.ledger.Open(balance)
	var wg sync.WaitGroup
	for worker := range 64 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 1))
			for range 50 {
				ticket := b.ledger.Sent()
				price := credit.FromInt(1 + r.Int64N(9999)).Shift(-6)
				server.Lock()
				balance = balance.Sub(price)
				truth[ticket] = price
				left := balance
				server.Unlock()
				b.ledger.Ended(ticket, credit.End{Status: http.StatusOK, Billed: true, Balance: &left})
				_ = b.ledger.Notes()
			}
		})
	}
	wg.Wait()
	b.ledger.Close()
	for ticket, want := range truth {
		if got := b.costs[ticket]; got.Credits == nil || got.Unsure || !got.Credits.Equal(want) {
			t.Errorf("ticket %s: got %s, want %s", ticket, b.write(ticket), want)
		}
	}
}

func BenchmarkLedger(b *testing.B) {
	l := credit.NewLedger(credit.LedgerOptions{})
	left := credit.FromInt(1_000_000)
	l.Open(left)
	price := credit.FromInt(31).Shift(-4)
	for b.Loop() {
		ticket := l.Sent()
		left = left.Sub(price)
		l.Ended(ticket, credit.End{Billed: true, Balance: new(left)})
	}
}
