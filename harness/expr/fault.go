package expr

import (
	"errors"
	"fmt"
	"regexp"
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

// innerPlace is a place that HCL writes into its text: one within the
// template, which nobody can find.
var innerPlace = regexp.MustCompile(`( (at|started at))? :\d+,\d+(-\d+)?(,\d+)?`)

// syntaxFaults translates what HCL's parser says.
func syntaxFaults(ds hcl.Diagnostics) []fault {
	var out []fault
	for _, d := range ds {
		if d.Severity == hcl.DiagError {
			detail := strings.ReplaceAll(innerPlace.ReplaceAllString(d.Detail, ""), "the end of the file", "the end of the text")
			out = append(out, fault{diag.TemplateSyntax, lowerFirst(d.Summary), detail, subject(d)})
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
		out = append(out, ev.explain(d))
	}
	return out
}

func (ev *evaluation) explain(d *hcl.Diagnostic) fault {
	f := fault{diag.EvaluationFailed, lowerFirst(d.Summary), d.Detail, subject(d)}
	call, err := failedCall(d)
	var panicked function.PanicError
	switch {
	case len(ev.sensitive) > 0:
		if call != "" {
			f.summary = fmt.Sprintf("%q failed", call)
		}
		f.detail = fmt.Sprintf("The expression uses the sensitive value %q, so what it computed is not shown.", ev.sensitive[0])
	case errors.As(err, &panicked):
		f.summary, f.detail = fmt.Sprintf("%q failed", call), "The function cannot work with these arguments."
	case err != nil:
		f.summary, f.detail = fmt.Sprintf("%q failed: %s", call, oneLine(err.Error())), "It is "+byName[call].Signature+"."
	case call != "":
		f.summary = strings.Replace(f.summary, "function argument", "argument of "+call, 1)
	}
	return f
}

// oneLine keeps a message that quotes values within what a summary may be.
func oneLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if runes := []rune(s); len(runes) > 200 {
		s = string(runes[:200]) + "…"
	}
	return s
}

// failedCall gives the function that a diagnostic is about, and its error.
func failedCall(d *hcl.Diagnostic) (string, error) {
	extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
	if !ok {
		return "", nil
	}
	return extra.CalledFunctionName(), extra.FunctionCallError()
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
