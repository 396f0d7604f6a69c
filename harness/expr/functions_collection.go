package expr

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// lengthFunc is Terraform's: of texts it counts grapheme clusters.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowMarked: true}},
	Type: func(args []cty.Value) (cty.Type, error) {
		ty := args[0].Type()
		if ty == cty.String || ty.IsTupleType() || ty.IsObjectType() || ty.IsCollectionType() || ty == cty.DynamicPseudoType {
			return cty.Number, nil
		}
		return cty.Number, errors.New("it must be a text, a list or a map")
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, marks := args[0].Unmark()
		ty := v.Type()
		switch {
		case ty.IsTupleType():
			return cty.NumberIntVal(int64(ty.Length())).WithMarks(marks), nil
		case ty.IsObjectType():
			return cty.NumberIntVal(int64(len(ty.AttributeTypes()))).WithMarks(marks), nil
		case !v.IsKnown():
			return cty.UnknownVal(cty.Number).WithMarks(marks), nil
		case ty == cty.String:
			n, err := stdlib.Strlen(v)
			return n.WithMarks(marks), err
		}
		return v.Length().WithMarks(marks), nil
	},
})

// lookupFunc is Terraform's: the default may be left out.
var lookupFunc = function.New(&function.Spec{
	Params:   stdlib.LookupFunc.Params()[:2],
	VarParam: &function.Parameter{Name: "default", Type: cty.DynamicPseudoType, AllowMarked: true, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		if len(args) > 3 {
			return cty.NilType, errors.New("it takes a map, a key and a default")
		}
		if ty := args[0].Type(); !ty.IsObjectType() && !ty.IsMapType() {
			return cty.NilType, function.NewArgErrorf(0, "it must be a map")
		}
		return cty.DynamicPseudoType, nil
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		m, marks := args[0].Unmark()
		key, keyMarks := args[1].Unmark()
		v, err := lookup(m, key, args[2:])
		if err != nil {
			return cty.NilVal, err
		}
		return v.WithMarks(marks, keyMarks), nil
	},
})

func lookup(m, key cty.Value, fallback []cty.Value) (cty.Value, error) {
	name := key.AsString()
	switch {
	case m.Type().IsObjectType() && m.Type().HasAttribute(name):
		return m.GetAttr(name), nil
	case m.Type().IsMapType() && m.HasIndex(key).True():
		return m.Index(key), nil
	case len(fallback) == 0:
		return cty.NilVal, function.NewArgErrorf(1, "the map has no key %q", name)
	case m.Type().IsMapType():
		v, err := convert.Convert(fallback[0], m.Type().ElementType())
		if err != nil {
			return cty.NilVal, function.NewArgErrorf(2, "the default must be of the type of the map's values")
		}
		return v, nil
	}
	return fallback[0], nil
}

// coalesceFunc is Terraform's: it passes over empty texts too.
var coalesceFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "values", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true, AllowMarked: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		types := make([]cty.Type, len(args))
		for i, a := range args {
			types[i] = a.Type()
		}
		if len(types) == 0 {
			return cty.NilType, errors.New("it takes at least one value")
		}
		ty := unifyTypes(types)
		if ty == cty.NilType {
			return cty.NilType, errors.New("all values must have the same type")
		}
		return ty, nil
	},
	Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) {
		for _, a := range args {
			v, err := convert.Convert(a, want)
			if err != nil {
				return cty.NilVal, errors.New("all values must have the same type")
			}
			bare, _ := v.Unmark()
			switch {
			case !bare.IsKnown():
				return cty.UnknownVal(want).WithSameMarks(v), nil
			case bare.IsNull(), want == cty.String && bare.AsString() == "":
				continue
			}
			return v, nil
		}
		return cty.NilVal, errors.New("none of them is a value: all are null or empty texts")
	},
})

// distinctFunc compares what cty's would compare each with each.
var distinctFunc = function.New(&function.Spec{
	Params: stdlib.DistinctFunc.Params(),
	Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) {
		list := args[0]
		if !list.IsWhollyKnown() {
			return cty.UnknownVal(want), nil
		}
		var out []cty.Value
		seen := make(map[int][]cty.Value)
		for _, v := range list.Elements() {
			hash := v.Hash()
			if !slices.ContainsFunc(seen[hash], v.RawEquals) {
				seen[hash] = append(seen[hash], v)
				out = append(out, v)
			}
		}
		if len(out) == 0 {
			return cty.ListValEmpty(want.ElementType()), nil
		}
		return cty.ListVal(out), nil
	},
})

