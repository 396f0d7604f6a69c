// Package expr evaluates ${…}: HCL templates and conditions over scopes of
// plain data, with Terraform's functions. It reads no clock, no network and no
// environment. The literal parts of a template and strings reached by a plain
// reference keep their bytes; only what functions and operators compute is
// normalised to NFC, as go-cty does.
package expr

import (
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// Template is a parsed text with ${…} in it. It is immutable and may be
// evaluated by many goroutines at once.
type Template struct{}

// ParseTemplate parses a scalar node's text. Ranges in diagnostics, then and at
// evaluation, point into the YAML source.
func ParseTemplate(n *spec.Node) (*Template, diag.Diagnostics) { panic("stub") }

// ParseTemplateText parses a text that comes from a file of its own (a prompt
// file): ranges are places in that file.
func ParseTemplateText(filename, text string) (*Template, diag.Diagnostics) { panic("stub") }

// Literal gives the template that is that text, with nothing interpreted.
func Literal(text string) *Template { panic("stub") }

// ParseExpression parses a bare expression (condition, when).
func ParseExpression(n *spec.Node) (*Template, diag.Diagnostics) { panic("stub") }

// IsLiteral reports whether the template has no ${…} and no %{…}, and its text.
func (t *Template) IsLiteral() (string, bool) { panic("stub") }

// Text evaluates to text: numbers and bools become their text, null or a list
// is a diagnostic (diag.EvaluationFailed).
func (t *Template) Text(s *Scope) (string, diag.Diagnostics) { panic("stub") }

// Value evaluates to data: a template that is one ${…} alone, or a bare
// expression, gives the expression's own value (string, json.Number, bool, nil,
// []any, *spec.OrderedMap); any other gives a string.
func (t *Template) Value(s *Scope) (any, diag.Diagnostics) { panic("stub") }

// Bool evaluates a condition; anything but true or false is a diagnostic.
func (t *Template) Bool(s *Scope) (bool, diag.Diagnostics) { panic("stub") }

// Reference is one name that a template reads, such as var.audience.
type Reference struct {
	Root  string // var, local, each, capture, case, provider, sample, self, replies, env
	Name  string // the first attribute below the root, or ""
	Range diag.Range
}

// References gives the names that the template reads, in source order, each
// place once. Names bound inside (for-expressions) are left out.
func (t *Template) References() []Reference { panic("stub") }

// Range gives the place of the whole template.
func (t *Template) Range() diag.Range { panic("stub") }

// Scope is what names mean: an immutable chain. A child's roots hide its parent's.
type Scope struct{}

// Roots are values by root name: Roots{"var": map[string]any{…}}. Data is nil,
// bool, int, json.Number, string, []any, map[string]any, *spec.OrderedMap,
// Sensitive, or Lazy.
type Roots map[string]any

// Lazy is data that is computed when first needed, and then kept.
type Lazy func() any

// Missing is a value that is not known or not there: reading it makes the
// evaluation fail with Missing's own text as the reason and diag.Code. It is
// how a figure that was not recorded, or a failed capture, shows.
type Missing struct {
	Code   diag.Code
	Reason string
}

// Sensitive is a value that must never be shown; Name is its variable.
type Sensitive struct {
	Name  string
	Value any
}

// NewScope makes a scope; parent may be nil. Functions come with Functions.
func NewScope(parent *Scope, roots Roots) *Scope { panic("stub") }

// WithFile gives a scope whose file function reads inside the project. read
// gives an error for what is outside or not there.
func (s *Scope) WithFile(read func(path string) ([]byte, error)) *Scope { panic("stub") }

// Function documents one function of the language.
type Function struct {
	Name, Signature, Doc, Example, Result string
}

// Functions lists the functions of the language, sorted by name: the reference
// is generated from it, and a test runs each Example against its Result.
func Functions() []Function { panic("stub") }

// Check reports, as far as it can be known without values, what is wrong with a
// template in the given context: unknown roots, unknown names below closed roots, unknown
// functions, wrong number of arguments.
func (t *Template) Check(known Known) diag.Diagnostics { panic("stub") }

// Known says which names exist where a template stands. A root that is absent
// is undefined there; a root with a nil list is open (any name below it).
type Known map[string][]string
