package harness

import (
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/run"
)

// leftover is what earlier commands left below .assay: replies that were paid
// for and are in no recording, and questions whose end nobody knows.
type leftover struct {
	journal *fixture.Journal
	replies *fixture.Replies
}

// leftover reads what is there. The journal is only read, and so never closed.
func (p *Project) leftover() (*leftover, error) {
	journal, _, err := fixture.OpenJournal(readOnly{p.config.FS}, journalDir, p.config.Now)
	if err != nil {
		return nil, err
	}
	journal.CrossOut(p.store)
	return &leftover{journal: journal, replies: p.replies}, nil
}

// find gives the reply to a call, if one was paid for, or that nobody knows how
// the call ended.
func (l *leftover) find(c *exchange.Call) (*exchange.Exchange, *fixture.Unknown) {
	if l == nil {
		return nil, nil
	}
	e, unknown := l.journal.Find(c)
	if e == nil {
		e = l.replies.Find(c)
	}
	return e, unknown
}

// lost gives the questions of unknown outcome that a survey does not show: the
// suites ask something else now.
func (l *leftover) lost(p *Project, s *Survey) []fixture.Unknown {
	open := map[address.Address]bool{}
	for _, list := range [][]Change{s.Changes, s.Unsure, s.Blocked} {
		for i := range list {
			c := &list[i]
			// What follows a reply to come may be that very question again.
			open[c.Address] = c.Unknown != nil || c.After != "" || c.State == fixture.Blocked
		}
	}
	var out []fixture.Unknown
	for _, u := range l.journal.Unknown() {
		if !open[u.Address] && p.mayPrune(u.Address.Conversation()) {
			out = append(out, u)
		}
	}
	return out
}

// retriesUnknown reports whether what was sent, and perhaps paid for, is asked again.
func (p *Project) retriesUnknown() bool {
	return p.config.Live != nil && p.config.Live.Retry == run.RetryUnknown
}
