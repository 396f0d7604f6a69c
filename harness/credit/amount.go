// Package credit counts money exactly: amounts, the ledger that finds what each
// call cost, and the budget that keeps a run within its limit. A credit is one
// US dollar. No float ever holds one.
package credit

import (
	"fmt"

	"github.com/cockroachdb/apd/v3"
)

// Amount is an exact decimal number of credits. It may be negative, as a
// balance may. The zero value is 0. Amounts are values: nothing changes one.
type Amount struct{ dec apd.Decimal }

// ParseAmount reads a plain or exponent decimal such as 0.0031 or 3.1e-3. Not
// a number, an infinity or an exponent beyond ±1000 is an error.
func ParseAmount(s string) (Amount, error) {
	var a Amount
	if _, _, err := a.dec.SetString(s); err != nil || a.dec.Form != apd.Finite || a.dec.Exponent > 1000 || a.dec.Exponent < -1000 {
		return Amount{}, fmt.Errorf("credit: %q is no amount", s)
	}
	return a, nil
}
