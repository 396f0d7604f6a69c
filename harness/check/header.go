package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

func headerKind() Kind {
	return Kind{
		Name:    "header",
		Doc:     "Passes when the reply has the header and its value contains the string, matches the regular expression or equals the string; with exists, when it is there or not.",
		Example: "header: {name: x-remaining-credits, regex: '^-?[0-9.]+$'}",
		Schema: `{"type": "object", "required": ["name"], "additionalProperties": false, "minProperties": 2, "maxProperties": 2, "properties": {` +
			`"name": {"type": "string", "minLength": 1}, "contains": ` + nonEmptySchema + `, "regex": ` + nonEmptySchema + `, "equals": ` + textSchema + `, "exists": {"type": "boolean"}}}`,
		Fixed: true,
		Parse: parseHeader,
	}
}

var headerTests = []string{"contains", "regex", "equals", "exists"}

func parseHeader(p *Parser, n *spec.Node) Check {
	o := p.Object(n)
	if o == nil {
		return nil
	}
	o.Require("name")
	name := p.headerName(o.Node("name"))
	tests := slices.DeleteFunc(slices.Clone(headerTests), func(key string) bool { return o.Node(key) == nil })
	c := p.headerTest(name, o, tests)
	o.Close()
	if len(tests) != 1 {
		p.Error(n.Range, fmt.Sprintf("header needs one of %s, and has %d", strings.Join(headerTests, ", "), len(tests)), "For several tests write several expectations.")
		return nil
	}
	if name == "" {
		return nil
	}
	return c
}

// headerTest lets the kind of that name read its argument; it then looks at
// the header.
func (p *Parser) headerTest(name string, o *spec.Object, tests []string) Check {
	var c Check
	of := ofHeader(name)
	for _, key := range tests {
		n := o.Node(key)
		switch key {
		case "exists":
			c = FromRule(headerExists{name, o.Bool(key)})
			continue
		case "contains":
			c = parseFind(p, n, containing)
		case "regex":
			c = regexKind().Parse(p, n)
		case "equals":
			c = parseEquals(p, n, byteForByte)
		}
		if r, is := c.(ruled); is {
			c = ruled{lookingAt{r.Rule, of}}
		}
	}
	return c
}

func (p *Parser) headerName(n *spec.Node) string {
	if n == nil {
		return ""
	}
	if !isText(n) || !isToken(n.Value) {
		p.add(diag.BadValue, n.Range, fmt.Sprintf("%s is no name of a header", shortly(n)), "Letters, digits and dashes, such as x-request-id; no template.")
		return ""
	}
	return strings.ToLower(n.Value)
}

// lookingAt is a Rule about a text that looks at something else.
type lookingAt struct {
	Rule
	of *Of
}

func (l lookingAt) at(s *Subject) *Subject {
	return &Subject{Reply: s.Reply, Scope: s.Scope, Of: l.of, once: true}
}

func (l lookingAt) Holds(s *Subject) (bool, error) { return l.Rule.Holds(l.at(s)) }

func (l lookingAt) Describe(s *Subject) (expected, actual string) { return l.Rule.Describe(l.at(s)) }

func (l lookingAt) Remark(s *Subject) string {
	if m, is := l.Rule.(Remarker); is {
		return m.Remark(l.at(s))
	}
	return ""
}

// headerExists wants a header to be there, or not.
type headerExists struct {
	name string
	want bool
}

func (h headerExists) Holds(s *Subject) (bool, error) {
	_, found := header(s.Reply, h.name)
	return found == h.want, nil
}

func (h headerExists) Describe(s *Subject) (expected, actual string) {
	expected, actual = "header "+h.name+" is there", "no such header"
	if !h.want {
		expected = "no header " + h.name
	}
	if value, found := header(s.Reply, h.name); found {
		actual = quote(value)
	}
	return expected, actual
}
