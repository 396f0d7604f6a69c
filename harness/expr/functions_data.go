package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// jsonDecodeFunc reads numbers exactly, and refuses what lies beyond all use.
var jsonDecodeFunc = textFunc(cty.DynamicPseudoType, func(a []string) (cty.Value, error) {
	if countAny(a[0], ",[{") > maxElements {
		return cty.NilVal, errTooMany
	}
	dec := json.NewDecoder(strings.NewReader(a[0]))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the text is empty")
		}
		return cty.NilVal, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return cty.NilVal, errors.New("there is more text after the JSON value")
	}
	return imported(v)
}, "text")

var yamlDecodeFunc = textFunc(cty.DynamicPseudoType, func(a []string) (cty.Value, error) {
	if countAny(a[0], "\n,[{") > maxElements {
		return cty.NilVal, errTooMany
	}
	n, ds := spec.Parse("", []byte(a[0]))
	for _, d := range ds {
		switch {
		case d.Code == diag.YAMLEmpty:
			return cty.NullVal(cty.DynamicPseudoType), nil
		case d.Severity == diag.Error:
			return cty.NilVal, fmt.Errorf("line %d: %s", d.Range.Start.Line, d.Summary)
		}
	}
	return imported(n.Any())
}, "text")

var csvDecodeFunc = textFunc(cty.DynamicPseudoType, func(a []string) (cty.Value, error) {
	if countAny(a[0], ",\n") > maxElements {
		return cty.NilVal, errTooMany
	}
	return stdlib.CSVDecode(cty.StringVal(a[0]))
}, "text")

// jsonEncodeFunc is Terraform's, with a bound on the result.
var jsonEncodeFunc = function.New(&function.Spec{
	Params: stdlib.JSONEncodeFunc.Params(),
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if sizeOf(args[0], true, maxText) > maxText {
			return cty.NilVal, errTooLong
		}
		return stdlib.JSONEncodeFunc.Call(args)
	},
})

var errTooMany = fmt.Errorf("the text has more than %d values", maxElements)

// countAny counts bytes that part values. Those within texts count too: it is a bound.
func countAny(s, set string) int {
	n := 0
	for i := range len(set) {
		n += strings.Count(s, set[i:i+1])
	}
	return n
}

func imported(v any) (cty.Value, error) {
	out, f := (&importer{}).value(v, "", 0)
	if f != nil {
		return cty.NilVal, errors.New(f.summary)
	}
	return out, nil
}

// fileFunc, tryFunc and canFunc stand for functions that are nodes of their own:
// they are here for their parameters.
var (
	fileFunc = textFunc(cty.String, func([]string) (cty.Value, error) {
		return cty.NilVal, errors.New("files cannot be read here")
	}, "path")
	tryFunc = function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "expression", Type: cty.DynamicPseudoType}},
		VarParam: &function.Parameter{Name: "fallbacks", Type: cty.DynamicPseudoType},
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl:     func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil },
	})
	canFunc = function.New(&function.Spec{
		Params: []function.Parameter{{Name: "expression", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl:   func([]cty.Value, cty.Type) (cty.Value, error) { return cty.True, nil },
	})
)
