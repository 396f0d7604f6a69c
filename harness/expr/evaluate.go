package expr

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/assay-harness/assay/harness/diag"
)

// evaluation is the state of one Text, Value or Bool.
type evaluation struct {
	scope     *Scope
	root      *hcl.EvalContext
	steps     int      // elements visited by loops
	bytes     int      // made by operations
	work      int      // looked at by functions
	sensitive []string // names of the sensitive values that were read
	faults    []fault
}

var evaluationType = cty.Capsule("evaluation", reflect.TypeFor[evaluation]())

// evaluationName has a blank, so that no template can name it.
const evaluationName = "the evaluation"

// context gives what HCL's nodes see: the functions, and the way back to us.
func (ev *evaluation) context() *hcl.EvalContext {
	if ev.root == nil {
		ev.root = &hcl.EvalContext{
			Variables: map[string]cty.Value{evaluationName: cty.CapsuleVal(evaluationType, ev)},
			Functions: implementations,
		}
	}
	return ev.root
}

func evaluationOf(ctx *hcl.EvalContext) *evaluation {
	for ctx.Parent() != nil {
		ctx = ctx.Parent()
	}
	return ctx.Variables[evaluationName].EncapsulatedValue().(*evaluation)
}

func (ev *evaluation) noteSensitive(name string) {
	if !slices.Contains(ev.sensitive, name) {
		ev.sensitive = append(ev.sensitive, name)
	}
}

func (ev *evaluation) fail(f *fault) bool {
	ev.faults = append(ev.faults, *f)
	return false
}

// guard runs an evaluation and turns what it throws into a fault.
func (t *Template) guard(s *Scope, run func(*evaluation)) (ev *evaluation, ds diag.Diagnostics) {
	ev = &evaluation{scope: s}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exhausted:
			ev.fail(&fault{diag.EvaluationFailed, "the expression computes too much", fmt.Sprintf("An evaluation may visit %d elements and make %d MB of text and lists.", maxSteps, maxBytes>>20), r.rng})
		default:
			ev.fail(&fault{code: diag.EvaluationFailed, summary: "the expression cannot be evaluated", detail: "This is a fault of assay, not of the suite: please report it with the expression."})
		}
		if len(ev.faults) > 0 {
			ds = t.report(ev.faults)
		}
	}()
	run(ev)
	return ev, nil
}

// Text evaluates to text: numbers and bools become their text, null or a list
// is a diagnostic (diag.EvaluationFailed).
func (t *Template) Text(s *Scope) (string, diag.Diagnostics) {
	if t.program == nil {
		return t.text, nil
	}
	var out string
	_, ds := t.guard(s, func(ev *evaluation) { out = t.program.text(ev) })
	if ds != nil {
		return "", ds
	}
	return out, nil
}

func (p *program) text(ev *evaluation) string {
	f := &frame{ev: ev}
	if p.alone != nil {
		v, ok := p.alone.raw(f)
		if !ok {
			return ""
		}
		if s, ok := v.(string); ok {
			return s
		}
		b, _ := appendText(ev, nil, v, rangeOf(p.alone))
		return string(b)
	}
	b, _ := f.write(nil, p.parts)
	return string(b)
}

// Value evaluates to data: a template that is one ${…} alone, or a bare
// expression, gives the expression's own value (string, json.Number, bool, nil,
// []any, *spec.OrderedMap; a plain reference gives what the scope holds); any
// other gives a string. Sensitive parts come as what they are: see Marked.
func (t *Template) Value(s *Scope) (any, diag.Diagnostics) {
	return t.data(s, dropMarks)
}

// Marked is Value, but what is computed from a Sensitive value comes wrapped as
// Sensitive: a local that uses a sensitive variable stays sensitive by it.
func (t *Template) Marked(s *Scope) (any, diag.Diagnostics) {
	return t.data(s, keepMarks)
}

func (t *Template) data(s *Scope, marked marking) (any, diag.Diagnostics) {
	if t.program == nil {
		return t.text, nil
	}
	var out any
	ev, ds := t.guard(s, func(ev *evaluation) {
		if t.program.alone == nil {
			out = t.program.text(ev)
			return
		}
		f := &frame{ev: ev}
		if ref, ok := t.program.alone.(*reference); ok {
			out, _ = ref.data(f, marked)
			return
		}
		out, _ = t.program.alone.(*computed).data(f, marked)
	})
	if ds != nil {
		return nil, ds
	}
	if marked == keepMarks && t.program.alone == nil && len(ev.sensitive) > 0 {
		out = Sensitive{Name: ev.sensitive[0], Value: out}
	}
	return out, nil
}

// Bool evaluates a condition; anything but true or false is a diagnostic.
func (t *Template) Bool(s *Scope) (bool, diag.Diagnostics) {
	v, ds := t.Value(s)
	if ds != nil {
		return false, ds
	}
	if b, ok := v.(bool); ok {
		return b, nil
	}
	detail := "Compare it with something, such as: self.status == 200"
	if text, ok := v.(string); ok && (text == "true" || text == "false") {
		detail = "It is the text of one: write tobool(…) around it."
	}
	return false, t.report([]fault{{diag.EvaluationFailed, fmt.Sprintf("the condition is %s, not true or false", kindOf(v)), detail, hcl.Range{}}})
}

// kindOf names the type of plain data for messages.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a text"
	case bool:
		return "true or false"
	case int, int64, float64, json.Number:
		return "a number"
	case []any, []string:
		return "a list"
	}
	return "a map"
}

// appendText adds a value to a text, as Terraform's templates do.
func appendText(ev *evaluation, out []byte, v any, rng hcl.Range) ([]byte, bool) {
	switch v := v.(type) {
	case string:
		return append(out, v...), true
	case bool:
		return strconv.AppendBool(out, v), true
	case int:
		return strconv.AppendInt(out, int64(v), 10), true
	case json.Number:
		if plainNumber(string(v)) {
			return append(out, v...), true
		}
		return appendNumber(ev, out, v, rng)
	case int64, float64:
		return appendNumber(ev, out, v, rng)
	}
	detail := "Take one value out of it, or write it as text with jsonencode(…) or join(\", \", …)."
	if v == nil {
		detail = "Give it a value, or write a fallback such as coalesce(…, \"none\")."
	}
	return out, ev.fail(&fault{diag.EvaluationFailed, kindOf(v) + " cannot be put into a text", detail, rng})
}

func appendNumber(ev *evaluation, out []byte, v any, rng hcl.Range) ([]byte, bool) {
	n, f := (&importer{rng: rng}).value(v, "", 0)
	if f != nil {
		return out, ev.fail(f)
	}
	return append(out, numberText(n)...), true
}
