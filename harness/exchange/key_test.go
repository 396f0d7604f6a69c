package exchange_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/exchange"
)

func question(change func(*exchange.Request)) exchange.Key {
	r := &exchange.Request{
		Method: "POST", Path: "/grok-2", Credential: exchange.Own,
		Header: []exchange.Field{{Name: "x-a", Value: "1"}, {Name: "x-b", Value: "2"}},
		Body:   []byte(`{"messages":[{"role":"user","content":"hello"}],"n":1}`),
	}
	change(r)
	return r.Key()
}

func TestKeyOfTheSameQuestion(t *testing.T) {
	want := question(func(*exchange.Request) {})
	for name, change := range map[string]func(*exchange.Request){
		"spelling of the body": func(r *exchange.Request) {
			r.Body = []byte(`{ "n": 1.0, "messages": [{"content": [{"type":"text","text":"h\u0065llo"}], "role": "user"}] }`)
		},
		"order of headers": func(r *exchange.Request) { r.Header = []exchange.Field{r.Header[1], r.Header[0]} },
		"case of headers":  func(r *exchange.Request) { r.Header = []exchange.Field{{"X-A", "1"}, {"X-B", "2"}} },
	} {
		if got := question(change); got != want {
			t.Errorf("%s: the key differs", name)
		}
	}
}

func TestKeyOfAnotherQuestion(t *testing.T) {
	changes := map[string]func(*exchange.Request){
		"as it is":           func(*exchange.Request) {},
		"method":             func(r *exchange.Request) { r.Method = "PUT" },
		"path":               func(r *exchange.Request) { r.Path = "/grok-2x" },
		"query":              func(r *exchange.Request) { r.Query = "x=1" },
		"path for query":     func(r *exchange.Request) { r.Path, r.Query = "/grok-", "2" },
		"no key":             func(r *exchange.Request) { r.Credential = exchange.None },
		"another key":        func(r *exchange.Request) { r.Credential = exchange.Other },
		"header":             func(r *exchange.Request) { r.Header = r.Header[:1] },
		"header's value":     func(r *exchange.Request) { r.Header[0].Value = "3" },
		"headers run on":     func(r *exchange.Request) { r.Header = []exchange.Field{{"x-a", "1x-b2"}} },
		"unknown field":      func(r *exchange.Request) { r.Body = []byte(strings.Replace(string(r.Body), `"n"`, `"q":0,"n"`, 1)) },
		"text":               func(r *exchange.Request) { r.Body = []byte(strings.Replace(string(r.Body), "hello", "hello ", 1)) },
		"case":               func(r *exchange.Request) { r.Body = []byte(strings.Replace(string(r.Body), "hello", "Hello", 1)) },
		"number for string":  func(r *exchange.Request) { r.Body = []byte(strings.Replace(string(r.Body), "1", `"1"`, 1)) },
		"not JSON":           func(r *exchange.Request) { r.Body = r.Body[1:] },
		"not JSON, spaced":   func(r *exchange.Request) { r.Body = append(r.Body[1:], ' ') },
		"duplicate names":    func(r *exchange.Request) { r.Body = []byte(`{"a":1,"a":1}`) },
		"one of them":        func(r *exchange.Request) { r.Body = []byte(`{"a":1}`) },
		"lone surrogate":     func(r *exchange.Request) { r.Body = []byte(`"\ud800"`) },
		"other surrogate":    func(r *exchange.Request) { r.Body = []byte(`"\ud801"`) },
		"replacement":        func(r *exchange.Request) { r.Body = []byte(`"\ufffd"`) },
		"bad UTF-8":          func(r *exchange.Request) { r.Body = []byte("\"\xff\"") },
		"other bad UTF-8":    func(r *exchange.Request) { r.Body = []byte("\"\xfe\"") },
		"no body":            func(r *exchange.Request) { r.Body = nil },
		"normalised":         func(r *exchange.Request) { r.Body = []byte(`"é"`) },
		"not normalised":     func(r *exchange.Request) { r.Body = []byte("\"e\u0301\"") },
		"great number":       func(r *exchange.Request) { r.Body = []byte(`1e1000000000`) },
		"greater number":     func(r *exchange.Request) { r.Body = []byte(`1e1000000001`) },
		"beyond a float":     func(r *exchange.Request) { r.Body = []byte(`9007199254740992`) },
		"beyond a float, +1": func(r *exchange.Request) { r.Body = []byte(`9007199254740993`) },
	}
	seen := map[exchange.Key]string{}
	for name, change := range changes {
		key := question(change)
		if other, found := seen[key]; found {
			t.Errorf("%q and %q have the same key", name, other)
		}
		seen[key] = name
	}
}

// The keys are in every recording: this one may change only together with the
// recordings' version.
func TestKeyStaysTheSame(t *testing.T) {
	const want = "sha256:b52397aac175cd8c6763eb08b506f49820e376c831a8bad5655ffa66f0a43cb0"
	if got := question(func(*exchange.Request) {}).String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseKey(t *testing.T) {
	key := question(func(*exchange.Request) {})
	got, err := exchange.ParseKey(key.String())
	if err != nil || got != key {
		t.Errorf("got %v, %v, want %v", got, err, key)
	}
	text, _ := key.MarshalText()
	var read exchange.Key
	if err := read.UnmarshalText(text); err != nil || read != key {
		t.Errorf("as text: got %v, %v, want %v", read, err, key)
	}
	for _, s := range []string{"", "sha256:", "sha256:00", key.String()[7:], strings.ToUpper(key.String()), key.String() + "0", "md5:" + key.String()[7:], "sha256:" + strings.Repeat("g", 64)} {
		if _, err := exchange.ParseKey(s); err == nil {
			t.Errorf("ParseKey(%q): no error", s)
		}
	}
}

func TestRequestRedacted(t *testing.T) {
	red := redactor(t, "TOKEN", "s3cr3t-token")
	r := &exchange.Request{Path: "/x", Query: "k=s3cr3t%2Dtoken", Header: []exchange.Field{{"x-a", "plain"}, {"x-b", "Bearer s3cr3t-token"}}, Body: []byte(`{"a":"s3cr3t-token"}`)}
	got := r.Redacted(red)
	if got.Query != "k=(sensitive:TOKEN)" || got.Header[1].Value != "Bearer (sensitive:TOKEN)" || string(got.Body) != `{"a":"(sensitive:TOKEN)"}` {
		t.Errorf("got %+v", got)
	}
	if r.Header[1].Value != "Bearer s3cr3t-token" || got.Header[0].Value != "plain" {
		t.Error("the request itself was changed")
	}
	if r.Redacted(nil) != r {
		t.Error("without a redactor there is nothing to change")
	}
}

func BenchmarkKey(b *testing.B) {
	r := &exchange.Request{Method: "POST", Path: "/grok-2", Credential: exchange.Own, Body: benchmarkBody()}
	b.SetBytes(int64(len(r.Body)))
	b.ReportAllocs()
	for b.Loop() {
		r.Key()
	}
}
