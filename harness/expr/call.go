package expr

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/assay-harness/assay/harness/diag"
)

// call is a function call as Check looks at it.
type call struct {
	name         string
	arguments    int
	expands      bool // the last argument is a list of arguments
	named, whole hcl.Range
}

// call compiles a function call.
func (c *compiler) call(e *hclsyntax.FunctionCallExpr, bound *names) hclsyntax.Expression {
	this := call{name: e.Name, arguments: len(e.Args), expands: e.ExpandFinal, named: e.NameRange, whole: e.Range()}
	c.calls = append(c.calls, this)
	if f := this.check(); f != nil {
		c.rewriteAll(e.Args, bound)
		return &badCall{e, f}
	}
	pattern, f := fixedPattern(e)
	if f != nil {
		c.faults = append(c.faults, *f)
	}
	c.rewriteAll(e.Args, bound)
	switch e.Name {
	case "try", "can":
		if !e.ExpandFinal {
			return &tryCall{e, e.Name == "can"}
		}
		return &badCall{e, &fault{diag.EvaluationFailed, fmt.Sprintf("%q takes expressions, not a list of values", e.Name), "", e.Range()}}
	case "file":
		return &fileCall{e}
	}
	for i := range e.Args {
		e.Args[i] = &argument{e.Args[i], byName[e.Name].takes}
	}
	if pattern != nil {
		return &counted{pattern}
	}
	return &counted{e}
}

// check reports an unknown function and a wrong number of arguments.
func (c call) check() *fault {
	d, ok := byName[c.name]
	if !ok {
		detail := "Functions are those of Terraform that read no clock, network or environment; the reference lists them."
		if name := nearest(c.name, slices.Sorted(maps.Keys(byName))); name != "" {
			detail = fmt.Sprintf("Did you mean %q?", name)
		}
		return &fault{diag.UndefinedFunc, fmt.Sprintf("there is no function %q", c.name), detail, c.named}
	}
	least, most := arity(d)
	switch {
	case c.arguments < least && !c.expands, c.arguments > most:
		return &fault{diag.EvaluationFailed, fmt.Sprintf("%q is called with %s", c.name, plural(c.arguments, "argument")), "It is " + d.Signature + ".", c.whole}
	}
	return nil
}

func arity(d definition) (least, most int) {
	least = len(d.implementation.Params())
	if d.implementation.VarParam() == nil {
		return least, least
	}
	switch d.Name {
	case "lookup":
		return 2, 3
	case "range":
		return 1, 3
	case "join", "coalesce", "min", "max":
		return max(1, least), 1 << 30
	case "setproduct":
		return 2, 1 << 30
	}
	return least, 1 << 30
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// badCall is a call that can only fail.
type badCall struct {
	hclsyntax.Expression
	fault *fault
}

func (n *badCall) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	return cty.DynamicVal, hclFault(n.fault)
}

// argument looks at a value before cty does.
type argument struct {
	hclsyntax.Expression
	takes care
}

func (n *argument) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, ds := n.Expression.Value(ctx)
	if ds.HasErrors() {
		return v, ds
	}
	evaluationOf(ctx).measure(v, n.takes, n.Range())
	if n.takes&numbers != 0 && hugeValue(v) {
		return cty.DynamicVal, hclFault(tooLarge(n.Range()))
	}
	if n.takes&lists != 0 {
		list, err := listOf(v)
		if err != nil {
			return cty.DynamicVal, hclFault(&fault{diag.EvaluationFailed, err.Error(), "", n.Range()})
		}
		v = list
	}
	return v, ds
}

// tryCall is try and can. A value that is missing counts as a failure.
type tryCall struct {
	*hclsyntax.FunctionCallExpr
	only bool // can: only whether it works
}

func (n *tryCall) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	var all hcl.Diagnostics
	for _, arg := range n.Args {
		v, ds := arg.Value(ctx)
		good := !ds.HasErrors() && v.IsWhollyKnown()
		switch {
		case n.only:
			return cty.BoolVal(good), nil
		case good:
			return v, nil
		case !ds.HasErrors():
			ds = hclFault(missingIn(v, arg.Range()))
		}
		all = append(all, ds...)
	}
	return cty.DynamicVal, all
}

// fileCall reads a file through the scope.
type fileCall struct{ *hclsyntax.FunctionCallExpr }

func (n *fileCall) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, ds := n.Args[0].Value(ctx)
	if ds.HasErrors() {
		return v, ds
	}
	v, marks := v.Unmark()
	path, err := convert.Convert(v, cty.String)
	if err != nil || path.IsNull() {
		return cty.DynamicVal, hclFault(&fault{diag.EvaluationFailed, "the path of a file must be a text", "", n.Range()})
	}
	if !path.IsKnown() {
		return cty.UnknownVal(cty.String).WithMarks(marks), nil
	}
	text, f := evaluationOf(ctx).readFile(path.AsString(), len(marks) > 0, n.Range())
	if f != nil {
		return cty.DynamicVal, hclFault(f)
	}
	return cty.StringVal(text).WithMarks(marks), nil
}

func (ev *evaluation) readFile(path string, secret bool, rng hcl.Range) (string, *fault) {
	read := ev.scope.reader()
	err := errors.New("no files can be read here")
	var content []byte
	if read != nil {
		content, err = read(path)
	}
	switch {
	case err == nil && len(content) > maxText:
		err = errTooLong
	case err == nil && !utf8.Valid(content):
		err = errors.New("the file is not UTF-8 text")
	}
	switch {
	case err != nil && secret:
		return "", &fault{diag.EvaluationFailed, "a file cannot be read", "Its path is sensitive and is not shown.", rng}
	case err != nil:
		return "", &fault{diag.EvaluationFailed, fmt.Sprintf("the file %q cannot be read", path), upperFirst(err.Error()) + ".", rng}
	}
	ev.bytes += len(content)
	if ev.bytes > maxBytes {
		panic(exhausted{rng})
	}
	return string(content), nil
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
