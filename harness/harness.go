// Package harness is assay's Go API: load a project, plan it, run it. What a
// command line adds (flags, terminal, exit codes) is package cli's; what go
// test adds is package harnesstest's.
package harness

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/openai"
	"github.com/assay-harness/assay/harness/provider/segmind"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/suite"
)

// Config says what to run. The zero value of every field but FS is safe: all
// suites of the project, replayed from their recordings, nothing sent.
type Config struct {
	// FS is the project's root: assay.yaml, suites/, fixtures/.
	FS fs.FS
	// Suites are suite files or folders below the root; none means the suites folder.
	Suites []string
	// Select, Exclude, Tags and Providers choose among the cases, as on the
	// command line: addresses with globs, places, "smoke,!slow".
	Select, Exclude []string
	Tags            string
	Providers       []string
	// Failed, if set, opens the last run's record in the folder of reports: of
	// the cases only those that did not pass in it are taken.
	Failed func(reportsDir string) (result.Reader, error)
	// Shard takes one of several parts of what is selected, which are about as
	// long by the recordings; the zero value takes all.
	Shard plan.Shard
	// Replace are addresses, globs allowed, of turns that an apply asks again
	// although they are recorded; without a turn, of all of a conversation.
	Replace []string
	// NoPrune keeps recordings that no case asks for any more.
	NoPrune bool
	// AllowEmpty makes a selection that matches nothing no error.
	AllowEmpty bool
	// Variables are values for the suites' variables.
	Variables map[string]suite.VariableValue
	// Checks are the kinds of check; nil means DefaultChecks().
	Checks map[string]check.Kind
	// Kinds are the kinds of provider; nil means DefaultKinds().
	Kinds map[string]provider.Kind

	// Live asks the providers instead of replaying; nil never sends anything.
	Live *Live
	// Concurrency is how many conversations go on at once; 0 means the number
	// of CPUs in replay, and the providers' own sum when live.
	Concurrency int
	// UseStale judges the old reply where a question changed since it was recorded.
	// The turn is marked, and the exit code is 6 all the same.
	UseStale bool
	// FailFast starts nothing new after the first case that fails.
	FailFast bool
	// KeepReplies is how many paid replies are kept below .assay/replies, so that
	// nobody pays for one twice; the oldest go first. 0 means DefaultKeepReplies,
	// a negative number none. An apply keeps them in its Recording.Folder, what
	// else asks in Live.Folder.
	KeepReplies int
	// Drain, once closed, lets what is in flight end and starts nothing new.
	Drain <-chan struct{}
	// OnEvent is told what happens, from one goroutine.
	OnEvent func(run.Event)
	// Record gets the run record as it grows; nil keeps the cases in memory.
	Record io.Writer
	// Version is what the record names as its writer.
	Version string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Live says how providers are asked.
type Live struct {
	// BaseURL stands in for every provider's own; "" for none.
	BaseURL string
	// Env gives environment variables, for api_key; nil has none.
	Env func(name string) string
	// AllowHosts are hosts that a key may go to besides the provider kind's own and loopback.
	AllowHosts []string
	// Transport sends; nil means the network.
	Transport http.RoundTripper
	// Folder is the project's root, for writing: Test keeps there what it pays
	// for. nil keeps nothing.
	Folder fixture.Folder
	// MaxCredits and MaxCalls bound what the run may spend; nil and 0 are no bound.
	MaxCredits *credit.Amount
	MaxCalls   int
	// Retry says whether a question whose outcome is unknown is asked again.
	Retry run.Retry
}

// DefaultChecks gives the built-in kinds of check in a fresh map, to add own ones to.
func DefaultChecks() map[string]check.Kind { return check.Default() }

// DefaultKinds gives the built-in kinds of provider in a fresh map.
func DefaultKinds() map[string]provider.Kind {
	return map[string]provider.Kind{"segmind": segmind.Kind(), "openai": openai.Kind()}
}

// Project is a loaded, checked and planned project.
type Project struct {
	config  Config
	suites  *suite.Project
	plan    *plan.Plan
	store   *fixture.Store
	replies *fixture.Replies // for reading
	secrets *secrets
	replace []address.Pattern
}

// Load reads and checks all suites, selected or not, and reports all that is
// wrong with them. The Project is nil when there is an error.
func Load(c Config) (*Project, diag.Diagnostics) {
	c = withDefaults(c)
	suites, ds := suite.Load(suite.Options{FS: c.FS, Paths: c.Suites, Variables: c.Variables})
	if suites == nil {
		return nil, ds.Sorted()
	}
	if suites.Config.Unread {
		return &Project{config: c, suites: suites}, ds.Sorted()
	}
	selection, more := selectionOf(c)
	ds = append(ds, more...)
	providers, more := bindProviders(suites, c)
	ds = append(ds, more...)
	p, more := plan.Compile(suites, plan.Options{
		Providers: providers, Checks: c.Checks, Selection: selection,
		MockServer: c.Live == nil || c.Live.BaseURL != "",
		Compiled:   (*suite.Suite).ReleaseExpectations,
	})
	ds = append(ds, more...)
	project := &Project{config: c, suites: suites, plan: p}
	if ds.HasErrors() {
		return project, ds.Sorted()
	}
	project.replace, more = project.replacements()
	ds = append(ds, more...)
	if !c.AllowEmpty {
		ds = append(ds, p.Unmatched()...)
		ds = append(ds, project.beyondEnd(selection)...)
	}
	project.secrets, more = newSecrets(suites, c)
	ds = append(ds, more...)
	if !ds.HasErrors() {
		project.store = project.openStore()
		ds = append(ds, project.narrow()...)
		project.replies = project.openReplies(readOnly{c.FS})
	}
	return project, ds.Sorted()
}

func withDefaults(c Config) Config {
	if c.Checks == nil {
		c.Checks = DefaultChecks()
	}
	if c.Kinds == nil {
		c.Kinds = DefaultKinds()
	}
	if c.Now == nil {
		c.Now = time.Now //nolint:forbidigo // the zero Config has the real clock
	}
	if c.OnEvent == nil {
		c.OnEvent = func(run.Event) {}
	}
	if c.Version == "" {
		c.Version = "devel"
	}
	return c
}

// Source gives the bytes of a file of the project, for diagnostics, without
// secrets; nil if it was not read.
func (p *Project) Source(file string) []byte {
	source := p.suites.Files.Source(file)
	if p.secrets == nil {
		return source
	}
	return p.secrets.redactor.Bytes(source)
}

// Plan gives what will be run.
func (p *Project) Plan() *plan.Plan { return p.plan }

// Config gives assay.yaml as loaded.
func (p *Project) Config() *suite.Config { return p.suites.Config }

// Store gives the project's recordings.
func (p *Project) Store() *fixture.Store { return p.store }

// Redactor knows the project's secrets; nil when it has none. Keys of
// recordings are those of questions without secrets, so whoever compares
// questions with recordings needs it.
func (p *Project) Redactor() *exchange.Redactor {
	if p.secrets == nil {
		return nil
	}
	return p.secrets.redactor
}

// Report is what a run came to. It is a result.Reader.
type Report struct {
	result.Reader
}

// Exit gives the exit code that the command line would end with.
func (r *Report) Exit() int { return result.ExitOf(r.Run(), result.Strictness{}) }

// Run loads the project and runs it. Faults of the suites come as a
// *diag.Failure; cases that fail are no error: they are in the Report.
func Run(ctx context.Context, c Config) (*Report, error) {
	p, ds := Load(c)
	if ds.HasErrors() {
		return nil, ds.Err()
	}
	return p.Test(ctx)
}

// Outlet is where a run's record and events go.
type Outlet struct {
	Record  io.Writer
	OnEvent func(run.Event)
}

// With gives the project with another outlet: it is loaded once, and what it
// runs is written where the caller then knows.
func (p *Project) With(o Outlet) *Project {
	out := *p
	out.config.Record = o.Record
	if o.OnEvent != nil {
		out.config.OnEvent = o.OnEvent
	}
	return &out
}
