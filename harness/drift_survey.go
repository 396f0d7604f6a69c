package harness

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/drift"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// DriftScope says what of the recorded is asked again.
type DriftScope struct {
	// Cases is how many of the recorded cases are asked; 0 means all. Which ones
	// follows from Seed.
	Cases int
	Seed  uint64
	// Samples is how many samples of each case are asked; 0 means those recorded.
	Samples int
}

// DriftSurvey is what a drift would ask again. Making one sends nothing.
type DriftSurvey struct {
	// Cases, Conversations and Questions count what is to be asked.
	Cases, Conversations, Questions int
	// Choice says how the cases were chosen; nil where all are asked.
	Choice *drift.Choice
	// NotAsked are the cases that are left out: skipped, or not recorded.
	NotAsked []drift.Case
	// Blind are cases with several samples, too few for any change of the pass
	// rate to be more than chance.
	Blind []string
	// Broken are recordings that must be mended before anything is asked.
	Broken diag.Diagnostics
	// Estimate is what was paid for the same questions when they were recorded,
	// Bound the most they can cost; nil where a price is not known.
	Estimate, Bound *credit.Amount

	recorded []*result.Case    // all selected cases, judged today
	samples  map[string][]int  // what is asked of each instance
	keys     map[string]string // of the recorded questions, by address
}

// SurveyDrift judges what is recorded with the suites of today, and says what
// asking it again would cost. Nothing is sent.
func (p *Project) SurveyDrift(ctx context.Context, scope DriftScope) (*DriftSurvey, error) {
	seen := &lookedUp{next: fixture.Replay(p.store), calls: map[string]lookUp{}}
	replayed, err := p.silent().execute(ctx, result.Replay, run.Config{Clients: p.replayClients(seen), AskAll: true})
	if err != nil {
		return nil, err
	}
	if err := interruptedBy(ctx, replayed); err != nil {
		return nil, err
	}
	s := &DriftSurvey{samples: map[string][]int{}, keys: map[string]string{}}
	for c, err := range replayed.Cases() {
		if err != nil {
			return nil, err
		}
		s.recorded = append(s.recorded, c)
	}
	s.sort(scope)
	s.choose(scope)
	s.price(p, seen)
	return s, nil
}

// silent gives the project with nobody told of what it runs.
func (p *Project) silent() *Project {
	out := *p
	out.config.Record, out.config.OnEvent, out.config.FailFast = nil, func(run.Event) {}, false
	return &out
}

// interruptedBy gives an error when a run did not see all cases.
func interruptedBy(ctx context.Context, r *Report) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case r.Run().Interrupted:
		return context.Canceled
	default:
		return nil
	}
}

// sort tells what can be asked again from what can't.
func (s *DriftSurvey) sort(scope DriftScope) {
	for _, c := range s.recorded {
		var numbers []int
		for i := range c.Samples {
			if drift.Judged(&c.Samples[i]) {
				numbers = append(numbers, c.Samples[i].Number)
			}
			s.noteBroken(&c.Samples[i])
		}
		if len(numbers) == 0 {
			s.NotAsked = append(s.NotAsked, leftOut(c))
			continue
		}
		if scope.Samples > 0 {
			numbers = numbered(numbers, scope.Samples)
		}
		s.samples[c.Address] = numbers
	}
}

