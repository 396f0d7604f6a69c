package run_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/verdict"
)

// account is a server that charges each question a price of its own, and answers
// in another order, or not at all.
type account struct {
	mu      sync.Mutex
	random  *rand.Rand
	charged credit.Amount
	left    credit.Amount
	says    bool // what a call cost; else only the balance tells
	trouble bool
}

func (a *account) answer(question) (*http.Response, error) {
	a.mu.Lock()
	fate := a.random.IntN(100)
	price := credit.FromInt(1 + a.random.Int64N(50_000)).Shift(-6) // up to 0.05
	pause := time.Duration(a.random.IntN(900)) * time.Millisecond
	served := !a.trouble || fate < 88
	lost := a.trouble && fate >= 85 && fate < 91 // some of them charged
	if served {
		a.charged, a.left = a.charged.Add(price), a.left.Sub(price)
	}
	left := a.left
	a.mu.Unlock()
	time.Sleep(pause)
	switch {
	case lost:
		return nil, errLost
	case !served && fate < 95:
		return answers(500, `{}`, "x-remaining-credits", left.String()), nil
	case !served:
		return answers(429, `{}`, "Retry-After", "1"), nil
	case a.says:
		return says("reply", "x-cost", price.String()), nil
	default:
		return says("reply", "x-remaining-credits", left.String()), nil
	}
}

// TestBudgetIsHard: with a greatest price never more than the limit leaves the
// account, without one at most one call more, whatever fails. The rest is listed.
func TestBudgetIsHard(t *testing.T) {
	const seeds, workers = 40, 32
	limit, dearest := amount(t, "1.00"), amount(t, "0.05")
	for seed := range uint64(seeds) {
		for _, bounded := range []bool{true, false} {
			for _, trouble := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) {
					name := fmt.Sprintf("seed %d, greatest price %t, trouble %t", seed, bounded, trouble)
					a := &account{random: rand.New(rand.NewPCG(seed, 9)), left: amount(t, "25"), says: seed%2 == 0, trouble: trouble}
					w := &world{suite: fmt.Sprintf(manySuite, 96), slots: workers, budget: credit.NewBudget(&limit, 0), answer: a.answer}
					opening := a.left
					w.opening = &opening
					w.provider = provider.Config{Retries: 2}
					w.retry = run.Retry(seed / 2 % 2)
					w.config.Concurrency = workers
					most := limit.Add(dearest)
					if bounded {
						w.provider.Price.MaxCall, most = &dearest, limit
					}
					out := w.run(t, t.Context())
					if a.charged.Cmp(most) > 0 {
						t.Errorf("%s: %s left the account, at most %s may", name, a.charged, most)
					}
					if out.exit() != 8 || len(out.cases) != 96 {
						t.Errorf("%s: exit %d, %d cases; %s charged", name, out.exit(), len(out.cases), a.charged)
					}
					if floor := limit.Sub(dearest).Sub(dearest); !trouble && a.charged.Cmp(floor) < 0 {
						t.Errorf("%s: only %s of %s was used", name, a.charged, limit)
					}
					for _, c := range out.cases {
						if c.Verdict == verdict.Skip && !strings.Contains(c.Reason, "budget is spent") {
							t.Errorf("%s: %s was left out for %q", name, c.Address, c.Reason)
						}
					}
				})
			}
		}
	}
}
