package run

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/verdict"
)

// front is how the live questions to one provider go. It stops a run that more
// questions can't help, with one message: those that came to the same end
// meanwhile say no more.
type front struct {
	provider string
	served   bool           // something came back with a 2xx
	unserved int            // questions in a row that nothing came of
	stopped  provider.Class // what stopped the run; "": nothing did
	reason   string         // in the words that left out cases are told
	parked   []parked       // conversations that met a 404 before anything was served
}

// parked is a conversation that waits to be told whether its 404 is its own
// affair or that of a model that is not there.
type parked struct {
	job    job
	sample *sampleRun
}

const (
	// enoughNotFound is how many questions get a 404, and nothing else gets any
	// answer, before the model is taken to be gone: one may be a suite's own.
	enoughNotFound = 3
	// enoughUnserved is how many questions in a row may come to nothing, all
	// retries included, before the rest is left for another time.
	enoughUnserved = 10
)

func (r *runner) front(name string) *front {
	f := r.fronts[name]
	if f == nil {
		f = &front{provider: name}
		r.fronts[name] = f
	}
	return f
}

// watch looks at the answer to a live question: whether it says that asking on
// is no use.
func (r *runner) watch(t *turnRun) {
	if t.call.Attempts == 0 {
		return
	}
	r.frontMu.Lock()
	f := r.front(t.ask.Address.Provider)
	class := classOf(t)
	var free []parked
	switch {
	case class == "":
		f.unserved = 0
		if t.reply.Status/100 == 2 && !f.served {
			f.served = true
			free, f.parked = f.parked, nil
		}
	case f.stopped != "" && (class == provider.NotFound || class.NotServed()) && !t.reply.Error.Unknown:
		t.leave(f.reason)
	case stopsAll(class, t):
		r.stopFor(f, class, t)
	case class == provider.NotFound:
		t.suspect = !f.served && isOrdinary(t)
	case class.NotServed():
		if f.unserved++; f.unserved >= enoughUnserved && f.stopped == "" {
			r.stopFor(f, class, t)
		}
	default:
		f.unserved = 0
	}
	r.frontMu.Unlock()
	for _, p := range free {
		r.hand(p.job, p.sample)
	}
}

// classOf gives what is wrong with a reply, "" when nothing is that the suite
// does not expect.
func classOf(t *turnRun) provider.Class {
	if t.reply.Error == nil || t.usable() {
		return ""
	}
	return t.reply.Error.Class
}

// stopsAll reports whether one such answer is enough. What a suite says with
// somebody else's key is no word on ours.
func stopsAll(class provider.Class, t *turnRun) bool {
	switch class {
	case provider.Auth, provider.Credits:
		return isOwnKey(t)
	case provider.Retired:
		return true
	default:
		return false
	}
}

// isOwnKey reports whether a question carried the provider's own key.
func isOwnKey(t *turnRun) bool {
	replaced := func(f exchange.Field) bool {
		name := strings.ToLower(f.Name)
		return name == "authorization" || strings.HasSuffix(name, "api-key")
	}
	return t.call.Request.Credential == exchange.Own && !slices.ContainsFunc(t.call.Request.Header, replaced)
}

// isOrdinary reports whether a question went where all others go.
func isOrdinary(t *turnRun) bool {
	o := t.ask.Question.Override
	return o.Method == "" && o.Path == "" && o.Body == nil
}

// stopFor halts the run with the turn's problem as its one message.
func (r *runner) stopFor(f *front, class provider.Class, t *turnRun) {
	d := r.last(class, t)
	f.stopped, f.reason = class, d.Summary
	t.fault(d)
	r.halt(d.Summary)
}

// last is the message of the answer that stopped the run: what and where, and
// what to do.
func (r *runner) last(class provider.Class, t *turnRun) diag.Diagnostic {
	config := r.Clients[t.ask.Address.Provider].Config
	at := strings.TrimRight(config.BaseURL, "/") + t.call.Request.Path
	e := *t.reply.Error
	d := diag.Diagnostic{
		Code: problemCode(&e), Summary: notServed(t.reply), Detail: advice(&e),
		Range: t.ask.Turn.Source.Range, Address: t.ask.Address.String(),
	}
	switch class {
	case provider.NotFound:
		d.Code = diag.ModelRetired
		d.Summary = fmt.Sprintf("there is no model %q at %s: %s", config.Model, at, d.Summary)
		d.Detail = "Nothing but 404 came from there. Check `model` and `base_url` of the provider in assay.yaml (or --base-url); to expect a 404, write `- status: 404`."
	case provider.Auth, provider.Credits, provider.Retired:
	default:
		d.Summary = fmt.Sprintf("nothing came of the last %d questions, of this one: %s", enoughUnserved, d.Summary)
	}
	d.Detail = fmt.Sprintf("Asked: provider %q, model %q, %s. The run was stopped here. %s", config.Name, config.Model, at, d.Detail)
	return d
}

// leave makes a turn one that the stopped run left out: it got the answer that
// stopped the run, once more.
func (t *turnRun) leave(reason string) {
	t.skipped = stoppedFor + reason
	t.problem, t.checks, t.verdict = nil, nil, verdict.Skip
}

// stoppedFor begins what cases are told that a stopped run left out.
const stoppedFor = "the run was stopped: "

// park keeps a conversation back whose 404 may be that of a missing model. With
// the last that is needed for that, the run stops.
func (r *runner) park(j job, s *sampleRun) bool {
	if n := len(s.turns); n == 0 || !s.met404() {
		return false
	}
	r.frontMu.Lock()
	f := r.front(j.c.instance.Address.Provider)
	switch {
	case f.served:
		r.frontMu.Unlock()
		return false
	case f.stopped != "":
		s.suspect().leave(f.reason)
		r.frontMu.Unlock()
		return false
	}
	f.parked = append(f.parked, parked{j, s})
	var free []parked
	if len(f.parked) >= enoughNotFound {
		free = r.missing(f)
	}
	r.frontMu.Unlock()
	for _, p := range free {
		r.hand(p.job, p.sample)
	}
	return true
}

func (s *sampleRun) met404() bool { return s.suspect() != nil }

// suspect gives the turn that met a 404, nil if none did.
func (s *sampleRun) suspect() *turnRun {
	for _, t := range s.turns {
		if t.suspect {
			return t
		}
	}
	return nil
}

// missing stops the run for a model that is not there: the first conversation
// says so, in the plan's order.
func (r *runner) missing(f *front) []parked {
	free := f.parked
	f.parked = nil
	slices.SortFunc(free, func(a, b parked) int {
		return cmp.Or(cmp.Compare(a.job.c.number, b.job.c.number), cmp.Compare(a.job.sample, b.job.sample))
	})
	for i, p := range free {
		t := p.sample.suspect()
		if i == 0 {
			t.checks = nil
			r.stopFor(f, provider.NotFound, t)
		} else {
			t.leave(f.reason)
		}
	}
	return free
}

// unpark hands on who is still kept back when all has been asked. One alone
// speaks for itself; where there are several, every answer was a 404.
func (r *runner) unpark() {
	r.frontMu.Lock()
	var free []parked
	for _, f := range r.fronts {
		if len(f.parked) > 1 {
			free = append(free, r.missing(f)...)
		}
		free = append(free, f.parked...)
		f.parked = nil
	}
	r.frontMu.Unlock()
	for _, p := range free {
		r.hand(p.job, p.sample)
	}
}
