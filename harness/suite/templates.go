package suite

import (
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// templateOf reads a key's text as a template; nil when it is absent or wrong.
func templateOf(ds *diag.Diagnostics, o *spec.Object, key string) *expr.Template {
	n := o.Node(key)
	if n == nil {
		return nil
	}
	return textTemplate(ds, n, key)
}

// textTemplate parses a scalar as a template; what names it in messages.
func textTemplate(ds *diag.Diagnostics, n *spec.Node, what string) *expr.Template {
	if !n.Scalar() {
		ds.Add(diag.WrongType, n.Range, fmt.Sprintf("%s is text, not %s", what, n.Kind.String()), "")
		return nil
	}
	t, more := expr.ParseTemplate(n)
	*ds = append(*ds, more...)
	return t
}

// literal gives a template's text if nothing in it is to be evaluated.
func literal(t *expr.Template) (string, bool) {
	if t == nil {
		return "", false
	}
	return t.IsLiteral()
}

// checkText checks a template of something that is sent. What a reply cost is
// known too late for it, which deserves better than "undefined".
func checkText(ds *diag.Diagnostics, t *expr.Template, known expr.Known) {
	if t == nil {
		return
	}
	if _, ok := t.IsLiteral(); ok {
		return
	}
	for _, ref := range t.References() {
		if ref.Root == "self" && ref.Name == "credits" {
			ds.Add(diag.CreditsTooSoon, ref.Range, "self.credits is not known yet here",
				"What a reply cost is settled after the conversation went on. Judge it with the checks credits and total, or in a condition.")
			return
		}
	}
	*ds = append(*ds, t.Check(known)...)
}

// fixedText gives the text of a template that has nothing to evaluate but the
// escapes $${ and %%{.
func fixedText(n *spec.Node, t *expr.Template) (string, bool) {
	if text, ok := t.IsLiteral(); ok {
		return text, true
	}
	rest := strings.ReplaceAll(strings.ReplaceAll(n.Value, "$${", ""), "%%{", "")
	if strings.Contains(rest, "${") || strings.Contains(rest, "%{") {
		return "", false
	}
	text, ds := t.Text(nil)
	return text, !ds.HasErrors()
}
