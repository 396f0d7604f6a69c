package run

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/suite"
	"github.com/assay-harness/assay/harness/verdict"
)

// finish gives a case its costs, its last checks, its verdict and its record,
// and has it recorded. A panic is the case's error: the others still end.
func (r *runner) finish(c *caseRun) {
	defer func() {
		if v := recover(); v != nil {
			c.result = broken(c.instance, r.internal(c.instance.Address, v, debug.Stack()))
		}
	}()
	costs := r.Books.take(c.calls())
	for _, s := range c.samples {
		for _, t := range s.turns {
			t.price(costs)
			t.settle()
		}
	}
	c.result = r.record(c)
	if r.Recorder != nil && c.instance.Skip == "" {
		if err := r.Recorder.Finish(c.instance, costs); err != nil {
			r.fail(diag.FromError(diag.CannotRecord, err))
		}
	}
	if r.FailFast && c.result.Verdict > verdict.Pass {
		r.halt(failedFast)
	}
}

// broken is the record of a case that could not be finished.
func broken(i *plan.Instance, d diag.Diagnostic) result.Case {
	out := caseRecord(i)
	out.Verdict, out.Problem = verdict.Error, problem(d)
	return out
}

// price notes what a live call cost.
func (t *turnRun) price(costs Costs) {
	if t.reply == nil || t.call == nil || t.call.Settle == "" {
		return
	}
	cost, ok := costs[t.call.Settle]
	if !ok {
		return
	}
	t.reply.Credits, t.reply.Unsure = cost.Credits, cost.Unsure
}

// lateScope is the turn's scope with the cost known.
func (t *turnRun) lateScope() *expr.Scope {
	return expr.NewScope(t.scope, expr.Roots{"self": check.SelfValue(t.reply)})
}

// record builds the case's record from how its samples went.
func (r *runner) record(c *caseRun) result.Case {
	i := c.instance
	out := caseRecord(i)
	if i.Skip != "" {
		return out
	}
	for _, s := range c.samples {
		out.Samples = append(out.Samples, r.sample(c, s))
	}
	judgeCase(&out, i.Case.Source)
	out.AddUp()
	return out
}

// caseRecord is what the record says of a case before it is judged.
func caseRecord(i *plan.Instance) result.Case {
	return result.Case{
		Address: i.Address.String(), Display: i.Address.Display(i.Ambiguity),
		Suite: i.Address.Suite, Name: i.Address.CaseName(), Provider: i.Address.Provider,
		Tags: i.Case.Source.Tags, Place: place(i.Case.Source.Range),
		Pass: min(i.Case.Source.Pass, len(i.Samples)), Reason: i.Skip,
	}
}

// judgeCase gives a case the verdict of its samples.
func judgeCase(c *result.Case, source *suite.Case) {
	passed, worst := 0, verdict.Skip
	unjudged := false
	for _, s := range c.Samples {
		if s.Verdict == verdict.Pass {
			passed++
		}
		unjudged = unjudged || s.Verdict == verdict.Skip
		worst = max(worst, s.Verdict)
	}
	c.Flaky = passed > 0 && passed < len(c.Samples) && worst > verdict.Pass
	switch {
	case passed >= c.Pass:
		c.Verdict = verdict.Pass
	case unjudged && worst <= verdict.Pass:
		c.Verdict, c.Reason = verdict.Skip, whySkipped(c)
	default:
		c.Verdict = worst
	}
	if source.KnownFailure == "" {
		return
	}
	switch c.Verdict {
	case verdict.Fail:
		c.Verdict, c.KnownFailure, c.Reason = verdict.Skip, true, source.KnownFailure
	case verdict.Pass:
		c.Verdict = verdict.Fail
		c.Reason = fmt.Sprintf("it passes now, but known_failure says %q: delete known_failure", source.KnownFailure)
	}
}

// whySkipped gives the reason of the first turn that was not asked.
func whySkipped(c *result.Case) string {
	for _, s := range c.Samples {
		for _, t := range s.Turns {
			if t.Reason != "" {
				return t.Reason
			}
		}
	}
	return ""
}

func (r *runner) sample(c *caseRun, s *sampleRun) result.Sample {
	out := result.Sample{Number: s.number, Verdict: s.verdict()}
	for _, t := range s.turns {
		out.Turns = append(out.Turns, r.turnRecord(t))
	}
	if s.stack != "" && len(out.Turns) == 0 {
		out.Turns = []result.Turn{{Number: 1, Verdict: verdict.Error, Problem: &result.Problem{Code: string(diag.Internal), Summary: "internal error", Detail: s.stack}}}
	}
	if out.Verdict != verdict.Skip {
		for _, total := range totals(c.instance.Case.Source.Total, s) {
			total.Source = r.line(total.Place)
			out.Total = append(out.Total, total)
			out.Verdict = max(out.Verdict, total.Verdict)
		}
	}
	return out
}

func (r *runner) turnRecord(t *turnRun) result.Turn {
	out := result.Turn{
		Number: t.ask.Number, Name: t.ask.Turn.Source.Name,
		Address: t.ask.Address.String(), Display: t.ask.Display,
		Place: place(t.ask.Turn.Source.Range), Verdict: t.verdict, Reason: t.skipped,
	}
	for _, m := range t.ask.Adds {
		out.Sent = append(out.Sent, result.Message{Role: m.Role, Text: m.Content()})
	}
	if t.problem != nil {
		out.Problem = problem(*t.problem)
	}
	if t.call != nil {
		out.Requests = t.call.Attempts
	}
	if t.reply != nil {
		replyRecord(&out, t)
	}
	for _, d := range t.captures {
		out.Checks = append(out.Checks, result.Check{
			Name: "capture", Place: place(d.Range), Source: r.line(place(d.Range)),
			Verdict: verdict.Fail, Expected: d.Summary, Reason: d.Detail,
		})
	}
	for i, e := range t.ask.Turn.Expect {
		if i < len(t.checks) {
			out.Checks = append(out.Checks, r.checkRecord(e, t.checks[i]))
		}
	}
	return out
}

