package check

import (
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/spec"
)

// figureKinds are the kinds that bound what a reply took and cost. A figure
// that is not known fails them, also under not.
func figureKinds() []Kind {
	return []Kind{
		{
			Name:    "latency",
			Doc:     "Passes when the reply took that long; in replay, when it was recorded.",
			Example: "latency: {max: 20s}",
			Schema:  boundsSchema(durationSchema, "max", "min"),
			Fixed:   true,
			Parse:   parseFigure("latency", durations(), latencyOf),
		},
		{
			Name:    "credits",
			Doc:     "Passes when the reply cost that many credits (US dollars, exact decimals). It is judged when the cost is settled, and stops no conversation.",
			Example: "credits: {max: 0.01}",
			Schema:  boundsSchema(amountSchema, "max", "min"),
			Fixed:   true,
			Parse: func(p *Parser, n *spec.Node) Check {
				p.Late()
				return parseFigure("credits", amounts(), creditsOf)(p, n)
			},
		},
		{
			Name:    "tokens",
			Doc:     "Passes when the reply took that many tokens: max and min bound the total, input_max the question, output_max the reply.",
			Example: "tokens: {max: 2000, output_max: 400}",
			Schema:  boundsSchema(countSchema, "max", "min", "input_max", "output_max"),
			Fixed:   true,
			Parse:   parseTokens,
		},
	}
}

// figure bounds one figure of a reply.
type figure[T any] struct {
	name   string
	limits limits[T]
	of     func(*provider.Reply) (T, error)
}

func parseFigure[T any](name string, q quantity[T], of func(*provider.Reply) (T, error)) func(*Parser, *spec.Node) Check {
	return func(p *Parser, n *spec.Node) Check {
		l := boundsOf(p, n, q)
		if l == nil {
			return nil
		}
		return FromRule(figure[T]{name, *l, of})
	}
}

func (f figure[T]) Holds(s *Subject) (bool, error) {
	value, err := f.of(s.Reply)
	if err != nil {
		return false, err
	}
	return f.limits.hold(s, value)
}

func (f figure[T]) Describe(s *Subject) (expected, actual string) {
	expected = f.name + " " + f.limits.describe(s)
	if value, err := f.of(s.Reply); err == nil {
		actual = f.limits.show(value)
	}
	return expected, actual
}

// Remark says that a cost is not certain.
func (f figure[T]) Remark(s *Subject) string {
	if f.name == "credits" && s.Reply.Unsure {
		return "the cost is not certain"
	}
	return ""
}

func latencyOf(r *provider.Reply) (time.Duration, error) {
	if !r.LatencyKnown {
		return 0, &ReplyError{Reason: noLatency}
	}
	return r.Latency, nil
}

func creditsOf(r *provider.Reply) (credit.Amount, error) {
	if r.Credits == nil {
		return credit.Amount{}, &ReplyError{Reason: noCredits}
	}
	return *r.Credits, nil
}

// tokenFigures bounds the total, the question and the reply; each is a figure
// of its own, and all must hold.
type tokenFigures []figure[int]

func parseTokens(p *Parser, n *spec.Node) Check {
	o := p.Object(n)
	if o == nil {
		return nil
	}
	before := len(*p.ds)
	all := tokenFigures{
		{"tokens", limitsOf(p, o, "min", "max", counts()), totalTokens},
		{"input tokens", limitsOf(p, o, "", "input_max", counts()), inputTokens},
		{"output tokens", limitsOf(p, o, "", "output_max", counts()), outputTokens},
	}
	o.Close()
	if (*p.ds)[before:].HasErrors() {
		return nil
	}
	var bounded tokenFigures
	for _, f := range all {
		if !f.limits.none() {
			bounded = append(bounded, f)
		}
	}
	if bounded == nil {
		p.Error(n.Range, "tokens has no bound", "Write max, min, input_max or output_max.")
		return nil
	}
	return FromRule(bounded)
}

// Holds is false as soon as one figure is known to be outside, even where
// another is not known.
func (t tokenFigures) Holds(s *Subject) (bool, error) {
	var unknown error
	for _, f := range t {
		ok, err := f.Holds(s)
		if err == nil && !ok {
			return false, nil
		}
		if err != nil && unknown == nil {
			unknown = err
		}
	}
	return unknown == nil, unknown
}

// Describe shows the figures that are outside; all of them where none is.
func (t tokenFigures) Describe(s *Subject) (expected, actual string) {
	for _, f := range t {
		if ok, err := f.Holds(s); !ok || err != nil {
			return f.Describe(s)
		}
	}
	for _, f := range t {
		e, a := f.Describe(s)
		expected, actual = both(expected, e), both(actual, a+" "+f.name)
	}
	return expected, actual
}

// totalTokens is the total that the reply gives, else the sum: providers that
// count reasoning give a greater total, so the sum never corrects it.
func totalTokens(r *provider.Reply) (int, error) {
	t := r.Tokens
	switch {
	case t.Total != nil:
		return *t.Total, nil
	case t.Input != nil && t.Output != nil:
		return *t.Input + *t.Output, nil
	}
	return 0, &ReplyError{Reason: "the reply gives no count of tokens"}
}

func inputTokens(r *provider.Reply) (int, error) { return known(r.Tokens.Input, "input") }

func outputTokens(r *provider.Reply) (int, error) { return known(r.Tokens.Output, "output") }

func known(n *int, what string) (int, error) {
	if n == nil {
		return 0, &ReplyError{Reason: noTokens(what)}
	}
	return *n, nil
}
