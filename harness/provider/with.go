package provider

import (
	"github.com/assay-harness/assay/harness/exchange"
)

// withOf gives, as a JSON object, what a request says besides the messages: what
// a recording shows of it, and what a diff of two requests is made of.
//
//	{"params": {"model": "llama3.2", "temperature": 0}, "method": "GET", "path": "/nope", "query": "a=b",
//	 "api_key": "none", "headers": {"x-team": "blue"}, "body": "{not json"}
//
// Only what is there is named; without anything it is "". params are the body's
// fields but messages, in order; body stands for a raw one.
func withOf(q Question, r *exchange.Request) string {
	w := withWriter{out: make([]byte, 0, 64)}
	o := q.Override
	if o.Body == nil {
		w.params(r.Body)
	}
	if o.Method != "" {
		w.text("method", r.Method)
	}
	if o.Path != "" {
		w.text("path", r.Path)
		if r.Query != "" {
			w.text("query", r.Query)
		}
	}
	if r.Credential != exchange.Own {
		w.text("api_key", string(r.Credential))
	}
	if len(r.Header) > 0 {
		w.headers(r.Header)
	}
	if o.Body != nil {
		w.text("body", string(r.Body))
	}
	if len(w.out) == 0 {
		return ""
	}
	return string(append(w.out, '}'))
}

// withWriter writes an object member by member.
type withWriter struct{ out []byte }

func (w *withWriter) name(name string) {
	open := byte(',')
	if len(w.out) == 0 {
		open = '{'
	}
	w.out = append(exchange.AppendString(append(w.out, open), name), ':')
}

func (w *withWriter) text(name, value string) {
	w.name(name)
	w.out = exchange.AppendString(w.out, value)
}

func (w *withWriter) params(body []byte) {
	members, _ := exchange.Members(body)
	inner := withWriter{}
	for _, m := range members {
		if m.Name != "messages" {
			inner.name(m.Name)
			inner.out = append(inner.out, m.Value...)
		}
	}
	if len(inner.out) > 0 {
		w.name("params")
		w.out = append(append(w.out, inner.out...), '}')
	}
}

func (w *withWriter) headers(fields []exchange.Field) {
	inner := withWriter{}
	for i, f := range fields {
		if i == 0 || fields[i-1].Name != f.Name {
			inner.text(f.Name, f.Value)
		}
	}
	w.name("headers")
	w.out = append(append(w.out, inner.out...), '}')
}
