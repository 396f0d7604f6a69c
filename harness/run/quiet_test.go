package run_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/segmind"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/verdict"
)

// TestPauseAsProviderSays reads every form in which a provider says when to come
// back. A bubble's clock starts at 2000-01-01T00:00:00Z.
func TestPauseAsProviderSays(t *testing.T) {
	const reset = "X-Rate-Limit-Reset-At-Utc"
	tests := []struct {
		header []string
		want   time.Duration
	}{
		{[]string{"Retry-After", "60"}, time.Minute},
		{[]string{"Retry-After", "1.5"}, 1500 * time.Millisecond},
		{[]string{"Retry-After", "Sat, 01 Jan 2000 00:01:00 GMT"}, time.Minute},
		{[]string{"Retry-After-Ms", "2500"}, 2500 * time.Millisecond},
		{[]string{reset, "2000-01-01T00:01:00Z"}, time.Minute},
		{[]string{reset, "2000-01-01T00:01:00.25Z"}, 60250 * time.Millisecond},
		{[]string{reset, "2000-01-01T01:01:00+01:00"}, time.Minute},
		{[]string{reset, "2000-01-01T00:01:00"}, time.Minute},
		{[]string{reset, "2000-01-01T00:01:00.123456"}, 60123456 * time.Microsecond},
		{[]string{reset, "2000-01-01 00:01:00"}, time.Minute},
		{[]string{reset, "2000-01-01 00:01:00 UTC"}, time.Minute},
		{[]string{reset, "2000-01-01 00:01:00+00:00"}, time.Minute},
		{[]string{reset, "2000-01-01 00:01:00 +0000 UTC"}, time.Minute},
		{[]string{reset, `"2000-01-01T00:01:00Z"`}, time.Minute},
		{[]string{reset, "Sat, 01 Jan 2000 00:01:00 GMT"}, time.Minute},
		{[]string{reset, "946684860"}, time.Minute},
		{[]string{reset, "946684860.0"}, time.Minute},
		{[]string{"Retry-After", "5", reset, "2000-01-01T00:01:00Z"}, time.Minute},
		{[]string{reset, "2000-01-01T05:01:00Z", "Date", "Sat, 01 Jan 2000 05:00:00 GMT"}, time.Minute}, // our clock is wrong
		{[]string{reset, "2000-01-03T00:00:00Z"}, 15 * time.Minute},
		{[]string{"Retry-After", "999999999"}, 15 * time.Minute},
		{[]string{"Retry-After", "1e300"}, 15 * time.Minute},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.header, " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				w := &world{suite: oneTurn, provider: provider.Config{Retries: 1}}
				w.answer = func(q question) (*http.Response, error) {
					if q.n == 1 {
						return answers(429, `{"error":"slow down"}`, test.header...), nil
					}
					return says("reply"), nil
				}
				out := w.run(t, t.Context())
				if len(out.asked) != 2 {
					t.Fatalf("%d requests, want 2", len(out.asked))
				}
				if got := out.asked[1].at.Sub(start); got < test.want || got > test.want+time.Second {
					t.Errorf("asked again after %s, want %s", got, test.want)
				}
			})
		})
	}
	for _, garbage := range []string{"", "soon", "-5", "NaN", "+Inf", "1999-12-31T00:00:00Z", "0"} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			w := &world{suite: oneTurn, provider: provider.Config{Retries: 1}}
			w.answer = func(q question) (*http.Response, error) {
				if q.n == 1 {
					return answers(429, `{}`, "Retry-After", garbage, reset, garbage), nil
				}
				return says("reply"), nil
			}
			if out := w.run(t, t.Context()); out.exit() != 0 || out.asked[1].at.Sub(start) > longestOfGarbage(garbage) {
				t.Errorf("%q: exit %d after %s", garbage, out.exit(), time.Since(start))
			}
		})
	}
}

func longestOfGarbage(text string) time.Duration {
	if text == "+Inf" {
		return 15 * time.Minute
	}
	return time.Second
}

