package run

import (
	"fmt"
	"slices"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/verdict"
)

// judge gives the turn its verdict, but for what waits for settlement.
func (t *turnRun) judge() {
	if !t.usable() && t.notJudged() {
		return
	}
	t.checks = make([]check.Result, len(t.ask.Turn.Expect))
	subject := check.Subject{Reply: t.reply, Scope: t.scope}
	for i, e := range t.ask.Turn.Expect {
		if e.Late && t.call.Settle != "" {
			continue
		}
		t.expect(i, e, &subject)
	}
	t.verdict = max(t.verdict, t.floor())
}

// expect judges one expectation. One that panics is a fault of the program, or
// of a check of its user's: the exit code says so, not only the verdict.
func (t *turnRun) expect(i int, e *check.Expectation, subject *check.Subject) {
	got := e.Judge(subject)
	t.checks[i] = got
	t.verdict = max(t.verdict, got.Verdict)
	if got.Stack != "" && t.problem == nil {
		t.fault(diag.Diagnostic{
			Code: diag.Internal, Summary: got.Reason, Detail: got.Stack,
			Range: e.Range, Address: t.ask.Address.String(),
		})
	}
}

// floor is the verdict that the expectations can't lower: a captured value that
// was not there and a status outside the accepted ones are failures.
func (t *turnRun) floor() verdict.Verdict {
	if t.captures.HasErrors() || !t.usable() {
		return verdict.Fail
	}
	return verdict.Pass
}

// notJudged handles a reply that says nothing about the model: the question
// was not served, or it was refused where no suite said how.
func (t *turnRun) notJudged() bool {
	e := t.reply.Error
	if e == nil || !e.Class.NotServed() && t.ask.Turn.StatusWritten && t.reply.Status/100 != 2 {
		return false
	}
	d := diag.Diagnostic{
		Code:    problemCode(e),
		Summary: notServed(t.reply),
		Detail:  advice(e),
		Range:   t.ask.Turn.Source.Range,
		Address: t.ask.Address.String(),
	}
	if t.call.Recorded != nil && t.call.Attempts == 0 {
		// Nothing was asked: the fault is the recording's, or the suite's.
		d.Code = diag.RecordingUnfit
		d.Summary = fmt.Sprintf("the recorded reply is an error that nothing expects: %d (%s): %s", t.reply.Status, e.Class, e.Message)
		d.Detail = "To expect it, write a `status` check on the turn. Otherwise restore the recording from version control, or remove it and record again with assay apply."
	}
	t.fault(d)
	return true
}

func problemCode(e *provider.Error) diag.Code {
	switch {
	case e.Unknown:
		return diag.OutcomeUnknown
	case e.Class == provider.Retired:
		return diag.ModelRetired
	case e.Class == provider.Credits:
		return diag.AccountEmpty
	case e.Class == provider.Auth:
		return diag.CallRefused
	default:
		return diag.NotServed
	}
}

func notServed(r *provider.Reply) string {
	if r.Status == 0 {
		return fmt.Sprintf("no reply (%s): %s", r.Error.Class, r.Error.Message)
	}
	return fmt.Sprintf("the provider answered %d (%s): %s", r.Status, r.Error.Class, r.Error.Message)
}

func advice(e *provider.Error) string {
	switch {
	case e.Unknown:
		return "The request may have been served and paid for. Only --retry-unknown asks again."
	case e.Class == provider.Auth:
		return "The key was refused. Check the variable that `api_key` names."
	case e.Class == provider.Credits:
		return "The account has no credits left. Top it up; what was recorded stays recorded."
	case e.Class == provider.Retired:
		return "The model is gone. Name another model or provider in assay.yaml; recordings of it still replay."
	case e.Class == provider.RateLimited:
		return "The provider allows fewer requests. Lower `rate` or `concurrency` of the provider."
	case e.Class == provider.NotFound:
		return "The model or the path does not exist there. Check `model` and `base_url`; to expect it, write `- status: 404`."
	case e.Class == provider.BadRequest:
		return "To expect this answer, write a `status` check on the turn."
	case e.Class == provider.Network:
		return "Nothing was sent. Is the server there, and `base_url` (or --base-url) right?"
	case e.Class == provider.MalformedReply:
		return "What came is not a chat model's reply, so nothing is known of the model. Check `kind` and `base_url`, or run it again."
	default:
		return "The question was not served, so nothing is known of the model. Run it again."
	}
}

// settle judges what waited for the cost.
func (t *turnRun) settle() {
	if t.checks == nil || t.call == nil || t.call.Settle == "" || !slices.ContainsFunc(t.ask.Turn.Expect, isLate) {
		return
	}
	subject := check.Subject{Reply: t.reply, Scope: t.lateScope()}
	for i, e := range t.ask.Turn.Expect {
		if e.Late {
			t.expect(i, e, &subject)
		}
	}
}

func isLate(e *check.Expectation) bool { return e.Late }

// verdict is the conversation's, before its totals.
func (s *sampleRun) verdict() verdict.Verdict {
	if s.stack != "" {
		return verdict.Error
	}
	v, skipped := verdict.Skip, false
	for _, t := range s.turns {
		v = max(v, t.verdict)
		skipped = skipped || t.skipped != ""
	}
	if skipped && v == verdict.Pass {
		return verdict.Skip
	}
	return v
}
