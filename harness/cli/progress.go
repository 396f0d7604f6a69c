package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/verdict"
)

// progress shows how far a run is: one status line on a terminal, a plain line
// every few seconds elsewhere, nothing with --quiet or when it is over at once.
type progress struct {
	c        *command
	interval time.Duration
	stop     chan struct{}
	stopped  sync.WaitGroup

	mu     sync.Mutex
	status status
	said   string    // the last plain line
	saidAt time.Time // when
}

// How often progress is shown, and how long a run may take before any is. What
// did not change is said again after a while: the run is alive.
const (
	terminalEvery = 200 * time.Millisecond
	plainEvery    = 5 * time.Second
	sameAgain     = 30 * time.Second
)

func (c *command) newProgress(project *harness.Project) *progress {
	p := &progress{c: c, interval: plainEvery, stop: make(chan struct{})}
	p.status = status{started: c.Now(), expected: c.expected, rate: project.Rate()}
	if c.screen != nil {
		p.interval = terminalEvery
	}
	if !c.flags.quiet {
		p.stopped.Go(p.tick)
	}
	return p
}

// event counts what happens.
func (p *progress) event(e run.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status.event(e)
	if held, ok := e.(run.Held); ok && p.c.screen == nil { // the status line says it on a terminal
		p.c.note("%s", waiting(held))
	}
}

func (p *progress) tick() {
	t := time.NewTicker(p.interval)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			p.show()
		case <-p.stop:
			return
		}
	}
}

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.c.Now()
	if p.c.screen != nil {
		p.c.screen.status(p.status.line(now, p.c.width()-1))
		return
	}
	line := p.status.line(now, 0)
	if line == p.said && now.Sub(p.saidAt) < sameAgain {
		return
	}
	p.said, p.saidAt = line, now
	fmt.Fprintln(p.c.Stderr, line)
}

// end takes the status line away.
func (p *progress) end() {
	close(p.stop)
	p.stopped.Wait()
	if p.c.screen != nil {
		p.c.screen.clear()
	}
}

// width is the width of the terminal now: people resize it.
func (c *command) width() int {
	if c.StderrWidth != nil {
		if now := c.StderrWidth(); now > 0 {
			return now
		}
	}
	return c.StderrColumns
}

// status is how far a run is.
type status struct {
	started  time.Time
	expected time.Duration // by the plan; 0: not known
	rate     float64       // requests a second that providers allow; 0: no limit

	total, turns int // conversations and questions in all
	done         int // conversations that ended
	failed       int
	requests     int
	spent        credit.Amount
	held         run.Held
}

func (s *status) event(e run.Event) {
	switch e := e.(type) {
	case run.Started:
		s.total, s.turns = e.Size.Conversations, e.Size.Turns
	case run.ConversationEnded:
		s.done++
		s.requests += e.Requests
	case run.Held:
		s.held = e
	case run.CaseEnded:
		if e.Case.Verdict > verdict.Pass { // a conversation that fails need not fail its case
			s.failed++
		}
		if !e.Case.Sum.Spent.IsZero() {
			s.spent = s.spent.Add(e.Case.Sum.Spent)
		}
	}
}

// line says how far the run is, in at most so many columns; 0 is no bound.
func (s *status) line(now time.Time, columns int) string {
	parts := []part{{texts: []string{
		fmt.Sprintf("%d/%s", s.done, counted(s.total, "conversation")), fmt.Sprintf("%d/%d", s.done, s.total),
	}}}
	parts = append(parts, part{rank: 1, texts: []string{fmt.Sprintf("%d failed", s.failed)}})
	if s.requests > 0 {
		parts = append(parts,
			part{rank: dispensable, texts: []string{counted(s.requests, "request")}},
			part{rank: 4, texts: []string{s.spent.String() + " credits"}})
	}
	if s.held.Until.After(now) {
		parts = append(parts, part{rank: 3, texts: []string{waiting(s.held), "waiting until " + clock(s.held.Until)}})
	}
	if left, known := s.left(now); known {
		parts = append(parts, part{rank: 2, texts: []string{"about " + left.String() + " left", left.String() + " left"}})
	}
	return fit(parts, columns)
}

// left estimates how long the run still takes: by what it took so far, by the
// plan where next to nothing is done, and never less than the providers' rates
// and the present pause allow.
func (s *status) left(now time.Time) (time.Duration, bool) {
	open := s.total - s.done
	if open <= 0 {
		return 0, false
	}
	took := now.Sub(s.started)
	var left time.Duration
	switch {
	case s.expected > took && s.done*20 < s.total:
		left = s.expected - took
	case s.done > 0:
		left = time.Duration(float64(took) / float64(s.done) * float64(open))
	}
	if s.rate > 0 {
		requests := float64(s.turns) / float64(s.total) * float64(open)
		if s.done > 0 {
			requests = float64(s.requests) / float64(s.done) * float64(open)
		}
		left = max(left, time.Duration(requests/s.rate*float64(time.Second)))
	}
	left = max(left, s.held.Until.Sub(now)).Round(time.Second)
	return left, left > 0
}

// waiting says until when nothing is sent, and why.
func waiting(h run.Held) string {
	return fmt.Sprintf("waiting until %s: %s", clock(h.Until), h.Reason)
}

func clock(t time.Time) string { return t.UTC().Format(time.TimeOnly) + " UTC" }
