package run_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/verdict"
)

const oneTurn = `suite: one
cases:
  - name: ask
    conversation:
      - user: hello
        expect:
          - contains: reply
`

const accepts500 = `suite: one
cases:
  - name: ask
    conversation:
      - user: hello
        expect:
          - status: [500, 429]
`

func TestRetriesOnlyWhereItIsSafe(t *testing.T) {
	type answer struct {
		status int // 0: err
		err    error
	}
	refused, lost, ok := answer{err: errRefused}, answer{err: errLost}, answer{status: 200}
	status := func(n int) answer { return answer{status: n} }
	tests := []struct {
		name    string
		suite   string
		retries int
		retry   run.Retry
		answers []answer
		sent    int
		exit    int
	}{
		{"refused, then there", oneTurn, 2, run.RetrySafe, []answer{refused, ok}, 2, 0},
		{"refused for good", oneTurn, 2, run.RetrySafe, []answer{refused, refused, refused, ok}, 3, 7},
		{"429", oneTurn, 2, run.RetrySafe, []answer{status(429), status(429), ok}, 3, 0},
		{"500", oneTurn, 2, run.RetrySafe, []answer{status(500), ok}, 2, 0},
		{"503 too often", oneTurn, 1, run.RetrySafe, []answer{status(503), status(503), ok}, 2, 7},
		{"no retries configured", oneTurn, 0, run.RetrySafe, []answer{status(500), ok}, 1, 7},
		{"lost", oneTurn, 2, run.RetrySafe, []answer{lost, ok}, 1, 7},
		{"refused, then lost", oneTurn, 2, run.RetrySafe, []answer{refused, lost, ok}, 2, 7},
		{"lost, and told to ask again", oneTurn, 2, run.RetryUnknown, []answer{lost, ok}, 2, 0},
		{"404", oneTurn, 2, run.RetrySafe, []answer{status(404), ok}, 1, 7},
		{"400", oneTurn, 2, run.RetrySafe, []answer{status(400), ok}, 1, 7},
		{"an accepted 500", accepts500, 2, run.RetrySafe, []answer{status(500), ok}, 1, 0},
		{"an accepted 429", accepts500, 2, run.RetrySafe, []answer{status(429), ok}, 1, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{suite: test.suite, retry: test.retry, provider: provider.Config{Retries: test.retries}}
				w.answer = func(q question) (*http.Response, error) {
					a := test.answers[q.n-1]
					switch {
					case a.err != nil:
						return nil, a.err
					case a.status == 200:
						return says("reply"), nil
					}
					return fails(a.status), nil
				}
				out := w.run(t, t.Context())
				if len(out.asked) != test.sent || out.exit() != test.exit {
					t.Errorf("%d requests and exit %d, want %d and %d; %v", len(out.asked), out.exit(), test.sent, test.exit, out.problems())
				}
				if got := out.turns(0)[0].Requests; got != test.sent {
					t.Errorf("the record counts %d requests, want %d", got, test.sent)
				}
				if out.cases[0].Flaky {
					t.Error("a retry is not flaky")
				}
			})
		})
	}
}

func TestLostOutcomeIsSaid(t *testing.T) {
	w := &world{suite: oneTurn, answer: func(question) (*http.Response, error) { return nil, errLost }}
	out := w.run(t, t.Context())
	if got := out.problems(); !slices.Equal(got, []diag.Code{diag.OutcomeUnknown}) {
		t.Errorf("problems %v, want %v", got, diag.OutcomeUnknown)
	}
}

