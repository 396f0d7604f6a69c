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
	broken  bool                   // an expectation is faulty: nothing is known of what can fail
}

func newCompiler(p *suite.Project, o Options, ds *diag.Diagnostics) *compiler {
	return &compiler{project: p, options: o, ds: ds}
}

func (c *compiler) suite(s *suite.Suite, scope *expr.Scope) *compiledSuite {
	out := &compiledSuite{source: s, scope: scope}
	known := withReply(s.Known(leastKnowing(s), &suite.Turn{}))
	outer := c.under(level{}, c.project.Config.Defaults.Level, known)
	outer = c.under(outer, s.Level, known)
	for _, source := range s.Cases {
		if source.Faulty {
			c.faulty(s, source)
			continue
		}
		out.cases = append(out.cases, c.cases(s, source, outer, scope)...)
	}
	return out
}

// faulty compiles the expectations of a case that can't be planned, so that all
// that is wrong with it is said at once.
func (c *compiler) faulty(s *suite.Suite, source *suite.Case) {
	c.expectations(source.Expect, withReply(s.Known(source, &suite.Turn{})))
	for _, t := range source.Turns {
		c.expectations(t.Expect, s.KnownReply(source, t))
	}
}

// named compiles the lists of assay.yaml, used or not. What they may refer to
// depends on where they are used: only there it is checked.
func (c *compiler) named() {
	open := expr.Known{
		"var": nil, "local": nil, "each": nil, "case": nil, "provider": nil, "sample": nil,
		"capture": nil, "self": nil, "replies": nil,
	}
	for _, name := range slices.Sorted(maps.Keys(c.project.Config.Expectations)) {
		c.expectations(c.project.Config.Expectations[name], open)
	}
}

// under lays a level under the outer ones.
func (c *compiler) under(outer level, l suite.Level, known expr.Known) level {
	out := level{
		params:  mergeParams(outer.params, l),
		request: mergeRequest(outer.request, l),
		expect:  outer.expect,
		broken:  outer.broken,
	}
	if l.Expect != nil {
		list, ok := c.expectations(l.Expect, known)
		out.expect = append(slices.Clip(outer.expect), list)
		out.broken = out.broken || !ok
	}
	return out
}

func (c *compiler) expectations(list *spec.Node, known expr.Known) (compiled []*check.Expectation, ok bool) {
	compiler := check.Compiler{Kinds: c.options.Checks, Named: c.project.Config.Expectations, Known: known}
	compiled, ds := compiler.Compile(list)
	*c.ds = append(*c.ds, ds...)
	return compiled, !ds.HasErrors()
}

// leastKnowing gives the case whose expectations see the fewest names: what the
// suite says for all cases must hold in it, too.
func leastKnowing(s *suite.Suite) *suite.Case {
	for _, c := range s.Cases {
		if c.Inherit && !c.HasInstances() {
			return c
		}
	}
	if len(s.Cases) == 0 {
		return &suite.Case{}
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
	turns, ok := c.turns(s, source, l)
	if ok && !canFail(source, turns) {
		c.ds.Add(diag.NothingCanFail, source.Range, fmt.Sprintf("nothing can fail in case %q", source.Name),
			"A case without expectations, or with warnings only, is always green. Add an `expect` to an asked turn, or delete the case.")
	}
	var out []*Case
	for _, name := range source.Providers {
		p := c.options.Providers[name]
		if p == nil {
			continue // what is wrong with it was said where it is configured
		}
		out = append(out, &Case{Suite: s, Source: source, Provider: p, Turns: turns, outer: scope})
	}
	return out
}

// turns compiles the turns; ok is false where one's expectations are faulty.
func (c *compiler) turns(s *suite.Suite, source *suite.Case, outer level) (out []*Turn, ok bool) {
	out, ok = make([]*Turn, 0, len(source.Turns)), true
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
		ok = ok && !l.broken
	}
	return out, ok
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
// key wins. A null stays, for it removes the provider's own, too.
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
	return append(out, l.Fields...)
}
