// Package plan turns loaded suites and a selection into ordered, immutable
// units: case instances with their provider, levels merged, expectations
// compiled. It also knows how a conversation unfolds (Dialogue), so that what
// runs it and what compares it with recordings ask the very same questions. It
// does no I/O of its own: rows stream through the project's files.
package plan

import (
	"iter"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/suite"
)

// Provider is a configured provider with its kind.
type Provider struct {
	Kind   provider.Kind
	Config provider.Config
}

// Options say what a plan is made with.
type Options struct {
	Providers map[string]*Provider
	Checks    map[string]check.Kind
	Selection Selection
	// MockServer is true when the questions go to a server named by --base-url
	// or are replayed: only then are cases with `live: false` asked.
	MockServer bool
	// Compiled is told of each suite that is compiled; nil: nobody is.
	Compiled func(*suite.Suite)
}

// Plan is immutable. It holds compiled cases, never instances: those stream.
type Plan struct {
	project   *suite.Project
	suites    []*compiledSuite
	providers map[string]*Provider
	selection Selection
	only      func(address.Address) bool  // nil: all
	sampled   func(address.Address) []int // nil: the samples that the suites say
	mock      bool
	size      Size
	ambiguity address.Ambiguity
}

// Size counts what a plan holds.
type Size struct {
	Instances     int // case instances with their provider
	Conversations int // samples included, skipped ones not
	Turns         int // asked turns, samples included
}

type compiledSuite struct {
	source *suite.Suite
	scope  *expr.Scope
	cases  []*Case
}

// Case is one case of a suite, compiled for one of its providers.
type Case struct {
	Suite    *suite.Suite
	Source   *suite.Case
	Provider *Provider
	Turns    []*Turn

	outer *expr.Scope // the suite's
}

// scope is the suite's, with case and provider. It is made anew for each
// instance: kept, ten thousand cases' would be the largest part of a plan.
func (c *Case) scope() *expr.Scope {
	return expr.NewScope(c.outer, expr.Roots{
		"case":     map[string]any{"name": c.Source.Name},
		"provider": map[string]any{"name": c.Provider.Config.Name},
	})
}

// Turn is one turn, compiled.
type Turn struct {
	Source *suite.Turn
	Expect []*check.Expectation // of all levels, the outermost first
	Accept func(status int) bool
	// StatusWritten tells whether a suite named the accepted statuses.
	StatusWritten bool

	params  []suite.Param // merged over the levels, none removed
	request *request
}

// Instance is one case instance with its provider: what one fixture file holds.
type Instance struct {
	Address address.Address
	Case    *Case
	Samples []int  // the numbers of the selected samples
	Skip    string // why it is not asked; "" when it is
	// Ambiguity tells what the addresses of the instance may leave out when
	// they are shown.
	Ambiguity address.Ambiguity

	scope *expr.Scope
}

func (t *Turn) mayBeAsked() bool { return t.Source.Asked || t.Source.MaybeAsked }

// Conversation gives the address of a sample.
func (i *Instance) Conversation(sample int) address.Address {
	a := i.Address
	a.Sample = sample
	return a
}

// AskedTurns counts the turns that are asked, or may be.
func (c *Case) AskedTurns() int {
	n := 0
	for _, t := range c.Turns {
		if t.mayBeAsked() {
			n++
		}
	}
	return n
}

// Size gives what the plan holds.
func (p *Plan) Size() Size { return p.size }

// Ambiguity tells what addresses of case instances may leave out when they are shown.
func (p *Plan) Ambiguity() address.Ambiguity { return p.ambiguity }

// Suites iterates over the suites of the project, selected or not, in order.
func (p *Plan) Suites() iter.Seq[*suite.Suite] {
	return func(yield func(*suite.Suite) bool) {
		for _, s := range p.suites {
			if !yield(s.source) {
				return
			}
		}
	}
}

// Compile checks and compiles everything: any problem of any suite, selected
// or not, is reported, also of suites that are faulty already. It reads every
// row once, so that running can rely on them.
func Compile(p *suite.Project, o Options) (*Plan, diag.Diagnostics) {
	var ds diag.Diagnostics
	out := &Plan{project: p, providers: o.Providers, selection: o.Selection, mock: o.MockServer}
	defaults := newCompiler(p, o, &ds)
	defaults.named()
	for _, s := range p.Suites {
		scope, more := s.Scope(p)
		compiled := defaults.suite(s, scope)
		if o.Compiled != nil {
			o.Compiled(s)
		}
		// Without variables and locals there are no rows to look at.
		if scope != nil && !more.HasErrors() {
			out.suites = append(out.suites, compiled)
		}
	}
	out.survey(&ds)
	if ds.HasErrors() {
		return nil, ds
	}
	return out, ds
}

