package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/assay-harness/assay/harness/credit"
)

// bank is a server with an account: each call has a price of its own, and the
// reply says nothing of it but the balance after it.
type bank struct {
	*httptest.Server
	o bankOptions

	mu      sync.Mutex
	random  *rand.Rand
	balance credit.Amount
	charged map[string]credit.Amount // by turn
	again   int                      // questions that were charged before
	waiting []chan struct{}          // charged, and not answered yet
	left    int                      // calls that have not come
	most    int                      // in flight at once
	batch   int
}

type bankOptions struct {
	balance  string
	calls    int
	inFlight int // answer nothing until so many wait; 0: at once
	seed     uint64
	trouble  trouble
}

// trouble comes to the account while the second batch is in flight.
type trouble struct {
	topUp    string // so much is paid in
	stranger string // somebody else spends so much
	lose     bool   // one reply is charged and lost
}

func newBank(t *testing.T, o bankOptions) *bank {
	t.Helper()
	b := &bank{o: o, random: rand.New(rand.NewPCG(o.seed, 2)), charged: map[string]credit.Amount{}, left: o.calls, balance: amount(t, o.balance)}
	b.Server = httptest.NewServer(http.HandlerFunc(b.serve))
	t.Cleanup(func() {
		b.CloseClientConnections()
		b.Close()
	})
	return b
}

func amount(t *testing.T, text string) credit.Amount {
	t.Helper()
	a, err := credit.ParseAmount(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// spent gives what all calls were charged.
func (b *bank) spent() credit.Amount {
	b.mu.Lock()
	defer b.mu.Unlock()
	var sum credit.Amount
	for _, c := range b.charged {
		sum = sum.Add(c)
	}
	return sum
}

func (b *bank) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		b.mu.Lock()
		defer b.mu.Unlock()
		fmt.Fprintf(w, `{"credits": %s, "free-credits": 0}`, b.balance)
		return
	}
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	balance, lost, answer := b.charge(r.Header.Get("X-Assay-Address"))
	<-answer
	if lost {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Remaining-Credits", balance.String())
	_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": "a reply"}}}})
}

// charge takes a price from the account. The answer may go when the channel is closed.
func (b *bank) charge(address string) (balance credit.Amount, lost bool, answer chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.charged[address]; ok {
		b.again++
	}
	price := credit.FromInt(1 + b.random.Int64N(50_000)).Shift(-6) // 0.000001 to 0.05
	b.charged[address] = price
	b.balance = b.balance.Sub(price)
	balance = b.balance
	answer = make(chan struct{})
	b.waiting = append(b.waiting, answer)
	b.left--
	b.most = max(b.most, len(b.waiting))
	if b.o.inFlight > 0 && b.batch == 1 && len(b.waiting) == b.o.inFlight/2 {
		b.disturb()
		lost = b.o.trouble.lose
	}
	if len(b.waiting) >= b.o.inFlight || b.left <= 0 {
		b.release()
	}
	return balance, lost, answer
}

func (b *bank) disturb() {
	if up, err := credit.ParseAmount(b.o.trouble.topUp); err == nil {
		b.balance = b.balance.Add(up)
	}
	if down, err := credit.ParseAmount(b.o.trouble.stranger); err == nil {
		b.balance = b.balance.Sub(down)
	}
}

// release answers what waits, in no order.
func (b *bank) release() {
	b.random.Shuffle(len(b.waiting), func(i, j int) { b.waiting[i], b.waiting[j] = b.waiting[j], b.waiting[i] })
	for _, answer := range b.waiting {
		close(answer)
	}
	b.waiting = nil
	b.batch++
}
