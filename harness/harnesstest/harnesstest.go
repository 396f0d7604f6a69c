// Package harnesstest runs suites as Go subtests, so that prompts are tested
// where the code that uses them is:
//
//	func TestSuites(t *testing.T) {
//		harnesstest.Run(t, harness.Config{FS: os.DirFS("..")})
//	}
//
// A case is a subtest below its suite's: TestSuites/jokes/changes_topic["dogs"].
// go test's own flags choose and show: -run, -v, -parallel, -json. This package
// registers none, reads no environment and writes nothing: what should be
// recorded is recorded with `assay apply`.
package harnesstest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/report"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/verdict"
)

// Run runs the suites that the Config selects, a subtest a case. It replays
// their recordings and sends nothing, unless the Config's Live says otherwise.
// When it returns, all cases have ended.
//
// A fault of the suites ends t with all diagnostics; a case that fails is
// reported with the page that `assay test` would show; skipped cases and known
// failures are skipped subtests. Only the cases that -run selects are run: the
// others are not asked, and cost nothing. Config.Record must be nil.
func Run(t *testing.T, c harness.Config) {
	t.Helper()
	if c.Record != nil {
		t.Fatal("harnesstest.Run writes no run record: leave Config.Record nil, or use harness.Run")
	}
	p, ds := harness.Load(c)
	if ds.HasErrors() {
		t.Fatal(pages(p, ds))
	}
	if len(ds) > 0 {
		t.Log(pages(p, ds))
	}
	var left budget
	for _, s := range suitesOf(t, p) {
		if c.FailFast && t.Failed() {
			return
		}
		if !left.load(t, &p, c) {
			return
		}
		// t's own context: a suite's subtests go on when its function has returned.
		t.Run(s.name, func(st *testing.T) { s.run(t.Context(), st, p, c) })
		s.end(t)
		left.add(s.ran)
	}
}

// pages shows diagnostics as the command line does.
func pages(p *harness.Project, ds diag.Diagnostics) string {
	source := func(string) []byte { return nil }
	if p != nil {
		source = p.Source
	}
	var b strings.Builder
	b.WriteByte('\n')
	diag.Write(&b, ds, source, diag.WriterOptions{})
	return strings.TrimRight(b.String(), "\n")
}

// suiteRun is a suite and what is known of its cases.
type suiteRun struct {
	name  string
	mode  result.Mode
	cases []address.Address

	chosen map[address.Address]bool // by -run
	start  sync.Once
	done   chan struct{} // closed when nothing more will come
	ended  map[address.Address]chan *result.Case
	ran    *harness.Report // read after done, as err is
	err    error
}

// suitesOf gives the selected cases by suite, in order.
func suitesOf(t *testing.T, p *harness.Project) []*suiteRun {
	t.Helper()
	var out []*suiteRun
	for inst, ds := range p.Plan().Instances() {
		if ds.HasErrors() {
			t.Fatal(pages(p, ds))
		}
		if len(out) == 0 || out[len(out)-1].name != inst.Address.Suite {
			out = append(out, &suiteRun{
				name: inst.Address.Suite, mode: result.Replay, done: make(chan struct{}),
				chosen: map[address.Address]bool{}, ended: map[address.Address]chan *result.Case{},
			})
		}
		s := out[len(out)-1]
		s.cases = append(s.cases, inst.Address)
	}
	return out
}

// run makes the suite's subtests. Those that -run selects say so and pause; the
// first to go on starts one run of them all, so that they share workers, rates
// and budget.
func (s *suiteRun) run(ctx context.Context, t *testing.T, p *harness.Project, c harness.Config) {
	if c.Live != nil {
		s.mode = result.LiveRun
	}
	ambiguity := p.Plan().Ambiguity()
	for _, a := range s.cases {
		t.Run(name(a, ambiguity), func(t *testing.T) {
			s.chosen[a] = true // before t.Parallel subtests go one by one
			s.ended[a] = make(chan *result.Case, 1)
			t.Parallel()
			s.start.Do(func() { go s.execute(ctx, p, c.OnEvent) })
			select {
			case c := <-s.ended[a]:
				s.judge(t, c)
			case <-s.done:
				s.left(t, a)
			}
		})
	}
}

// name names a case within its suite, with its provider where there are several.
func name(a address.Address, ambiguity address.Ambiguity) string {
	return strings.TrimPrefix(a.Display(ambiguity), a.Suite+".")
}

// execute runs the chosen cases and hands each to its subtest.
func (s *suiteRun) execute(ctx context.Context, p *harness.Project, onEvent func(run.Event)) {
	defer close(s.done)
	chosen := p.Only(func(a address.Address) bool { return s.chosen[a] })
	ran, err := chosen.With(harness.Outlet{OnEvent: func(e run.Event) {
		if onEvent != nil {
			onEvent(e)
		}
		ended, ok := e.(run.CaseEnded)
		if !ok {
			return
		}
		if a, err := address.Parse(ended.Case.Address); err == nil && s.ended[a] != nil {
			s.ended[a] <- ended.Case
		}
	}}).Test(ctx)
	s.ran, s.err = ran, err
	if err == nil {
		s.err = problems(ran.Run())
	}
}

// end says what belongs to no case: faults of the run, and what it cost.
func (s *suiteRun) end(t *testing.T) {
	t.Helper()
	if len(s.chosen) == 0 {
		return // -run wants none of this suite
	}
	<-s.done
	if s.err != nil {
		t.Errorf("suite %s: %v", s.name, s.err)
	}
	if s.ran != nil && s.mode == result.LiveRun {
		t.Logf("suite %s: %d requests, %s credits spent", s.name, s.ran.Run().Sum.Requests, s.ran.Run().Sum.Spent)
	}
}

// problems gives the faults that belong to no case.
func problems(r result.Run) error {
	var ds diag.Diagnostics
	for _, p := range r.Problems {
		if !p.Warning {
			ds.Add(diag.Code(p.Code), diag.Range{Filename: p.Place.File}, p.Summary, p.Detail)
		}
	}
	return ds.Err()
}

// left ends a subtest whose case may have ended just before the run did.
func (s *suiteRun) left(t *testing.T, a address.Address) {
	t.Helper()
	select {
	case c := <-s.ended[a]:
		s.judge(t, c)
	default:
		t.Fatal("the case was not run: the run ended before it")
	}
}

// judge ends a subtest as its case ended.
func (s *suiteRun) judge(t *testing.T, c *result.Case) {
	t.Helper()
	text := page(s.mode, c)
	switch c.Verdict {
	case verdict.Skip:
		t.Skip(c.Reason)
	case verdict.Pass:
		if text != "" { // warnings
			t.Log(text)
		}
	default:
		t.Error(text)
	}
}

// page explains a case as `assay test` does.
func page(mode result.Mode, c *result.Case) string {
	var b strings.Builder
	one := result.NewMemory(result.Run{Format: result.Version, Mode: mode}, []*result.Case{c})
	if err := report.Failures(&b, one, report.Options{All: true}); err != nil {
		return err.Error()
	}
	text := strings.TrimRight(b.String(), "\n")
	if text == "" {
		return ""
	}
	return "\n" + text
}
