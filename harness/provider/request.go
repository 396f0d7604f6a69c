package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// Body builds a request body: the fields in first, then messages where the
// question is asked as a list of them, then the params in order.
//
//	{"model": …, "messages": […], "temperature": …}
//
// A param with the name of a field in first takes its place. A param named
// messages is an error, as is stream: true, because replies are read whole.
func Body(c Config, q Question, first ...Param) ([]byte, error) {
	params, err := mergedParams(c.Params, q.Params)
	if err != nil {
		return nil, err
	}
	body := append(make([]byte, 0, 256+sizeOf(q.Messages)), '{')
	for _, p := range first {
		if i := slices.IndexFunc(params, func(q Param) bool { return q.Name == p.Name }); i >= 0 {
			p.Value = params[i].Value
			params = slices.Delete(params, i, i+1)
		}
		body = append(appendParam(body, p), ',')
	}
	for _, m := range q.Messages {
		if err := m.Valid(); err != nil {
			return nil, err
		}
	}
	body = exchange.AppendMessages(append(body, `"messages":`...), q.Messages)
	for _, p := range params {
		body = appendParam(append(body, ','), p)
	}
	return append(body, '}'), nil
}

func appendParam(dst []byte, p Param) []byte {
	return append(append(exchange.AppendString(dst, p.Name), ':'), p.Value...)
}

func sizeOf(messages []exchange.Message) int {
	n := 0
	for _, m := range messages {
		n += len(m.Text) + 40
		for _, p := range m.Parts {
			n += len(p.Text) + 40
		}
	}
	return n
}

// mergedParams lets the question's params override the provider's; null removes.
func mergedParams(own, asked []Param) ([]Param, error) {
	out := make([]Param, 0, len(own)+len(asked))
	for _, p := range own {
		if !slices.ContainsFunc(asked, func(q Param) bool { return q.Name == p.Name }) {
			out = append(out, p)
		}
	}
	out = append(out, asked...)
	out = slices.DeleteFunc(out, func(p Param) bool { return string(p.Value) == "null" })
	for i, p := range out {
		switch {
		case p.Name == "messages":
			return nil, fmt.Errorf("the parameter %q is the conversation itself: write it as turns, or use request.body", p.Name)
		case p.Name == "stream" && string(p.Value) != "false":
			return nil, fmt.Errorf("the parameter %q is not supported yet: replies are read whole", p.Name)
		case !json.Valid(p.Value):
			return nil, fmt.Errorf("the parameter %q is not JSON: %q", p.Name, p.Value)
		case slices.ContainsFunc(out[:i], func(q Param) bool { return q.Name == p.Name }):
			return nil, fmt.Errorf("the parameter %q is there twice", p.Name)
		}
	}
	return out, nil
}

// Request gives the request of a question to a path below the base URL with a
// built body, bent as the question's Override says. GET and HEAD carry no body
// but an overriding one.
func Request(q Question, path string, body []byte) (*exchange.Request, error) {
	o := q.Override
	r := &exchange.Request{Method: http.MethodPost, Credential: credentialOf(o), Body: body}
	if o.Method != "" {
		r.Method = o.Method
	}
	if !isToken(r.Method) {
		return nil, fmt.Errorf("%q is no HTTP method", r.Method)
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		r.Body = nil
	}
	if o.Body != nil {
		r.Body = []byte(*o.Body)
	}
	if o.Path != "" {
		path = o.Path
	}
	var err error
	if r.Path, r.Query, err = splitPath(path); err != nil {
		return nil, err
	}
	r.Header, err = checkedHeader(o.Header)
	return r, err
}

func credentialOf(o Override) exchange.Credential {
	switch {
	case o.APIKey == nil:
		return exchange.Own
	case *o.APIKey == "":
		return exchange.None
	default:
		return exchange.Other
	}
}

// splitPath gives a path with a leading slash, and the query.
func splitPath(s string) (path, query string, err error) {
	if strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return "", "", fmt.Errorf("the path %q has control characters", s)
	}
	path, query, _ = strings.Cut(s, "?")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path, query, nil
}

// ownHeaders are those that the transport writes: a suite that set them could
// break the connection's framing, or, with Host, have a key carried to another
// site behind the same front.
var ownHeaders = map[string]bool{
	"connection": true, "content-length": true, "expect": true, "host": true, "keep-alive": true, "proxy-authorization": true,
	"proxy-connection": true, "te": true, "trailer": true, "transfer-encoding": true, "upgrade": true, "accept-encoding": true,
	exchange.HeaderAddress: true,
}

// checkedHeader gives the fields with lower-case names, sorted.
func checkedHeader(fields []exchange.Field) ([]exchange.Field, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	out := slices.Clone(fields)
	for i, f := range out {
		name := strings.ToLower(f.Name)
		switch {
		case !isToken(name):
			return nil, fmt.Errorf("%q is no name of a header", f.Name)
		case ownHeaders[name]:
			return nil, fmt.Errorf("the header %q is the connection's own and can't be set", f.Name)
		case strings.ContainsFunc(f.Value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }):
			return nil, fmt.Errorf("the header %q has control characters in its value", f.Name)
		}
		out[i].Name = name
	}
	slices.SortStableFunc(out, func(a, b exchange.Field) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// isToken reports whether s is a token of RFC 9110.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		return !alphanumeric && !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
	})
}
