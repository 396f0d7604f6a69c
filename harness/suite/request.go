package suite

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Request bends the HTTP request.
type Request struct {
	APIKey  *expr.Template
	Method  string
	Path    *expr.Template
	Headers []Header
	Body    *expr.Template
	Timeout time.Duration // 0: not written
	// Removed are the keys written as null: they remove what an outer level says.
	Removed []string
	Range   diag.Range
}

// Header is one header to set; Value nil removes what an outer level set.
type Header struct {
	Name  string
	Value *expr.Template
	Range diag.Range
}

// maxTimeout bounds every time-out: beyond it there is a slip in the unit.
const maxTimeout = 24 * time.Hour

func readRequest(ds *diag.Diagnostics, n *spec.Node) *Request {
	o := spec.NewObject(n, "request", ds)
	r := &Request{Range: n.Range}
	r.APIKey = templateOf(ds, o, "api_key")
	r.Method = readMethod(ds, o.Node("method"))
	r.Path = templateOf(ds, o, "path")
	if text, ok := literal(r.Path); ok {
		checkPath(ds, o.Node("path"), text)
	}
	r.Headers = readHeaders(ds, o.Map("headers"))
	r.Body = templateOf(ds, o, "body")
	r.Timeout = readTimeout(ds, o)
	for _, key := range []string{"api_key", "method", "path", "headers", "body", "timeout"} {
		if o.IsNull(key) {
			r.Removed = append(r.Removed, key)
		}
	}
	o.Close()
	return r
}

// templates gives the request's templates; of none, none.
func (r *Request) templates(yield func(*expr.Template) bool) {
	if r == nil {
		return
	}
	for _, t := range []*expr.Template{r.APIKey, r.Path, r.Body} {
		if t != nil && !yield(t) {
			return
		}
	}
	for _, h := range r.Headers {
		if h.Value != nil && !yield(h.Value) {
			return
		}
	}
}

func readMethod(ds *diag.Diagnostics, n *spec.Node) string {
	switch {
	case n == nil:
	case !n.Scalar():
		ds.Add(diag.WrongType, n.Range, "method is text, not "+n.Kind.String(), "Write an HTTP method such as GET.")
	case !isToken(n.Value), strings.EqualFold(n.Value, "CONNECT"):
		ds.Add(diag.BadRequestKey, n.Range, fmt.Sprintf("%q is no method to ask with", n.Value), "Write an HTTP method such as GET, PUT or DELETE.")
	default:
		return n.Value
	}
	return ""
}

func checkPath(ds *diag.Diagnostics, n *spec.Node, text string) {
	bad := strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' })
	if bad || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") {
		ds.Add(diag.BadRequestKey, n.Range, fmt.Sprintf("%q is no path below the base URL", text),
			"A path starts with one / and has no spaces and no #. To ask another server, set the provider's base_url or use --base-url.")
	}
}

// readTimeout reads a time-out, which must be positive.
func readTimeout(ds *diag.Diagnostics, o *spec.Object) time.Duration {
	d := o.Duration("timeout")
	if n := o.Node("timeout"); n != nil && n.Scalar() && (d > maxTimeout || d == 0 && isZeroDuration(n.Value)) {
		ds.Add(diag.BadValue, n.Range, fmt.Sprintf("a timeout of %s cannot be", n.Value), "It is more than 0, and at most 24h.")
		return 0
	}
	return d
}

// isZeroDuration tells a written zero from what was no duration at all, and is reported.
func isZeroDuration(s string) bool {
	d, err := time.ParseDuration(s)
	return err == nil && d == 0
}

// ownedHeaders are set by HTTP itself or by the harness.
var ownedHeaders = []string{
	"connection", "content-length", "host", "keep-alive", "proxy-connection",
	"te", "trailer", "transfer-encoding", "upgrade",
}

func readHeaders(ds *diag.Diagnostics, n *spec.Node) []Header {
	if n == nil {
		return nil
	}
	seen := firsts{}
	var headers []Header
	for _, pair := range n.Pairs {
		name := strings.ToLower(pair.Key.Value)
		switch {
		case !isToken(name):
			ds.Add(diag.BadRequestKey, pair.Key.Range, fmt.Sprintf("%q is no header name", pair.Key.Value), "A header name is made of letters, digits and -.")
			continue
		case slices.Contains(ownedHeaders, name) || strings.HasPrefix(name, "x-assay-"):
			ds.Add(diag.BadRequestKey, pair.Key.Range, fmt.Sprintf("header %q cannot be set", pair.Key.Value), "HTTP itself or assay sets it. Leave it out.")
			continue
		case !seen.claim(ds, name, "header", pair.Key.Range):
			continue
		}
		h := Header{Name: name, Range: pair.Key.Range}
		if pair.Value.Kind != spec.Null {
			if h.Value = textTemplate(ds, pair.Value, "header "+name); h.Value == nil {
				continue
			}
			checkHeaderText(ds, pair.Value, h.Value)
		}
		headers = append(headers, h)
	}
	return headers
}

func checkHeaderText(ds *diag.Diagnostics, n *spec.Node, t *expr.Template) {
	text, ok := t.IsLiteral()
	if ok && strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		ds.Add(diag.BadRequestKey, n.Range, "a header's value has a line break or a control character", "HTTP cannot send it. Remove it.")
	}
}

// isToken reports whether s is a token of RFC 9110, as methods and header names are.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		alnum := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alnum && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}
