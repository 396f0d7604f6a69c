package expr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/assay-harness/assay/harness/diag"
)

// fault is a diagnostic whose place is still within the template's text.
type fault struct {
	code            diag.Code
	summary, detail string
	rng             hcl.Range
}

// maxFaults bounds what one template can report: a broken expression in a loop
// says the same thing for every element.
const maxFaults = 10

// report translates the places and drops repetitions.
func (t *Template) report(faults []fault) diag.Diagnostics {
	var ds diag.Diagnostics
	for _, f := range faults {
		d := diag.Diagnostic{Code: f.code, Summary: f.summary, Detail: f.detail, Range: t.place(f.rng)}
		if !slices.Contains(ds, d) && len(ds) < maxFaults {
			ds = append(ds, d)
		}
	}
	return ds
}

// hclFault carries a fault of ours through HCL's evaluation.
func hclFault(f *fault) hcl.Diagnostics {
	return hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: f.summary, Detail: f.detail, Subject: f.rng.Ptr(), Extra: f,
	}}
}

// syntaxFaults translates what HCL's parser says.
func syntaxFaults(ds hcl.Diagnostics) []fault {
	var out []fault
	for _, d := range ds {
		if d.Severity == hcl.DiagError {
			out = append(out, fault{diag.TemplateSyntax, lowerFirst(d.Summary), d.Detail, subject(d)})
		}
	}
	return out
}

// evaluationFaults translates what HCL's evaluation says. What it says of
// values is left out where one of them is sensitive.
func (ev *evaluation) evaluationFaults(ds hcl.Diagnostics) []fault {
	var out []fault
	for _, d := range ds {
		if d.Severity != hcl.DiagError || len(out) == maxFaults {
			continue
		}
		if own, ok := hcl.DiagnosticExtra[*fault](d); ok {
			out = append(out, *own)
			continue
		}
		f := fault{diag.EvaluationFailed, lowerFirst(d.Summary), d.Detail, subject(d)}
		switch {
		case len(ev.sensitive) > 0:
			f.detail = fmt.Sprintf("The expression uses the sensitive value %q, so what it computed is not shown.", ev.sensitive[0])
		case isPanic(d):
			f.detail = "The function cannot work with these arguments."
		default:
			if call := callOf(d); call != "" {
				f.summary = strings.Replace(f.summary, "function call", "the call of "+call, 1)
				f.summary = strings.Replace(f.summary, "function argument", "argument of "+call, 1)
			}
		}
		out = append(out, f)
	}
	return out
}

func callOf(d *hcl.Diagnostic) string {
	if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
		return extra.CalledFunctionName()
	}
	return ""
}

func isPanic(d *hcl.Diagnostic) bool {
	extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
	if !ok {
		return false
	}
	var p function.PanicError
	return errors.As(extra.FunctionCallError(), &p)
}

func subject(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}
