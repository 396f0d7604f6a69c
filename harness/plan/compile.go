package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// compiler compiles suites; what defaults say is compiled once.
type compiler struct {
	project *suite.Project
	options Options
	ds      *diag.Diagnostics
}

// level is one level's contribution, compiled.
type level struct {
	params  []suite.Param
	request *request
	expect  [][]*check.Expectation // a list a level, the outermost first
}

func newCompiler(p *suite.Project, o Options, ds *diag.Diagnostics) *compiler {
	return &compiler{project: p, options: o, ds: ds}
}

func (c *compiler) suite(s *suite.Suite, scope *expr.Scope) *compiledSuite {
	out := &compiledSuite{source: s, scope: scope}
	known := withReply(s.Known(leastKnowing(s), s.Cases[0].Turns[0]))
	outer := c.under(level{}, c.project.Config.Defaults.Level, known)
	outer = c.under(outer, s.Level, known)
	for _, source := range s.Cases {
		out.cases = append(out.cases, c.cases(s, source, outer, scope)...)
	}
	return out
}

// under lays a level under the outer ones.
func (c *compiler) under(outer level, l suite.Level, known expr.Known) level {
	out := level{
		params:  mergeParams(outer.params, l),
		request: mergeRequest(outer.request, l),
		expect:  outer.expect,
	}
	if l.Expect != nil {
		out.expect = append(slices.Clip(outer.expect), c.expectations(l.Expect, known))
	}
	return out
}

func (c *compiler) expectations(list *spec.Node, known expr.Known) []*check.Expectation {
	compiler := check.Compiler{Kinds: c.options.Checks, Named: c.project.Config.Expectations, Known: known}
	out, ds := compiler.Compile(list)
	*c.ds = append(*c.ds, ds...)
	return out
}

// leastKnowing gives the case whose expectations see the fewest names: what the
// suite says for all cases must hold in it, too.
func leastKnowing(s *suite.Suite) *suite.Case {
	for _, c := range s.Cases {
		if c.Inherit && !c.HasInstances() {
			return c
		}
	}
	return s.Cases[0]
}

// withReply adds what expectations see besides what prompts see.
func withReply(known expr.Known) expr.Known {
	out := maps.Clone(known)
	out["self"], out["replies"] = nil, nil
	return out
}

// cases compiles one case for each of its providers.
func (c *compiler) cases(s *suite.Suite, source *suite.Case, outer level, scope *expr.Scope) []*Case {
	if !source.Inherit {
		outer = level{}
	}
	l := c.under(outer, source.Level, withReply(s.Known(source, source.Turns[0])))
	turns := c.turns(s, source, l)
	if !canFail(source, turns) {
		c.ds.Add(diag.NothingCanFail, source.Range, fmt.Sprintf("nothing can fail in case %q", source.Name),
			"A case without expectations, or with warnings only, is always green. Add an `expect` to an asked turn, or delete the case.")
	}
	var out []*Case
	for _, name := range source.Providers {
		p := c.options.Providers[name]
		if p == nil {
			c.ds.Add(diag.UnknownProvider, source.Range, fmt.Sprintf("unknown provider %q", name), "Providers are configured in assay.yaml.")
			continue
		}
		out = append(out, &Case{
			Suite: s, Source: source, Provider: p, Turns: turns,
			scope: expr.NewScope(scope, expr.Roots{
				"case":     map[string]any{"name": source.Name},
				"provider": map[string]any{"name": name},
			}),
		})
	}
	return out
}

func (c *compiler) turns(s *suite.Suite, source *suite.Case, outer level) []*Turn {
	out := make([]*Turn, 0, len(source.Turns))
	for _, t := range source.Turns {
		turn := &Turn{Source: t}
		out = append(out, turn)
		if !turn.mayBeAsked() {
			continue
		}
		l := outer
		if says(t.Level) {
			l = c.under(outer, t.Level, s.KnownReply(source, t))
		}
		turn.Expect, turn.params, turn.request = slices.Concat(l.expect...), l.params, l.request
		turn.Accept, turn.StatusWritten = accepted(l.expect)
	}
	return out
}

// accepted finds the nearest level that names statuses; with none, 200.
func accepted(levels [][]*check.Expectation) (accept func(int) bool, written bool) {
	for _, list := range slices.Backward(levels) {
		if accept, found := check.Accepted(list); found {
			return accept, true
		}
	}
	return func(status int) bool { return status == 200 }, false
}

func canFail(source *suite.Case, turns []*Turn) bool {
	t := source.Total
	if t.MaxCredits != "" || t.MaxLatency > 0 || t.MaxTokens > 0 {
		return true
	}
	return slices.ContainsFunc(turns, func(t *Turn) bool {
		return check.CanFail(t.Expect)
	})
}

// says reports whether a turn's own level says anything.
func says(l suite.Level) bool {
	return len(l.Fields) > 0 || l.NoParams || l.Request != nil || l.NoRequest || l.Expect != nil
}

// mergeParams lays the nearer level's params over the outer ones: the nearer
// key wins, null removes.
func mergeParams(outer []suite.Param, l suite.Level) []suite.Param {
	if l.NoParams {
		return nil
	}
	if len(l.Fields) == 0 {
		return outer
	}
	out := make([]suite.Param, 0, len(outer)+len(l.Fields))
	for _, p := range outer {
		if !slices.ContainsFunc(l.Fields, func(f suite.Param) bool { return f.Name == p.Name }) {
			out = append(out, p)
		}
	}
	for _, p := range l.Fields {
		if p.Value != nil {
			out = append(out, p)
		}
	}
	return out
}
