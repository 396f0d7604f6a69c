package run_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/verdict"
)

// messages gives the problems of all cases and of the run, as people read them.
func (o *outcome) messages() []string {
	var out []string
	for _, d := range o.Problems {
		out = append(out, d.Summary)
	}
	for _, c := range o.cases {
		for _, s := range c.Samples {
			for _, t := range s.Turns {
				if t.Problem != nil {
					out = append(out, t.Problem.Summary+"\n"+t.Problem.Detail)
				}
			}
		}
	}
	return out
}

// TestOneMessage ends the run at an answer that more questions can't change,
// however many are in flight, with one message that says what, where and what to do.
func TestOneMessage(t *testing.T) {
	tests := []struct {
		name, body string
		status     int
		code       diag.Code
		exit       int
		says       string
	}{
		{"rejected key", `{"error":"Unauthorized. API key is invalid or may have expired"}`, 401, diag.CallRefused, 7, "api_key"},
		{"rejected key at xAI", `{"code":"Client specified an invalid argument","error":"Incorrect API key provided: ab***"}`, 400, diag.CallRefused, 7, "api_key"},
		{"empty account", `{"error":"Insufficient credits"}`, 406, diag.AccountEmpty, 8, "Top it up"},
		{"empty account at OpenAI", `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","code":"insufficient_quota"}}`, 429, diag.AccountEmpty, 8, "Top it up"},
		{"retired", `{"error":"gone"}`, 410, diag.ModelRetired, 7, "another model"},
		{"mistyped", `{"error":"not found"}`, 404, diag.ModelRetired, 7, "Check `model` and `base_url`"},
		{"down", `{"error":"down"}`, 503, diag.NotServed, 7, "last 10 questions"},
	}
	for _, test := range tests {
		for _, concurrency := range []int{1, 16} {
			t.Run(fmt.Sprint(test.name, concurrency), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := &world{suite: fmt.Sprintf(manySuite, 400), provider: provider.Config{Retries: 1}}
					w.config.Concurrency = concurrency
					w.answer = func(question) (*http.Response, error) {
						time.Sleep(time.Second)
						return answers(test.status, test.body), nil
					}
					out := w.run(t, t.Context())
					most := concurrency + 2
					if test.status == 503 {
						most = 2 * (concurrency + 10)
					}
					if len(out.asked) > most || out.exit() != test.exit || len(out.cases) != 400 {
						t.Errorf("%d requests for %d cases, exit %d; want at most %d, and %d", len(out.asked), len(out.cases), out.exit(), most, test.exit)
					}
					said := out.messages()
					want := 1
					if test.status == 503 {
						want = 10
					}
					if len(said) != want {
						t.Fatalf("%d messages, want %d: %q", len(said), want, said)
					}
					if codes := out.problems(); codes[len(codes)-1] != test.code && codes[0] != test.code {
						t.Errorf("codes %v, want %v", codes, test.code)
					}
					all := strings.Join(said, "\n")
					for _, part := range []string{test.says, `model "grok-2"`, "http://model.test/v1/grok-2"} {
						if !strings.Contains(all, part) {
							t.Errorf("it does not say %q: %s", part, all)
						}
					}
					for _, c := range out.cases {
						if c.Verdict == verdict.Skip && !strings.HasPrefix(c.Reason, "the run was stopped: ") {
							t.Errorf("%s was left out for %q", c.Address, c.Reason)
						}
					}
				})
			})
		}
	}
}

// TestOneRefusalIsItsOwn goes on after an answer that is one question's affair.
func TestOneRefusalIsItsOwn(t *testing.T) {
	refused := map[string]string{
		"a 404 among good answers":   "conversation: [{user: first, expect: [{contains: reply}]}]",
		"a 404 of a path of its own": "request: {path: /nowhere}\n    conversation: [{user: first, expect: [{contains: reply}]}]",
		"a 404 that is expected":     "conversation: [{user: first, expect: [{status: 404}]}]",
		"a 401 of a wrong key":       "request: {api_key: somebody-elses-key}\n    conversation: [{user: first, expect: [{contains: reply}]}]",
		"a 401 of a header":          "request: {headers: {X-Api-Key: somebody-elses}}\n    conversation: [{user: first, expect: [{contains: reply}]}]",
	}
	for name, body := range refused {
		for _, concurrency := range []int{1, 8} {
			t.Run(fmt.Sprint(name, concurrency), func(t *testing.T) {
				w := &world{suite: `suite: s
cases:
  - name: one
    ` + body + `
  - name: rest
    for_each: '${range(30)}'
    conversation: [{user: 'q ${each.key}', expect: [{contains: reply}]}]
`}
				w.config.Concurrency = concurrency
				w.answer = func(q question) (*http.Response, error) {
					switch {
					case q.text != "first":
						return says("reply"), nil
					case strings.Contains(name, "401"):
						return answers(401, `{"error":"Unauthorized. API key is invalid"}`), nil
					}
					return fails(404), nil
				}
				out := w.run(t, t.Context())
				if got := out.counts(); len(out.asked) != 31 || got[verdict.Pass] < 30 || got[verdict.Skip] > 0 {
					t.Errorf("%d requests, %v: one refusal stopped the rest; %v", len(out.asked), got, out.messages())
				}
			})
		}
	}
}

// TestTwoNotFound are fewer than stop a run, and all there is: one message.
func TestTwoNotFound(t *testing.T) {
	w := &world{suite: fmt.Sprintf(manySuite, 2), answer: func(question) (*http.Response, error) { return fails(404), nil }}
	out := w.run(t, t.Context())
	if said := out.messages(); len(said) != 1 || len(out.asked) != 2 || out.exit() != 7 {
		t.Errorf("%d requests, exit %d, %q", len(out.asked), out.exit(), said)
	}
}
