package run

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/time/rate"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
)

// Gate is the transport through which everything goes that costs something:
// it keeps the provider's rate and concurrency, holds the budget, tells the
// ledger, and sends again only what is safe to send again.
type Gate struct {
	next    http.RoundTripper
	options GateOptions
	limiter *rate.Limiter // nil: no limit
	slots   chan struct{} // nil: no limit
	ledger  *credit.Ledger
	quiet   *quiet // shared by all who ask the account
}

// GateOptions configure a Gate.
type GateOptions struct {
	Kind     provider.Kind
	Provider provider.Config
	Books    *Books
	// Account names the ledger: providers that pay from one account share it, or
	// each would take the others' spending for its own calls' cost.
	Account string
	// Slots is how many requests may be under way at once; 0 is no limit.
	Slots int
	// RetryUnknown sends again also what may have been served and paid for.
	RetryUnknown Retry
	// Drain, once closed, ends all waiting: what was not sent is not sent.
	Drain <-chan struct{}
	Now   func() time.Time
}

// Retry says what is sent again.
type Retry uint8

// The ways to retry.
const (
	// RetrySafe sends again what certainly was not served.
	RetrySafe Retry = iota
	// RetryUnknown sends again also after an unknown outcome: it may be paid twice.
	RetryUnknown
)

// NewGate makes the gate of one provider. next gives whole, redacted replies.
func NewGate(next http.RoundTripper, o GateOptions) *Gate {
	g := &Gate{next: next, options: o, ledger: o.Books.Ledger(o.Account), quiet: o.Books.quiet(o.Account)}
	if r := o.Provider.Rate; r.Count > 0 {
		g.limiter = rate.NewLimiter(rate.Every(r.Per/time.Duration(r.Count)), 1)
	}
	if o.Slots > 0 {
		g.slots = make(chan struct{}, o.Slots)
	}
	return g
}

// RoundTrip sends the request, again where that is safe, and gives the last
// answer. A provider that says when to come back is waited for without counting
// it as a retry, as long as it lets others through.
func (g *Gate) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	call := exchange.FromContext(ctx)
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 500*time.Millisecond, 30*time.Second
	seen, refused := g.quiet.through(), 0
	for try := 0; ; {
		resp, err := g.once(req, call)
		if g.options.Provider.Retries == 0 || !g.again(call, resp, err) || ctx.Err() != nil {
			return resp, err
		}
		wait, told := g.pause(resp, pause)
		switch through := g.quiet.through(); {
		case !told:
			try++
		case through > seen:
			seen, refused = through, 0
		default:
			refused++
		}
		if try+refused > g.options.Provider.Retries {
			return resp, err
		}
		if interrupted := g.rest(ctx, wait); interrupted != nil {
			return g.unserved(resp, err)
		}
		if resp != nil {
			resp.Body.Close()
		}
	}
}

// pause gives how long to wait before asking again, and whether the provider
// said so. After a 429 all others wait as well.
func (g *Gate) pause(resp *http.Response, own backoff.BackOff) (wait time.Duration, told bool) {
	wait = own.NextBackOff()
	if resp == nil || resp.StatusCode != http.StatusTooManyRequests {
		return wait, false
	}
	asked := askedPause(resp.Header, g.options.Now())
	if told = asked > 0; told {
		wait = asked
	}
	g.hold(wait, "the provider's rate")
	return wait, told
}

// rest waits before asking again, until it is interrupted.
func (g *Gate) rest(ctx context.Context, wait time.Duration) error {
	waiting, stop := g.untilDrained(ctx)
	defer stop()
	return sleep(waiting, wait)
}

// unserved is the end of a question whose next attempt was interrupted. An
// answer that served nothing is none: the question is asked again another time.
func (g *Gate) unserved(resp *http.Response, err error) (*http.Response, error) {
	if resp == nil {
		return nil, err
	}
	resp.Body.Close()
	return nil, errDrained
}

// errDrained ends the wait of a request that was not sent yet when the run was
// told to start nothing new.
var errDrained = errors.New("interrupted before it was sent")

// untilDrained gives a context for waiting: what only waits is not in flight,
// and need not be finished.
func (g *Gate) untilDrained(ctx context.Context) (context.Context, func()) {
	waiting, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		select {
		case <-g.options.Drain:
			cancel(errDrained)
		case <-done:
		}
	}()
	return waiting, func() { close(done); cancel(nil) }
}

// once sends the request one time, through rate, slots and budget.
func (g *Gate) once(req *http.Request, call *exchange.Call) (*http.Response, error) {
	release, reserved, err := g.admitted(req.Context(), call)
	if err != nil {
		return nil, err
	}
	defer release()
	again, err := renewed(req)
	if err != nil {
		reserved.Release()
		return nil, err
	}
	ticket := g.ledger.Sent()
	call.Attempts++
	call.Settle = callName(g.options.Account, ticket)
	g.options.Books.sent(call.Settle, entry{reserved: reserved})
	// A transport that panics has perhaps sent the question: others must not wait
	// for ever for what it holds.
	end := credit.End{Lost: true, Greatest: call.MaxCost}
	defer func() {
		if end.Lost {
			reserved.Hold()
		}
		g.ledger.Ended(ticket, end)
	}()
	resp, err := g.next.RoundTrip(again)
	end = g.end(call, reserved, resp, err)
	g.note(call, resp, err)
	return resp, err
}

