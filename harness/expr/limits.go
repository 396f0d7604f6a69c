package expr

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/assay-harness/assay/harness/diag"
)

// The bounds of one evaluation. A suite is data from a pull request: it may be
// wrong, it may not take the machine down.
const (
	maxSteps    = 500_000   // elements visited by for-expressions
	maxBytes    = 128 << 20 // text and elements computed
	maxText     = 64 << 20  // one text that a function makes
	maxElements = 1 << 19   // one list that a function makes
	maxWork     = 1 << 30   // bytes that functions look at, weighed by how slowly they do
	maxBits     = 1 << 17   // a number's binary exponent: about 39,000 digits
	maxExponent = 39_000    // the same in decimal
	maxWidth    = 10_000    // width and precision in format
	maxDepth    = 500       // nesting of data
	maxTemplate = 1 << 20   // bytes of a template's source; a literal has no bound
	maxSource   = 1 << 16   // bytes of a bare expression's source
	maxNesting  = 200       // brackets within brackets in the source
	maxTokens   = 20_000    // of one ${…}
	elementSize = 64        // what an element of a list counts as
)

// exhausted is thrown by a node in the midst of HCL's evaluation, which would
// go on with the other elements of a loop after a mere diagnostic.
type exhausted struct{ rng hcl.Range }

func (ev *evaluation) step(rng hcl.Range) {
	ev.steps++
	if ev.steps > maxSteps {
		panic(exhausted{rng})
	}
}

// charge counts what an operation has made.
func (ev *evaluation) charge(v cty.Value, rng hcl.Range) *fault {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return nil
	}
	ty := v.Type()
	switch {
	case ty == cty.String:
		ev.bytes += len(v.AsString())
	case ty == cty.Number:
		if hugeNumber(v.AsBigFloat()) {
			return tooLarge(rng)
		}
	case ty.IsTupleType(), ty.IsListType(), ty.IsSetType(), ty.IsMapType(), ty.IsObjectType():
		ev.bytes += elementSize * v.LengthInt()
	}
	if ev.bytes > maxBytes {
		panic(exhausted{rng})
	}
	return nil
}

// measure counts what a function or a comparison is about to look at.
func (ev *evaluation) measure(v cty.Value, takes care, rng hcl.Range) {
	size := sizeOf(v, takes&deep != 0, maxWork)
	switch {
	case takes&slower != 0:
		size *= 64
	case takes&slow != 0:
		size *= 16
	}
	ev.work += size
	if ev.work > maxWork {
		panic(exhausted{rng})
	}
}

// sizeOf estimates a value in bytes: a list's own, or with all that is in it.
func sizeOf(v cty.Value, within bool, limit int) int {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return elementSize
	}
	ty := v.Type()
	switch {
	case ty == cty.String:
		return len(v.AsString())
	case ty.IsPrimitiveType() || ty.IsCapsuleType():
		return elementSize
	}
	size := elementSize * (1 + v.LengthInt())
	if within {
		for _, e := range v.Elements() {
			if size > limit {
				break
			}
			size += sizeOf(e, true, limit-size)
		}
	}
	return size
}

func tooLarge(rng hcl.Range) *fault {
	return &fault{diag.EvaluationFailed, "number out of range", fmt.Sprintf("Numbers have at most %d digits before or after the point.", maxExponent), rng}
}

func hugeNumber(f *big.Float) bool {
	exp := f.MantExp(nil)
	return f.IsInf() || exp > maxBits || exp < -maxBits
}

// hugeText reports whether a text would be a number beyond all use: 1e999999999
// is ten bytes that print as a gigabyte.
func hugeText(s string) bool {
	i := strings.LastIndexAny(s, "eEpP")
	if i < 0 {
		return len(s) > maxExponent && isDigits(s)
	}
	exp, err := strconv.Atoi(strings.ReplaceAll(s[i+1:], "_", ""))
	if err != nil {
		// Out of int's range, or no number at all; the latter fails to convert.
		return isDigits(strings.TrimLeft(s[i+1:], "+-"))
	}
	return (exp > maxExponent || exp < -maxExponent) && startsNumber(s)
}

func startsNumber(s string) bool {
	s = strings.TrimLeft(s, "+-.")
	return s != "" && s[0] >= '0' && s[0] <= '9'
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789._+-") == ""
}

// hugeValue looks at a value that is about to be taken as a number, or at the
// elements of a list of such.
func hugeValue(v cty.Value) bool {
	ty := v.Type()
	if ty.IsPrimitiveType() {
		v, _ = v.Unmark()
	} else {
		v, _ = v.UnmarkDeep()
	}
	if !v.IsKnown() || v.IsNull() {
		return false
	}
	switch {
	case ty == cty.String:
		return hugeText(v.AsString())
	case ty == cty.Number:
		return hugeNumber(v.AsBigFloat())
	case ty.IsTupleType(), ty.IsListType() && ty.ElementType().IsPrimitiveType(), ty.IsSetType() && ty.ElementType().IsPrimitiveType():
		for _, e := range v.Elements() {
			if e.Type().IsPrimitiveType() && hugeValue(e) {
				return true
			}
		}
	}
	return false
}
