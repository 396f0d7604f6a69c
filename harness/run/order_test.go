package run_test

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/run"
)

const manySuite = `suite: many
cases:
  - name: ask
    for_each: '${range(%d)}'
    conversation:
      - user: ${each.key}
        expect:
          - contains: reply
`

// TestEventsComeInPlanOrder has conversations end in another order than they began.
func TestEventsComeInPlanOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 200
		var inside atomic.Int32
		w := &world{suite: fmt.Sprintf(manySuite, n), answer: func(q question) (*http.Response, error) {
			h := fnv.New32a()
			h.Write([]byte(q.text))
			time.Sleep(time.Duration(h.Sum32()%1000) * time.Millisecond)
			return says("reply"), nil
		}}
		w.config.Concurrency = 16
		w.config.Emit = func(run.Event) error {
			if inside.Add(1) != 1 {
				t.Error("two events at once")
			}
			time.Sleep(time.Microsecond)
			inside.Add(-1)
			return nil
		}
		out := w.run(t, t.Context())
		if started, ok := out.events[0].(run.Started); !ok || started.Size.Conversations != n {
			t.Errorf("the first event is %#v", out.events[0])
		}
		conversations := map[string]bool{}
		next, early := 0, 0
		for _, e := range out.events[1:] {
			switch e := e.(type) {
			case run.ConversationEnded:
				conversations[e.Address.Instance().String()] = true
				if want := fmt.Sprintf(`many.ask["%d"]@grok-2`, next); e.Address.Instance().String() != want {
					early++
				}
			case run.CaseEnded:
				want := fmt.Sprintf(`many.ask["%d"]@grok-2`, next)
				if e.Case.Address != want || !conversations[want] {
					t.Fatalf("event for %s, want %s, whose conversation has ended: %t", e.Case.Address, want, conversations[want])
				}
				next++
			}
		}
		if next != n || early == 0 {
			t.Errorf("%d cases ended, %d conversations out of order", next, early)
		}
	})
}

// TestWindowBoundsWhatIsHeld holds the first reply back: only so many cases are
// begun beyond it, however fast the others are.
func TestWindowBoundsWhatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, window = 1500, 1024
		list := strings.Trim(strings.ReplaceAll(fmt.Sprint(numbers(n)), " ", ", "), "[]")
		first := make(chan struct{})
		w := &world{suite: strings.Replace(manySuite, "'${range(%d)}'", "["+list+"]", 1), replay: true, answer: func(q question) (*http.Response, error) {
			if q.text == "0" {
				<-first
			}
			return says("reply"), nil
		}}
		w.config.Concurrency = 4
		done := make(chan *outcome)
		go func() { done <- w.run(t, t.Context()) }()
		synctest.Wait()
		if got := w.count(); got != window {
			t.Errorf("%d cases were begun while the first was held, want %d", got, window)
		}
		close(first)
		if out := <-done; len(out.cases) != n || out.exit() != 0 {
			t.Errorf("%d cases, exit %d", len(out.cases), out.exit())
		}
	})
}

// TestEmitFailureHalts ends a run whose record can't be written.
func TestEmitFailureHalts(t *testing.T) {
	w := &world{suite: fmt.Sprintf(manySuite, 50), replay: true}
	w.config.Emit = func(e run.Event) error {
		if _, ok := e.(run.CaseEnded); ok {
			return errTest
		}
		return nil
	}
	made := w.plan(t)
	c := w.config
	c.Concurrency = 1
	c.Clients = w.clients()
	if _, err := run.Run(t.Context(), made, c); !errors.Is(err, errTest) {
		t.Errorf("Run: %v, want what Emit said", err)
	}
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
