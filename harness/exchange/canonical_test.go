package exchange_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/exchange"
)

func TestCanonical(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"white space", " { \"a\" :\t[ 1 ,\r\n true , null,false ] } ", `{"a":[1,true,null,false]}`},
		{"order of names", `{"b":1,"a":{"d":1,"c":2},"":0}`, `{"":0,"a":{"c":2,"d":1},"b":1}`},
		// RFC 8785, 3.2.3: U+FB33 sorts behind the pair D83D DE02, unlike in UTF-8.
		{"order by UTF-16 units", `{"\ufb33":1,"\ud83d\ude02":2,"€":3,"\r":4,"1":5,"\u0080":6,"ö":7}`, `{"\r":4,"1":5,"` + "\u0080" + `":6,"ö":7,"€":3,"😂":2,"` + "\ufb33" + `":1}`},
		{"order of an escaped name", `{"a\"":1,"a!":2,"a#":3}`, `{"a!":2,"a\"":1,"a#":3}`},
		{"escapes", `"\u0041\/\u000a\u001F\u0022\u005c\b\f\r\t\u00e9<>&"`, `"A/\n\u001f\"\\\b\f\r\té<>&"`},
		{"a pair is its character", `"\ud83d\ude02 😂"`, `"😂 😂"`},
		{"lone surrogates stay", `"\uD800 \udc00 \ud800\ud800\udc00 \ud800x"`, `"\ud800 \udc00 \ud800𐀀 \ud800x"`},
		{"line separators stay", "\"\u2028\u2029\x7f\"", "\"\u2028\u2029\x7f\""},
		{"no normalisation", "[\"é\",\"e\u0301\"]", "[\"é\",\"e\u0301\"]"},
		{"integers", `[1,1.0,1e0,10e-1,0.1e1,100E-2]`, `[1,1,1,1,1,1]`},
		{"zero", `[0,-0,0.00,-0e5,0e99999999999999999999999]`, `[0,0,0,0,0]`},
		{"tens", `[10,1e1,1E+1,100,1000000000000000000000]`, `[1e1,1e1,1e1,1e2,1e21]`},
		{"fractions", `[0.5,0.50,5e-1,-1.25,12.5e3,0.00120]`, `[5e-1,5e-1,5e-1,-125e-2,125e2,12e-4]`},
		{"more digits than a float", `[9007199254740993,0.1000000000000000055]`, `[9007199254740993,1000000000000000055e-19]`},
		{"great exponents", `[1e1000000000,1e-1000000000,12e000000000000000000000007]`, `[1e1000000000,1e-1000000000,12e7]`},

		{"content of one text part", `{"messages":[{"role":"user","content":[{"type":"text","text":"hi \"x\""}]}]}`, `{"messages":[{"content":"hi \"x\"","role":"user"}]}`},
		{"content of two parts stays", `{"messages":[{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}`, `{"messages":[{"content":[{"text":"a","type":"text"},{"text":"b","type":"text"}]}]}`},
		{"a part with another field stays", `{"messages":[{"content":[{"type":"text","text":"a","z":1}]}]}`, `{"messages":[{"content":[{"text":"a","type":"text","z":1}]}]}`},
		{"a part of another type stays", `{"messages":[{"content":[{"type":"image","text":"a"}]}]}`, `{"messages":[{"content":[{"text":"a","type":"image"}]}]}`},
		{"a part whose text is no string stays", `{"messages":[{"content":[{"type":"text","text":["a"]}]}]}`, `{"messages":[{"content":[{"text":["a"],"type":"text"}]}]}`},
		{"an empty list stays", `{"messages":[{"content":[]}]}`, `{"messages":[{"content":[]}]}`},
		{"only content", `{"messages":[{"x":[{"type":"text","text":"a"}]}]}`, `{"messages":[{"x":[{"text":"a","type":"text"}]}]}`},
		{"only of messages", `{"x":[{"content":[{"type":"text","text":"a"}]}]}`, `{"x":[{"content":[{"text":"a","type":"text"}]}]}`},
		{"only at the top", `{"x":{"messages":[{"content":[{"type":"text","text":"a"}]}]}}`, `{"x":{"messages":[{"content":[{"text":"a","type":"text"}]}]}}`},
		{"not one level deeper", `{"messages":[{"content":{"content":[{"type":"text","text":"a"}]}}]}`, `{"messages":[{"content":{"content":[{"text":"a","type":"text"}]}}]}`},
		{"text that looks like the end of a part", `{"messages":[{"content":[{"type":"text","text":"\",\"type\":\"text\"}]"}]}]}`, `{"messages":[{"content":"\",\"type\":\"text\"}]"}]}`},
		{"scalars", `true`, `true`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := exchange.Canonical([]byte(tt.body))
			if !ok || string(got) != tt.want {
				t.Errorf("Canonical(%s)\n got %s, %v\nwant %s", tt.body, got, ok, tt.want)
			}
		})
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for _, body := range []string{
		"", " ", "nul", "truex", "{}{}", "1 2", "{", "[", `"`, `"\`, `"\u12`, `"\u12g4"`, `"\x"`, "\"\n\"", "\"\x00\"", "[1,]", "{,}", `{"a":1,}`, `{"a"}`, `{a:1}`,
		`{"a":1,"a":2}`, `{"a":1,"b":{"c":1,"\u0063":2}}`, `{"\ud800":1,"\uD800":2}`,
		"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\xef\xbb\xbf{}",
		"01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "--1", "1e9999999999999999999",
		strings.Repeat("[", 1002) + strings.Repeat("]", 1002),
		strings.Repeat("[", 10_000_000), strings.Repeat(`{"a":`, 100_000),
	} {
		if got, ok := exchange.Canonical([]byte(body)); ok {
			t.Errorf("Canonical(%.40q) = %.40q, want it refused", body, got)
		}
	}
}

