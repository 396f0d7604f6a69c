package run_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/verdict"
)

// counts gives how many cases ended how.
func (o *outcome) counts() map[verdict.Verdict]int {
	out := map[verdict.Verdict]int{}
	for _, c := range o.cases {
		out[c.Verdict]++
	}
	return out
}

// TestFirstInterrupt finishes what is in flight, and starts nothing new; what
// waits for the rate, for a hold or for a retry is not in flight.
func TestFirstInterrupt(t *testing.T) {
	for _, test := range []struct {
		name     string
		provider provider.Config
		first    func() *http.Response // to all that are in flight
		passed   int
		asked    int
	}{
		{"in flight", provider.Config{}, func() *http.Response { return says("reply") }, 4, 4},
		{"waiting for the rate", provider.Config{Rate: provider.Rate{Count: 1, Per: time.Hour}}, func() *http.Response { return says("reply") }, 1, 1},
		{"waiting to retry", provider.Config{Retries: 5}, func() *http.Response { return fails(503) }, 0, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				drain := make(chan struct{})
				w := &world{suite: fmt.Sprintf(manySuite, 20), provider: test.provider}
				w.config.Concurrency, w.config.Drain = 4, drain
				w.answer = func(question) (*http.Response, error) {
					time.Sleep(time.Minute)
					return test.first(), nil
				}
				start := time.Now()
				time.AfterFunc(30*time.Second, func() { close(drain) })
				out := w.run(t, t.Context())
				if took := time.Since(start); took > time.Minute {
					t.Errorf("it went on for %s, what was in flight took a minute", took)
				}
				if !out.Interrupted || out.exit() != diag.ExitInterrupted {
					t.Errorf("interrupted %t, exit %d", out.Interrupted, out.exit())
				}
				if got := out.counts(); len(out.asked) != test.asked || got[verdict.Pass] != test.passed || len(out.cases) != 20 {
					t.Errorf("%d asked, %v of %d cases", len(out.asked), got, len(out.cases))
				}
				for _, c := range out.cases {
					if c.Verdict == verdict.Skip && c.Reason != "interrupted" {
						t.Errorf("%s was skipped for %q", c.Address, c.Reason)
					}
				}
			})
		})
	}
}

// TestSecondInterrupt gives up what is in flight.
func TestSecondInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := &world{suite: fmt.Sprintf(manySuite, 20)}
		w.config.Concurrency = 4
		w.answer = func(q question) (*http.Response, error) {
			<-q.ctx.Done()
			return nil, q.ctx.Err()
		}
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		out := w.run(t, ctx)
		if took := time.Since(start); took > time.Second || !out.Interrupted {
			t.Errorf("it went on for %s after the interrupt", took-time.Second)
		}
		if got := out.counts(); got[verdict.Skip] != 20 || len(out.asked) != 4 {
			t.Errorf("%v, %d asked", got, len(out.asked))
		}
		paid := 0
		for _, c := range out.cases {
			if strings.Contains(c.Reason, "may have been paid for") {
				paid++
			}
		}
		if paid != 4 {
			t.Errorf("%d cases say that they may have been paid for, 4 were in flight", paid)
		}
	})
}

func TestFailFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 50), replay: true, answer: func(q question) (*http.Response, error) {
			time.Sleep(time.Second) // enough to judge the case before
			if q.n == 3 {
				return says("something else"), nil
			}
			return says("reply"), nil
		}}
		w.config.FailFast = true
		out := w.run(t, t.Context())
		got := out.counts()
		if got[verdict.Pass] > 3 || got[verdict.Fail] != 1 || len(out.cases) != 50 || out.exit() != 1 {
			t.Errorf("%v of %d cases, exit %d", got, len(out.cases), out.exit())
		}
	})
}

// keeper is a recorder in memory.
type keeper struct {
	mu       sync.Mutex
	kept     []string
	rejected []string
	finished map[string]run.Costs
	fail     error // what Finish gives
}

func (k *keeper) Keep(c *exchange.Call) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = append(k.kept, c.Address.String())
	return nil
}

func (k *keeper) Reject(c *exchange.Call) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rejected = append(k.rejected, c.Address.String())
}

func (k *keeper) Finish(i *plan.Instance, costs run.Costs) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.finished == nil {
		k.finished = map[string]run.Costs{}
	}
	if _, ok := k.finished[i.Address.String()]; ok {
		return errTest
	}
	k.finished[i.Address.String()] = costs
	return k.fail
}

// TestRecorder is told of what is inside the accepted statuses, and of each case
// once, with its costs.
func TestRecorder(t *testing.T) {
	k := &keeper{}
	w := &world{suite: `suite: s
cases:
  - name: c
    samples: 2
    conversation:
      - user: one
        expect: [{contains: nowhere}]
      - user: two
        expect: [{status: 404}]
  - name: down
    conversation:
      - user: down
        expect: [{contains: reply}]
  - name: skipped
    skip: not now
    conversation:
      - user: never
        expect: [{contains: reply}]
`}
	w.answer = func(q question) (*http.Response, error) {
		switch q.text {
		case "one":
			return says("reply", "x-cost", "0.01"), nil
		case "two":
			return fails(404), nil
		}
		return fails(500), nil
	}
	w.config.Recorder, w.config.AskAll = k, true
	out := w.run(t, t.Context())
	slices.Sort(k.kept)
	want := []string{"s.c@grok-2#1.turn[1]", "s.c@grok-2#1.turn[2]", "s.c@grok-2#2.turn[1]", "s.c@grok-2#2.turn[2]"}
	if !slices.Equal(k.kept, want) || !slices.Equal(k.rejected, []string{"s.down@grok-2#1.turn[1]"}) {
		t.Errorf("kept %q, rejected %q", k.kept, k.rejected)
	}
	if len(k.finished) != 2 || len(k.finished["s.c@grok-2"]) != 4 {
		t.Errorf("finished %v", k.finished)
	}
	if len(out.cases) != 3 || out.cases[2].Reason != "not now" {
		t.Errorf("the skipped case: %+v", out.cases[2])
	}
}

// TestRecorderFails ends the run with one message, whoever meets the fault.
func TestRecorderFails(t *testing.T) {
	k := &keeper{fail: diag.NewError(diag.CannotRecord, "the disk is full", "")}
	w := &world{suite: fmt.Sprintf(manySuite, 40)}
	w.config.Recorder, w.config.Concurrency = k, 4
	out := w.run(t, t.Context())
	if len(out.Problems) != 1 || out.Problems[0].Code != diag.CannotRecord || out.exit() != 6 {
		t.Errorf("%d problems, exit %d: %v", len(out.Problems), out.exit(), out.Problems)
	}
	if len(out.cases) != 40 {
		t.Errorf("%d cases were told of", len(out.cases))
	}
}