func replyRecord(out *result.Turn, t *turnRun) {
	reply := t.reply
	out.Status, out.Text, out.Model, out.Finish = reply.Status, reply.Text, reply.Model, reply.FinishReason
	if reply.Error != nil {
		out.Class, out.Error = string(reply.Error.Class), reply.Error.Message
	}
	if reply.LatencyKnown {
		out.Latency = &reply.Latency
	}
	out.Credits, out.Unsure, out.Spent = reply.Credits, reply.Unsure, t.call.Attempts > 0
	if reply.Tokens != (provider.Tokens{}) {
		out.Tokens = &result.Tokens{Input: reply.Tokens.Input, Output: reply.Tokens.Output}
	}
	if m := t.call.Recorded; m != nil {
		out.Stale = t.call.Stale
		out.Recording = &result.Recording{File: t.call.File, At: m.RecordedAt, Origin: string(m.Origin)}
	}
}

// checkRecord keeps what a reader of the report needs: of a check that passed,
// its name and place.
func (r *runner) checkRecord(e *check.Expectation, got check.Result) result.Check {
	out := result.Check{Name: e.Name, Place: place(e.Range), Verdict: got.Verdict, Warned: got.Warned}
	if got.Verdict > verdict.Pass || got.Warned {
		out.Expected, out.Actual, out.Reason, out.Message = got.Expected, got.Actual, got.Reason, got.Message
		out.Source = r.line(out.Place)
	}
	return out
}

// line gives the source line of a place.
func (r *runner) line(p result.Place) string {
	if r.Source == nil || p.Line == 0 {
		return ""
	}
	rest := string(r.Source(p.File))
	for n := 1; n < p.Line; n++ {
		_, after, ok := strings.Cut(rest, "\n")
		if !ok {
			return ""
		}
		rest = after
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimRight(line, "\r")
}

func place(r diag.Range) result.Place {
	return result.Place{File: r.Filename, Line: r.Start.Line, Column: r.Start.Column, EndLine: r.End.Line, End: r.End.Column}
}

// ProblemOf gives a diagnostic as a record keeps it.
func ProblemOf(d diag.Diagnostic) result.Problem {
	return result.Problem{
		Code: string(d.Code), Summary: d.Summary, Detail: d.Detail,
		Place: place(d.Range), Warning: d.Severity == diag.Warning,
	}
}

func problem(d diag.Diagnostic) *result.Problem {
	p := ProblemOf(d)
	return &p
}

// totals judges the bounds on a whole conversation.
func totals(total suite.Total, s *sampleRun) []result.Check {
	var out []result.Check
	if total.MaxCredits != "" {
		out = append(out, totalCredits(total, s))
	}
	if total.MaxLatency > 0 {
		out = append(out, totalLatency(total, s))
	}
	if total.MaxTokens > 0 {
		out = append(out, totalTokens(total, s))
	}
	return out
}

// bound is a total's verdict: a figure that is not known fails.
func bound(name string, r diag.Range, known bool, within bool, expected, actual string) result.Check {
	c := result.Check{Name: "total." + name, Place: place(r), Verdict: verdict.Pass}
	switch {
	case !known:
		c.Verdict, c.Expected, c.Actual, c.Reason = verdict.Fail, expected, "unknown", "not every reply says it"
	case !within:
		c.Verdict, c.Expected, c.Actual = verdict.Fail, expected, actual
	}
	return c
}

func totalCredits(total suite.Total, s *sampleRun) result.Check {
	limit, _ := credit.ParseAmount(total.MaxCredits)
	var sum credit.Amount
	known := true
	for _, t := range s.turns {
		switch {
		case t.reply == nil:
		case t.reply.Credits == nil:
			known = false
		default:
			sum = sum.Add(*t.reply.Credits)
		}
	}
	return bound("credits", total.CreditsRange, known, sum.Cmp(limit) <= 0,
		"the conversation costs at most "+limit.String()+" credits", sum.String()+" credits")
}

func totalLatency(total suite.Total, s *sampleRun) result.Check {
	known := true
	for _, t := range s.turns {
		known = known && (t.reply == nil || t.reply.LatencyKnown)
	}
	sum := s.latency()
	return bound("latency", total.LatencyRange, known, sum <= total.MaxLatency,
		"the conversation takes at most "+total.MaxLatency.String(), sum.Round(time.Millisecond).String())
}

func totalTokens(total suite.Total, s *sampleRun) result.Check {
	sum, known := 0, true
	for _, t := range s.turns {
		if t.reply == nil {
			continue
		}
		n, ok := tokensOf(t.reply.Tokens)
		sum, known = sum+n, known && ok
	}
	return bound("tokens", total.TokensRange, known, sum <= total.MaxTokens,
		fmt.Sprintf("the conversation takes at most %d tokens", total.MaxTokens), fmt.Sprintf("%d tokens", sum))
}

// tokensOf gives all tokens of a reply; the total may exceed input and output.
func tokensOf(t provider.Tokens) (n int, known bool) {
	switch {
	case t.Total != nil:
		return *t.Total, true
	case t.Input != nil && t.Output != nil:
		return *t.Input + *t.Output, true
	default:
		return 0, false
	}
}