// note tells all who ask the account how a question ended.
func (g *Gate) note(call *exchange.Call, resp *http.Response, err error) {
	switch {
	case err == nil && (resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests || accepts(call, resp.StatusCode)):
		g.quiet.served()
	case err == nil && resp.StatusCode == http.StatusTooManyRequests, provider.NotSent(err):
		// The one is held already, the other has asked nobody.
	default:
		if wait := g.quiet.failed(); wait > 0 {
			g.hold(wait, "the provider fails")
		}
	}
}

func accepts(call *exchange.Call, status int) bool { return call.Accept != nil && call.Accept(status) }

// end says how a request ended. What was not billed gives its reservation
// back at once; what may have been billed keeps it.
func (g *Gate) end(call *exchange.Call, reserved *credit.Reservation, resp *http.Response, err error) credit.End {
	switch {
	case err != nil && !provider.OutcomeUnknown(err):
		reserved.Release()
		return credit.End{}
	case err != nil:
		return credit.End{Lost: true, Greatest: call.MaxCost}
	}
	if resp.StatusCode != http.StatusOK { // only a 200 is billed
		reserved.Release()
	}
	bill := g.options.Kind.Bill(g.options.Provider, stored(resp))
	if r := call.Request; r != nil && r.Credential != exchange.Own {
		bill.Balance = nil // that of another account, or of none
	}
	if price := g.options.Provider.Price; bill.Cost == nil && (bill.Balance == nil || price.Shared) {
		bill.Cost = price.Call // the server says nothing of money, or nothing of ours
	}
	return credit.End{
		Status: resp.StatusCode, Billed: resp.StatusCode == http.StatusOK,
		Cost: bill.Cost, Balance: bill.Balance, Greatest: call.MaxCost,
	}
}

// admitted waits until the request may be sent: for a slot, the provider's hold,
// the rate and the budget. Who waited for the budget may have to keep a new hold.
func (g *Gate) admitted(ctx context.Context, call *exchange.Call) (release func(), reserved *credit.Reservation, err error) {
	if g.options.Drain != nil {
		var stop func()
		ctx, stop = g.untilDrained(ctx)
		defer stop()
	}
	release, err = g.enter(ctx)
	if err == nil {
		if reserved, err = g.options.Books.Budget.Reserve(ctx, call.MaxCost); err == nil {
			g.quiet.begins()
			leave := release
			release = func() { g.quiet.ends(); leave() }
			if err = g.waitForHold(ctx); err != nil {
				reserved.Release()
			}
		}
		if err != nil {
			release()
		}
	}
	if errors.Is(context.Cause(ctx), errDrained) && err != nil {
		err = errDrained
	}
	return release, reserved, budgetError(err)
}

// enter waits for a slot, the provider's hold and the rate, in this order.
func (g *Gate) enter(ctx context.Context) (release func(), err error) {
	release = func() {}
	if g.slots != nil {
		select {
		case g.slots <- struct{}{}:
			release = func() { <-g.slots }
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := g.waitForTurn(ctx); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// waitForTurn waits for the provider's hold and then for the rate, anew when the
// provider asked to be left alone meanwhile: else all who had waited for the
// rate would come at once.
func (g *Gate) waitForTurn(ctx context.Context) error {
	for {
		if err := g.waitForHold(ctx); err != nil || g.limiter == nil {
			return err
		}
		if err := g.limiter.Wait(ctx); err != nil || g.quiet.left(g.options.Now()) <= 0 {
			return err
		}
	}
}

// again reports whether an answer is one after which asking again is safe and
// of use: a status that the turn accepts is judged, never retried.
func (g *Gate) again(call *exchange.Call, resp *http.Response, err error) bool {
	switch {
	case err != nil && !provider.OutcomeUnknown(err):
		return provider.Refused(err)
	case err != nil:
		return g.options.RetryUnknown == RetryUnknown
	case accepts(call, resp.StatusCode):
		return false
	case resp.StatusCode == http.StatusTooManyRequests:
		// OpenAI says so of an account that is empty: it will not fill by waiting.
		return provider.ReadError(stored(resp)).Class == provider.RateLimited
	default:
		return resp.StatusCode >= 500
	}
}

// renewed gives the request with its body unread.
func renewed(req *http.Request) (*http.Request, error) {
	if req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again := req.Clone(req.Context())
	again.Body = body
	return again, nil
}

// stored reads a whole reply and puts its body back.
func stored(resp *http.Response) *exchange.Response {
	return &exchange.Response{Status: resp.StatusCode, Header: allFields(resp.Header), Body: wholeBody(resp)}
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wholeBody reads a body that stands in memory, and puts it back.
func wholeBody(resp *http.Response) []byte {
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil
	}
	resp.Body = provider.BodyOf(b)
	return b
}

// budgetError says that the budget is spent.
func budgetError(err error) error {
	if errors.Is(err, credit.ErrBudget) || errors.Is(err, credit.ErrCalls) {
		return diag.NewError(diag.BudgetSpent, err.Error(),
			"Raise --max-credits, --max-calls or `limits` in assay.yaml. What an apply has asked is recorded: the next one goes on from there.")
	}
	return err
}

// allFields gives all headers; what a reply says of money is not what
// recordings keep.
func allFields(h http.Header) []exchange.Field {
	out := make([]exchange.Field, 0, len(h))
	for name, values := range h {
		for _, v := range values {
			out = append(out, exchange.Field{Name: strings.ToLower(name), Value: v})
		}
	}
	return out
}
