package run_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/segmind"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/suite"
)

// world is a run with a server that stands in memory.
type world struct {
	suite    string
	provider provider.Config // name, kind and model are filled in
	kinds    map[string]check.Kind
	answer   func(question) (*http.Response, error)
	replay   bool // no gate: as recordings answer
	slots    int
	retry    run.Retry
	budget   *credit.Budget
	opening  *credit.Amount // in the account before the run; nil: not known
	config   run.Config

	mu    sync.Mutex
	asked []question
}

// question is one request as the server sees it.
type question struct {
	n    int // from 1
	at   time.Time
	text string // of the last message
	call *exchange.Call
	ctx  context.Context
}

// outcome is what a run came to.
type outcome struct {
	run.Summary
	events []run.Event
	cases  []*result.Case
	asked  []question
	books  *run.Books
}

func (w *world) plan(t *testing.T) *plan.Plan {
	t.Helper()
	p, ds := suite.Load(suite.Options{FS: fstest.MapFS{"suites/s.yaml": {Data: []byte(w.suite)}}})
	if ds.HasErrors() {
		t.Fatalf("the suite is wrong: %v", ds.Err())
	}
	c := w.provider
	c.Name, c.Kind, c.Model, c.BaseURL = "grok-2", "segmind", "grok-2", "http://model.test/v1"
	w.provider = c
	kinds := w.kinds
	if kinds == nil {
		kinds = check.Default()
	}
	made, ds := plan.Compile(p, plan.Options{
		Providers: map[string]*plan.Provider{"grok-2": {Kind: segmind.Kind(), Config: c}}, Checks: kinds, MockServer: true,
	})
	if ds.HasErrors() {
		t.Fatalf("the plan is wrong: %v", ds.Err())
	}
	return made
}

// run executes the suite. Inside a synctest bubble no time passes.
func (w *world) run(t *testing.T, ctx context.Context) *outcome {
	t.Helper()
	made := w.plan(t)
	out := &outcome{}
	client := &provider.Client{Kind: segmind.Kind(), Config: w.provider, Transport: provider.Wire(w, nil, 0)}
	c := w.config
	if !w.replay {
		out.books = run.NewBooks(w.budget, time.Now)
		if w.opening != nil {
			out.books.Ledger("grok-2").Open(*w.opening)
		}
		client.Transport = run.NewGate(client.Transport, run.GateOptions{
			Kind: client.Kind, Provider: w.provider, Account: "grok-2", Books: out.books, Slots: w.slots,
			RetryUnknown: w.retry, Drain: c.Drain, Now: time.Now,
		})
		c.Books = out.books
	}
	c.Clients = map[string]*provider.Client{"grok-2": client}
	if c.Concurrency == 0 {
		c.Concurrency = 1
	}
	emit := c.Emit
	c.Emit = func(e run.Event) error {
		out.events = append(out.events, e)
		if ended, ok := e.(run.CaseEnded); ok {
			out.cases = append(out.cases, ended.Case)
		}
		if emit != nil {
			return emit(e)
		}
		return nil
	}
	summary, err := run.Run(ctx, made, c)
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	out.Summary, out.asked = summary, w.asked
	return out
}

// RoundTrip is the server.
func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	q := question{call: exchange.FromContext(req.Context()), at: time.Now(), ctx: req.Context(), text: lastText(body)}
	w.mu.Lock()
	q.n = len(w.asked) + 1
	w.asked = append(w.asked, q)
	w.mu.Unlock()
	if w.answer == nil {
		return says("reply"), nil
	}
	return w.answer(q)
}

func (w *world) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

func lastText(body []byte) string {
	messages, _ := exchange.Pick(body, "messages")
	if messages == nil {
		return ""
	}
	list, _ := exchange.Elements(messages[0])
	content, _ := exchange.Pick(list[len(list)-1], "content")
	text, _ := exchange.Text(content[0])
	return text
}

// says is a reply with header fields: name, value, name, value.
func says(text string, header ...string) *http.Response {
	return answers(200, `{"choices":[{"message":{"role":"assistant","content":`+strconv.Quote(text)+`}}],"usage":{"total_tokens":7}}`, header...)
}

func answers(status int, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(bytes.NewReader([]byte(body)))}
}

func fails(status int) *http.Response { return answers(status, `{"error":"no"}`) }

// The ways in which there is no reply at all.
var (
	errRefused error = &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	errLost    error = io.ErrUnexpectedEOF
)

// exit gives the exit code that the run would end with.
func (o *outcome) exit() int {
	var tally result.Tally
	for _, c := range o.cases {
		tally.Add(c)
	}
	head := result.Run{Interrupted: o.Interrupted, Sum: tally.Sum()}
	for _, d := range o.Problems {
		head.Problems = append(head.Problems, run.ProblemOf(d))
	}
	return result.ExitOf(head, result.Strictness{})
}

// problems gives the codes of the problems in cases, in order.
func (o *outcome) problems() []diag.Code {
	var out []diag.Code
	for _, c := range o.cases {
		if c.Problem != nil {
			out = append(out, diag.Code(c.Problem.Code))
		}
		for _, s := range c.Samples {
			for _, t := range s.Turns {
				if t.Problem != nil {
					out = append(out, diag.Code(t.Problem.Code))
				}
			}
		}
	}
	return out
}

// turns gives what became of the turns of a case's first sample.
func (o *outcome) turns(i int) []result.Turn { return o.cases[i].Samples[0].Turns }

// amount reads a decimal.
func amount(t *testing.T, text string) credit.Amount {
	t.Helper()
	a, err := credit.ParseAmount(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var errTest = errors.New("as the test says")

// clients asks the server without a gate.
func (w *world) clients() map[string]*provider.Client {
	return map[string]*provider.Client{"grok-2": {Kind: segmind.Kind(), Config: w.provider, Transport: provider.Wire(w, nil, 0)}}
}

// runFrom executes the suite with so much in the account at first.
func (w *world) runFrom(t *testing.T, balance string) *outcome {
	t.Helper()
	w.opening = new(amount(t, balance))
	return w.run(t, t.Context())
}
