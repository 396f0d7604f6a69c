package harness

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

// Trial is the moment after a recorded reply: what a turn's expectations see.
// Expressions and expectations can be tried on it.
type Trial struct {
	Display string // the turn's address
	reply   *provider.Reply
	scope   *expr.Scope
	checks  check.Compiler
	project *Project
}

// TrialSource is the name of the file in which what is tried stands.
const TrialSource = "console"

var errNoTurn = errors.New("harness: no turn is wanted")

// Trial goes through the first of the selected conversations in which a turn is
// wanted, up to that turn; with no pattern that is its last one.
func (p *Project) Trial(ctx context.Context, wanted *address.Pattern) (*Trial, error) {
	clients := p.replayClients(fixture.Replay(p.store))
	for inst, ds := range p.plan.Instances() {
		if ds.HasErrors() {
			return nil, ds.Err()
		}
		for _, sample := range inst.Samples {
			out, err := p.trial(ctx, clients[inst.Address.Provider], inst.Dialogue(sample), wanted)
			if !errors.Is(err, errNoTurn) {
				return out, err
			}
		}
	}
	return nil, diag.NewError(diag.SelectedNothing, "no turn that is asked has that address", "")
}

func (p *Project) trial(ctx context.Context, client *provider.Client, d *plan.Dialogue, wanted *address.Pattern) (*Trial, error) {
	var last *Trial
	for ask, ok := d.Next(); ok; ask, ok = d.Next() {
		step := Step{Ask: ask, Client: client}
		step.ask(ctx)
		if step.Reply == nil {
			return nil, step.Err
		}
		scope, _ := d.Answer(ask, step.Reply) // a capture that failed says so when it is read
		last = p.newTrial(ask, step.Reply, scope)
		if wanted != nil && wanted.Match(ask.Address) {
			return last, nil
		}
	}
	if wanted != nil || last == nil {
		return nil, errNoTurn
	}
	return last, nil
}

func (p *Project) newTrial(ask *plan.Ask, reply *provider.Reply, scope *expr.Scope) *Trial {
	return &Trial{
		Display: ask.Display, reply: reply, scope: scope, project: p,
		checks: check.Compiler{Kinds: p.config.Checks, Named: p.suites.Config.Expectations, Known: expr.Known{
			"var": nil, "local": nil, "each": nil, "case": nil, "provider": nil, "sample": nil,
			"capture": nil, "self": nil, "replies": nil,
		}},
	}
}

// Tried is what came of a try: a value, or the results of expectations.
type Tried struct {
	Value, Kind string
	Results     []TriedCheck
}

// TriedCheck is one expectation's result.
type TriedCheck struct {
	Name string
	check.Result
}

// checkLine tells an expectation, such as contains: dogs, from an expression.
var checkLine = regexp.MustCompile(`^\s*(- *)?\{? *[a-z_]+ *:( |$)`)

// Try evaluates an expression or a template, or judges an expectation, as it
// would stand in a suite. Nothing of what it gives shows a secret.
func (t *Trial) Try(text string) (Tried, diag.Diagnostics) {
	if checkLine.MatchString(text) && !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return t.judge(text)
	}
	value, ds := t.evaluate(text)
	if ds.HasErrors() {
		return Tried{}, ds
	}
	out := Tried{}
	out.Value, out.Kind = expr.Show(value)
	out.Value = t.clean(out.Value)
	return out, nil
}

// evaluate takes the text for an expression, and for a template when it is none
// and has a ${…} in it.
func (t *Trial) evaluate(text string) (any, diag.Diagnostics) {
	e, ds := expr.ParseExpressionText(TrialSource, text)
	if ds.HasErrors() && (strings.Contains(text, "${") || strings.Contains(text, "%{")) {
		e, ds = expr.ParseTemplateText(TrialSource, text)
	}
	if ds.HasErrors() {
		return nil, ds
	}
	return e.Marked(t.scope)
}

func (t *Trial) judge(text string) (Tried, diag.Diagnostics) {
	list, ds := t.checks.CompileText(TrialSource, text)
	if ds.HasErrors() {
		return Tried{}, ds
	}
	var out Tried
	for _, e := range list {
		r := e.Judge(&check.Subject{Reply: t.reply, Scope: t.scope})
		r.Expected, r.Actual, r.Reason, r.Message = t.clean(r.Expected), t.clean(r.Actual), t.clean(r.Reason), t.clean(r.Message)
		out.Results = append(out.Results, TriedCheck{Name: e.Name, Result: r})
	}
	return out, nil
}

// clean takes secrets out of a text.
func (t *Trial) clean(text string) string { return t.project.secrets.redactor.String(text) }
