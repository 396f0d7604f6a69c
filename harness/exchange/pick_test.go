package exchange_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/assay-harness/assay/harness/exchange"
)

func TestPick(t *testing.T) {
	got, ok := exchange.Pick([]byte(` {"a": [1, {"b": 2}], "\u0062": "x", "c": null, "a": 3 } `), "a", "b", "c", "d")
	if !ok || string(got[0]) != "3" || string(got[1]) != `"x"` || string(got[2]) != "null" || got[3] != nil {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, s := range []string{"", "[]", "{", `{"a":1}x`, `{"a":01}`, `{"a":[1}]`, `{"a":"\x"}`, `{"a":tru}`, `{a:1}`, `{"a":1,}`} {
		if got, ok := exchange.Pick([]byte(s), "a"); ok {
			t.Errorf("Pick(%s) = %q", s, got)
		}
	}
}

func TestElements(t *testing.T) {
	got, ok := exchange.Elements([]byte(` [ 1 , [2,3], "],[" ] `))
	if !ok || len(got) != 3 || string(got[1]) != "[2,3]" || string(got[2]) != `"],["` {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, s := range []string{"", "{}", "[", "[1", "[1,]", "[1]]"} {
		if got, ok := exchange.Elements([]byte(s)); ok {
			t.Errorf("Elements(%s) = %q", s, got)
		}
	}
}

// The standard library is the judge: what it takes is taken, and means the same.
func FuzzPick(f *testing.F) {
	for _, s := range []string{
		`{"a":"x\n\u00e9\ud83d\ude02\ud800","b":[1,-2.5e3,true,null,{"c":""}]}`, "{\"a\":\"\xff\"}", `{"a":1,"a":"\ud800\ud800\udc00"}`, `{"\u0061":"y"}`, `["a",{}]`, `{"a":"\`, ` {} `,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var object map[string]json.RawMessage
		err := json.Unmarshal(body, &object)
		got, ok := exchange.Pick(body, "a")
		if want := err == nil && object != nil; ok != want {
			t.Fatalf("Pick(%q) = %v, want %v", body, ok, want)
		}
		if ok && !bytes.Equal(got[0], object["a"]) {
			t.Fatalf("Pick(%q) gave %q, want %q", body, got[0], object["a"])
		}
		var array []json.RawMessage
		err = json.Unmarshal(body, &array)
		if got, ok := exchange.Elements(body); ok != (err == nil && array != nil) || len(got) != len(array) {
			t.Fatalf("Elements(%q) = %q, %v", body, got, ok)
		}
		if ok && got[0] != nil && got[0][0] == '"' {
			var want string
			text, ok := exchange.Text(got[0])
			if json.Unmarshal(got[0], &want) != nil || !ok || text != want {
				t.Fatalf("Text(%q) = %q, %v, want %q", got[0], text, ok, want)
			}
		}
	})
}