// numbered gives the numbers of so many samples: the recorded ones first, then
// new ones.
func numbered(recorded []int, want int) []int {
	out := slices.Clone(recorded[:min(want, len(recorded))])
	for n := 1; len(out) < want; n++ {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// leftOut says why a case is not asked again.
func leftOut(c *result.Case) drift.Case {
	out := drift.About(c)
	out.State, out.Reason = drift.NotRecorded, "nothing is recorded"
	if len(c.Samples) == 0 {
		out.State, out.Reason = drift.Skipped, c.Reason
	}
	for _, sample := range c.Samples {
		for _, t := range sample.Turns {
			if t.Problem != nil {
				out.Reason, out.Code, out.Detail = t.Problem.Summary, t.Problem.Code, t.Problem.Detail
				return out
			}
		}
	}
	return out
}

// noteBroken collects the recordings that can't be read, each once.
func (s *DriftSurvey) noteBroken(sample *result.Sample) {
	for _, t := range sample.Turns {
		if t.Problem == nil {
			continue
		}
		switch code := diag.Code(t.Problem.Code); code {
		case diag.RecordingConflicted, diag.RecordingDamaged, diag.RecordingNewer, diag.RecordingSecret, diag.RecordingDuplicate:
			d := diag.Diagnostic{Code: code, Summary: t.Problem.Summary, Detail: t.Problem.Detail}
			d.Range.Filename = t.Problem.Place.File
			d.Range.Start = diag.Pos{Line: t.Problem.Place.Line, Column: t.Problem.Place.Column}
			d.Range.End = diag.Pos{Line: t.Problem.Place.EndLine, Column: t.Problem.Place.End}
			same := func(other diag.Diagnostic) bool { return other.Summary == d.Summary }
			if !slices.ContainsFunc(s.Broken, same) {
				s.Broken = append(s.Broken, d)
			}
		}
	}
}

// choose leaves as many cases as are wanted, and counts.
func (s *DriftSurvey) choose(scope DriftScope) {
	var all []string
	for _, c := range s.recorded {
		if s.samples[c.Address] != nil {
			all = append(all, c.Address)
		}
	}
	chosen := all
	if scope.Cases > 0 && scope.Cases < len(all) {
		chosen = drift.Choose(all, scope.Cases, scope.Seed)
		s.Choice = &drift.Choice{Cases: len(chosen), Of: len(all), Seed: scope.Seed}
	}
	keep := map[string]bool{}
	for _, a := range chosen {
		keep[a] = true
	}
	maps.DeleteFunc(s.samples, func(a string, _ []int) bool { return !keep[a] })
	s.Cases = len(chosen)
	for _, c := range s.recorded {
		s.count(c)
	}
}

func (s *DriftSurvey) count(c *result.Case) {
	asked := len(s.samples[c.Address])
	if asked == 0 {
		return
	}
	s.Conversations += asked
	turns, recorded := 0, 0
	for i := range c.Samples {
		if drift.Judged(&c.Samples[i]) {
			recorded++
			turns = max(turns, len(c.Samples[i].Turns))
		}
	}
	s.Questions += asked * turns
	if max(asked, recorded) > 1 && !drift.Detectable(recorded, asked, drift.DefaultRules().FalseAlarms) {
		s.Blind = append(s.Blind, c.Display)
	}
}

// price adds up what the questions cost when they were recorded. The bound of a
// turn after the first is that of its provider: what it asks is not known yet.
func (s *DriftSurvey) price(p *Project, seen *lookedUp) {
	costs := &priceList{}
	for _, l := range seen.calls {
		if l.cost != nil {
			costs.add(recordedCost{l.provider, *l.cost})
		}
	}
	s.Estimate, s.Bound = &credit.Amount{}, &credit.Amount{}
	for _, c := range s.recorded {
		for _, number := range s.samples[c.Address] {
			s.priceSample(p, c, number, seen, costs)
		}
	}
}

func (s *DriftSurvey) priceSample(p *Project, c *result.Case, number int, seen *lookedUp, costs *priceList) {
	for _, t := range turnsLike(c, number) {
		l, recorded := seen.calls[t.Address]
		if recorded {
			s.keys[t.Address] = l.key
		}
		price := p.plan.Provider(c.Provider).Config.Price
		bound := price.MaxCall
		if t.Number == 1 && recorded {
			bound = l.bound
		}
		s.Estimate = plus(s.Estimate, first(l.cost, costs.median(c.Provider), price.Call))
		s.Bound = plus(s.Bound, bound)
	}
}

// turnsLike gives the turns of a sample; of one that is not recorded those of another.
func turnsLike(c *result.Case, number int) []result.Turn {
	for i := range c.Samples {
		if c.Samples[i].Number == number {
			return c.Samples[i].Turns
		}
	}
	turns := slices.Clone(c.Samples[0].Turns)
	for i := range turns {
		turns[i].Address = "" // it has no recording of its own
	}
	return turns
}

// lookedUp notes the calls that a replay looks up.
type lookedUp struct {
	next  http.RoundTripper
	mu    sync.Mutex
	calls map[string]lookUp
}

type lookUp struct {
	provider string
	key      string
	cost     *credit.Amount // when it was recorded
	bound    *credit.Amount
}

// RoundTrip passes a call on, and notes it.
func (l *lookedUp) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	call := exchange.FromContext(req.Context())
	if err != nil || call == nil {
		return resp, err
	}
	found := lookUp{provider: call.Address.Provider, key: call.Key.String(), bound: call.MaxCost}
	if call.Recorded != nil {
		found.cost = call.Recorded.Credits
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[call.Address.String()] = found
	return resp, nil
}

// asked gives the samples to be asked, by instance.
func (s *DriftSurvey) asked(instance address.Address) []int { return s.samples[instance.String()] }
