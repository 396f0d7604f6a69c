package harness

import (
	"context"
	"errors"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/fixture"
)

// State is the recordings of a project, opened for writing. Who opens it holds
// the project's lock.
type State struct {
	project *Project
	folder  fixture.Folder
	store   *fixture.Store
	replies *fixture.Replies
}

// OpenState opens the recordings for writing.
func (p *Project) OpenState(folder fixture.Folder) *State {
	replies := p.openReplies(folder)
	return &State{
		project: p, folder: folder, replies: replies,
		store: fixture.Open(fixture.Options{
			Folder: folder, Dir: p.suites.Config.FixturesDir,
			Redactor: p.secrets.redactor, InUse: p.inUse(), Moves: p.moves(), Replies: replies,
		}),
	}
}

// Close takes away the shared texts that no recording names any more.
func (s *State) Close(ctx context.Context) error {
	s.replies.Close()
	return s.store.Sweep(ctx)
}

// Remove removes recordings: whole files, or those of their turns that Held
// has. The replies are kept below .assay/replies, so that whoever asks the same
// again has them free of charge. A file that can't be read is removed as it is.
func (s *State) Remove(h *Held) error {
	file := fixture.File{Address: h.Address, Path: h.Path}
	if h.From != nil {
		file.Address = *h.From
	}
	if h.Broken != nil {
		return s.store.RemoveFile(file)
	}
	stored, err := s.store.Read(file)
	if err != nil {
		return err
	}
	gone := map[address.Address]bool{}
	for _, t := range h.Turns {
		if t.Exchange != nil {
			gone[t.Exchange.Address] = true
		}
	}
	rest := &fixture.Case{Address: stored.Address, Path: stored.Path}
	for _, e := range stored.Exchanges {
		if !gone[e.Address] {
			rest.Exchanges = append(rest.Exchanges, e)
		}
	}
	if len(rest.Exchanges) == 0 {
		return s.store.Remove(file.Address)
	}
	return s.store.Save(rest)
}

// Rename moves the file of a case instance to another address. It asks nothing
// and changes nothing else.
func (s *State) Rename(m Move) error {
	return s.store.Rename(fixture.File{Address: m.From, Path: s.store.Path(m.From)}, m.To)
}

// Taken gives the first of the moves whose target is recorded, or is the
// target of another.
func (s *State) Taken(moves []Move) (Move, bool) {
	targets := map[address.Address]bool{}
	for _, m := range moves {
		if targets[m.To] || s.store.Has(m.To) {
			return m, true
		}
		targets[m.To] = true
	}
	return Move{}, false
}

// Left gives what earlier commands left in the journal: replies that are in no
// recording, and questions whose outcome nobody knows.
func (p *Project) Left(folder fixture.Folder) ([]fixture.Left, []fixture.Unknown, error) {
	journal, _, err := fixture.OpenJournal(folder, journalDir, p.config.Now)
	if err != nil {
		return nil, nil, err
	}
	left, unknown := journal.Left(), journal.Unknown()
	return left, unknown, journal.Close()
}

// Forget drops questions whose outcome is unknown: somebody has looked at them.
func (p *Project) Forget(folder fixture.Folder, unknown []fixture.Unknown) error {
	journal, _, err := fixture.OpenJournal(folder, journalDir, p.config.Now)
	if err != nil {
		return err
	}
	journal.Forget(unknown...)
	return journal.Close()
}

// Recover files the replies that are left in the journal, where the suites
// still ask their questions, and keeps the others for whoever asks them. It
// sends nothing. filed are the turns that were recorded.
func (p *Project) Recover(ctx context.Context, rec Recording, left []fixture.Left) (filed []address.Address, err error) {
	if err := p.Tidy(rec); err != nil {
		return nil, err
	}
	wanted := map[address.Address]bool{}
	for _, l := range left {
		wanted[l.Address] = true
	}
	offline := *p
	offline.config.Live = &Live{Transport: unapproved{}, Env: func(string) string { return "" }}
	offline.replies = p.openReplies(rec.Folder)
	s, err := offline.Survey(ctx)
	if err != nil {
		return nil, err
	}
	if s.Broken.HasErrors() {
		return nil, s.Broken.Err()
	}
	only := &Survey{}
	for _, c := range s.Changes {
		if c.State == fixture.Kept && wanted[c.Address] {
			only.Changes = append(only.Changes, c)
			filed = append(filed, c.Address)
		}
	}
	if len(filed) == 0 {
		return nil, nil
	}
	_, err = offline.Apply(ctx, only, rec)
	return filed, errors.Join(err, ctx.Err())
}
