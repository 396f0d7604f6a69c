package expr

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/assay-harness/assay/harness/diag"
)

// matcher is a compiled pattern with the shape of its matches.
type matcher struct {
	re    *regexp.Regexp
	shape cty.Type
}

func newMatcher(pattern string) (*matcher, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	names := re.SubexpNames()[1:]
	if len(names) == 0 {
		return &matcher{re, cty.String}, nil
	}
	named := make(map[string]cty.Type)
	numbered := make([]cty.Type, 0, len(names))
	for _, name := range names {
		if name != "" {
			named[name] = cty.String
		} else {
			numbered = append(numbered, cty.String)
		}
	}
	switch {
	case len(named) == 0:
		return &matcher{re, cty.Tuple(numbered)}, nil
	case len(numbered) == 0:
		return &matcher{re, cty.Object(named)}, nil
	}
	return nil, errors.New("a pattern has either named or unnamed groups, not both")
}

// match gives one match as regex documents it: the text, or the groups.
func (m *matcher) match(text string, at []int) cty.Value {
	group := func(i int) cty.Value {
		if at[2*i] < 0 {
			return cty.NullVal(cty.String)
		}
		return cty.StringVal(text[at[2*i]:at[2*i+1]])
	}
	switch {
	case m.shape == cty.String:
		return group(0)
	case m.shape.IsTupleType():
		values := make([]cty.Value, m.re.NumSubexp())
		for i := range values {
			values[i] = group(i + 1)
		}
		return cty.TupleVal(values)
	}
	values := make(map[string]cty.Value)
	for i, name := range m.re.SubexpNames() {
		if i > 0 {
			values[name] = group(i)
		}
	}
	return cty.ObjectVal(values)
}

func (m *matcher) first(text string) (cty.Value, error) {
	at := m.re.FindStringSubmatchIndex(text)
	if at == nil {
		return cty.NilVal, errors.New("the pattern matches nothing in the text")
	}
	return m.match(text, at), nil
}

func (m *matcher) all(text string) (cty.Value, error) {
	found := m.re.FindAllStringSubmatchIndex(text, maxElements+1)
	switch {
	case len(found) > maxElements:
		return cty.NilVal, fmt.Errorf("the pattern matches more than %d times", maxElements)
	case len(found) == 0:
		return cty.ListValEmpty(m.shape), nil
	}
	values := make([]cty.Value, len(found))
	for i, at := range found {
		values[i] = m.match(text, at)
	}
	return cty.ListVal(values), nil
}

var regexFunc = textFunc(cty.DynamicPseudoType, func(a []string) (cty.Value, error) {
	m, err := newMatcher(a[0])
	if err != nil {
		return cty.NilVal, function.NewArgError(0, err)
	}
	return m.first(a[1])
}, "pattern", "text")

var regexAllFunc = textFunc(cty.DynamicPseudoType, func(a []string) (cty.Value, error) {
	m, err := newMatcher(a[0])
	if err != nil {
		return cty.NilVal, function.NewArgError(0, err)
	}
	return m.all(a[1])
}, "pattern", "text")

// patternCall is regex or regexall with its pattern written in the source: it is
// compiled once.
type patternCall struct {
	*hclsyntax.FunctionCallExpr
	run func(text string) (cty.Value, error)
}

// fixedPattern gives the node for a call whose pattern is a literal, nil for any
// other, and a fault for a pattern that RE2 refuses.
func fixedPattern(e *hclsyntax.FunctionCallExpr) (*patternCall, *fault) {
	if e.Name != "regex" && e.Name != "regexall" || len(e.Args) != 2 || e.ExpandFinal {
		return nil, nil
	}
	t, ok := e.Args[0].(*hclsyntax.TemplateExpr)
	if !ok || !t.IsStringLiteral() {
		return nil, nil
	}
	v, _ := t.Value(nil)
	m, err := newMatcher(v.AsString())
	if err != nil {
		return nil, &fault{diag.BadPattern, fmt.Sprintf("%q is no pattern", v.AsString()), upperFirst(err.Error()) + ".", t.SrcRange}
	}
	if e.Name == "regex" {
		return &patternCall{e, m.first}, nil
	}
	return &patternCall{e, m.all}, nil
}

// Value does what HCL does with a call, for the one argument that can vary.
func (n *patternCall) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, ds := n.Args[1].Value(ctx)
	if ds.HasErrors() {
		return v, ds
	}
	v, marks := v.Unmark()
	text, err := convert.Convert(v, cty.String)
	switch {
	case err != nil:
		return n.failed("it needs a text: " + err.Error())
	case !text.IsKnown():
		return cty.DynamicVal.WithMarks(marks), nil
	case text.IsNull():
		return n.failed("the text is null")
	}
	out, err := n.run(text.AsString())
	if err != nil {
		return n.failed(err.Error())
	}
	return out.WithMarks(marks), nil
}

func (n *patternCall) failed(why string) (cty.Value, hcl.Diagnostics) {
	return cty.DynamicVal, hclFault(&fault{diag.EvaluationFailed, fmt.Sprintf("%q failed: %s", n.Name, why), "It is " + byName[n.Name].Signature + ".", n.Range()})
}
