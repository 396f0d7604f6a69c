// Package expr evaluates ${…}: HCL templates and conditions over scopes of
// plain data, with Terraform's functions. It reads no clock, no network and no
// environment. The literal parts of a template and strings reached by a plain
// reference keep their bytes; only what functions and operators compute is
// normalised to NFC, as go-cty does.
package expr

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// Template is a parsed text with ${…} in it. It is immutable and may be
// evaluated by many goroutines at once.
//
// Bytes are kept in its literal parts, those within %{ if } and %{ for }
// included, and in texts reached by a plain reference: a name with .attribute,
// ["key"] and [0] below it. Quoted texts within ${…}, an index that is itself
// computed, and all that functions and operators give are in NFC.
type Template struct {
	text    string
	node    *spec.Node // where the text stands in YAML, or nil
	file    string     // the file whose whole content the text is, where node is nil
	program *program   // nil: the text is literal
}

// ParseTemplate parses a scalar node's text. Ranges in diagnostics, then and at
// evaluation, point into the YAML source.
func ParseTemplate(n *spec.Node) (*Template, diag.Diagnostics) {
	t := &Template{text: n.Value, node: n.Alone()}
	return t, t.compile(compileTemplate)
}

// ParseTemplateText parses a text that comes from a file of its own (a prompt
// file): ranges are places in that file.
func ParseTemplateText(filename, text string) (*Template, diag.Diagnostics) {
	t := &Template{text: text, file: filename}
	return t, t.compile(compileTemplate)
}

// Literal gives the template that is that text, with nothing interpreted.
func Literal(text string) *Template { return &Template{text: text} }

// ParseExpression parses a bare expression (condition, when).
func ParseExpression(n *spec.Node) (*Template, diag.Diagnostics) {
	t := &Template{text: n.Value, node: n.Alone()}
	return t, t.compile(compileExpression)
}

// compile fills in the program. Of a text that does not parse, the template
// stays literal, so that nothing after an ignored diagnostic can panic.
func (t *Template) compile(by func(src string) (*program, []fault)) diag.Diagnostics {
	p, faults := by(t.text)
	if len(faults) > 0 {
		return t.report(faults)
	}
	t.program = p
	return nil
}

// IsLiteral reports whether the template has no ${…} and no %{…}, and its text.
func (t *Template) IsLiteral() (string, bool) {
	if t.program == nil {
		return t.text, true
	}
	return "", false
}

// Range gives the place of the whole template.
func (t *Template) Range() diag.Range {
	if t.node != nil {
		return t.node.Range
	}
	if t.file == "" {
		return diag.Range{}
	}
	end := diag.Pos{Line: 1 + strings.Count(t.text, "\n"), Byte: len(t.text)}
	end.Column = 1 + end.Byte - (1 + strings.LastIndexByte(t.text, '\n'))
	return diag.Range{Filename: t.file, Start: hcl.InitialPos, End: end}
}

// place translates a range within the text to one in the source file.
func (t *Template) place(r hcl.Range) diag.Range {
	switch {
	case t.node != nil && r.Start.Line == 0:
		return t.node.Range
	case t.node != nil:
		return t.node.At(r.Start.Byte, r.End.Byte)
	case t.file == "":
		return diag.Range{}
	case r.Start.Line == 0:
		return t.Range()
	}
	r.Filename = t.file
	return r
}

// Reference is one name that a template reads, such as var.audience.
type Reference struct {
	Root  string // var, local, each, capture, case, provider, sample, self, replies, env
	Name  string // the first attribute below the root, or ""
	Range diag.Range
}

// References gives the names that the template reads, in source order, each
// place once. Names bound inside (for-expressions) are left out.
func (t *Template) References() []Reference {
	if t.program == nil {
		return nil
	}
	out := make([]Reference, len(t.program.references))
	for i, r := range t.program.references {
		out[i] = Reference{Root: r.root, Name: r.firstName(), Range: t.place(r.rng)}
	}
	return out
}
