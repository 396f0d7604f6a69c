package mock

import (
	"sync"

	"github.com/assay-harness/assay/harness/credit"
)

// accounts are the credits ledgers, one a key, each opened at its first use.
type accounts struct {
	opening credit.Amount

	mu    sync.Mutex
	left  map[string]credit.Amount
	house string // whose balance a reply without an account carries
}

// charge takes price off a key's account and gives what is left; when that much
// is not there nothing is taken. It is one step: the order of charges is the
// order of balances, also for requests at the same time.
func (a *accounts) charge(key string, price credit.Amount) (left credit.Amount, enough bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	left = a.open(key)
	if price.Sign() <= 0 {
		return left, true
	}
	if price.Cmp(left) > 0 {
		return left, false
	}
	left = left.Sub(price)
	a.left[key] = left
	return left, true
}

// balance gives what a key's account holds. The API says a balance with every
// reply, also where there is no account: that is the house's, so that a client
// which looks at balances sees no jump.
func (a *accounts) balance(key string) credit.Amount {
	a.mu.Lock()
	defer a.mu.Unlock()
	if key == "" {
		key = a.house
	}
	if key == "" {
		return a.opening
	}
	return a.open(key)
}

func (a *accounts) open(key string) credit.Amount {
	if a.left == nil {
		a.left = map[string]credit.Amount{}
	}
	if a.house == "" {
		a.house = key
	}
	left, known := a.left[key]
	if !known {
		left = a.opening
		a.left[key] = left
	}
	return left
}