// TestHoldIsTold says once until when nothing is sent, and why.
func TestHoldIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 40), provider: provider.Config{Retries: 3}}
		w.config.Concurrency = 8
		w.answer = func(q question) (*http.Response, error) {
			time.Sleep(10 * time.Millisecond)
			if q.n <= 8 {
				return answers(429, `{}`, "X-Rate-Limit-Reset-At-Utc", "2000-01-01T00:01:00Z"), nil
			}
			return says("reply"), nil
		}
		out := w.run(t, t.Context())
		var held []run.Held
		for _, e := range out.events {
			if h, ok := e.(run.Held); ok {
				held = append(held, h)
			}
		}
		if len(held) != 1 || !held[0].Until.Equal(time.Date(2000, 1, 1, 0, 1, 0, 0, time.UTC)) || held[0].Provider != "grok-2" || held[0].Reason != "the provider's rate" {
			t.Errorf("told %+v", held)
		}
	})
}

// TestNarrowProvider lets five requests a minute through and says when to come
// back: everybody is served in the end, whatever the number of retries.
func TestNarrowProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 60), provider: provider.Config{Retries: 1}}
		w.config.Concurrency = 32
		var mu sync.Mutex
		taken := map[time.Time]int{}
		w.answer = func(question) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			window := time.Now().Truncate(time.Minute)
			if taken[window]++; taken[window] > 5 {
				return answers(429, `{}`, "X-Rate-Limit-Reset-At-Utc", window.Add(time.Minute).UTC().Format(time.RFC3339)), nil
			}
			return says("reply"), nil
		}
		out := w.run(t, t.Context())
		if got := out.counts(); got[verdict.Pass] != 60 {
			t.Errorf("%v, %v", got, out.messages())
		}
	})
}

// TestRateIsShared: however many conversations go on at once, the rate is kept.
func TestRateIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 100), provider: provider.Config{Rate: provider.Rate{Count: 50, Per: time.Minute}}}
		w.config.Concurrency = 64
		w.answer = func(question) (*http.Response, error) {
			time.Sleep(9 * time.Second)
			return says("reply"), nil
		}
		out := w.run(t, t.Context())
		if len(out.asked) != 100 {
			t.Fatalf("%d requests", len(out.asked))
		}
		for i, q := range out.asked {
			if i >= 50 && q.at.Sub(out.asked[i-50].at) < time.Minute-time.Millisecond {
				t.Errorf("requests %d to %d were sent within %s", i-50, i, q.at.Sub(out.asked[i-50].at))
			}
		}
	})
}

// TestStormIsWeathered slows down everybody while the provider only fails, and
// nobody when one in a few fails.
func TestStormIsWeathered(t *testing.T) {
	storm := func(t *testing.T, fails func(q question) bool) (*outcome, []time.Time) {
		w := &world{suite: fmt.Sprintf(manySuite, 200), provider: provider.Config{Retries: 4}}
		w.config.Concurrency = 8
		var failed []time.Time
		var mu sync.Mutex
		w.answer = func(q question) (*http.Response, error) {
			time.Sleep(100 * time.Millisecond)
			if !fails(q) {
				return says("reply"), nil
			}
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, q.at)
			return answers(503, `{"error":"down"}`), nil
		}
		return w.run(t, t.Context()), failed
	}
	t.Run("an outage", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			out, failed := storm(t, func(question) bool {
				since := time.Since(start)
				return since > time.Second && since < 20*time.Second
			})
			if got := out.counts(); got[verdict.Pass] != 200 {
				t.Errorf("%v, %v", got, out.messages())
			}
			if len(failed) > 8*6 { // 8 workers with a pause of half a second would come here 300 times
				t.Errorf("%d requests in an outage of 19 s", len(failed))
			}
		})
	})
	t.Run("one in four", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			out, failed := storm(t, func(q question) bool { return q.n%4 == 0 })
			for _, e := range out.events {
				if h, ok := e.(run.Held); ok {
					t.Errorf("all were held: %+v", h)
				}
			}
			if got := out.counts(); got[verdict.Pass] < 195 || len(failed) < 50 { // the same one may be unlucky five times
				t.Errorf("%v, %d failed", got, len(failed))
			}
		})
	})
}