// sumFunc is Terraform's.
var sumFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type: func(args []cty.Value) (cty.Type, error) {
		if ty := args[0].Type(); !ty.IsTupleType() && !ty.IsListType() && !ty.IsSetType() {
			return cty.Number, errors.New("it must be a list of numbers")
		}
		return cty.Number, nil
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].LengthInt() == 0 {
			return cty.NilVal, errors.New("an empty list has no sum")
		}
		total := cty.Zero
		for _, v := range args[0].Elements() {
			n, err := convert.Convert(v, cty.Number)
			if err != nil || v.IsNull() {
				return cty.NilVal, errors.New("all elements must be numbers")
			}
			if !n.IsKnown() {
				return cty.UnknownVal(cty.Number), nil
			}
			total = total.Add(n)
		}
		return total, nil
	},
})

// rangeFunc is cty's, which takes any step that is not the very value 0.
var rangeFunc = function.New(&function.Spec{
	VarParam: stdlib.RangeFunc.VarParam(),
	Type:     function.StaticReturnType(cty.List(cty.Number)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if len(args) == 3 && args[2].AsBigFloat().Sign() == 0 {
			return cty.NilVal, function.NewArgErrorf(2, "the step must not be 0")
		}
		return stdlib.RangeFunc.Call(args)
	},
})

// parseIntFunc is cty's, with a bound on the digits.
var parseIntFunc = function.New(&function.Spec{
	Params: stdlib.ParseIntFunc.Params(),
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].Type() != cty.String {
			return cty.NilVal, function.NewArgErrorf(0, "it must be a text, not %s", args[0].Type().FriendlyName())
		}
		if len(args[0].AsString()) > maxWidth {
			return cty.NilVal, function.NewArgErrorf(0, "the text has more than %d digits", maxWidth)
		}
		return stdlib.ParseIntFunc.Call(args)
	},
})

// concatFunc, mergeFunc and flattenFunc are Terraform's, with a bound on the result.
var (
	concatFunc  = bounded(stdlib.ConcatFunc)
	mergeFunc   = bounded(stdlib.MergeFunc)
	flattenFunc = bounded(stdlib.FlattenFunc)
)

// bounded refuses arguments that have too many elements together, those of
// lists within lists included.
func bounded(f function.Function) function.Function {
	return function.New(&function.Spec{
		Params:   f.Params(),
		VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			size := 0
			for _, a := range args {
				if size += countElements(a, maxElements-size); size > maxElements {
					return cty.NilType, fmt.Errorf("the lists have more than %d elements", maxElements)
				}
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(args) },
	})
}

func countElements(v cty.Value, limit int) int {
	v, _ = v.Unmark()
	ty := v.Type()
	if !v.IsKnown() || v.IsNull() || ty.IsPrimitiveType() || ty.IsCapsuleType() {
		return 1
	}
	n := v.LengthInt()
	if ty.IsObjectType() || ty.IsMapType() {
		return n
	}
	for _, e := range v.Elements() {
		if n > limit {
			break
		}
		n += countElements(e, limit-n)
	}
	return n
}

var setProductFunc = function.New(&function.Spec{
	VarParam: stdlib.SetProductFunc.VarParam(),
	Type:     stdlib.SetProductFunc.ReturnTypeForValues,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		total := big.NewInt(int64(len(args)))
		for _, a := range args {
			a, _ = a.Unmark()
			if a.IsKnown() && a.Length().IsKnown() {
				total.Mul(total, big.NewInt(int64(a.LengthInt())))
			}
		}
		if total.Cmp(big.NewInt(maxElements)) > 0 {
			return cty.NilVal, fmt.Errorf("the lists have %s combinations and more; they may make %d values", total, maxElements)
		}
		return stdlib.SetProductFunc.Call(args)
	},
})

// unifyTypes finds the type that all can be converted to. cty would compare each
// with each, so it sees each type once.
func unifyTypes(types []cty.Type) cty.Type {
	var each []cty.Type
	for _, ty := range types {
		if !slices.ContainsFunc(each, ty.Equals) {
			each = append(each, ty)
		}
		if len(each) > 64 {
			return cty.NilType
		}
	}
	ty, _ := convert.UnifyUnsafe(each)
	return ty
}

// listOf turns a long tuple into the list that cty would make of it.
func listOf(v cty.Value) (cty.Value, error) {
	const short = 64
	bare, marks := v.Unmark()
	if !bare.Type().IsTupleType() || !bare.IsKnown() || bare.IsNull() || bare.LengthInt() <= short {
		return v, nil
	}
	ty := unifyTypes(bare.Type().TupleElementTypes())
	if ty == cty.NilType {
		return v, errors.New("all elements must have the same type")
	}
	if ty == cty.DynamicPseudoType {
		return v, nil
	}
	items := make([]cty.Value, 0, bare.LengthInt())
	for _, e := range bare.Elements() {
		e, err := convert.Convert(e, ty)
		if err != nil {
			return v, errors.New("all elements must have the same type")
		}
		items = append(items, e)
	}
	return cty.ListVal(items).WithMarks(marks), nil
}
