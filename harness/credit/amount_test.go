package credit_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/assay-harness/assay/harness/credit"
)

// amount reads one that the test wrote right.
func amount(t testing.TB, s string) credit.Amount {
	t.Helper()
	a, err := credit.ParseAmount(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestParseAmountKeepsDigits(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "-0.00": "0.00", "0e10": "0", "0.0031": "0.0031", "0.0060": "0.0060", "10": "10", "+3": "3", ".5": "0.5", "5.": "5",
		"3.1e-3": "0.0031", "1E3": "1000", "-2.50": "-2.50", "007": "7", "0.0184921035": "0.0184921035",
		"123456789012345678901234567890123456789012345678.000000000000000000001": "123456789012345678901234567890123456789012345678.000000000000000000001",
	} {
		if got := amount(t, text).String(); got != want {
			t.Errorf("ParseAmount(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestParseAmountRefuses(t *testing.T) {
	for _, text := range []string{
		"", " 1", "1 ", "NaN", "nan1", "Infinity", "-inf", "1e", "1e+", "e5", ".", "-", "--1", "1.2.3", "0x1p3", "1_000", "1,5", "$1", "1e1001", "1e-1001",
		"1e999999999999999999999", "9" + strings.Repeat("9", 1<<20), "\x00", "１",
	} {
		if a, err := credit.ParseAmount(text); err == nil {
			t.Errorf("ParseAmount(%.20q) = %s, want an error", text, a)
		}
	}
}

func TestArithmeticIsExact(t *testing.T) {
	a, b := amount(t, "0.1"), amount(t, "0.20")
	for what, c := range map[string]struct{ got, want string }{
		"add":   {a.Add(b).String(), "0.30"},
		"sub":   {a.Sub(b).String(), "-0.10"},
		"mul":   {a.Mul(b).String(), "0.020"},
		"neg":   {a.Neg().String(), "-0.1"},
		"neg0":  {credit.FromInt(0).Neg().String(), "0"},
		"shift": {amount(t, "15").Shift(-6).String(), "0.000015"},
		"up":    {amount(t, "1.5").Shift(3).String(), "1500"},
		"max":   {credit.Max(a, b).String(), "0.20"},
		"min":   {credit.Min(a, b).String(), "0.1"},
		"sum":   {credit.Sum(a, b, credit.FromInt(-1)).String(), "-0.70"},
		"none":  {credit.Sum().String(), "0"},
		"wide":  {amount(t, "1e300").Add(amount(t, "1e-300")).Sub(amount(t, "1e300")).Shift(300).String(), "1"},
	} {
		if !strings.HasPrefix(c.got, c.want) || strings.Trim(c.got[len(c.want):], ".0") != "" {
			t.Errorf("%s: got %s, want %s", what, c.got, c.want)
		}
	}
	if a.String() != "0.1" || b.String() != "0.20" {
		t.Errorf("operands changed: %s, %s", a, b)
	}
}

func TestTrim(t *testing.T) {
	for text, want := range map[string]string{"0.0030": "0.003", "10": "10", "100.00": "100", "-1.50": "-1.5", "0.000": "0", "0": "0", "1e3": "1000"} {
		if got := amount(t, text).Trim().String(); got != want {
			t.Errorf("Trim(%s) = %s, want %s", text, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	one, alsoOne, less := amount(t, "1"), amount(t, "1.000"), amount(t, "-3")
	if one.Cmp(alsoOne) != 0 || !one.Equal(alsoOne) || one.Cmp(less) != 1 || less.Cmp(one) != -1 {
		t.Error("Cmp does not compare by value")
	}
	if less.Sign() != -1 || one.Sign() != 1 || (credit.Amount{}).Sign() != 0 {
		t.Error("Sign is wrong")
	}
	if !amount(t, "0.000").IsZero() || one.IsZero() {
		t.Error("IsZero is wrong")
	}
}

func TestJSON(t *testing.T) {
	type record struct {
		A credit.Amount  `json:"a"`
		B *credit.Amount `json:"b,omitempty"`
	}
	for in, want := range map[string]string{
		`{"a":0.0060}`:           `{"a":0.0060}`,
		`{"a":"0.5","b":-1e-2}`:  `{"a":0.5,"b":-0.01}`,
		`{"a":null,"b":null}`:    `{"a":0}`,
		`{"a":10000000000.0001}`: `{"a":10000000000.0001}`,
	} {
		var r record
		if err := json.Unmarshal([]byte(in), &r); err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		got, err := json.Marshal(r)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{`{"a":true}`, `{"a":"x"}`, `{"a":[]}`, `{"a":1e5000}`, `{"a":""}`} {
		var r record
		if err := json.Unmarshal([]byte(in), &r); err == nil {
			t.Errorf("%s: no error", in)
		}
	}
}

// Copies share storage inside apd when numbers are long: no operation may write
// to it. The race detector watches.
func TestCopiesAreShared(t *testing.T) {
	long := amount(t, strings.Repeat("7", 300)+".123")
	want := long.String()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			mine := long
			for range 100 {
				mine = mine.Add(long).Sub(long).Neg().Neg().Shift(2).Shift(-2)
				_ = credit.Max(mine, long).Mul(long)
			}
			if mine.String() != want {
				t.Errorf("got %s, want %s", mine, want)
			}
		})
	}
	wg.Wait()
	if long.String() != want {
		t.Error("the shared amount changed")
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"0.0031", "-1e-7", "1e1000", "NaN", "00.10", "5.", ".e1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := credit.ParseAmount(s)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q is no number to math/big", s)
		}
		got, ok := new(big.Rat).SetString(a.String())
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("%q became %s", s, a)
		}
		data, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back credit.Amount
		if err := json.Unmarshal(data, &back); err != nil || back.String() != a.String() {
			t.Fatalf("%s came back as %s, %v", a, back, err)
		}
	})
}
