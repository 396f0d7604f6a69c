package check

import (
	"fmt"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Parser helps a Kind to read its argument: texts that are templates, ranges,
// nested lists of checks. What it finds wrong it collects; what it then returns
// is nil, and the Kind gives no Check.
type Parser struct {
	kinds  map[string]Kind
	named  map[string]*spec.Node
	known  expr.Known
	ds     *diag.Diagnostics
	kind   string   // the check whose argument is read
	late   *bool    // of the whole expectation
	fixed  *[]*Text // what is the same for every reply; nil: not wanted
	using  []string // the named lists that led here
	budget *int     // entries that may still come
}

// Kind gives the name of the check whose argument is read.
func (p *Parser) Kind() string { return p.kind }

// Error reports what is wrong with the argument: summary says what is wrong in
// one line, detail what to do.
func (p *Parser) Error(place diag.Range, summary, detail string) {
	p.add(diag.BadCheck, place, summary, detail)
}

// Warn reports what is probably not meant.
func (p *Parser) Warn(place diag.Range, summary, detail string) {
	p.ds.Warn(diag.BadCheck, place, summary, detail)
}

func (p *Parser) add(code diag.Code, place diag.Range, summary, detail string) {
	p.ds.Add(code, place, summary, detail)
}

// Late says that the check judges what a call cost, which is known only at
// settlement. Templates that read self.credits say it by themselves.
func (p *Parser) Late() {
	if p.late != nil {
		*p.late = true
	}
}

// Object starts to read an argument that is a map; nil when it is none. Close
// it to have unknown keys reported.
func (p *Parser) Object(n *spec.Node) *spec.Object {
	if n.Kind != spec.Map {
		p.wrongType(n, "a map")
		return nil
	}
	return spec.NewObject(n, p.kind, p.ds)
}

// wrongType reports an argument of the wrong kind.
func (p *Parser) wrongType(n *spec.Node, want string) {
	detail := ""
	if kind, found := p.kinds[p.kind]; found && kind.Example != "" {
		detail = "Example: " + kind.Example
	}
	p.add(diag.WrongType, n.Range, fmt.Sprintf("%s needs %s, not %s", p.kind, want, shortly(n)), detail)
}

// alwaysPasses reports a check that can't fail.
func (p *Parser) alwaysPasses(n *spec.Node, what string) {
	p.add(diag.AlwaysPasses, n.Range, what+", so it would always pass", "A check that can't fail says nothing: give it a value, or leave it out.")
}

// isText reports whether a node is written as text: quoted, plain, or a plain
// number or bool, which is its source text.
func isText(n *spec.Node) bool {
	return n.Kind == spec.Text || n.Kind == spec.Number || n.Kind == spec.Bool
}

// kindWord names what a node is.
func kindWord(n *spec.Node) string {
	switch n.Kind {
	case spec.Null:
		return "nothing"
	case spec.Bool:
		return "a bool"
	case spec.Number:
		return "a number"
	case spec.Text:
		return "a text"
	case spec.List:
		return "a list"
	}
	return "a map"
}

// shortly shows a node's value in a message, or what it is where it is long.
func shortly(n *spec.Node) string {
	if !isText(n) || len(n.Value) > 60 {
		return kindWord(n)
	}
	if n.Kind == spec.Text {
		return quote(n.Value)
	}
	return n.Value
}
