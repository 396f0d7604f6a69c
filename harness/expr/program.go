package expr

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/assay-harness/assay/harness/diag"
)

// program is a compiled template: parts that are joined, or one value alone.
type program struct {
	parts      []part
	alone      value // set when the template is one ${…} or a bare expression
	references []*reference
	calls      []call
}

// compileTemplate gives nil for a text with nothing to interpret.
func compileTemplate(src string) (*program, []fault) {
	if !strings.Contains(src, "${") && !strings.Contains(src, "%{") {
		return nil, nil
	}
	if len(src) > maxTemplate {
		return nil, []fault{{diag.TemplateSyntax, "the template is too long", fmt.Sprintf("A text with ${…} or %%{…} may have %d bytes. A file that needs neither can be sent as it stands, with template: false.", maxTemplate), hcl.Range{}}}
	}
	// HCL drops a byte order mark; it is text like any other.
	start := hcl.InitialPos
	if strings.HasPrefix(src, byteOrderMark) {
		start.Byte = len(byteOrderMark)
	}
	body := src[start.Byte:]
	if f := checkNesting(body, start, hclsyntax.LexTemplate); f != nil {
		return nil, []fault{*f}
	}
	root, ds := hclsyntax.ParseTemplate([]byte(body), "", start)
	if ds.HasErrors() {
		return nil, syntaxFaults(ds)
	}
	c := &compiler{literals: literals(body, start), src: src}
	p := &program{}
	switch root := root.(type) {
	case *hclsyntax.TemplateWrapExpr:
		p.alone = c.value(root.Wrapped, nil)
		if start.Byte > 0 {
			p.parts = []part{literalPart(byteOrderMark), &valuePart{p.alone, root.SrcRange}}
			p.alone = nil
		}
	case *hclsyntax.TemplateExpr:
		p.parts = c.parts(root, nil)
		if start.Byte > 0 {
			p.parts = slices.Insert(p.parts, 0, part(literalPart(byteOrderMark)))
		}
	}
	return c.finish(p)
}

const byteOrderMark = "\ufeff"

func compileExpression(src string) (*program, []fault) {
	if len(src) > maxSource {
		return nil, []fault{{diag.TemplateSyntax, "the expression is too large", "Compute parts of it in locals.", hcl.Range{}}}
	}
	if f := checkNesting(src, hcl.InitialPos, hclsyntax.LexExpression); f != nil {
		return nil, []fault{*f}
	}
	root, ds := hclsyntax.ParseExpression([]byte(src), "", hcl.InitialPos)
	if ds.HasErrors() {
		faults := syntaxFaults(ds)
		if text := strings.TrimSpace(src); strings.HasPrefix(text, "${") {
			faults = []fault{{diag.TemplateSyntax, "a condition is a bare expression", "Leave out the ${ and the } around it.", hcl.Range{}}}
		} else if text == "" {
			faults = []fault{{diag.TemplateSyntax, "the expression is empty", "Write what must be true, such as: self.status == 200", hcl.Range{}}}
		}
		return nil, faults
	}
	c := &compiler{}
	return c.finish(&program{alone: c.value(root, nil)})
}

// compiler turns HCL's tree into a program, and gathers what it names.
type compiler struct {
	src        string
	literals   map[int]string // the exact text of literal parts by where they start; nil: as HCL has them
	references []*reference
	calls      []call
	faults     []fault
}

func (c *compiler) finish(p *program) (*program, []fault) {
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	slices.SortStableFunc(c.references, func(a, b *reference) int { return cmp.Compare(a.rng.Start.Byte, b.rng.Start.Byte) })
	p.references = slices.CompactFunc(c.references, func(a, b *reference) bool { return a.rng == b.rng })
	p.calls = c.calls
	return p, nil
}

// names are those bound by for-expressions around a node.
type names struct {
	parent *names
	name   string
}

func (n *names) with(list ...string) *names {
	for _, name := range list {
		if name != "" {
			n = &names{n, name}
		}
	}
	return n
}

func (n *names) has(name string) bool {
	for ; n != nil; n = n.parent {
		if n.name == name {
			return true
		}
	}
	return false
}

// parts compiles a template, control sequences included.
func (c *compiler) parts(t *hclsyntax.TemplateExpr, bound *names) []part {
	out := make([]part, 0, len(t.Parts))
	for _, e := range t.Parts {
		out = append(out, c.part(e, bound))
	}
	return out
}

func (c *compiler) part(e hclsyntax.Expression, bound *names) part {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		if text, ok := c.literals[e.SrcRange.Start.Byte]; ok {
			return literalPart(text)
		}
		if e.Val.Type() == cty.String && e.Val.IsKnown() && !e.Val.IsNull() {
			return literalPart(e.Val.AsString())
		}
	case *hclsyntax.ConditionalExpr:
		then, okThen := e.TrueResult.(*hclsyntax.TemplateExpr)
		other, okOther := e.FalseResult.(*hclsyntax.TemplateExpr)
		if okThen && okOther && c.isControl(e.SrcRange) {
			return &ifPart{c.value(e.Condition, bound), c.parts(then, bound), c.parts(other, bound)}
		}
	case *hclsyntax.TemplateJoinExpr:
		if loop, ok := e.Tuple.(*hclsyntax.ForExpr); ok {
			if body, ok := loop.ValExpr.(*hclsyntax.TemplateExpr); ok {
				inner := bound.with(loop.KeyVar, loop.ValVar)
				return &forPart{loop.KeyVar, loop.ValVar, c.value(loop.CollExpr, bound), c.parts(body, inner), loop.CollExpr.Range()}
			}
		}
	}
	return &valuePart{c.value(e, bound), e.Range()}
}

// isControl tells %{ if … } from ${ … ? "a" : "b" }.
func (c *compiler) isControl(r hcl.Range) bool {
	return r.Start.Byte < len(c.src) && strings.HasPrefix(c.src[r.Start.Byte:], "%{")
}

// value compiles one expression.
func (c *compiler) value(e hclsyntax.Expression, bound *names) value {
	inner := e
	for {
		paren, ok := inner.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		inner = paren.Expression
	}
	if t, ok := inner.(*hclsyntax.ScopeTraversalExpr); ok {
		if r := newReference(t); r != nil {
			if bound.has(r.root) {
				return &localReference{r}
			}
			c.references = append(c.references, r)
			return r
		}
	}
	return &computed{c.rewrite(e, bound)}
}

// checkNesting refuses a source that would overflow the parser's stack. HCL's
// own limits are those of the machine.
func checkNesting(src string, start hcl.Pos, lex func([]byte, string, hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics)) *fault {
	if len(src) < maxNesting {
		return nil
	}
	tokens, _ := lex([]byte(src), "", start)
	depth, since, templates := 0, 0, 0
	for _, tok := range tokens {
		switch tok.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
			depth++
		case hclsyntax.TokenTemplateInterp:
			depth++
		case hclsyntax.TokenTemplateControl:
			depth++
			templates++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
			depth--
		}
		if depth <= 0 {
			since = 0
		}
		since++
		if depth > maxNesting || since > maxTokens || templates > maxTokens {
			return &fault{diag.TemplateSyntax, "the expression is too large", "Compute parts of it in locals.", tok.Range}
		}
	}
	return nil
}
