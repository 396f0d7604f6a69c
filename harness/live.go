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
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/suite"
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
	// keep stands there where nothing is recorded: it keeps what is paid for. It
	// is the run's Recorder then; nil for none.
	keep *keepers
}

// ask runs the selected cases against their providers, as Config.Live says.
// Recordings are neither used nor touched, and kept replies not used: who asks
// wants to know what the model says now. Every reply within its accepted
// statuses is kept below Live.Folder, on the disk before anything uses it, so
// that an apply of the same question files it and does not pay again. When
// none can be kept, nothing is sent.
func (p *Project) ask(ctx context.Context, mode result.Mode, c run.Config) (*Report, error) {
	c.Books = p.newBooks()
	stack := liveStack{books: c.Books}
	if folder := p.config.Live.Folder; folder != nil {
		replies := p.openReplies(folder)
		if err := replies.Ready(); err != nil {
			return nil, err
		}
		defer replies.Close()
		stack.keep = &keepers{replies: replies, all: map[string]*fixture.Keeper{}}
		c.Recorder = stack.keep
	}
	c.Clients = p.liveClients(stack)
	p.openBalances(ctx, c.Books)
	return p.execute(ctx, mode, c)
}

// liveClients ask the providers. From below: the socket; the redactor, which
// gives whole replies; the journal; the gate with rate, budget and retries.
func (p *Project) liveClients(s liveStack) map[string]*provider.Client {
	out := map[string]*provider.Client{}
	for _, source := range p.suites.Config.Providers {
		client := p.wiredClient(source)
		if s.journal != nil {
			client.Transport = s.journal.Transport(client.Transport, provider.NotSent)
		}
		client.Transport = run.NewGate(client.Transport, run.GateOptions{
			Kind: client.Kind, Provider: p.limits(client.Config), Books: s.books, Account: p.account(source), Slots: p.slots(client.Config),
			RetryUnknown: p.config.Live.Retry, Drain: p.config.Drain, Now: p.config.Now,
		})
		switch {
		case s.record != nil:
			client.Transport = s.record(p.plan.Provider(source.Name), client.Transport)
		case s.keep != nil:
			client.Transport = s.keep.keeper(source.Name, client.Transport, p.config.Now)
		}
		out[source.Name] = client
	}
	return out
}

// wiredClient asks a provider with nothing between client and socket but the redactor.
func (p *Project) wiredClient(source *suite.Provider) *provider.Client {
	live := p.config.Live
	bound := p.plan.Provider(source.Name)
	send := live.Transport
	if send == nil {
		send = provider.NewHTTPTransport(p.slots(bound.Config))
	}
	if isLoopback(live.BaseURL) {
		send = addressed{next: send}
	}
	send = unanswered{next: provider.Wire(send, p.secrets.redactor, 0)}
	return &provider.Client{
		Kind: bound.Kind, Config: bound.Config, Transport: send, Direct: send,
		Key:      p.secrets.key(source, bound.Kind, bound.Config.BaseURL, live),
		Redactor: p.secrets.redactor, Now: p.config.Now,
	}
}

// limits gives the provider's limits. A server on loopback that stands in for it
// is not the one that allows so many requests a minute.
func (p *Project) limits(c provider.Config) provider.Config {
	if isLoopback(p.config.Live.BaseURL) {
		c.Rate = provider.Rate{}
	}
	return c
}

// slots gives how many requests to a provider may be under way at once.
func (p *Project) slots(c provider.Config) int {
	if p.config.Concurrency > 0 {
		return p.config.Concurrency
	}
	return c.Concurrency
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
func (p *Project) openBalances(ctx context.Context, books *run.Books) {
	inUse, asked := p.providersInUse(), map[string]bool{}
	for _, source := range p.suites.Config.Providers {
		account := p.account(source)
		if !inUse[source.Name] || asked[account] {
			continue
		}
		asked[account] = true
		if balance, ok := p.wiredClient(source).Balance(ctx); ok {
			books.Ledger(account).Open(balance)
		}
	}
}

// account names what a provider's calls are paid from by the first provider
// that asks the same server with the same key.
func (p *Project) account(source *suite.Provider) string {
	for _, other := range p.suites.Config.Providers {
		same := p.secrets.keys[other.Name] == p.secrets.keys[source.Name] &&
			p.plan.Provider(other.Name).Config.BaseURL == p.plan.Provider(source.Name).Config.BaseURL
		if same {
			return other.Name
		}
	}
	return source.Name
}

func (p *Project) newBooks() *run.Books {
	live := p.config.Live
	limit := live.MaxCredits
	if limit == nil && p.suites.Config.MaxCredits != "" {
		if a, err := credit.ParseAmount(p.suites.Config.MaxCredits); err == nil {
			limit = &a
		}
	}
	return run.NewBooks(credit.NewBudget(limit, live.MaxCalls), p.config.Now)
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
