package harness

import (
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// madeOf finds the variable or the local in which an edit was made: the one whose
// value, in the message as it is now, covers all that differs. A message of two
// hundred cases then has one cause.
func (w *walker) madeOf(s *Step, turn *suite.Turn, d fixture.Difference) (Cause, bool) {
	in, _ := w.caseOf(s)
	if in == nil || turn.Content.Text == nil || d.From == "" || d.To == "" {
		return Cause{}, false
	}
	scope, _ := in.Scope(w.suites)
	if scope == nil {
		return Cause{}, false
	}
	m := maker{walker: w, in: in, scope: scope, edit: spanOf(plainText(d.From), plainText(d.To))}
	return m.find(turn.Content.Text, 0)
}

// span is where a text differs from what it was: from start to end.
type span struct {
	text       string
	start, end int
}

func spanOf(from, to string) span {
	start := sameStart(from, to)
	end := len(to)
	for end > start && len(from)-(len(to)-end) > start && from[len(from)-(len(to)-end)-1] == to[end-1] {
		end--
	}
	return span{to, start, end}
}

// isIn reports whether all that differs lies within an occurrence of a value.
func (e span) isIn(value string) bool {
	if value == "" {
		return false
	}
	for at := 0; ; at++ {
		i := strings.Index(e.text[at:], value)
		if i < 0 {
			return false
		}
		if at += i; at > e.start {
			return false
		}
		if at+len(value) >= e.end {
			return true
		}
	}
}

type maker struct {
	*walker
	in    *suite.Suite
	scope *expr.Scope
	edit  span
}

// deepest bounds how many locals are followed into each other.
const deepest = 8

func (m *maker) find(t *expr.Template, depth int) (Cause, bool) {
	for _, ref := range t.References() {
		if depth > deepest || ref.Root != "var" && ref.Root != "local" || !m.edit.isIn(m.value(ref)) {
			continue
		}
		if ref.Root == "var" {
			return Cause{Kind: VariableEdited, Name: ref.Name, Place: m.variable(ref.Name)}, true
		}
		return m.local(ref.Name, depth)
	}
	return Cause{}, false
}

// value gives the text of a variable or a local; "" when it is none, or secret.
func (m *maker) value(ref expr.Reference) string {
	t, ds := expr.ParseTemplateText("", "${"+ref.Root+"."+ref.Name+"}")
	if ds.HasErrors() {
		return ""
	}
	text, ds := t.Text(m.scope)
	if ds.HasErrors() {
		return ""
	}
	return text
}

func (m *maker) variable(name string) diag.Range {
	if _, given := m.config.Variables[name]; given {
		return diag.Range{} // it is in no file of the project, or in any
	}
	for _, list := range [][]*suite.Variable{m.suites.Config.Variables, m.in.Variables} {
		for _, v := range list {
			if v.Name == name && v.Default != nil {
				return v.Range
			}
		}
	}
	return diag.Range{}
}

// local gives a local's place, or that of what it is made of itself.
func (m *maker) local(name string, depth int) (Cause, bool) {
	for _, l := range m.in.Locals {
		if l.Name != name {
			continue
		}
		if l.Node != nil && l.Node.Kind == spec.Text {
			if t, ds := expr.ParseTemplate(l.Node); !ds.HasErrors() {
				if made, ok := m.find(t, depth+1); ok {
					return made, true
				}
			}
		}
		return Cause{Kind: LocalEdited, Name: name, Place: l.Range}, true
	}
	return Cause{}, false
}
