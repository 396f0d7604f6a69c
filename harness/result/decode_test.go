package result

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/credit"
)

var equalAmounts = cmp.Comparer(func(a, b credit.Amount) bool { return a.String() == b.String() })

// TestDecoderKnowsEveryField fills a case by reflection, so that a field that
// is added to the types and forgotten in the decoder is found.
func TestDecoderKnowsEveryField(t *testing.T) {
	var want Case
	fill(reflect.ValueOf(&want).Elem())
	data, err := json.Marshal(&want)
	if err != nil {
		t.Fatal(err)
	}
	var got Case
	if err := new(decoder).decodeCase(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, equalAmounts); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// fill puts something into every field.
func fill(v reflect.Value) {
	switch to := v.Addr().Interface().(type) {
	case *credit.Amount:
		*to, _ = credit.ParseAmount("0.00310")
		return
	case *time.Time:
		*to = time.Date(2026, 11, 22, 14, 3, 11, 5, time.UTC)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("a \"text\" <é>\n")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(2)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	default:
		panic(v.Kind().String())
	}
}

func TestDecoderRefuses(t *testing.T) {
	tests := []string{
		``, `null`, `[]`, `7`, `{`, `{"pass":1`, `{"pass":}`, `{"pass":1.5}`, `{"pass":01}`, `{"pass":"1"}`, `{"pass":99999999999999999999}`,
		`{"pass":1}{}`, `{"pass":1,}`, `{pass:1}`, `{"pass" 1}`, `{"name":7}`, `{"name":"x}`, "{\"name\":\"a\nb\"}", `{"name":"\x"}`, `{"flaky":1}`, `{"flaky":tru}`,
		`{"verdict":"fine"}`, `{"samples":{}}`, `{"samples":[{]}`, `{"sum":[]}`, `{"sum":{"spent":"x"}}`, `{"future":[1,}`, `{"future":{"a":]}`,
		`{"samples":[{"turns":[{"recording":{"at":"yesterday"}}]}]}`, `{"place":{"line":1}]`,
	}
	for _, test := range tests {
		if err := new(decoder).decodeCase([]byte(test), new(Case)); err == nil {
			t.Errorf("%s: got no error", test)
		}
	}
}

// FuzzDecodeCase compares with encoding/json. That one also takes keys in other
// cases, and the same key twice into one value; a record has neither.
func FuzzDecodeCase(f *testing.F) {
	var c Case
	fill(reflect.ValueOf(&c).Elem())
	data, err := json.Marshal(&c)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"pass":1,"tags":[],"samples":[{"turns":null,"total":[{}]}],"x":{"y":[null]},"sum":{"spent":0.1,"latency_ns":-1}}`))
	f.Add([]byte(`{"name":"\ud800\u0041","address":"` + "\xff" + `","problem":null,"flaky":false}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, want Case
		gotErr := new(decoder).decodeCase(data, &got)
		wantErr := json.Unmarshal(data, &want)
		if gotErr == nil && !json.Valid(data) {
			t.Fatalf("took what is no JSON")
		}
		if wantErr != nil || oddKeys(data) {
			return
		}
		if gotErr != nil {
			if data[0] != '{' || strings.Contains(gotErr.Error(), "no value") {
				return // too deep, or no object
			}
			t.Fatalf("got %v, encoding/json takes it", gotErr)
		}
		if diff := cmp.Diff(want, got, equalAmounts, sameEmpty); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// sameEmpty takes an empty list for none: the writer leaves both out.
var sameEmpty = cmp.FilterValues(func(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	return x.Kind() == reflect.Slice && y.Kind() == reflect.Slice && x.Len() == 0 && y.Len() == 0
}, cmp.Ignore())

// oddKeys reports whether an object has a key twice, or one that differs from a
// field's only in case.
func oddKeys(data []byte) bool {
	d := json.NewDecoder(strings.NewReader(string(data)))
	var open []map[string]bool // nil: a list
	key := false
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch v := token.(type) {
		case json.Delim:
			switch v {
			case '{':
				open, key = append(open, map[string]bool{}), true
				continue
			case '[':
				open, key = append(open, nil), false
				continue
			default:
				open = open[:len(open)-1]
			}
		case string:
			if key {
				if lower := strings.ToLower(v); lower != v || open[len(open)-1][v] || strings.ContainsAny(v, "\u017f\u212a") {
					return true
				}
				open[len(open)-1][v] = true
				key = false
				continue
			}
		}
		key = len(open) > 0 && open[len(open)-1] != nil
	}
}
