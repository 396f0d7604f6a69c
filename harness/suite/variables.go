package suite

import (
	"encoding/json"
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

const minSecret = 8

// variableType is a parsed type: a word, and what is inside of list and map.
type variableType struct {
	word string
	of   *variableType
}

func (t *variableType) String() string {
	if t.of == nil {
		return t.word
	}
	return t.word + "(" + t.of.String() + ")"
}

// parseVariableType reads string, number, bool, list(T) or map(T); nil is none.
func parseVariableType(s string) *variableType {
	s = strings.TrimSpace(s)
	if s == "string" || s == "number" || s == "bool" {
		return &variableType{word: s}
	}
	for _, word := range []string{"list", "map"} {
		inner, ok := strings.CutPrefix(s, word)
		inner = strings.TrimSpace(inner)
		if !ok || len(s) > 200 || !strings.HasPrefix(inner, "(") || !strings.HasSuffix(inner, ")") {
			continue
		}
		if of := parseVariableType(inner[1 : len(inner)-1]); of != nil {
			return &variableType{word: word, of: of}
		}
	}
	return nil
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
		if name == "" || kind == nil {
			continue
		}
		v.Type = kind.String()
		r.resolve(v, kind)
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
		var more diag.Diagnostics
		n, more = spec.Parse(given.From, []byte(given.Text))
		if n == nil {
			r.ds.Add(diag.BadVariable, v.Range, fmt.Sprintf("the value of variable %q from %s cannot be read", v.Name, given.From),
				fmt.Sprintf("A %s is written as YAML or JSON, such as [a, b] or {a: b}: %s.", kind, firstSummary(more)))
			return nil
		}
	}
	value, problem := convert(kind, n)
	if problem != "" {
		place := n.Range
		if given.Node == nil {
			place = v.Range
		}
		r.ds.Add(diag.BadVariable, place, fmt.Sprintf("the value of variable %q from %s is no %s", v.Name, given.From, kind), capital(problem)+".")
		return nil
	}
	return value
}

// plainNode reads the text of a flag as the scalar it looks like.
func plainNode(given VariableValue) *spec.Node {
	n := &spec.Node{Kind: spec.Text, Value: strings.TrimSpace(given.Text), Range: diag.Range{Filename: given.From}}
	switch {
	case n.Value == "true", n.Value == "false":
		n.Kind = spec.Bool
	case isNumber(n.Value):
		n.Kind = spec.Number
	}
	return n
}

// isNumber reports whether s is a number as JSON writes them.
func isNumber(s string) bool {
	return s != "" && (s[0] == '-' || '0' <= s[0] && s[0] <= '9') && json.Valid([]byte(s))
}

func (r *suiteReader) convert(v *Variable, kind *variableType, n *spec.Node) any {
	value, problem := convert(kind, n)
	if problem != "" {
		r.ds.Add(diag.BadVariable, n.Range, fmt.Sprintf("the default of variable %q is no %s", v.Name, kind), capital(problem)+".")
		return nil
	}
	return value
}

// convert gives a node's value as the type says, or what is wrong with it.
func convert(kind *variableType, n *spec.Node) (value any, problem string) {
	mismatch := fmt.Sprintf("it must be %s, and is %s", kind, n.Kind.String())
	switch kind.word {
	case "string":
		if !n.Scalar() {
			return nil, mismatch
		}
		return plainText(n), ""
	case "number":
		if n.Kind != spec.Number {
			return nil, mismatch
		}
		return n.Any(), ""
	case "bool":
		if n.Kind != spec.Bool {
			return nil, mismatch
		}
		return n.Any(), ""
	case "list":
		return convertList(kind, n, mismatch)
	default:
		return convertMap(kind, n, mismatch)
	}
}

func convertList(kind *variableType, n *spec.Node, mismatch string) (any, string) {
	if n.Kind != spec.List {
		return nil, mismatch
	}
	list := make([]any, len(n.Items))
	for i, item := range n.Items {
		value, problem := convert(kind.of, item)
		if problem != "" {
			return nil, fmt.Sprintf("of item %d, %s", i+1, problem)
		}
		list[i] = value
	}
	return list, ""
}

func convertMap(kind *variableType, n *spec.Node, mismatch string) (any, string) {
	if n.Kind != spec.Map {
		return nil, mismatch
	}
	m := &spec.OrderedMap{Values: make(map[string]any, len(n.Pairs))}
	for _, pair := range n.Pairs {
		value, problem := convert(kind.of, pair.Value)
		if problem != "" {
			return nil, fmt.Sprintf("of %q, %s", pair.Key.Value, problem)
		}
		m.Keys = append(m.Keys, pair.Key.Value)
		m.Values[pair.Key.Value] = value
	}
	return m, ""
}

// plainText gives a scalar's text; $${ in a default is a literal ${.
func plainText(n *spec.Node) string {
	if data, ds := ParseData(n); n.Kind == spec.Text && !ds.HasErrors() && data.IsPlain() {
		if text, ok := data.plain.(string); ok {
			return text
		}
	}
	return n.Value
}

// checkSecret refuses secrets that are so short that hiding them would hide
// ordinary words.
func (r *suiteReader) checkSecret(v *Variable, value any) {
	for _, text := range secretTexts(value) {
		if len(text) < minSecret {
			r.ds.Add(diag.WeakSecret, v.Range, fmt.Sprintf("the value of sensitive variable %q is shorter than %d bytes", v.Name, minSecret),
				"It could not be hidden without hiding ordinary words too. Use a longer secret, or don't declare the variable sensitive.")
			return
		}
	}
}

// secretTexts gives every text in a secret value.
func secretTexts(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return []string{v}
	case []any:
		var texts []string
		for _, item := range v {
			texts = append(texts, secretTexts(item)...)
		}
		return texts
	case *spec.OrderedMap:
		var texts []string
		for _, key := range v.Keys {
			texts = append(texts, secretTexts(v.Values[key])...)
		}
		return texts
	default:
		return []string{fmt.Sprint(v)}
	}
}

// Secret is one text of a sensitive variable, for the redactor.
type Secret struct{ Name, Value string }

// Secrets gives the texts of all sensitive variables, by name, each once.
func (p *Project) Secrets() []Secret {
	var secrets []Secret
	for _, s := range p.Suites {
		for _, v := range s.Variables {
			hidden, ok := v.value.(expr.Sensitive)
			if !ok {
				continue
			}
			for _, text := range secretTexts(hidden.Value) {
				secrets = append(secrets, Secret{Name: hidden.Name, Value: text})
			}
		}
	}
	slices.SortStableFunc(secrets, func(a, b Secret) int {
		return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value)
	})
	return slices.Compact(secrets)
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
			var place diag.Range
			if given.Node != nil {
				place = given.Node.Range
			}
			ds.Add(diag.BadVariable, place, fmt.Sprintf("no suite has a variable %q, which %s sets", name, given.From),
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

// firstSummary gives the first message, for use within another.
func firstSummary(ds diag.Diagnostics) string {
	if len(ds) == 0 {
		return "it is empty"
	}
	return ds[0].Summary
}

// capital makes a sentence of a phrase.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
