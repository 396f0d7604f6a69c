package cli

import (
	"fmt"
	"strings"
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

	mu       sync.Mutex
	started  time.Time
	total    int
	done     int
	failed   int
	requests int
	spent    credit.Amount
	held     run.Held
	shown    bool
}

// How often progress is shown, and how long a run may take before any is.
const (
	terminalEvery = 200 * time.Millisecond
	plainEvery    = 5 * time.Second
)

func (c *command) newProgress(*harness.Project) *progress {
	p := &progress{c: c, interval: plainEvery, stop: make(chan struct{}), started: c.Now()}
	if c.StderrColumns > 0 {
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
	switch e := e.(type) {
	case run.Started:
		p.total = e.Size.Conversations
	case run.ConversationEnded:
		p.done++
		p.requests += e.Requests
	case run.Held:
		p.held = e
		if p.c.StderrColumns == 0 { // the status line says it on a terminal
			p.c.note("%s", waiting(e))
		}
	case run.CaseEnded:
		if e.Case.Verdict > verdict.Pass { // a conversation that fails need not fail its case
			p.failed++
		}
		if !e.Case.Sum.Spent.IsZero() {
			p.spent = p.spent.Add(e.Case.Sum.Spent)
		}
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
	p.shown = true
	line := p.line()
	if width := p.c.StderrColumns; width > 0 {
		if len(line) >= width {
			line = line[:width-1]
		}
		fmt.Fprintf(p.c.Stderr, "\r%s\x1b[K", line)
		return
	}
	fmt.Fprintln(p.c.Stderr, line)
}

// line says how far the run is.
func (p *progress) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d/%s, %d failed", p.done, counted(p.total, "conversation"), p.failed)
	if p.requests > 0 {
		fmt.Fprintf(&b, ", %s, %s credits", counted(p.requests, "request"), p.spent)
	}
	if p.held.Until.After(p.c.Now()) {
		b.WriteString(", " + waiting(p.held))
	}
	if took := p.c.Now().Sub(p.started); p.done > 0 && p.done < p.total {
		left := time.Duration(float64(took) / float64(p.done) * float64(p.total-p.done))
		fmt.Fprintf(&b, ", about %s left", left.Round(time.Second))
	}
	return b.String()
}

// waiting says until when nothing is sent, and why.
func waiting(h run.Held) string {
	return fmt.Sprintf("waiting until %s UTC: %s", h.Until.UTC().Format(time.TimeOnly), h.Reason)
}

// end takes the status line away.
func (p *progress) end() {
	close(p.stop)
	p.stopped.Wait()
	if p.shown && p.c.StderrColumns > 0 {
		fmt.Fprint(p.c.Stderr, "\r\x1b[K")
	}
}