func TestCanonicalIsLinear(t *testing.T) {
	// Objects out of order are moved once a level; this is the deepest there can be.
	body := []byte(strings.Repeat(`{"b":`, 999) + `"` + strings.Repeat("x", 1<<20) + `"` + strings.Repeat(`,"a":1}`, 999))
	if got, ok := exchange.Canonical(body); !ok || len(got) != len(body) {
		t.Errorf("got %d bytes, %v; want %d, true", len(got), ok, len(body))
	}
	long := []byte("1" + strings.Repeat("0", 1<<20) + "e1000000000")
	if got, ok := exchange.Canonical(long); !ok || string(got) != "1e1001048576" {
		t.Errorf("got %.40s, %v", got, ok)
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		`{"messages":[{"role":"user","content":[{"type":"text","text":"now a joke on dogs"}]}],"temperature":0.70,"n":1e2}`,
		`{"\ufb33":1,"\ud83d\ude02":2}`, `"\ud800\udc00\ud800"`, `[0,-0,1.0,1e1000000000,0.00]`, `{"a":1,"a":2}`, "\"\xff\"", `[[[[]]]]`, ` null `,
		`{"messages":[{"content":[{"type":"text","text":"\",\"type\":\"text\"}]"}]}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		once, ok := exchange.Canonical(body)
		if !ok {
			return
		}
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatalf("%q is not JSON and was taken: %q", body, once)
		}
		if !json.Valid(once) {
			t.Fatalf("%q became %q, which is not JSON", body, once)
		}
		if twice, ok := exchange.Canonical(once); !ok || !bytes.Equal(once, twice) {
			t.Fatalf("%q became %q and then %q, %v", body, once, twice, ok)
		}
		sameQuestion(t, body, once)
	})
}

// sameQuestion checks that other spellings of the body have the same canonical form.
func sameQuestion(t *testing.T, body, want []byte) {
	t.Helper()
	var indented bytes.Buffer
	if json.Indent(&indented, body, " ", "\t") != nil {
		return
	}
	if got, ok := exchange.Canonical(indented.Bytes()); !ok || !bytes.Equal(got, want) {
		t.Fatalf("indented: got %q, %v, want %q", got, ok, want)
	}
	if bytes.Contains(bytes.ToLower(body), []byte(`\ud`)) {
		return // encoding/json replaces lone surrogates
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return
	}
	again, err := json.Marshal(v) // other order, other escapes
	if err != nil {
		return
	}
	if got, ok := exchange.Canonical(again); !ok || !bytes.Equal(got, want) {
		t.Fatalf("encoded again as %q: got %q, %v, want %q", again, got, ok, want)
	}
}

func FuzzCanonicalNumber(f *testing.F) {
	for _, s := range []string{"1.0", "-0", "1e0", "10.010", "0.001e3", "-12.50E-1"} {
		f.Add(s, "1")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, xok := rational(a)
		y, yok := rational(b)
		if !xok || !yok {
			return
		}
		p, pok := exchange.Canonical([]byte(a))
		q, qok := exchange.Canonical([]byte(b))
		if !pok || !qok {
			t.Fatalf("%q, %q: %v, %v", a, b, pok, qok)
		}
		if value, _ := new(big.Rat).SetString(string(p)); value.Cmp(x) != 0 {
			t.Fatalf("%q became %q", a, p)
		}
		if bytes.Equal(p, q) != (x.Cmp(y) == 0) {
			t.Fatalf("%q and %q became %q and %q", a, b, p, q)
		}
	})
}

// rational reads a JSON number of a size that big can take.
func rational(s string) (*big.Rat, bool) {
	if len(s) > 40 || !json.Valid([]byte(s)) || strings.TrimSpace(s) != s || strings.Trim(s, "0123456789+-.eE") != "" {
		return nil, false
	}
	if _, e, found := strings.Cut(strings.ToLower(s), "e"); found && len(strings.TrimLeft(e, "+-0")) > 2 {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

func BenchmarkCanonical(b *testing.B) {
	body := benchmarkBody()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		exchange.Canonical(body)
	}
}

// benchmarkBody is a request of 1 KB.
func benchmarkBody() []byte {
	text := strings.Repeat("Tell me a joke on cats, please. ", 8)
	return []byte(`{"messages":[{"role":"system","content":"` + text + `"},{"role":"user","content":"` + text + `\n\"é\""},` +
		`{"role":"assistant","content":"` + text + `"},{"role":"user","content":"now a joke on dogs"}],"temperature":0.7,"max_tokens":400}`)
}
