// Package credit counts money exactly: amounts, the ledger that finds what each
// call cost, and the budget that keeps a run within its limit. A credit is one
// US dollar. No float ever holds one.
package credit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Amount is an exact decimal number of credits. It may be negative, as a
// balance may. The zero value is 0. Amounts are values: nothing changes one, so
// they may be copied and shared between goroutines. Digits are kept as they were
// written (0.0060 stays 0.0060), so compare with Cmp or Equal, never with ==.
type Amount struct{ dec apd.Decimal }

const (
	// maxExponent bounds what ParseAmount reads: a hostile 1e999999999 must not
	// become a gigabyte of zeros.
	maxExponent = 1000
	// maxText bounds the text of an amount for the same reason; that of one with an
	// exponent is shorter, so that its plain form can be read back.
	maxText, maxExponentText = 4096, 1024
)

// ParseAmount reads a plain or exponent decimal such as 0.0031 or 3.1e-3. Not
// a number, an infinity or an exponent beyond ±1000 is an error.
func ParseAmount(s string) (Amount, error) {
	var a Amount
	if len(s) > maxText || len(s) > maxExponentText && strings.ContainsAny(s, "eE") || !isDecimal(s) {
		return Amount{}, badAmount(s)
	}
	if _, _, err := a.dec.SetString(s); err != nil || a.dec.Form != apd.Finite || a.dec.Exponent > maxExponent || a.dec.Exponent < -maxExponent {
		return Amount{}, badAmount(s)
	}
	return a.settled(), nil
}

func badAmount(s string) error {
	const shown = 40
	if len(s) > shown {
		s = s[:shown] + "…"
	}
	return fmt.Errorf("credit: %q is no amount", s)
}

// isDecimal is stricter than apd, which reads Infinity, NaN1 and more.
func isDecimal(s string) bool {
	s = afterSign(s)
	whole, s := digits(s)
	var fraction int
	if s != "" && s[0] == '.' {
		fraction, s = digits(s[1:])
	}
	if whole+fraction == 0 {
		return false
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	power, rest := digits(afterSign(s[1:]))
	return power > 0 && rest == ""
}

func afterSign(s string) string {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[1:]
	}
	return s
}

// digits gives how many digits s starts with, and what follows them.
func digits(s string) (n int, rest string) {
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n, s[n:]
}

// settled makes zeros plain: no account holds -0, and 0e10 is no 00000000000,
// which JSON would refuse.
func (a Amount) settled() Amount {
	if a.dec.IsZero() {
		a.dec.Negative = false
		a.dec.Exponent = min(a.dec.Exponent, 0)
	}
	return a
}

// FromInt gives n whole credits.
func FromInt(n int64) Amount {
	var a Amount
	a.dec.SetInt64(n)
	return a
}

// exact computes without rounding: precision 0 means unlimited to apd.
func exact(op func(c *apd.Context, d *apd.Decimal) (apd.Condition, error)) Amount {
	var a Amount
	c := apd.Context{MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}
	// Conditions say that digits were lost; with unlimited precision none are.
	_, _ = op(&c, &a.dec)
	return a.settled()
}

// Add gives a + b, exactly.
func (a Amount) Add(b Amount) Amount {
	return exact(func(c *apd.Context, d *apd.Decimal) (apd.Condition, error) { return c.Add(d, &a.dec, &b.dec) })
}

// Sub gives a - b, exactly.
func (a Amount) Sub(b Amount) Amount {
	return exact(func(c *apd.Context, d *apd.Decimal) (apd.Condition, error) { return c.Sub(d, &a.dec, &b.dec) })
}

// Mul gives a × b, exactly.
func (a Amount) Mul(b Amount) Amount {
	return exact(func(c *apd.Context, d *apd.Decimal) (apd.Condition, error) { return c.Mul(d, &a.dec, &b.dec) })
}

// Neg gives -a.
func (a Amount) Neg() Amount {
	a.dec.Negative = !a.dec.Negative
	return a.settled()
}

// Shift gives a × 10^power, exactly: Shift(-6) turns a price of a million tokens
// into that of one. power is held within ±1000.
func (a Amount) Shift(power int) Amount {
	a.dec.Exponent += int32(min(max(power, -maxExponent), maxExponent))
	return a.settled()
}

// Trim gives the same number without zeros at the end of its fraction.
func (a Amount) Trim() Amount {
	var out Amount
	out.dec.Reduce(&a.dec)
	return out.settled()
}

// Cmp compares by value: -1, 0 or +1 as a is less than, equal to or greater
// than b. 1.0 equals 1.
func (a Amount) Cmp(b Amount) int { return a.dec.Cmp(&b.dec) }

// Equal reports whether a and b are the same number.
func (a Amount) Equal(b Amount) bool { return a.Cmp(b) == 0 }

// Sign gives -1, 0 or +1.
func (a Amount) Sign() int { return a.dec.Sign() }

// IsZero reports whether a is 0, however many digits it has.
func (a Amount) IsZero() bool { return a.dec.IsZero() }

// Max gives the greater of the two.
func Max(a, b Amount) Amount {
	if b.Cmp(a) > 0 {
		return b
	}
	return a
}

// Min gives the lesser of the two.
func Min(a, b Amount) Amount {
	if b.Cmp(a) < 0 {
		return b
	}
	return a
}

// Sum adds up, exactly; of nothing it is 0.
func Sum(amounts ...Amount) Amount {
	var sum Amount
	for _, a := range amounts {
		sum = sum.Add(a)
	}
	return sum
}

// String writes a plain decimal without an exponent, digits kept.
func (a Amount) String() string { return a.dec.Text('f') }

// MarshalText writes what String gives.
func (a Amount) MarshalText() ([]byte, error) { return a.dec.Append(nil, 'f'), nil }

// UnmarshalText reads what ParseAmount reads.
func (a *Amount) UnmarshalText(text []byte) error {
	read, err := ParseAmount(string(text))
	if err != nil {
		return err
	}
	*a = read
	return nil
}

// MarshalJSON writes a JSON number with exactly the amount's digits.
func (a Amount) MarshalJSON() ([]byte, error) { return a.MarshalText() }

// UnmarshalJSON reads a JSON number, or a string that holds one; null changes
// nothing, as encoding/json has it.
func (a *Amount) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if len(text) > 0 && text[0] == '"' {
		plain, err := strconv.Unquote(text)
		if err != nil {
			return badAmount(text)
		}
		text = plain
	}
	return a.UnmarshalText([]byte(text))
}
