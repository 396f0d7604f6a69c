package exchange_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/exchange"
)

func redactor(t testing.TB, name, value string) *exchange.Redactor {
	t.Helper()
	r, err := exchange.NewRedactor(exchange.Secret{Name: name, Value: value})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// forms spells a secret in the ways that the redactor must know, by name.
func forms(secret string) map[string]string {
	out := map[string]string{
		"plain":             secret,
		"query":             url.QueryEscape(secret),
		"path":              url.PathEscape(secret),
		"lower query":       lowerEscapes(url.QueryEscape(secret)),
		"every byte":        percent(secret, "%%%02x"),
		"every byte, upper": percent(secret, "%%%02X"),
		"twice escaped":     url.QueryEscape(percent(secret, "%%%02X")),
		"json":              inside(secret),
		"json, slashes":     strings.ReplaceAll(inside(secret), "/", `\/`),
		"json units":        units(secret, `\u%04x`),
		"json units, upper": units(secret, `\u%04X`),
		"json in json":      inside(units(secret, `\u%04x`)),
		"json of json":      inside(inside(secret)),
	}
	for before := range 3 {
		for name, alphabet := range map[string]*base64.Encoding{"std": base64.StdEncoding, "url": base64.URLEncoding, "raw": base64.RawURLEncoding} {
			for _, after := range []string{"", ".", "..", "..."} {
				key := fmt.Sprintf("base64 %s %d%s", name, before, after)
				text := alphabet.EncodeToString([]byte(strings.Repeat("~", before) + secret + after))
				out[key] = text
				out[key+" in json"] = strings.ReplaceAll(text, "/", `\/`)
				out[key+" in url"] = url.QueryEscape(text)
			}
		}
	}
	return out
}

func percent(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func units(s, format string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, format, u)
	}
	return b.String()
}

func lowerEscapes(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c == '%' {
			copy(b[i:], strings.ToLower(string(b[i:i+3])))
		}
	}
	return string(b)
}

