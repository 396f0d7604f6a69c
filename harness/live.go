package harness

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"runtime"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/run"
)

// replayClients answer from the recordings: there is no dialer below them.
func (p *Project) replayClients(transport http.RoundTripper) map[string]*provider.Client {
	out := map[string]*provider.Client{}
	for _, source := range p.suites.Config.Providers {
		bound := p.plan.Provider(source.Name)
		out[source.Name] = &provider.Client{
			Kind: bound.Kind, Config: bound.Config, Transport: transport,
			Redactor: p.secrets.redactor, Now: p.config.Now,
		}
	}
	return out
}

// liveStack is what stands between a client and a socket.
type liveStack struct {
	books *run.Books
	// journal wraps what sends, so that no reply is lost; nil for none.
	journal *fixture.Journal
	// record stands above everything: it answers what is recorded; nil for none.
	record func(p *plan.Provider, next http.RoundTripper) http.RoundTripper
}

// liveClients ask the providers. From below: the socket; the redactor, which
// gives whole replies; the journal; the gate with rate, budget and retries.
func (p *Project) liveClients(s liveStack) map[string]*provider.Client {
	live := p.config.Live
	out := map[string]*provider.Client{}
	for _, source := range p.suites.Config.Providers {
		bound := p.plan.Provider(source.Name)
		slots := bound.Config.Concurrency
		if p.config.Concurrency > 0 {
			slots = p.config.Concurrency
		}
		send := live.Transport
		if send == nil {
			send = provider.NewHTTPTransport(slots)
		}
		if isLoopback(live.BaseURL) {
			send = addressed{next: send}
		}
		send = provider.Wire(send, p.secrets.redactor, 0)
		if s.journal != nil {
			send = s.journal.Transport(send, provider.NotSent)
		}
		var transport http.RoundTripper = run.NewGate(send, run.GateOptions{
			Kind: bound.Kind, Provider: bound.Config, Books: s.books, Slots: slots,
			RetryUnknown: live.Retry, Now: p.config.Now,
		})
		if s.record != nil {
			transport = s.record(bound, transport)
		}
		out[source.Name] = &provider.Client{
			Kind: bound.Kind, Config: bound.Config, Transport: transport,
			Key:      p.secrets.key(source, bound.Kind, bound.Config.BaseURL, live),
			Redactor: p.secrets.redactor, Now: p.config.Now,
		}
	}
	return out
}

// concurrency gives how many conversations go on at once.
func (p *Project) concurrency() int {
	switch {
	case p.config.Concurrency > 0:
		return p.config.Concurrency
	case p.config.Live == nil:
		return runtime.GOMAXPROCS(0)
	default:
		sum := 0
		for name := range p.providersInUse() {
			sum += p.plan.Provider(name).Config.Concurrency
		}
		return max(1, sum)
	}
}

// providersInUse gives the providers that selected cases ask.
func (p *Project) providersInUse() map[string]bool {
	out := map[string]bool{}
	for inst := range p.plan.Instances() {
		if inst != nil && inst.Skip == "" {
			out[inst.Address.Provider] = true
		}
	}
	return out
}

// openBalances asks, free of charge, what is in the accounts, so that the
// first call's cost can be told from the drop. An account that does not say
// stays unknown.
func (p *Project) openBalances(ctx context.Context, clients map[string]*provider.Client, books *run.Books) {
	for name := range p.providersInUse() {
		if balance, ok := clients[name].Balance(ctx); ok {
			books.Ledger(name).Open(balance)
		}
	}
}

func (p *Project) newBooks() *run.Books {
	live := p.config.Live
	limit := live.MaxCredits
	if limit == nil && p.suites.Config.MaxCredits != "" {
		if a, err := credit.ParseAmount(p.suites.Config.MaxCredits); err == nil {
			limit = &a
		}
	}
	return run.NewBooks(credit.NewBudget(limit, live.MaxCalls))
}

// addressed names the asked address to a mock server on loopback, so that each
// sample gets its own recording.
type addressed struct{ next http.RoundTripper }

// RoundTrip sends the request with x-assay-address.
func (a addressed) RoundTrip(req *http.Request) (*http.Response, error) {
	if call := exchange.FromContext(req.Context()); call != nil {
		req = req.Clone(req.Context())
		req.Header.Set("X-Assay-Address", call.Address.String())
	}
	return a.next.RoundTrip(req)
}

func isLoopback(baseURL string) bool {
	u, err := url.Parse(baseURL)
	if err != nil || baseURL == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
