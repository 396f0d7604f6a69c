package spec

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/diag"
)

func object(t *testing.T, src string) (*Object, *diag.Diagnostics) {
	t.Helper()
	var ds diag.Diagnostics
	return NewObject(mustParse(t, src), "case", &ds), &ds
}

func TestObjectReads(t *testing.T) {
	o, ds := object(t, "text: 3.10\nbool: True\nint: -4\nwait: 1m30s\nzero: 0\none: x\nmany: [x, 007, true]\nlist: [[], a]\nmap: {a: b}\nnothing:\nnull: ~\n")
	if got := o.Text("text"); got != "3.10" {
		t.Errorf("text %q", got)
	}
	if !o.Bool("bool") || o.Int("int", -5, 5) != -4 || o.Duration("wait") != 90*time.Second || o.Duration("zero") != 0 {
		t.Error("bool, int or duration is wrong")
	}
	if one, many := o.Texts("one"), o.Texts("many"); len(one) != 1 || len(many) != 3 || many[1].Value != "007" {
		t.Errorf("texts %v %v", one, many)
	}
	if len(o.List("list")) != 2 || o.Map("map").Get("a").Value != "b" {
		t.Error("list or map is wrong")
	}
	if o.Has("nothing") || !o.IsNull("nothing") || !o.IsNull("null") || o.Node("nothing") != nil || o.IsNull("absent") || o.Has("absent") {
		t.Error("null must count as absent, and be told by IsNull")
	}
	if o.Text("absent") != "" || o.Bool("absent") || o.Int("absent", 1, 2) != 0 || o.Duration("absent") != 0 || o.Texts("absent") != nil || o.List("absent") != nil || o.Map("absent") != nil {
		t.Error("an absent key must give the zero value")
	}
	if got := place(o.Key("int").Range); got != "3:1-4" {
		t.Errorf("key at %s", got)
	}
	o.Close()
	if len(*ds) > 0 {
		t.Errorf("diagnostics %v", *ds)
	}
}

func TestObjectRefuses(t *testing.T) {
	tests := []struct {
		src  string
		read func(*Object)
		want string
	}{
		{"a: []", func(o *Object) { o.Text("a") }, "ASY4013 1:4-6 a must be text, not a list"},
		{"a: yes", func(o *Object) { o.Bool("a") }, `ASY4013 1:4-7 a must be true or false, not the text "yes"`},
		{"a: 'true'", func(o *Object) { o.Bool("a") }, `ASY4013 1:4-10 a must be true or false, not the text "true"`},
		{"a: x", func(o *Object) { o.Int("a", 1, 9) }, `ASY4013 1:4-5 a must be a whole number, not the text "x"`},
		{"a: 10", func(o *Object) { o.Int("a", 1, 9) }, "ASY4016 1:4-6 a cannot be 10"},
		{"a: 1.5", func(o *Object) { o.Int("a", 1, 9) }, "ASY4016 1:4-7 a cannot be 1.5"},
		{"a: 99999999999999999999", func(o *Object) { o.Int("a", 1, 9) }, "ASY4016 1:4-24 a cannot be 99999999999999999999"},
		{"a: 20", func(o *Object) { o.Duration("a") }, "ASY4016 1:4-6 a: 20 has no unit"},
		{"a: -5s", func(o *Object) { o.Duration("a") }, "ASY4016 1:4-7 a cannot be negative"},
		{"a: soon", func(o *Object) { o.Duration("a") }, `ASY4016 1:4-8 a: "soon" is no duration`},
		{"a: {}", func(o *Object) { o.Duration("a") }, "ASY4013 1:4-6 a must be a duration, not a map"},
		{"a: {}", func(o *Object) { o.Texts("a") }, "ASY4013 1:4-6 a must be text or a list of texts, not a map"},
		{"a: [b, [c]]", func(o *Object) { o.Texts("a") }, "ASY4013 1:8-11 an item of a must be text, not a list"},
		{"a: b", func(o *Object) { o.List("a") }, `ASY4013 1:4-5 a must be a list, not the text "b"`},
		{"a: 5", func(o *Object) { o.Map("a") }, "ASY4013 1:4-5 a must be a map, not 5"},
		{"x: y", func(o *Object) { o.Node("x"); o.Require("x", "name") }, `ASY4014 1:1-5 case needs the key "name"`},
		{"name:", func(o *Object) { o.Require("name") }, `ASY4014 1:1-5 case needs the key "name"`},
		{"conversatoin: 1", func(o *Object) { o.Require("conversation") }, `ASY4012 1:1-13 unknown key "conversatoin" in case`},
		{"judge: 1", func(o *Object) { o.Require("name"); o.Reserve("judge") }, `ASY4015 1:1-6 "judge" is not supported yet`},
		{"matrix: 1", func(o *Object) { o.Reserve("matrix", "judge") }, `ASY4015 1:1-7 "matrix" is not supported yet`},
		{"conversatoin: 1", func(o *Object) { o.Has("conversation") }, `ASY4012 1:1-13 unknown key "conversatoin" in case`},
	}
	for _, test := range tests {
		o, ds := object(t, test.src)
		test.read(o)
		o.Close()
		if len(*ds) != 1 {
			t.Errorf("%q: got %v, want one: %s", test.src, *ds, test.want)
			continue
		}
		d := (*ds)[0]
		if got := fmt.Sprintf("%s %s %s", d.Code, place(d.Range), d.Summary); got != test.want {
			t.Errorf("%q: got %s, want %s", test.src, got, test.want)
		}
	}
}

func TestObjectSuggests(t *testing.T) {
	o, ds := object(t, "expects: 1\nqqqqqq: 2\n")
	o.Has("name")
	o.Has("expect")
	o.Reserve("judge")
	o.Close()
	want := []string{`Did you mean "expect"?`, "It takes: expect, name."}
	for i, d := range *ds {
		if d.Detail != want[i] {
			t.Errorf("got %q, want %q", d.Detail, want[i])
		}
	}
}

func TestObjectOfNoMap(t *testing.T) {
	var ds diag.Diagnostics
	for _, n := range []*Node{nil, mustParse(t, "- a")} {
		o := NewObject(n, "case", &ds)
		if o.Has("a") || o.Text("a") != "" {
			t.Error("the object must be empty")
		}
		o.Close()
	}
	if len(ds) != 2 || ds[1].Summary != "case must be a map, not a list" {
		t.Errorf("got %v", ds)
	}
}

func TestObjectWithManyKeys(t *testing.T) {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, "k%d: v\n", i)
	}
	o, ds := object(t, b.String())
	for i := range 200 {
		if i != 70 {
			o.Node(fmt.Sprintf("k%d", i))
		}
	}
	o.Close()
	if len(*ds) != 1 || !strings.HasPrefix((*ds)[0].Summary, `unknown key "k70"`) {
		t.Errorf("got %v", *ds)
	}
}