// inside gives a JSON string without its quotes.
func inside(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

func TestRedactorKnowsEveryForm(t *testing.T) {
	for _, secret := range []string{
		"sk-live-0123456789abcdef", "12345678", "pässwörd", "a b/c+d=e&f", `quo"te\back\\slash`, "tab\tand\nline", "😂😂😂😂", "100%%25real%", `\\\\\\\\`, "++++++++", "////////", "aaaaaaaa",
	} {
		r := redactor(t, "KEY", secret)
		for name, form := range forms(secret) {
			for _, around := range []string{"%s", "x%sx", " %s ", `{"k":"%s"}`, "A%s==", `\\%s`} {
				text := strings.Replace(around, "%s", form, 1)
				got := r.String(text)
				if _, found := r.Finds([]byte(got)); found || !strings.Contains(got, "(sensitive:KEY)") {
					t.Errorf("%q as %s: %q became %q", secret, name, text, got)
				}
				if _, found := r.Finds([]byte(text)); !found {
					t.Errorf("%q as %s: not found in %q", secret, name, text)
				}
			}
		}
	}
}

func TestRedactorLeavesTheRest(t *testing.T) {
	r := redactor(t, "KEY", "sk-live-0123456789")
	token := base64.StdEncoding.EncodeToString([]byte("user:sk-live-0123456789:more text behind it"))
	tests := []struct{ in, want string }{
		{"Bearer sk-live-0123456789, twice sk-live-0123456789.", "Bearer (sensitive:KEY), twice (sensitive:KEY)."},
		{`{"a":"\nsk-live-0123456789\n"}`, `{"a":"\n(sensitive:KEY)\n"}`},
		{`{"a":"sk-live-0123456789\u00e9"}`, `{"a":"(sensitive:KEY)\u00e9"}`},
		{"?key=sk%2Dlive%2d0123456789&a=b%20c", "?key=(sensitive:KEY)&a=b%20c"},
		// dXNlcjpzay1saXZlLTAxMjM0NTY3ODk6bW9yZSB0… the characters that hold only other text stay.
		{"Basic " + token, "Basic dXNlcj(sensitive:KEY)6bW9yZSB0ZXh0IGJlaGluZCBpdA=="},
		{"sk-live-012345678", "sk-live-012345678"},
		{"SK-LIVE-0123456789", "SK-LIVE-0123456789"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := r.String(tt.in); got != tt.want {
			t.Errorf("%q became %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestRedactorKeepsJSON(t *testing.T) {
	for _, tt := range []struct{ secret, text string }{
		{"nsecret-x", "\nsecret-x"},
		{"00e9abcdef", "éabcdef"},
		{"abcdefgh\\", "abcdefgh\\"},
		{"abcdefgh\\", "abcdefgh\n"},
		{"\"quoted\"", "\"quoted\""},
		{"u00e9abcdefg", "éabcdefg"},
	} {
		r := redactor(t, "KEY", tt.secret)
		for _, body := range []string{`{"t":"` + inside(tt.text) + `"}`, `{"t":"` + units(tt.text, `\u%04x`) + `"}`, `{"t":"` + strings.ReplaceAll(inside(tt.text), "é", `\u00e9`) + `"}`} {
			got := r.Bytes([]byte(body))
			if !json.Valid(got) {
				t.Errorf("secret %q: %s became %s", tt.secret, body, got)
			}
		}
	}
}

func TestRedactorSeveral(t *testing.T) {
	r, err := exchange.NewRedactor(
		exchange.Secret{Name: "LONG", Value: "token-token-token"}, exchange.Secret{Name: "SHORT", Value: "token-token"},
		exchange.Secret{Name: "SAME", Value: "token-token"}, exchange.Secret{Name: "NEXT", Value: ")abcdefg"})
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"token-token-token":             "(sensitive:LONG)",
		"token-token":                   "(sensitive:SHORT)",
		"token-token-token-token-token": "(sensitive:LONG)",
		"token-tokenabcdefg":            "(sensitive:SHORT(sensitive:NEXT)",
	} {
		if got := r.String(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestRedactorNames(t *testing.T) {
	for name, want := range map[string]string{"": "(sensitive)", "a\"b": "(sensitive)", "a\nb": "(sensitive)", "secret-value": "(sensitive)", "grok-2": "(sensitive:grok-2)"} {
		if got := redactor(t, name, "secret-value").String("secret-value"); got != want {
			t.Errorf("name %q: got %q, want %q", name, got, want)
		}
	}
}

func TestRedactorOfWeakSecrets(t *testing.T) {
	for _, value := range []string{"", "1234567", "sensitive", "(sensitive)"} {
		if _, err := exchange.NewRedactor(exchange.Secret{Name: "K", Value: value}); !errors.Is(err, exchange.ErrWeakSecret) {
			t.Errorf("%q: got %v", value, err)
		}
	}
	if _, err := exchange.NewRedactor(exchange.Secret{Name: "K", Value: "1234567"}); strings.Contains(err.Error(), "1234567") {
		t.Errorf("the error shows the secret: %v", err)
	}
}

func TestNilRedactor(t *testing.T) {
	r, err := exchange.NewRedactor()
	if r != nil || err != nil {
		t.Errorf("got %v, %v", r, err)
	}
	if got := r.String("x"); got != "x" {
		t.Errorf("got %q", got)
	}
	if _, found := r.Finds([]byte("x")); found {
		t.Error("found something")
	}
}

func TestRedactorChangesNothing(t *testing.T) {
	r := redactor(t, "KEY", "sk-live-0123456789")
	in := benchmarkBody()
	if got := r.Bytes(in); &got[0] != &in[0] {
		t.Error("nothing to hide, and yet a copy")
	}
}

func TestRedactorIsLinear(t *testing.T) {
	const size = 256 << 10
	for _, secret := range []string{"aaaaaaaa", `\\\\\\\\`, "%%%%%%%%", `\"\"\"\"`, "sk-live-0123456789", "        "} {
		r := redactor(t, "KEY", secret)
		for _, unit := range []string{"a", `\`, "%25", "%", "+", "=", `\u0061`, `\\u`, `\"`, secret, secret[:len(secret)-1]} {
			in := []byte(strings.Repeat(unit, size/len(unit)))
			if _, found := r.Finds(r.Bytes(in)); found {
				t.Errorf("secret %q is left in a run of %q", secret, unit)
			}
		}
	}
}

func FuzzRedactor(f *testing.F) {
	for _, s := range []string{"sk-live-0123456789", "pässwörd", `quo"te\back\\slash`, "aaaaaaaa", "100%%25real%", ")(sensitive:"} {
		f.Add(s, "before", "after", uint8(0))
		f.Add(s, "\\", "=", uint8(7))
	}
	f.Fuzz(func(t *testing.T, secret, before, after string, form uint8) {
		r, err := exchange.NewRedactor(exchange.Secret{Name: "KEY", Value: secret})
		if err != nil || len(secret) > 200 || len(before)+len(after) > 2000 {
			return
		}
		spelt := secret
		switch form % 8 {
		case 1:
			spelt = base64.StdEncoding.EncodeToString([]byte(before + secret + after))
		case 2:
			spelt = base64.RawURLEncoding.EncodeToString([]byte(before + secret + after))
		case 3:
			spelt = url.QueryEscape(secret)
		case 4:
			spelt = percent(secret, "%%%02x")
		case 5:
			if utf8.ValidString(secret) {
				spelt = inside(secret)
			}
		case 6:
			if utf8.ValidString(secret) {
				spelt = units(secret, `\u%04X`)
			}
		case 7:
			if utf8.ValidString(secret) {
				spelt = inside(inside(secret))
			}
		}
		in := []byte(before + spelt + after)
		if form%8 == 5 || form%8 == 6 {
			in, _ = json.Marshal(before)
			in = append(append(in[:len(in)-1], spelt...), '"')
		}
		got := r.Bytes(in)
		if name, found := r.Finds(got); found {
			t.Fatalf("secret %q: %q became %q, which holds %s", secret, in, got, name)
		}
		if strings.Contains(string(got), secret) || strings.Contains(string(got), spelt) && len(spelt) > 0 {
			t.Fatalf("secret %q as %q: %q became %q", secret, spelt, in, got)
		}
		if again := r.Bytes(got); string(again) != string(got) {
			t.Fatalf("%q became %q at the second time", got, again)
		}
		if (form%8 == 5 || form%8 == 6) && json.Valid(in) && !json.Valid(got) && !strings.ContainsAny(secret, `\"`) {
			t.Fatalf("secret %q: %q became %q, which is not JSON", secret, in, got)
		}
	})
}

func BenchmarkRedactor(b *testing.B) {
	r, _ := exchange.NewRedactor(exchange.Secret{Name: "A", Value: "sk-live-0123456789abcdef"}, exchange.Secret{Name: "B", Value: "another-secret"})
	in := benchmarkBody()
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		r.Bytes(in)
	}
}
