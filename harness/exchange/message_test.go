package exchange_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/exchange"
)

func TestMessageJSON(t *testing.T) {
	tests := []struct {
		message exchange.Message
		want    string
	}{
		{exchange.Message{Role: "user", Text: "tell me a joke on cats"}, `{"role":"user","content":"tell me a joke on cats"}`},
		{exchange.Message{Role: "user"}, `{"role":"user","content":""}`},
		{exchange.Message{Role: "user", Text: "<b>&\"\\\n\t\x00\x1f\u2028é😂"}, `{"role":"user","content":"<b>&\"\\\n\t\u0000\u001f` + "\u2028" + `é😂"}`},
		{exchange.Message{Role: "system", Parts: []exchange.Part{{"a"}, {"b"}}}, `{"role":"system","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}`},
		{exchange.Message{Role: "user", Parts: []exchange.Part{}}, `{"role":"user","content":[]}`},
	}
	for _, tt := range tests {
		got, err := tt.message.MarshalJSON()
		if err != nil || string(got) != tt.want {
			t.Errorf("got %s, %v, want %s", got, err, tt.want)
		}
		var back exchange.Message
		if err := json.Unmarshal(got, &back); err != nil || !reflect.DeepEqual(back, tt.message) {
			t.Errorf("%s reads back as %+v, %v", got, back, err)
		}
	}
}

func TestMessageJSONRefuses(t *testing.T) {
	for _, s := range []string{`1`, `{"content":1}`, `{"content":{}}`, `{"role":1}`, `{"content":[{"type":"image_url"}]}`, `{"content":[{"type":"text"}]}`, `{"content":["a"]}`} {
		var m exchange.Message
		if err := json.Unmarshal([]byte(s), &m); err == nil {
			t.Errorf("%s was read as %+v", s, m)
		}
	}
}

func TestMessageValid(t *testing.T) {
	for _, m := range []exchange.Message{{Role: "user", Text: "\xff"}, {Role: "\xff"}, {Role: "user", Parts: []exchange.Part{{"a"}, {"\xff"}}}} {
		if m.Valid() == nil {
			t.Errorf("%q is no UTF-8 and was taken", m)
		}
		if got, _ := m.MarshalJSON(); !json.Valid(got) || !strings.Contains(string(got), "\uFFFD") {
			t.Errorf("got %q", got)
		}
	}
	if err := (exchange.Message{Role: "user", Text: "é\uFFFD"}).Valid(); err != nil {
		t.Error(err)
	}
}

func TestMessageContent(t *testing.T) {
	if got := (exchange.Message{Parts: []exchange.Part{{"a"}, {"b"}}}).Content(); got != "a\nb" {
		t.Errorf("got %q", got)
	}
	if got := (exchange.Message{Text: "x"}).Content(); got != "x" {
		t.Errorf("got %q", got)
	}
}

func TestRedactMessages(t *testing.T) {
	red := redactor(t, "T", "s3cr3t-token")
	in := []exchange.Message{{Role: "user", Text: "hello"}, {Role: "user", Text: "s3cr3t-token"}, {Role: "user", Parts: []exchange.Part{{"a"}, {"s3cr3t-token"}}}}
	got := exchange.RedactMessages(in, red)
	if got[1].Text != "(sensitive:T)" || got[2].Parts[1].Text != "(sensitive:T)" || got[0].Text != "hello" {
		t.Errorf("got %+v", got)
	}
	if in[1].Text != "s3cr3t-token" || in[2].Parts[1].Text != "s3cr3t-token" {
		t.Error("the messages themselves were changed")
	}
	if got := exchange.RedactMessages(in[:1], red); &got[0] != &in[0] {
		t.Error("nothing to hide, and yet a copy")
	}
	if got := exchange.RedactMessages(nil, nil); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestMembers(t *testing.T) {
	got, ok := exchange.Members([]byte(` {"a" : {"x":[1,"]}"]} , "\u0062\"":"\"}", "c":-1.5e3,"d":null} `))
	want := []exchange.Member{{"a", []byte(`{"x":[1,"]}"]}`)}, {`b"`, []byte(`"\"}"`)}, {"c", []byte("-1.5e3")}, {"d", []byte("null")}}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, ok)
	}
	if got, ok := exchange.Members([]byte("{}")); !ok || got != nil {
		t.Errorf("got %v, %v", got, ok)
	}
	for _, s := range []string{"", "[]", "1", "{", `{"a"`, `{"a":`, `{"a":}`, `{"a":1`, `{"a":1,}`, `{"a":1}x`, `{"a":1,"a":2}`, `{"a":"`, `{"a":[1}`[:6], `{1:1}`} {
		if got, ok := exchange.Members([]byte(s)); ok {
			t.Errorf("Members(%s) = %q", s, got)
		}
	}
}
