package harness

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// DriftOptions say how a drift is judged and where it is kept.
type DriftOptions struct {
	Rules drift.Rules
	// Folder is the project's root, for writing: replies are kept below .assay
	// before anything uses them.
	Folder fixture.Folder
	// Save keeps the finished report. What was paid for is forgotten only after
	// that, so it must be on the disk when Save returns; nil keeps it nowhere.
	Save func(report []byte) error
}

// Drift asks again what the survey found, as Config.Live says, and compares:
// conversations go on with their own new replies, as in a live test, and both
// sides are judged by the suites of today. Recordings are left alone. The caller
// holds the project's lock.
func (p *Project) Drift(ctx context.Context, s *DriftSurvey, o DriftOptions) (*drift.Report, error) {
	if p.config.Live == nil {
		return nil, errors.New("harness: a drift asks the providers: Config.Live must say how")
	}
	started := p.config.Now()
	replies := p.openReplies(o.Folder)
	if err := replies.Ready(); err != nil {
		return nil, err
	}
	defer replies.Close()
	journal, err := openDriftJournal(o.Folder, p.config.Now)
	if err != nil {
		return nil, err
	}
	defer journal.close()
	asked, answers, err := p.askAgain(ctx, s, replies, journal)
	if err != nil {
		return nil, err
	}
	out := &drift.Report{
		Format: drift.Version, Assay: p.config.Version, Rules: o.Rules, Choice: s.Choice,
		Started: started.UTC(),
	}
	if err := p.compareDrift(out, s, asked, answers); err != nil {
		return nil, err
	}
	out.Took = p.config.Now().Sub(started)
	if err := p.saveDrift(out, o.Save); err != nil {
		return nil, err
	}
	return out, journal.forget()
}

// askAgain runs the conversations against the providers.
func (p *Project) askAgain(ctx context.Context, s *DriftSurvey, replies *fixture.Replies, journal *driftJournal) (*Report, *answers, error) {
	again := *p
	again.plan = p.plan.Sampled(s.asked)
	again.config.Record, again.config.FailFast = nil, false
	books := again.newBooks()
	keep := &keepers{replies: replies, all: map[string]*fixture.Keeper{}}
	got := &answers{keepers: keep, journal: journal, now: p.config.Now, all: map[string]*drift.Reply{}, unpriced: map[string]*drift.Reply{}}
	clients := again.liveClients(liveStack{
		books: books,
		record: func(bound *plan.Provider, next http.RoundTripper) http.RoundTripper {
			return &listening{answers: got, next: keep.keeper(bound.Config.Name, next, p.config.Now), cost: costOf(bound)}
		},
	})
	again.openBalances(ctx, books)
	report, err := again.execute(ctx, result.LiveRun, run.Config{Clients: clients, Books: books, Recorder: got, AskAll: true})
	return report, got, err
}

// compareDrift puts both sides beside each other.
func (p *Project) compareDrift(out *drift.Report, s *DriftSurvey, asked *Report, got *answers) error {
	live := map[string]*result.Case{}
	for c, err := range asked.Cases() {
		if err != nil {
			return err
		}
		live[c.Address] = c
	}
	left := map[string]drift.Case{}
	for _, c := range s.NotAsked {
		left[c.Address] = c
	}
	var pairs []drift.Pair
	for _, recorded := range s.recorded {
		now := live[recorded.Address]
		if c, ok := left[recorded.Address]; ok {
			out.Cases = append(out.Cases, c)
		}
		if now == nil {
			continue // not chosen, or left out
		}
		pair := drift.Pair{Recorded: recorded, Live: now, Followed: got.followed(s.keys), Replies: got.of(now)}
		pairs = append(pairs, pair)
		out.Cases = append(out.Cases, drift.Compare(pair, out.Rules))
	}
	drift.Judge(out.Cases, out.Rules)
	out.AddUp(pairs)
	head := asked.Run()
	out.Interrupted, out.Problems, out.Balance, out.Notes = head.Interrupted, head.Problems, head.Balance, head.Notes
	out.Blame(head.Sum.Codes)
	return nil
}

// saveDrift writes the report, unless a secret is found in it: the last gate.
func (p *Project) saveDrift(r *drift.Report, save func([]byte) error) error {
	if save == nil {
		return nil
	}
	var b bytes.Buffer
	if err := drift.Write(&b, r); err != nil {
		return err
	}
	if name, found := p.secrets.redactor.Finds(b.Bytes()); found {
		return diag.NewError(diag.SecretLeak, "the drift report would hold the secret "+name, "It is not written.")
	}
	return save(b.Bytes())
}