// TestHoldIsKeptByAll has one worker told to wait: nobody sends meanwhile, also
// not those that wait for a slot or for the rate.
func TestHoldIsKeptByAll(t *testing.T) {
	for _, test := range []struct {
		name   string
		rate   provider.Rate
		slots  int
		header []string
	}{
		{"Retry-After", provider.Rate{}, 0, []string{"Retry-After", "60"}},
		{"with few slots", provider.Rate{}, 2, []string{"Retry-After", "60"}},
		{"with a rate", provider.Rate{Count: 1, Per: time.Second}, 0, []string{"Retry-After", "60"}},
		{"reset at", provider.Rate{}, 0, []string{"X-Rate-Limit-Reset-At-Utc", "2000-01-01T00:01:00Z"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // its clock starts at 2000-01-01T00:00:00Z
				w := &world{suite: fmt.Sprintf(manySuite, 12), slots: test.slots, provider: provider.Config{Retries: 3, Rate: test.rate}}
				w.config.Concurrency = 4
				start := time.Now()
				w.answer = func(q question) (*http.Response, error) {
					if q.n == 1 {
						time.Sleep(10 * time.Millisecond) // the others are on their way by now
						return answers(429, `{"error":"slow down"}`, test.header...), nil
					}
					time.Sleep(100 * time.Millisecond)
					return says("reply"), nil
				}
				out := w.run(t, t.Context())
				if out.exit() != 0 {
					t.Fatalf("exit %d: %v", out.exit(), out.problems())
				}
				for _, q := range out.asked[1:] {
					if after := q.at.Sub(start); after > 10*time.Millisecond && after < 60*time.Second {
						t.Errorf("request %d was sent %s after the provider asked for a minute", q.n, after)
					}
				}
			})
		})
	}
}

func TestRateAndSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 10), provider: provider.Config{Rate: provider.Rate{Count: 5, Per: time.Minute}}}
		w.config.Concurrency = 4
		out := w.run(t, t.Context())
		for i, q := range out.asked[1:] {
			if gap := q.at.Sub(out.asked[i].at); gap < 12*time.Second-time.Millisecond {
				t.Errorf("%s between requests %d and %d, at least 12 s is the rate", gap, i+1, i+2)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		w := &world{suite: fmt.Sprintf(manySuite, 60), slots: 3, answer: func(question) (*http.Response, error) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(time.Second)
			now.Add(-1)
			return says("reply"), nil
		}}
		w.config.Concurrency = 16
		w.run(t, t.Context())
		if got := most.Load(); got != 3 {
			t.Errorf("%d requests at once, want 3", got)
		}
	})
}

// TestHaltsOnce sends nothing more after an answer that more questions can't change.
func TestHaltsOnce(t *testing.T) {
	tests := []struct {
		status int
		body   string
		code   diag.Code
		exit   int
	}{
		{401, `{"error":"Unauthorized. API key is invalid or may have expired"}`, diag.CallRefused, 7},
		{406, `{"error":"Insufficient credits"}`, diag.AccountEmpty, 8},
		{410, `{"error":"gone"}`, diag.ModelRetired, 7},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.status), func(t *testing.T) {
			w := &world{suite: fmt.Sprintf(manySuite, 30), answer: func(question) (*http.Response, error) {
				return answers(test.status, test.body), nil
			}}
			out := w.run(t, t.Context())
			if len(out.asked) != 1 || out.exit() != test.exit {
				t.Errorf("%d requests, exit %d, want 1 and %d", len(out.asked), out.exit(), test.exit)
			}
			if got := len(out.problems()) + len(out.Problems); got != 1 {
				t.Errorf("%d messages, want 1", got)
			}
			if got := out.problems(); len(got) != 1 || got[0] != test.code {
				t.Errorf("problems %v, want %v", got, test.code)
			}
			for _, c := range out.cases[1:] {
				if c.Verdict != verdict.Skip || c.Reason == "" {
					t.Errorf("%s: %s %q, want it skipped with a reason", c.Address, c.Verdict, c.Reason)
				}
			}
		})
	}
}

