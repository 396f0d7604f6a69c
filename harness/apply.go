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
	// Refused are the turns whose reply is no recording: its status is not one
	// that the suite accepts, or it says nothing.
	Refused []address.Address
	// Left is what is still to be asked, blocked or unsure of what the survey
	// listed; nil after an interrupt.
	Left *Survey
	// Recorded, Reused, Moved and Deleted count what was done.
	Recorded, Reused, Moved, Deleted int
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
	out := &Applied{Report: report, Refused: noted.inOrder()}
	replies.Close()
	if err := errors.Join(err, journal.Close()); err != nil || ctx.Err() != nil {
		return out, err
	}
	for _, m := range s.Moves {
		removeEmpty(rec.Folder, p.suites.Config.FixturesDir, p.store.Path(m.From))
	}
	err = p.Prune(ctx, s, rec)
	if err == nil {
		err = out.compare(ctx, &changed, s)
	}
	return out, err
}

// Prune takes away what the survey listed, and the texts that only that needed.
// The caller holds the project's lock.
func (p *Project) Prune(ctx context.Context, s *Survey, rec Recording) error {
	if len(s.Prunes) == 0 {
		return nil
	}
	replies := p.openReplies(rec.Folder)
	defer replies.Close()
	store := p.recordingStore(rec, replies)
	if err := prune(store, rec.Folder, p.suites.Config.FixturesDir, s.Prunes); err != nil {
		return err
	}
	return store.Sweep(ctx)
}

// compare tells what an apply did and what it left, from the recordings as they
// are now.
func (a *Applied) compare(ctx context.Context, p *Project, s *Survey) error {
	fresh := *p
	fresh.config.NoPrune, fresh.replace = true, nil
	fresh.store, fresh.replies = p.openStore(), p.openReplies(readOnly{p.config.FS})
	left, err := fresh.Survey(ctx)
	if err != nil {
		return err
	}
	a.Left, a.Deleted = left, len(s.Prunes)
	changed := changedInstances(s)
	ran := func(c Change) bool { return changed(c.Address.Instance()) }
	left.Unsure = append(left.Unsure, slices.DeleteFunc(slices.Clone(s.Unsure), ran)...)
	left.Blocked = append(left.Blocked, slices.DeleteFunc(slices.Clone(s.Blocked), ran)...)
	still := map[address.Address]bool{}
	for _, m := range left.Moves {
		still[m.To] = true
	}
	for _, m := range s.Moves {
		if !still[m.To] {
			a.Moved++
		}
	}
	clear(still)
	for _, list := range [][]Change{left.Changes, left.Unsure, left.Blocked} {
		for i := range list {
			still[list[i].Address] = true
		}
	}
	for i := range s.Changes {
		switch c := &s.Changes[i]; {
		case still[c.Address]:
		case c.State == fixture.Kept:
			a.Reused++
		default:
			a.Recorded++
		}
	}
	return nil
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
	store := p.recordingStore(rec, replies)
	moves := fixture.NewMoves(movesOf(s))
	return func(bound *plan.Provider, next http.RoundTripper) http.RoundTripper {
		r := fixture.NewRecorder(fixture.RecorderOptions{
			Store: store, Next: next, Journal: journal, Now: p.config.Now, Origin: rec.Origin, Moves: moves,
			Replace:      p.replaces,
			RetryUnknown: p.config.Live.Retry == run.RetryUnknown,
			Cost:         costOf(bound),
		})
		all[bound.Config.Name] = r
		return r
	}
}

// recordingStore makes the store of the project's recordings, for writing.
func (p *Project) recordingStore(rec Recording, replies *fixture.Replies) *fixture.Store {
	return fixture.Open(fixture.Options{
		Folder: rec.Folder, Dir: p.suites.Config.FixturesDir,
		Redactor: p.secrets.redactor, InUse: p.inUse(), Moves: p.moves(), Replies: replies,
	})
}

// costOf reads what a reply itself says that it cost.
func costOf(p *plan.Provider) func(address.Address, *exchange.Response) fixture.Cost {
	return func(_ address.Address, r *exchange.Response) fixture.Cost {
		return fixture.Cost{Credits: p.Kind.Bill(p.Config, r).Cost}
	}
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
	// What is beyond the case's samples and turns goes by the plan, and only then.
	return r[i.Address.Provider].Finish(i.Address, settled(costs), fixture.Shape{})
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
