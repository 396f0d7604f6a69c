package harness

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// answers are the new replies of a drift. They are its run's Recorder: what is
// accepted goes on to the kept replies.
type answers struct {
	*keepers
	journal *driftJournal
	now     func() time.Time

	mu       sync.Mutex
	all      map[string]*drift.Reply // by address
	unpriced map[string]*drift.Reply // by the books' name for the call
}

// Keep notes that a reply is within its accepted statuses.
func (a *answers) Keep(c *exchange.Call) error {
	a.mu.Lock()
	if got := a.all[c.Address.String()]; got != nil {
		got.Accepted, a.unpriced[c.Settle] = true, got
	}
	a.mu.Unlock()
	return a.keepers.Keep(c)
}

// Finish notes what the replies of an instance cost.
func (a *answers) Finish(i *plan.Instance, costs run.Costs) error {
	a.mu.Lock()
	for name, cost := range costs {
		if got := a.unpriced[name]; got != nil {
			got.Credits, got.Unsure = cost.Credits, cost.Unsure
			delete(a.unpriced, name)
		}
	}
	a.mu.Unlock()
	return a.keepers.Finish(i, costs)
}

// of gives the new replies of a case, in its order.
func (a *answers) of(c *result.Case) []drift.Reply {
	var out []drift.Reply
	for _, s := range c.Samples {
		for _, t := range s.Turns {
			if got := a.all[t.Address]; got != nil {
				got.Model = t.Model
				out = append(out, *got)
			}
		}
	}
	return out
}

// followed tells which questions, by address, differ from the recorded ones.
func (a *answers) followed(recorded map[string]string) func(string) bool {
	return func(address string) bool {
		got, before := a.all[address], recorded[address]
		return got != nil && before != "" && got.Key != before
	}
}

// listening stands on top of a client's transports: it notes what comes back,
// and has it on the disk before anything uses it. What a drift before this one
// got, and was killed before it could report it, is not asked again.
type listening struct {
	answers *answers
	next    http.RoundTripper
	cost    func(address.Address, *exchange.Response) fixture.Cost
}

// RoundTrip asks.
func (l *listening) RoundTrip(req *http.Request) (*http.Response, error) {
	call := exchange.FromContext(req.Context())
	if got, ok := l.answers.journal.find(call); ok {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return l.again(req, call, got), nil
	}
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	reply := l.reply(call, resp, body)
	if err := l.answers.journal.add(reply); err != nil {
		return nil, err
	}
	l.note(reply)
	return resp, nil
}

func (l *listening) note(r drift.Reply) {
	l.answers.mu.Lock()
	defer l.answers.mu.Unlock()
	l.answers.all[r.Address] = &r
}

func (l *listening) reply(call *exchange.Call, resp *http.Response, body []byte) drift.Reply {
	out := drift.Reply{
		Address: call.Address.String(), Number: call.Number, Key: call.Key.String(),
		Status: resp.StatusCode, RecordedAt: l.answers.now().UTC().Truncate(time.Second),
		Origin: string(originOf(resp.Header)), Latency: call.Latency.Round(time.Millisecond),
	}
	if call.Latency < 10*time.Millisecond {
		out.Latency = call.Latency.Round(time.Microsecond)
	}
	for _, f := range exchange.StoredHeader(resp.Header, nil) {
		out.Header = append(out.Header, [2]string{f.Name, f.Value})
	}
	if utf8.Valid(body) {
		out.Text = string(body)
	} else {
		out.Base64 = body
	}
	return out
}

// again answers with a reply that was paid for by a drift that was killed.
func (l *listening) again(req *http.Request, call *exchange.Call, got drift.Reply) *http.Response {
	e := exchangeOf(&got)
	if got.Credits == nil {
		cost := l.cost(call.Address.Instance(), &e.Response)
		got.Credits, got.Unsure = cost.Credits, cost.Unsure
		e.Credits, e.Unsure = cost.Credits, cost.Unsure
	}
	call.Recorded = &e.Meta
	l.note(got)
	return fixture.Response(&e, req)
}

// originOf gives what assay's own server says of a reply; any other server is
// live, whatever it says.
func originOf(h http.Header) exchange.Origin {
	switch o := exchange.Origin(h.Get(exchange.HeaderOrigin)); o {
	case exchange.Scripted, exchange.Imported:
		return o
	}
	return exchange.Live
}

// exchangeOf gives a reply as recordings have it, without what the question says.
func exchangeOf(r *drift.Reply) exchange.Exchange {
	out := exchange.Exchange{
		Number:   r.Number,
		Response: exchange.Response{Status: r.Status, Body: r.Base64},
		Meta: exchange.Meta{
			RecordedAt: r.RecordedAt, Origin: exchange.Origin(r.Origin), Latency: r.Latency,
			Credits: r.Credits, Unsure: r.Unsure, Model: r.Model,
		},
	}
	if r.Base64 == nil {
		out.Body = []byte(r.Text)
	}
	for _, f := range r.Header {
		if exchange.IsStored(f[0]) { // a report may have been edited
			out.Header = append(out.Header, exchange.Field{Name: f[0], Value: f[1]})
		}
	}
	return out
}
