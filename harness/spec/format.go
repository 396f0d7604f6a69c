package spec

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
)

// Format gives a file in its canonical layout: keys in their order, two spaces
// of indentation, one blank line at most, quotes where another reader of YAML
// would not see text. Comments stay, and so does what the file means: the
// result is read again and compared before it is given. The result is nil when
// the file can't be read; the diagnostics say why.
//
// choose gives the order for a file with these keys at its top; nil leaves all
// keys where they are. A source whose root is a single scalar has no layout and
// is given as it is.
func Format(filename string, src []byte, choose func(keys []string) *Order) ([]byte, diag.Diagnostics) {
	before, ds := layoutOf(filename, src)
	if ds.HasErrors() {
		return nil, ds
	}
	if before.root.value.isScalar() {
		return src, nil
	}
	before.settle(choose(before.keys()))
	out := before.print()
	if bytes.Equal(out, src) {
		return src, nil
	}
	after, ds := layoutOf(filename, out)
	if ds.HasErrors() {
		return nil, unfaithful(filename, fmt.Sprintf("the result could not be read again: %s", ds.Err()))
	}
	if where := before.differs(after); where != "" {
		return nil, unfaithful(filename, where)
	}
	return out, nil
}

// unfaithful reports a fault of the formatter, before it does any harm.
func unfaithful(filename, why string) diag.Diagnostics {
	return diag.Diagnostics{{
		Code: diag.FormatUnfaithful, Range: wholeFile(filename), Summary: "formatting would change what the file says: it is left as it is",
		Detail: strings.ToUpper(why[:1]) + why[1:] + ".",
	}}
}

// Order says in which order the keys of a map stand, and those of the maps in
// it. Of a list, it is that of each item.
type Order struct {
	// Keys in their order. Keys that are not named follow in the order they
	// have, or stand where AnyKey is.
	Keys []string
	// Below are the orders of the values, by key; that of AnyKey is for all others.
	Below map[string]*Order
	// Apart puts a blank line between the items of a list.
	Apart bool
}

// AnyKey stands for the keys that an Order does not name.
const AnyKey = "*"

// mergeKey stands first in every map: what is merged is read before what is added.
const mergeKey = "<<"

// rank gives the place of a key.
func (o *Order) rank(key string) int {
	rest := len(o.Keys)
	for i, name := range o.Keys {
		switch name {
		case key:
			return i
		case AnyKey:
			rest = i
		}
	}
	if key == mergeKey {
		return -1
	}
	return rest
}

// below gives the order of a key's value, or nil.
func (o *Order) below(key string) *Order {
	if o == nil {
		return nil
	}
	if order, ok := o.Below[key]; ok {
		return order
	}
	return o.Below[AnyKey]
}

// apart tells whether the items of a list stand apart.
func (o *Order) apart() bool { return o != nil && o.Apart }