// survey walks over all instances once: it reports what is wrong with rows and
// keys, and with the first of a case's conversations (with all where the row
// decides what is asked), and counts what is selected.
func (p *Plan) survey(ds *diag.Diagnostics) {
	providers := map[string]bool{}
	var rehearsed *suite.Case
	for inst, problems := range p.all() {
		*ds = append(*ds, problems...)
		if inst == nil {
			continue
		}
		if inst.Case.Source != rehearsed || inst.Case.rowsDecide() {
			rehearsed = inst.Case.Source
			*ds = append(*ds, inst.rehearse()...)
		}
		providers[inst.Address.Provider] = true
		if len(inst.Samples) == 0 {
			continue
		}
		p.size.Instances++
		if inst.Skip == "" {
			p.size.Conversations += len(inst.Samples)
			p.size.Turns += len(inst.Samples) * inst.Case.AskedTurns()
		}
	}
	p.ambiguity = address.Ambiguity{OneProvider: len(providers) <= 1}
}

// Instances iterates over the selected case instances in plan order: suites by
// file, cases as written, instances as their rows come, providers as listed.
func (p *Plan) Instances() iter.Seq2[*Instance, diag.Diagnostics] {
	return func(yield func(*Instance, diag.Diagnostics) bool) {
		for inst, ds := range p.all() {
			if inst != nil && len(inst.Samples) == 0 {
				continue
			}
			if !yield(inst, ds) {
				return
			}
		}
	}
}

// All iterates over every case instance of the project, selected or not, by address.
func (p *Plan) All() iter.Seq[address.Address] {
	return func(yield func(address.Address) bool) {
		for inst := range p.all() {
			if inst != nil && !yield(inst.Address) {
				return
			}
		}
	}
}

// all iterates over every instance; those that are not selected have no Samples.
func (p *Plan) all() iter.Seq2[*Instance, diag.Diagnostics] {
	return func(yield func(*Instance, diag.Diagnostics) bool) {
		for _, s := range p.suites {
			for i := 0; i < len(s.cases); {
				n := sameSource(s.cases[i:])
				if !p.instances(s, s.cases[i:i+n], yield) {
					return
				}
				i += n
			}
		}
	}
}

// sameSource counts how many of the leading cases are one case for several providers.
func sameSource(cases []*Case) int {
	n := 1
	for n < len(cases) && cases[n].Source == cases[0].Source {
		n++
	}
	return n
}

// instances yields the instances of one case, each with all its providers.
func (p *Plan) instances(s *compiledSuite, group []*Case, yield func(*Instance, diag.Diagnostics) bool) bool {
	for row, ds := range group[0].Source.Instances(p.project, s.scope) {
		if ds.HasErrors() {
			if !yield(nil, ds) {
				return false
			}
			continue
		}
		for _, c := range group {
			if !yield(p.instance(c, row), ds) {
				return false
			}
			ds = nil
		}
	}
	return true
}

func (p *Plan) instance(c *Case, row suite.Instance) *Instance {
	inst := &Instance{
		Address: address.Address{
			Suite: c.Suite.Name, Case: c.Source.Name,
			Key: row.Key, Keyed: row.Keyed, Provider: c.Provider.Config.Name,
		},
		Case:  c,
		Skip:  c.Source.Skip,
		scope: c.scope(),
		Ambiguity: address.Ambiguity{
			OneProvider: p.ambiguity.OneProvider,
			OneSample:   c.Source.Samples == 1,
		},
	}
	if row.Keyed {
		inst.scope = expr.NewScope(inst.scope, expr.Roots{"each": map[string]any{"key": row.Key, "value": row.Value}})
	}
	if inst.Skip == "" && c.Source.MockOnly && !p.mock {
		inst.Skip = "live: false: asked only of a server named by --base-url"
	}
	if p.only == nil || p.only(inst.Address) {
		inst.Samples = p.selection.samples(inst)
	}
	if p.sampled != nil && len(inst.Samples) > 0 {
		inst.Samples = p.sampled(inst.Address)
	}
	return inst
}

// Only gives the plan with none but those of its instances that keep names.
func (p *Plan) Only(keep func(address.Address) bool) *Plan {
	out := *p
	out.only, out.size = keep, Size{}
	if before := p.only; before != nil {
		out.only = func(a address.Address) bool { return before(a) && keep(a) }
	}
	var ds diag.Diagnostics
	out.survey(&ds)
	return &out
}

// Sampled gives the plan with the samples of each of its instances that are
// given, be they more than the suites say; an instance without any is left out.
func (p *Plan) Sampled(samples func(instance address.Address) []int) *Plan {
	out := *p
	out.sampled, out.size = samples, Size{}
	var ds diag.Diagnostics
	out.survey(&ds)
	return &out
}

// Provider gives a configured provider by name, or nil.
func (p *Plan) Provider(name string) *Provider { return p.providers[name] }