// TestMoney is what the gate tells budget and ledger.
func TestMoney(t *testing.T) {
	dear := func(t *testing.T) provider.Price { return provider.Price{MaxCall: new(amount(t, "0.1"))} }
	t.Run("a lost call keeps its hold", func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 2), budget: credit.NewBudget(new(amount(t, "1")), 0), provider: provider.Config{Price: dear(t)}}
		w.answer = func(q question) (*http.Response, error) {
			if q.n == 1 {
				return nil, errLost
			}
			return says("reply", "x-cost", "0.03"), nil
		}
		out := w.run(t, t.Context())
		if spent, held := w.budget.Spent(), w.budget.Held(); spent.String() != "0.03" || held.String() != "0.1" {
			t.Errorf("spent %s and held %s, want 0.03 and 0.1", spent, held)
		}
		if out.exit() != 7 {
			t.Errorf("exit %d, want 7", out.exit())
		}
	})
	t.Run("a lost call without a greatest price holds all", func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 5), budget: credit.NewBudget(new(amount(t, "1")), 0)}
		w.answer = func(question) (*http.Response, error) { return nil, errLost }
		out := w.run(t, t.Context())
		if len(out.asked) != 1 || out.exit() != 8 {
			t.Errorf("%d requests, exit %d: after one that may have cost anything nothing may be sent", len(out.asked), out.exit())
		}
	})
	t.Run("what was not billed is given back", func(t *testing.T) {
		w := &world{suite: oneTurn, budget: credit.NewBudget(new(amount(t, "0.1")), 0), provider: provider.Config{Price: dear(t), Retries: 2}}
		w.answer = func(q question) (*http.Response, error) {
			switch q.n {
			case 1:
				return nil, errRefused
			case 2:
				return fails(500), nil
			}
			return says("reply", "x-cost", "0.04"), nil
		}
		synctest.Test(t, func(t *testing.T) {
			out := w.run(t, t.Context())
			if out.exit() != 0 || w.budget.Spent().String() != "0.04" || !w.budget.Held().IsZero() || w.budget.Calls() != 3 {
				t.Errorf("exit %d, spent %s, held %s, %d calls", out.exit(), w.budget.Spent(), w.budget.Held(), w.budget.Calls())
			}
		})
	})
	t.Run("a shared account's balance is not ours", func(t *testing.T) {
		price := provider.Price{Call: new(amount(t, "0.003")), Shared: true}
		w := &world{suite: fmt.Sprintf(manySuite, 3), provider: provider.Config{Price: price}}
		balances, costs := []string{"9", "5", "4.9"}, []string{"0.003", "0.004", "0.003"}
		w.answer = func(q question) (*http.Response, error) {
			if q.n == 2 { // what the reply says of itself is still the best
				return says("reply", "x-remaining-credits", balances[q.n-1], "x-cost", "0.004"), nil
			}
			return says("reply", "x-remaining-credits", balances[q.n-1]), nil
		}
		out := w.runFrom(t, "10")
		for i, want := range costs {
			if got := out.turns(i)[0]; got.Credits == nil || got.Credits.String() != want || got.Unsure {
				t.Errorf("call %d cost %v (unsure %t), want %s", i+1, got.Credits, got.Unsure, want)
			}
		}
	})
	t.Run("a cap on calls", func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 9), budget: credit.NewBudget(nil, 4)}
		out := w.run(t, t.Context())
		if len(out.asked) != 4 || out.exit() != 8 {
			t.Errorf("%d requests, exit %d, want 4 and 8", len(out.asked), out.exit())
		}
	})
	t.Run("another account's balance is not ours", func(t *testing.T) {
		w := &world{suite: `suite: two
cases:
  - name: ours
    for_each: [a, b]
    conversation:
      - user: ours ${each.key}
        expect: [{contains: reply}]
  - name: theirs
    request: {api_key: somebody-elses-key}
    conversation:
      - user: theirs
        expect: [{contains: reply}]
  - name: ours_again
    conversation:
      - user: ours
        expect: [{contains: reply}]
`}
		balances := []string{"10", "9.5", "700", "9.25"}
		w.answer = func(q question) (*http.Response, error) {
			return says("reply", "x-remaining-credits", balances[q.n-1]), nil
		}
		out := w.run(t, t.Context())
		if notes := out.books.Notes(); strings.Contains(strings.Join(notes, " "), "top-up") {
			t.Errorf("notes of trouble with an account in order: %q", notes)
		}
		if got := out.turns(1)[0]; got.Credits == nil || got.Credits.String() != "0.5" || got.Unsure {
			t.Errorf("the second call cost %v (unsure %t), want 0.5", got.Credits, got.Unsure)
		}
	})
}
