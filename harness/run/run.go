// Package run executes a plan: workers, limits, retries, captures, drain. It
// knows no modes: whether a socket or a recording answers is the transports'
// affair. Events come from one goroutine, cases in plan order.
package run

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// Config says how a plan is executed.
type Config struct {
	// Clients ask the providers, by name.
	Clients map[string]*provider.Client
	// Books know what live calls cost; nil when nothing is sent.
	Books *Books
	// Recorder keeps what is worth keeping; nil keeps nothing.
	Recorder Recorder
	// Concurrency is how many conversations go on at once, at least 1.
	Concurrency int
	// AskAll asks every turn, whatever expectations say of those before it.
	AskAll bool
	// FailFast starts nothing new after the first case that fails.
	FailFast bool
	// Drain, once closed, lets what is in flight end and starts nothing new.
	Drain <-chan struct{}
	// Source gives a file's bytes, for the line that a failure shows.
	Source func(file string) []byte
	// Emit gets the events, from one goroutine.
	Emit func(Event) error
}

// Recorder keeps replies. Its methods are called by many goroutines, Finish
// once for each case instance, when all its samples have ended and their cost
// is settled.
type Recorder interface {
	// Keep says that the reply to a call is inside the accepted statuses.
	Keep(*exchange.Call) error
	// Reject says that it is not, or that it can't be used.
	Reject(*exchange.Call)
	Finish(i *plan.Instance, costs Costs) error
}

// Summary is what a run has to say besides its cases.
type Summary struct {
	Interrupted bool
	Problems    diag.Diagnostics // faults that belong to no case; what halted the run
}

// window is how many cases may be between the one that is reported next and
// the one that was started last: it bounds the memory that order costs.
const window = 1024

// Run executes the plan. It ends when all cases have been emitted, also when
// ctx is cancelled: then what was in flight is given up.
func Run(ctx context.Context, p *plan.Plan, c Config) (Summary, error) {
	r := &runner{
		Config: c, plan: p,
		halted:   make(chan struct{}),
		slots:    make(chan struct{}, window),
		ready:    make(chan *caseRun, window),
		done:     make(chan *caseRun, window),
		progress: make(chan Event, window),
		fronts:   map[string]*front{},
	}
	return r.run(ctx)
}

type runner struct {
	Config
	plan     *plan.Plan
	slots    chan struct{} // one for each case that is not yet emitted
	ready    chan *caseRun // all samples ended, costs settled
	done     chan *caseRun // judged and recorded
	progress chan Event

	haltOnce sync.Once
	halted   chan struct{} // closed: start nothing new
	reason   string        // why; written before halted is closed
	mu       sync.Mutex
	problems diag.Diagnostics

	frontMu sync.Mutex
	fronts  map[string]*front // by provider
}

// job is one conversation.
type job struct {
	c      *caseRun
	sample int // index into c.samples
}

func (r *runner) run(ctx context.Context) (Summary, error) {
	jobs := make(chan job)
	if r.Books != nil {
		r.Books.watched(func(e Event) { r.progress <- e })
		defer r.Books.watched(nil)
	}
	var workers, judges sync.WaitGroup
	for range max(1, r.Concurrency) {
		workers.Go(func() {
			for j := range jobs {
				r.converse(ctx, j)
			}
		})
	}
	for range r.judges() {
		judges.Go(func() {
			for c := range r.ready {
				r.finish(c)
				r.done <- c
			}
		})
	}
	emitted := make(chan error, 1)
	go func() { emitted <- r.emit() }()

	r.feed(jobs)
	close(jobs)
	workers.Wait()
	r.unpark()
	if r.Books != nil {
		r.Books.Close()
	}
	close(r.ready)
	judges.Wait()
	close(r.done)
	err := <-emitted
	return Summary{Interrupted: r.interrupted(ctx), Problems: r.problems}, err
}

// judges is how many goroutines finish cases. Recording waits for the disk, and
// as many may wait as there are conversations. Else it is work for the CPU, which
// is better left until no conversation has an answer to go on with.
func (r *runner) judges() int {
	if r.Recorder != nil {
		return max(1, r.Concurrency)
	}
	return max(1, min(r.Concurrency, runtime.GOMAXPROCS(0)))
}

