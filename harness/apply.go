package harness

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// Recording says where and how apply records.
type Recording struct {
	// Folder is the project's root, for writing.
	Folder fixture.Folder
	// Origin overrides what servers say of their replies; "" for none.
	Origin exchange.Origin
}

// journalDir is where replies are kept until they are in their fixture.
const journalDir = ".assay/journal"

// Applied is what an apply came to.
type Applied struct {
	*Report
	// Unknown are the questions whose outcome nobody knows: they may have been
	// paid for, and are asked again only when the Config says so.
	Unknown []fixture.Unknown
	// Refused are the turns whose reply is no recording: its status is not one
	// that the suite accepts, or it says nothing.
	Refused []address.Address
	// Blocked are the turns that could not be asked after the replies that came.
	Blocked []Change
}

// Apply asks what the survey found to be asked, and records it. Config.Live
// says how. Every reply is in the journal before anything else happens to it;
// what a run before this one left there is recorded first, and not asked again.
// The caller holds the project's lock.
func (p *Project) Apply(ctx context.Context, s *Survey, rec Recording) (*Applied, error) {
	journal, _, err := fixture.OpenJournal(rec.Folder, journalDir, p.config.Now)
	if err != nil {
		return nil, err
	}
	changed := *p
	changed.plan = p.plan.Only(changedInstances(s))
	recorders := recorders{}
	books := p.newBooks()
	replies := p.openReplies(rec.Folder)
	if s.Asks() == 0 {
		changed.config.Live = offline(*p.config.Live)
	}
	clients := changed.liveClients(liveStack{
		books: books, journal: journal, record: changed.recorder(recorders, s, rec, journal, replies),
	})
	if s.Asks() > 0 {
		changed.openBalances(ctx, books)
	} else {
		withoutKeys(clients) // a move asks nothing, and a reply that is kept either
	}
	noted := &noting{recorders: recorders}
	report, err := changed.execute(ctx, result.Apply, run.Config{
		Clients: clients, Books: books, Recorder: noted, AskAll: true,
	})
	out := &Applied{Report: report, Unknown: journal.Unknown(), Refused: noted.inOrder()}
	if err == nil && ctx.Err() == nil {
		out.Blocked, err = changed.blocked(ctx)
	}
	replies.Close()
	return out, errors.Join(err, journal.Close())
}

// Tidy takes out of the journal what is recorded already: a process that was
// killed could not. Its other replies are kept, so that they are found also when
// their question comes back after an edit. The caller holds the project's lock.
func (p *Project) Tidy(rec Recording) error {
	journal, _, err := fixture.OpenJournal(rec.Folder, journalDir, p.config.Now)
	if err != nil {
		return err
	}
	journal.CrossOut(p.store)
	return errors.Join(journal.KeepLeft(p.openReplies(rec.Folder), p.inUse()), journal.Close())
}

// recorders are one Recorder for each provider: they share store and journal,
// and differ in what sends for them.
type recorders map[string]*fixture.Recorder

// recorder gives what makes a provider's recorder, and adds it to the others.
func (p *Project) recorder(all recorders, s *Survey, rec Recording, journal *fixture.Journal, replies *fixture.Replies) func(*plan.Provider, http.RoundTripper) http.RoundTripper {
	store := fixture.Open(fixture.Options{
		Folder: rec.Folder, Dir: p.suites.Config.FixturesDir,
		Redactor: p.secrets.redactor, InUse: p.inUse(), Moves: p.moves(), Replies: replies,
	})
	moves := movesOf(s)
	return func(bound *plan.Provider, next http.RoundTripper) http.RoundTripper {
		r := fixture.NewRecorder(fixture.RecorderOptions{
			Store: store, Next: next, Journal: journal, Now: p.config.Now, Origin: rec.Origin, Moves: moves,
			RetryUnknown: p.config.Live.Retry == run.RetryUnknown,
			Cost:         costOf(bound),
		})
		all[bound.Config.Name] = r
		return r
	}
}

// costOf reads what a reply itself says that it cost.
func costOf(p *plan.Provider) func(address.Address, *exchange.Response) fixture.Cost {
	return func(_ address.Address, r *exchange.Response) fixture.Cost {
		return fixture.Cost{Credits: p.Kind.Bill(p.Config, r).Cost}
	}
}

// blocked gives the turns that the recordings, as they are now, keep from being asked.
func (p *Project) blocked(ctx context.Context) ([]Change, error) {
	fresh := *p
	fresh.store = p.openStore()
	var out []Change
	err := fresh.eachCompared(ctx, func(c compared) { out = append(out, c.blocked...) })
	return out, err
}

// noting are recorders that note what they were not given.
type noting struct {
	recorders
	mu      sync.Mutex
	refused []address.Address
}

// Reject passes on that a reply is no recording, and notes whose.
func (n *noting) Reject(c *exchange.Call) {
	n.recorders.Reject(c)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refused = append(n.refused, c.Address)
}

func (n *noting) inOrder() []address.Address {
	slices.SortFunc(n.refused, func(a, b address.Address) int { return strings.Compare(a.String(), b.String()) })
	return n.refused
}

// Keep passes a reply on to the provider's recorder.
func (r recorders) Keep(c *exchange.Call) error { return r[c.Address.Provider].Keep(c) }

// Reject passes on that a reply is no recording.
func (r recorders) Reject(c *exchange.Call) { r[c.Address.Provider].Reject(c) }

// Finish has a case instance's file written.
func (r recorders) Finish(i *plan.Instance, costs run.Costs) error {
	shape := fixture.Shape{Samples: i.Case.Source.Samples, Turns: i.Case.AskedTurns()}
	return r[i.Address.Provider].Finish(i.Address, settled(costs), shape)
}

// offline gives a Live that sends nothing, whatever happens: nobody approved it.
func offline(live Live) *Live {
	live.Transport = unapproved{}
	return &live
}

// unapproved is a transport that sends nothing.
type unapproved struct{}

// RoundTrip refuses.
func (unapproved) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &exchange.SendError{Err: diag.NewError(diag.NotApproved, "nothing was sent: the reply that was kept for this question is gone",
		"Nothing was to be asked when this began. Look at what there is now with: assay plan")}
}

// withoutKeys takes the keys from clients that will send nothing, so that nobody
// needs one.
func withoutKeys(clients map[string]*provider.Client) {
	for _, c := range clients {
		c.Key = nil
	}
}

func movesOf(s *Survey) map[address.Address]address.Address {
	out := make(map[address.Address]address.Address, len(s.Moves))
	for _, m := range s.Moves {
		out[m.To] = m.From
	}
	return out
}

// changedInstances tells which case instances have something to record.
func changedInstances(s *Survey) func(address.Address) bool {
	set := map[address.Address]bool{}
	for _, c := range s.Changes {
		set[c.Address.Instance()] = true
	}
	for _, m := range s.Moves {
		set[m.To] = true
	}
	return func(a address.Address) bool { return set[a] }
}
