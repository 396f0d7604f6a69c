package harness_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/spec"
)

const panicSuite = `suite: s
cases:
  - name: c
    for_each: '${range(40)}'
    conversation:
      - user: question ${each.key}
        expect: [{contains: answer}]
`

// faulty is a program's own part that panics at its third use.
type faulty struct{ uses atomic.Int32 }

func (f *faulty) use() {
	if f.uses.Add(1) == 3 {
		panic("a fault of one's own")
	}
}

// TestPanicsOfOnesOwn: whatever part of a user's own program panics, a run ends
// with exit 11 and all its cases, and never with the process.
func TestPanicsOfOnesOwn(t *testing.T) {
	tests := map[string]func(*harness.Config, *faulty){
		"transport": func(c *harness.Config, f *faulty) {
			c.Live.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPost { // the balance is asked for before the run
					f.use()
				}
				return instantly{}.RoundTrip(r)
			})
		},
		"build": func(c *harness.Config, f *faulty) {
			changeKind(c, func(k *provider.Kind) {
				build := k.Build
				k.Build = func(p provider.Config, q provider.Question) (*exchange.Request, error) { f.use(); return build(p, q) }
			})
		},
		"parse": func(c *harness.Config, f *faulty) {
			changeKind(c, func(k *provider.Kind) {
				parse := k.Parse
				k.Parse = func(r *exchange.Response) provider.Reply { f.use(); return parse(r) }
			})
		},
		"bill": func(c *harness.Config, f *faulty) {
			changeKind(c, func(k *provider.Kind) {
				bill := k.Bill
				k.Bill = func(p provider.Config, r *exchange.Response) provider.Bill { f.use(); return bill(p, r) }
			})
		},
		"authorize": func(c *harness.Config, f *faulty) {
			changeKind(c, func(k *provider.Kind) {
				k.Balance = nil
				k.Authorize = func(http.Header, string) { f.use() }
			})
		},
		"check": func(c *harness.Config, f *faulty) {
			contains := c.Checks["contains"]
			parse := contains.Parse
			contains.Parse = func(p *check.Parser, n *spec.Node) check.Check {
				inner := parse(p, n)
				return check.CheckFunc(func(s *check.Subject) check.Outcome { f.use(); return inner.Judge(s) })
			}
			c.Checks["contains"] = contains
		},
	}
	for name, spoil := range tests {
		for _, budget := range []bool{false, true} {
			t.Run(fmt.Sprint(name, budget), func(t *testing.T) {
				c := harness.Config{FS: panicProject(t), Checks: harness.DefaultChecks(), Kinds: harness.DefaultKinds(), Concurrency: 8}
				c.Live = &harness.Live{BaseURL: "http://127.0.0.1:1/v1", Env: func(string) string { return "a-key-of-some-length" }}
				if budget {
					limit, _ := credit.ParseAmount("1")
					c.Live.MaxCredits = &limit // without a greatest price one goes at a time
				}
				c.Live.Transport = instantly{}
				spoil(&c, &faulty{})
				report, err := harness.Run(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				sum := report.Run().Sum
				if report.Exit() != diag.ExitInternal || sum.Cases != 40 || sum.Errored != 1 {
					t.Errorf("exit %d, %+v", report.Exit(), sum)
				}
				stack := ""
				for c := range report.Cases() {
					for _, s := range c.Samples {
						for _, turn := range s.Turns {
							if turn.Problem != nil {
								stack += turn.Problem.Detail
							}
						}
					}
				}
				if !strings.Contains(stack, "panic_test.go") {
					t.Errorf("the case does not show where: %.300s", stack)
				}
			})
		}
	}
}

// TestPanicInASurvey comes back to who asked for it, in its own goroutine.
func TestPanicInASurvey(t *testing.T) {
	c := harness.Config{FS: panicProject(t), Kinds: harness.DefaultKinds()}
	f := &faulty{}
	changeKind(&c, func(k *provider.Kind) {
		build := k.Build
		k.Build = func(p provider.Config, q provider.Question) (*exchange.Request, error) { f.use(); return build(p, q) }
	})
	p, ds := harness.Load(c)
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	defer func() {
		if v := recover(); v == nil || !strings.Contains(fmt.Sprint(v), "a fault of one's own") || !strings.Contains(fmt.Sprint(v), "panic_test.go") {
			t.Errorf("got %v", v)
		}
	}()
	_, err := p.Survey(t.Context())
	t.Errorf("the panic did not come back: %v", err)
}

// TestPanicOfAListener ends the run with an error.
func TestPanicOfAListener(t *testing.T) {
	p, ds := harness.Load(harness.Config{FS: jokes})
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	_, err := p.With(harness.Outlet{OnEvent: func(run.Event) { panic("a listener") }}).Test(t.Context())
	if d := diag.FromError(diag.NotServed, err); err == nil || d.Code != diag.Internal || !strings.Contains(d.Detail, "panic_test.go") {
		t.Errorf("got %v", err)
	}
}

func changeKind(c *harness.Config, change func(*provider.Kind)) {
	k := c.Kinds["segmind"]
	change(&k)
	c.Kinds["segmind"] = k
}

func panicProject(t *testing.T) *disk.Folder {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "suites"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "suites", "s.yaml"), []byte(panicSuite), 0o644); err != nil {
		t.Fatal(err)
	}
	folder, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	return folder
}