// TestAccountsShareTheHold: what one provider of an account is told, others of
// the account keep; another account does not.
func TestAccountsShareTheHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		books := run.NewBooks(nil, time.Now)
		sent := map[string][]time.Duration{}
		var mu sync.Mutex
		gate := func(name, account string) *run.Gate {
			return run.NewGate(roundTrip(func(*http.Request) (*http.Response, error) {
				mu.Lock()
				defer mu.Unlock()
				sent[name] = append(sent[name], time.Since(start))
				if name == "one" && len(sent[name]) == 1 {
					return answers(429, `{}`, "Retry-After", "60"), nil
				}
				return says("reply"), nil
			}), run.GateOptions{Kind: segmind.Kind(), Provider: provider.Config{Name: name, Retries: 1}, Books: books, Account: account, Now: time.Now})
		}
		var asking sync.WaitGroup
		for i, g := range []*run.Gate{gate("one", "a"), gate("two", "a"), gate("other", "b")} {
			asking.Go(func() {
				time.Sleep(time.Duration(i) * time.Second)
				ask(t, g)
			})
		}
		asking.Wait()
		if got := fmt.Sprint(sent["two"], sent["other"]); got != "[1m0s] [2s]" {
			t.Errorf("sent %v", sent)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func ask(t *testing.T, g http.RoundTripper) {
	ctx := exchange.NewContext(t.Context(), &exchange.Call{Accept: func(status int) bool { return status == 200 }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://model.test/v1/grok-2", http.NoBody)
	if err != nil {
		t.Error(err)
		return
	}
	resp, err := g.RoundTrip(req)
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

// TestInterruptDuringAPause ends the wait; what was only waited for is left out,
// not failed.
func TestInterruptDuringAPause(t *testing.T) {
	for name, answer := range map[string]*http.Response{
		"a hold":   answers(429, `{}`, "Retry-After", "600"),
		"back-off": answers(503, `{}`),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				drain := make(chan struct{})
				w := &world{suite: fmt.Sprintf(manySuite, 20), provider: provider.Config{Retries: 50}}
				w.config.Concurrency, w.config.Drain = 4, drain
				w.answer = func(question) (*http.Response, error) {
					return answers(answer.StatusCode, `{}`, "Retry-After", answer.Header.Get("Retry-After")), nil
				}
				start := time.Now()
				time.AfterFunc(100*time.Millisecond, func() { close(drain) })
				out := w.run(t, t.Context())
				if got := out.counts(); got[verdict.Skip] != 20 || out.exit() != diag.ExitInterrupted || time.Since(start) > time.Second {
					t.Errorf("%v, exit %d after %s", got, out.exit(), time.Since(start))
				}
			})
		})
	}
}

// TestTransportPanics: what a transport held that panicked keeps nobody waiting,
// and its budget stays reserved, for it may have been paid.
func TestTransportPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{suite: fmt.Sprintf(manySuite, 30), budget: credit.NewBudget(new(amount(t, "0.1")), 0), slots: 2}
		w.config.Concurrency = 8
		w.answer = func(q question) (*http.Response, error) {
			time.Sleep(time.Second)
			if q.n == 1 {
				panic("a transport of one's own")
			}
			return says("reply", "x-cost", "0.01"), nil
		}
		out := w.run(t, t.Context()) // without a greatest price everybody waits for the first
		if out.exit() != diag.ExitInternal || len(out.cases) != 30 || len(out.asked) != 1 {
			t.Errorf("exit %d, %d cases, %d requests", out.exit(), len(out.cases), len(out.asked))
		}
		if costs := out.books.Notes(); !strings.Contains(strings.Join(costs, " "), "no known outcome") && len(costs) > 0 {
			t.Errorf("notes %q", costs)
		}
	})
}
