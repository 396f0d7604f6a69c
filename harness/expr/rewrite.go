package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// rewrite puts our own nodes into HCL's tree, in place: references that read
// plain data, and operations that count what they make.
func (c *compiler) rewrite(e hclsyntax.Expression, bound *names) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return c.traversal(e, bound)
	case *hclsyntax.LiteralValueExpr:
		c.checkLiteral(e)
	case *hclsyntax.ParenthesesExpr:
		e.Expression = c.rewrite(e.Expression, bound)
	case *hclsyntax.RelativeTraversalExpr:
		e.Source = c.rewrite(e.Source, bound)
	case *hclsyntax.FunctionCallExpr:
		return c.call(e, bound)
	case *hclsyntax.ConditionalExpr:
		e.Condition = c.rewrite(e.Condition, bound)
		e.TrueResult = c.rewrite(e.TrueResult, bound)
		e.FalseResult = c.rewrite(e.FalseResult, bound)
	case *hclsyntax.IndexExpr:
		e.Collection = c.rewrite(e.Collection, bound)
		e.Key = &operand{c.rewrite(e.Key, bound)}
	case *hclsyntax.BinaryOpExpr:
		e.LHS = c.operand(e.LHS, e.Op, bound)
		e.RHS = c.operand(e.RHS, e.Op, bound)
		return &counted{e}
	case *hclsyntax.UnaryOpExpr:
		e.Val = &operand{c.rewrite(e.Val, bound)}
	default:
		return c.rewriteComposite(e, bound)
	}
	return e
}

func (c *compiler) rewriteComposite(e hclsyntax.Expression, bound *names) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.TupleConsExpr:
		c.rewriteAll(e.Exprs, bound)
	case *hclsyntax.ObjectConsExpr:
		for i := range e.Items {
			e.Items[i].KeyExpr = c.rewrite(e.Items[i].KeyExpr, bound)
			e.Items[i].ValueExpr = c.rewrite(e.Items[i].ValueExpr, bound)
		}
	case *hclsyntax.ObjectConsKeyExpr:
		// A bare name is a key, not a reference.
		if _, name := e.Wrapped.(*hclsyntax.ScopeTraversalExpr); e.ForceNonLiteral || !name && hcl.ExprAsKeyword(e.Wrapped) == "" {
			e.Wrapped = c.rewrite(e.Wrapped, bound)
		}
	case *hclsyntax.ForExpr:
		c.loop(e, bound)
	case *hclsyntax.SplatExpr:
		e.Source = c.rewrite(e.Source, bound)
		e.Each = &stepped{c.rewrite(e.Each, bound)}
	case *hclsyntax.TemplateExpr:
		for i := range e.Parts {
			e.Parts[i] = &counted{c.rewrite(e.Parts[i], bound)}
		}
		return e
	case *hclsyntax.TemplateJoinExpr:
		// It wants the very tuple that a for-expression gives.
		if loop, ok := e.Tuple.(*hclsyntax.ForExpr); ok {
			c.loop(loop, bound)
		}
		return &counted{e}
	case *hclsyntax.TemplateWrapExpr:
		e.Wrapped = c.rewrite(e.Wrapped, bound)
	}
	return e
}

func (c *compiler) rewriteAll(list []hclsyntax.Expression, bound *names) {
	for i := range list {
		list[i] = c.rewrite(list[i], bound)
	}
}

func (c *compiler) loop(e *hclsyntax.ForExpr, bound *names) {
	e.CollExpr = c.rewrite(e.CollExpr, bound)
	inner := bound.with(e.KeyVar, e.ValVar)
	if e.KeyExpr != nil {
		e.KeyExpr = c.rewrite(e.KeyExpr, inner)
	}
	if e.CondExpr != nil {
		e.CondExpr = &stepped{c.rewrite(e.CondExpr, inner)}
	}
	e.ValExpr = &stepped{c.rewrite(e.ValExpr, inner)}
}

func (c *compiler) traversal(e *hclsyntax.ScopeTraversalExpr, bound *names) hclsyntax.Expression {
	if bound.has(e.Traversal.RootName()) {
		return e
	}
	r := newReference(e)
	if r == nil {
		// An index such as [0.5]: let HCL say so of the rest.
		whole := e.Traversal
		e.Traversal = whole[:1]
		r = newReference(e)
		c.references = append(c.references, r)
		return &hclsyntax.RelativeTraversalExpr{Source: r, Traversal: whole[1:], SrcRange: e.SrcRange}
	}
	c.references = append(c.references, r)
	return r
}

func (c *compiler) checkLiteral(e *hclsyntax.LiteralValueExpr) {
	if e.Val.Type() == cty.Number && hugeValue(e.Val) {
		c.faults = append(c.faults, *tooLarge(e.SrcRange))
	}
}

func (c *compiler) operand(e hclsyntax.Expression, op *hclsyntax.Operation, bound *names) hclsyntax.Expression {
	e = c.rewrite(e, bound)
	switch {
	case op.Type == cty.Number:
		return &operand{e}
	case op == hclsyntax.OpEqual, op == hclsyntax.OpNotEqual:
		return &argument{e, deep | slow}
	}
	return e
}

// counted charges for the result of an operation.
type counted struct{ hclsyntax.Expression }

func (n *counted) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, ds := n.Expression.Value(ctx)
	if ds.HasErrors() {
		return v, ds
	}
	if f := evaluationOf(ctx).charge(v, n.Range()); f != nil {
		if op, ok := n.Expression.(*hclsyntax.BinaryOpExpr); ok && (op.Op == hclsyntax.OpDivide || op.Op == hclsyntax.OpModulo) {
			f.summary, f.detail = "division by zero", ""
		}
		return cty.DynamicVal, hclFault(f)
	}
	return v, ds
}

// stepped counts the elements that a loop visits.
type stepped struct{ hclsyntax.Expression }

func (n *stepped) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	evaluationOf(ctx).step(n.Range())
	return n.Expression.Value(ctx)
}

// operand refuses what would be a number beyond all use before HCL makes one of it.
type operand struct{ hclsyntax.Expression }

func (n *operand) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, ds := n.Expression.Value(ctx)
	if !ds.HasErrors() && hugeValue(v) {
		return cty.DynamicVal, hclFault(tooLarge(n.Range()))
	}
	return v, ds
}
