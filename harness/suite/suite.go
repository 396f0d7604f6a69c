// Package suite turns YAML into typed suites and the project's configuration:
// names checked, templates parsed, references resolved, nothing run. What an
// expectation means is package check's; here it stays a node.
package suite

import (
	"io/fs"
	"iter"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Project is all that was loaded, immutable.
type Project struct {
	Config *Config
	Suites []*Suite
	Files  *Files
}

// Config is assay.yaml, defaults filled in.
type Config struct {
	Providers    []*Provider // in order of the file; the built-in grok-2 when there is none
	Defaults     Defaults
	Variables    []*Variable // defaults for suites' variables
	Expectations map[string]*spec.Node
	MaxCredits   string // limits.credits as written, "" for none
	SuitesDir    string
	FixturesDir  string
	ReportsDir   string
}

// Provider is one entry of providers, as written; package provider gives it meaning.
type Provider struct {
	Name, Kind, Model, BaseURL string
	APIKey                     *expr.Template // nil: none
	Params                     *spec.Node
	RateCount                  int
	RatePer                    time.Duration
	Concurrency                int // 0: not written
	Timeout                    time.Duration
	Retries                    int // -1: not written
	// Price, as exact decimals in text; "" where not written.
	PriceCall, PriceMaxCall, PriceInput, PriceOutput string
	Range                                            diag.Range
}

// Defaults are the outermost level.
type Defaults struct {
	Providers []string
	Tags      []string
	Level
}

// Level is what project defaults, suite, case and turn can all say. Maps merge,
// the nearer key wins, null removes; expect adds up.
type Level struct {
	Params  *spec.Node // Map; values are data with templates in their strings
	Request *Request
	Expect  *spec.Node // List; expectations on every asked reply
}

// Request bends the HTTP request.
type Request struct {
	APIKey  *expr.Template
	Method  string
	Path    *expr.Template
	Headers []Header
	Body    *expr.Template
	Timeout time.Duration
	Range   diag.Range
}

// Header is one header to set; Value nil removes what an outer level set.
type Header struct {
	Name  string
	Value *expr.Template
}

// Variable is one input.
type Variable struct {
	Name, Description string
	Type              string // string, number, bool, list(…), map(…); "" in assay.yaml
	Default           *spec.Node
	Sensitive         bool
	Range             diag.Range
}

// Local is one named expression.
type Local struct {
	Name  string
	Node  *spec.Node // any data; its strings are templates
	Range diag.Range
}

// Suite is one suite file.
type Suite struct {
	Name, Description string
	File              string // slash path below the project's root
	Tags              []string
	Providers         []string // own or the defaults'
	Level
	Variables []*Variable
	Locals    []*Local // in an order in which each only needs earlier ones
	Cases     []*Case
	Moved     []Move
	Range     diag.Range
}

// Move says that a case was renamed: addresses within the suite, or whole.
type Move struct {
	From, To string
	Range    diag.Range
}

// Case is one entry of cases.
type Case struct {
	Name, Description string
	Tags              []string // own, suite's and defaults', each once
	Skip              string
	KnownFailure      string
	MockOnly          bool // live: false
	Providers         []string
	Inherit           bool
	Level
	ForEach   *spec.Node // List, Map, or a Text that is an expression
	Rows      string     // path below the root
	RowsRange diag.Range
	Key       *expr.Template
	Samples   int
	Pass      int  // how many samples must pass
	Continue  bool // on_failure: continue
	Total     Total
	Turns     []*Turn
	Range     diag.Range // of the name
}

// Total bounds a whole conversation.
type Total struct {
	MaxCredits string // exact decimal, "" for none
	MaxLatency time.Duration
	MaxTokens  int // 0: none
	Range      diag.Range
	// The places of the three bounds.
	CreditsRange, LatencyRange, TokensRange diag.Range
}

// Role is a turn's.
type Role string

// The roles of turns.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
	History   Role = "history"
)

// Turn is one entry of a conversation.
type Turn struct {
	Role     Role
	Content  Content
	Asked    bool
	Number   int // of an asked turn, from 1
	Name     string
	Captures []Capture
	Level
	Range diag.Range // of the content
}

// Content is what a turn says.
type Content struct {
	Text  *expr.Template   // one string
	Parts []*expr.Template // a list of parts
	// Vars, if not nil, is all that Text sees (file with vars), each a template.
	Vars []NamedTemplate
	// Fill, if not nil, gives the text by filling in a file's own delimiters.
	Fill func(values map[string]string) (string, error)
	// Messages, of a History turn: an expression or data of {role, content}.
	Messages *spec.Node
	// File is the path the content came from, "" if it is inline.
	File string
}

// NamedTemplate is one entry of vars.
type NamedTemplate struct {
	Name string
	Text *expr.Template
}

// Capture takes a value from a reply: exactly one of Text, Regex, Header is set.
type Capture struct {
	Name   string
	Text   *expr.Template
	Regex  string
	Group  int
	Header string
	Range  diag.Range
}

// Files reads inside the project and never outside, by path or by link, and
// keeps sources for diagnostics. Methods may be called by many goroutines.
type Files struct{ FS fs.FS }

// Options say what to load.
type Options struct {
	FS        fs.FS             // the project's root
	Paths     []string          // suites to load (files or folders below the root); empty: the suites folder
	Variables map[string]string // from --var: text, converted to the variable's type
}

// Load reads assay.yaml and the suites, and reports all problems of all files.
// The Project is usable only when there is no error.
func Load(o Options) (*Project, diag.Diagnostics) { panic("stub") }

// Instance is one case instance: a key and a value of for_each or rows.
type Instance struct {
	Key   string
	Keyed bool
	Value any
	Range diag.Range // where the row stands, if known
}

// Instances iterates over a case's instances, row by row; of a case without for_each and
// rows that is one. scope has var and local. An error ends the iteration.
func (c *Case) Instances(p *Project, scope *expr.Scope) iter.Seq2[Instance, diag.Diagnostics] {
	panic("stub")
}

// Scope gives the suite's scope: var and local (functions come with it). values are the
// variables' values by name, from --var and --var-file, as text or data.
func (s *Suite) Scope(p *Project) (*expr.Scope, diag.Diagnostics) { panic("stub") }
