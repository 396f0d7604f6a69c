package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Variable is one input.
type Variable struct {
	Name, Description string
	Type              string // string, number, bool, list(…), map(…); "" in assay.yaml
	Default           *spec.Node
	Sensitive         bool
	Range             diag.Range // of the name

	value any // the resolved value, Sensitive where it is
}

// VariableValue is a variable's value from outside the project: a text, from
// --var, or data, from a --var-file.
type VariableValue struct {
	Text string     // converted to the variable's type; used when Node is nil
	Node *spec.Node // data as it stands: its strings are no templates
	From string     // who says so, for messages: --var, or the file's name
}

// inputs are the values from outside, and which of them a suite declares.
type inputs struct {
	values map[string]VariableValue
}

func (r *suiteReader) readVariables(n *spec.Node) []*Variable {
	if n == nil {
		return nil
	}
	variables := make([]*Variable, 0, len(n.Pairs))
	for _, pair := range n.Pairs {
		name := named(&r.ds, pair.Key, "variable name")
		o := spec.NewObject(pair.Value, "variable", &r.ds)
		v := &Variable{
			Name: name, Range: pair.Key.Range,
			Description: o.Text("description"),
			Default:     o.Node("default"),
			Sensitive:   o.Bool("sensitive"),
		}
		kind := r.readType(o.Node("type"))
		o.Close()
		if name == "" {
			continue
		}
		if kind != nil {
			v.Type = kind.String()
			r.resolve(v, kind)
		}
		variables = append(variables, v)
	}
	return variables
}

func (r *suiteReader) readType(n *spec.Node) *variableType {
	if n == nil {
		return &variableType{word: "string"}
	}
	if n.Kind == spec.Text {
		if t := parseVariableType(n.Value); t != nil {
			return t
		}
	}
	r.ds.Add(diag.BadVariable, n.Range, fmt.Sprintf("%q is no type", n.Value),
		"The types are string, number, bool, list(…) and map(…), such as list(string)."+
			diag.Suggest(n.Value, []string{"string", "number", "bool", "list(string)", "map(string)"}))
	return nil
}

// resolve finds the variable's value: from outside, from assay.yaml, or its default.
func (r *suiteReader) resolve(v *Variable, kind *variableType) {
	if v.Default != nil && v.Sensitive {
		r.secretInFile(v.Name, v.Default.Range)
	} else if v.Default != nil {
		v.value = r.constant(v, kind, v.Default)
	}
	given, fromOutside := r.inputs.values[v.Name]
	project := r.project.Config.variable(v.Name)
	switch {
	case fromOutside:
		v.value = r.given(v, kind, given)
	case project != nil && project.Default != nil && v.Sensitive:
		r.secretInFile(v.Name, project.Default.Range)
	case project != nil && project.Default != nil:
		v.value = r.constant(v, kind, project.Default)
	case v.Default == nil:
		r.ds.Add(diag.BadVariable, v.Range, fmt.Sprintf("variable %q has no value", v.Name),
			fmt.Sprintf("Give it one with --var %s=… or --var-file FILE, or a default here or in assay.yaml.", v.Name))
	}
	if v.Sensitive && v.value != nil {
		r.checkSecret(v, v.value)
		v.value = expr.Sensitive{Name: v.Name, Value: v.value}
	}
}

func (r *suiteReader) secretInFile(name string, place diag.Range) {
	r.project.Files.hide(place)
	r.ds.Add(diag.SecretUnsafe, place, fmt.Sprintf("sensitive variable %q has a value in a file of the project", name),
		fmt.Sprintf("A secret never stands in a suite. Remove it here, and give it with --var %s=… or a --var-file outside of the project.", name))
}

// constant converts a default, whose strings must have nothing to evaluate.
func (r *suiteReader) constant(v *Variable, kind *variableType, n *spec.Node) any {
	data, more := ParseData(n)
	r.ds = append(r.ds, more...)
	if data == nil {
		return nil
	}
	if !data.IsPlain() {
		r.ds.Add(diag.BadVariable, n.Range, fmt.Sprintf("the default of variable %q is an expression", v.Name),
			"A default is plain data. Write expressions in locals; a literal ${ is $${.")
		return nil
	}
	return r.convert(v, kind, n)
}

// given converts a value from outside.
func (r *suiteReader) given(v *Variable, kind *variableType, given VariableValue) any {
	n := given.Node
	switch {
	case n != nil:
	case kind.word == "string":
		return given.Text
	case kind.word == "number" || kind.word == "bool":
		n = plainNode(given)
	default:
		// What Parse says may quote the value, which may be a secret.
		if n, _ = spec.Parse(given.From, []byte(given.Text)); n == nil {
			r.ds.Add(diag.BadVariable, v.Range, fmt.Sprintf("the value of variable %q from %s cannot be read", v.Name, given.From),
				fmt.Sprintf("A %s is written as YAML or JSON, such as [a, b] or {a: b}.", kind))
			return nil
		}
	}
	value, problem := convert(kind, n, rawText)
	if problem != "" {
		place := n.Range
		if given.Node == nil || v.Sensitive {
			place = v.Range
		}
		r.ds.Add(diag.BadVariable, place, fmt.Sprintf("the value of variable %q from %s is no %s", v.Name, given.From, kind), capital(problem)+".")
		return nil
	}
	return value
}

func (r *suiteReader) convert(v *Variable, kind *variableType, n *spec.Node) any {
	value, problem := convert(kind, n, unescapedText)
	if problem != "" {
		r.ds.Add(diag.BadVariable, n.Range, fmt.Sprintf("the default of variable %q is no %s", v.Name, kind), capital(problem)+".")
		return nil
	}
	return value
}

// checkInputs reports values that no suite asks for. Files of values serve the
// whole project: of those nothing is known when only some suites are loaded.
func (p *Project) checkInputs(in *inputs, loaded coverage) diag.Diagnostics {
	var names []string
	for _, s := range p.Suites {
		for _, v := range s.Variables {
			names = append(names, v.Name)
		}
	}
	var ds diag.Diagnostics
	for name, given := range in.values {
		if !slices.Contains(names, name) && (loaded == allSuites || given.Node == nil) {
			// Without a place: its line may hold a secret under a misspelt name.
			ds.Add(diag.BadVariable, diag.Range{}, fmt.Sprintf("no suite has a variable %q, which %s sets", name, given.From),
				"Declare it under variables, or leave it out."+diag.Suggest(name, names))
		}
	}
	slices.SortFunc(ds, func(a, b diag.Diagnostic) int { return strings.Compare(a.Summary, b.Summary) })
	for _, v := range p.Config.Variables {
		if !slices.Contains(names, v.Name) && loaded == allSuites {
			ds.Warn(diag.BadVariable, v.Range, fmt.Sprintf("no suite has a variable %q", v.Name), "Its value is used nowhere."+diag.Suggest(v.Name, names))
		}
	}
	return ds
}

// capital makes a sentence of a phrase.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