// feed starts the conversations in plan order. After an interrupt or a halt it
// goes on handing out cases, which then end at once as skipped.
func (r *runner) feed(jobs chan<- job) {
	number := 0
	for inst, ds := range r.plan.Instances() {
		if ds.HasErrors() {
			r.problem(ds...)
			continue
		}
		r.slots <- struct{}{}
		c := newCaseRun(number, inst)
		number++
		if inst.Skip != "" {
			c.samples = nil // none is started
			r.ready <- c
			continue
		}
		for i := range inst.Samples {
			jobs <- job{c: c, sample: i}
		}
	}
}

// emit passes events on, cases in plan order.
func (r *runner) emit() error {
	var failure error
	send := func(e Event) {
		if failure == nil {
			if failure = r.tell(e); failure != nil {
				r.halt(failure.Error())
			}
		}
	}
	send(Started{Size: r.plan.Size()})
	waiting, next := map[int]*caseRun{}, 0
	for {
		select {
		case e := <-r.progress:
			send(e)
		case c, ok := <-r.done:
			if !ok {
				return failure
			}
			waiting[c.number] = c
			for ; waiting[next] != nil; next++ {
				r.drainProgress(send)
				send(CaseEnded{Case: &waiting[next].result})
				delete(waiting, next)
				<-r.slots
			}
		}
	}
}

// tell gives an event to who listens. A listener that panics ends the run, not
// the process.
func (r *runner) tell(e Event) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = diag.NewError(diag.Internal, fmt.Sprintf("internal error while telling what happened: %v", v), panicked(v, debug.Stack()))
		}
	}()
	return r.Emit(e)
}

// drainProgress passes on the progress that came before a case.
func (r *runner) drainProgress(send func(Event)) {
	for {
		select {
		case e := <-r.progress:
			send(e)
		default:
			return
		}
	}
}

// stopped reports whether nothing new may be started, and why.
func (r *runner) stopped(ctx context.Context) (reason string, stopped bool) {
	if r.interrupted(ctx) {
		return "interrupted", true
	}
	select {
	case <-r.halted:
		return stoppedFor + r.reason, true
	default:
		return "", false
	}
}

func (r *runner) interrupted(ctx context.Context) bool {
	select {
	case <-r.Drain:
		return true
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// halt starts nothing new, for a reason that cases which are not asked are told;
// what is in flight ends.
func (r *runner) halt(reason string) {
	r.haltOnce.Do(func() {
		r.reason = reason
		close(r.halted)
	})
}

// fail halts the run for a fault that belongs to no turn. It is told once,
// however many workers meet it: a full disk is one message, not a thousand.
func (r *runner) fail(d diag.Diagnostic) {
	r.mu.Lock()
	told := func(other diag.Diagnostic) bool { return other.Code == d.Code }
	if !slices.ContainsFunc(r.problems, told) {
		r.problems = append(r.problems, d)
	}
	r.mu.Unlock()
	r.halt(d.Summary)
}

// internal halts the run for a panic, and gives what to say of it.
func (r *runner) internal(where address.Address, v any, stack []byte) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.Internal, Summary: fmt.Sprintf("internal error in %s: %v", where, v),
		Detail: panicked(v, stack), Address: where.String(),
	}
	r.halt(d.Summary)
	return d
}

func (r *runner) problem(ds ...diag.Diagnostic) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, ds...)
}

// caseRun is one case instance under way.
type caseRun struct {
	number   int
	instance *plan.Instance
	samples  []*sampleRun
	result   caseResult

	mu   sync.Mutex
	left int // samples that have not ended
}

func newCaseRun(number int, i *plan.Instance) *caseRun {
	return &caseRun{number: number, instance: i, samples: make([]*sampleRun, len(i.Samples)), left: len(i.Samples)}
}

// ended notes that a sample ended; last is true for the last one.
func (c *caseRun) ended(i int, s *sampleRun) (last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.samples[i] = s
	c.left--
	return c.left == 0
}

// calls gives the names under which the ledger knows the case's calls.
func (c *caseRun) calls() []string {
	var out []string
	for _, s := range c.samples {
		for _, t := range s.turns {
			if t.call != nil && t.call.Settle != "" {
				out = append(out, t.call.Settle)
			}
		}
	}
	return out
}

// sampleRun is one conversation as it went.
type sampleRun struct {
	number int
	turns  []*turnRun
	stack  string // of a panic; "" for none
}

// latency adds up what the turns took, as far as known.
func (s *sampleRun) latency() time.Duration {
	var sum time.Duration
	for _, t := range s.turns {
		if t.reply != nil && t.reply.LatencyKnown {
			sum += t.reply.Latency
		}
	}
	return sum
}

func panicked(v any, stack []byte) string { return fmt.Sprintf("panic: %v\n\n%s", v, stack) }
