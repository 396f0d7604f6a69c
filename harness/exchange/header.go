package exchange

import (
	"net/http"
	"slices"
	"strings"
)

// The headers that assay and its mock server say to each other.
const (
	// HeaderAddress names the recording that the mock server shall answer with.
	// It goes to a mock server on loopback only.
	HeaderAddress = "x-assay-address"
	// HeaderOrigin is the Origin of what the mock server serves.
	HeaderOrigin = "x-assay-origin"
	// HeaderMiss says why the mock server has no recording for a question.
	HeaderMiss = "x-assay-miss"
)

// Field is one header field; Name is lower-case.
type Field struct{ Name, Value string }

// storedNames are the response headers that recordings keep: what tests look at
// (the language's header check and capture), and nothing that names the account,
// its balance, a session or the way a reply travelled.
var storedNames = map[string]bool{
	"allow":                true, // of a 405
	"content-language":     true,
	"content-type":         true,
	"deprecation":          true, // RFC 9745: the model will go
	"location":             true, // of a 3xx, which is never followed
	"openai-model":         true,
	"openai-processing-ms": true,
	"openai-version":       true,
	"request-id":           true, // Anthropic's spelling
	"retry-after":          true,
	"retry-after-ms":       true,
	"sunset":               true, // RFC 8594: the model goes on that day
	"www-authenticate":     true, // of a 401
	"x-cost":               true, // Segmind: what the call cost
	"x-request-id":         true,
}

// IsStored reports whether recordings keep the response header of that name, in
// any case. A header that is not kept is not shown to checks in live runs
// either, so that live and replay judge the same: x-remaining-credits, which
// is the account's, is the one that people miss.
func IsStored(name string) bool {
	name = strings.ToLower(name)
	return storedNames[name] || strings.HasPrefix(name, "x-rate-limit-") || strings.HasPrefix(name, "x-ratelimit-")
}

// StoredHeader keeps of a response's header the fields that recordings keep
// (see IsStored), sorted by name, in the order of arrival where a name comes
// several times, redacted by r.
func StoredHeader(h http.Header, r *Redactor) []Field {
	return fields(h, r, IsStored)
}

// Fields gives every field of a header, sorted by name: what a provider.Kind's
// Bill reads.
func Fields(h http.Header) []Field {
	return fields(h, nil, func(string) bool { return true })
}

func fields(h http.Header, r *Redactor, keep func(name string) bool) []Field {
	var out []Field
	for name, values := range h {
		if !keep(name) {
			continue
		}
		for _, value := range values {
			out = append(out, Field{Name: strings.ToLower(name), Value: r.String(value)})
		}
	}
	slices.SortStableFunc(out, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Lookup gives the first value of a field, whatever the case of name, and
// whether there is one.
func Lookup(header []Field, name string) (value string, found bool) {
	for _, f := range header {
		if strings.EqualFold(f.Name, name) {
			return f.Value, true
		}
	}
	return "", false
}

// Get gives the first value of the response's field of that name, "" if there is none.
func (r *Response) Get(name string) string {
	value, _ := Lookup(r.Header, name)
	return value
}
