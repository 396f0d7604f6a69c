package plan

import (
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/suite"
)

// request is what bends the HTTP request, merged over the levels.
type request struct {
	apiKey, path, body *expr.Template
	method             string
	headers            []suite.Header // names in lower case, each once
	timeout            time.Duration
}

// mergeRequest lays the nearer level over the outer one.
func mergeRequest(outer *request, l suite.Level) *request {
	nearer := l.Request
	switch {
	case l.NoRequest:
		return nil
	case nearer == nil:
		return outer
	}
	var out request
	if outer != nil {
		out = *outer
	}
	for _, key := range nearer.Removed {
		out.remove(key)
	}
	if nearer.APIKey != nil {
		out.apiKey = nearer.APIKey
	}
	if nearer.Path != nil {
		out.path = nearer.Path
	}
	if nearer.Body != nil {
		out.body = nearer.Body
	}
	if nearer.Method != "" {
		out.method = nearer.Method
	}
	if nearer.Timeout != 0 {
		out.timeout = nearer.Timeout
	}
	out.headers = mergeHeaders(out.headers, nearer.Headers)
	return &out
}

func mergeHeaders(outer, nearer []suite.Header) []suite.Header {
	if len(nearer) == 0 {
		return outer
	}
	over := make(map[string]bool, len(nearer))
	for _, h := range nearer {
		over[strings.ToLower(h.Name)] = true
	}
	var out []suite.Header
	for _, h := range outer {
		if !over[h.Name] {
			out = append(out, h)
		}
	}
	for _, h := range nearer {
		if h.Value != nil {
			out = append(out, suite.Header{Name: strings.ToLower(h.Name), Value: h.Value})
		}
	}
	return out
}

// eval fills in the templates.
func (r *request) eval(s *expr.Scope) (provider.Override, diag.Diagnostics) {
	var out provider.Override
	if r == nil {
		return out, nil
	}
	out.Method, out.Timeout = r.method, r.timeout
	var ds diag.Diagnostics
	text := func(t *expr.Template) *string {
		if t == nil {
			return nil
		}
		v, more := t.Text(s)
		ds = append(ds, more...)
		return &v
	}
	out.APIKey, out.Body = text(r.apiKey), text(r.body)
	if p := text(r.path); p != nil {
		out.Path = *p
	}
	for _, h := range r.headers {
		out.Header = append(out.Header, exchange.Field{Name: h.Name, Value: *text(h.Value)})
	}
	return out, ds
}

// remove takes back what an outer level says.
func (r *request) remove(key string) {
	switch key {
	case "api_key":
		r.apiKey = nil
	case "method":
		r.method = ""
	case "path":
		r.path = nil
	case "headers":
		r.headers = nil
	case "body":
		r.body = nil
	case "timeout":
		r.timeout = 0
	}
}
