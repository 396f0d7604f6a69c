package expr

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// textFunc makes a function of texts.
func textFunc(result cty.Type, impl func(args []string) (cty.Value, error), params ...string) function.Function {
	spec := &function.Spec{
		Type: function.StaticReturnType(result),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			texts := make([]string, len(args))
			for i, a := range args {
				texts[i] = a.AsString()
			}
			return impl(texts)
		},
	}
	for _, name := range params {
		spec.Params = append(spec.Params, function.Parameter{Name: name, Type: cty.String})
	}
	return function.New(spec)
}

var errTooLong = fmt.Errorf("the result is longer than %d MB", maxText>>20)

var startsWithFunc = textFunc(cty.Bool, func(a []string) (cty.Value, error) {
	return cty.BoolVal(strings.HasPrefix(a[0], a[1])), nil
}, "text", "prefix")

var endsWithFunc = textFunc(cty.Bool, func(a []string) (cty.Value, error) {
	return cty.BoolVal(strings.HasSuffix(a[0], a[1])), nil
}, "text", "suffix")

var strContainsFunc = textFunc(cty.Bool, func(a []string) (cty.Value, error) {
	return cty.BoolVal(strings.Contains(a[0], a[1])), nil
}, "text", "part")

var base64EncodeFunc = textFunc(cty.String, func(a []string) (cty.Value, error) {
	return cty.StringVal(base64.StdEncoding.EncodeToString([]byte(a[0]))), nil
}, "text")

var base64DecodeFunc = textFunc(cty.String, func(a []string) (cty.Value, error) {
	b, err := base64.StdEncoding.DecodeString(a[0])
	if err != nil {
		return cty.NilVal, errors.New("the text is no base64")
	}
	if !utf8.Valid(b) {
		return cty.NilVal, errors.New("what the base64 stands for is not UTF-8")
	}
	return cty.StringVal(string(b)), nil
}, "text")

var sha256Func = textFunc(cty.String, func(a []string) (cty.Value, error) {
	sum := sha256.Sum256([]byte(a[0]))
	return cty.StringVal(hex.EncodeToString(sum[:])), nil
}, "text")

var urlEncodeFunc = textFunc(cty.String, func(a []string) (cty.Value, error) {
	return cty.StringVal(url.QueryEscape(a[0])), nil
}, "text")

var splitFunc = textFunc(cty.List(cty.String), func(a []string) (cty.Value, error) {
	if n := strings.Count(a[1], a[0]); n > maxElements {
		return cty.NilVal, fmt.Errorf("the text has %d separators; at most %d are allowed", n, maxElements)
	}
	return stdlib.Split(cty.StringVal(a[0]), cty.StringVal(a[1]))
}, "separator", "text")

var replaceFunc = textFunc(cty.String, func(a []string) (cty.Value, error) {
	text, part, replacement := a[0], a[1], a[2]
	if len(part) > 1 && part[0] == '/' && part[len(part)-1] == '/' {
		re, err := regexp.Compile(part[1 : len(part)-1])
		if err != nil {
			return cty.NilVal, function.NewArgErrorf(1, "%s", err)
		}
		out, err := replacePattern(re, text, replacement)
		return cty.StringVal(out), err
	}
	if grown(strings.Count(text, part), len(replacement), len(text)) {
		return cty.NilVal, errTooLong
	}
	return cty.StringVal(strings.ReplaceAll(text, part, replacement)), nil
}, "text", "part", "replacement")

// grown reports whether n texts of that size added to another are too long.
func grown(n, size, other int) bool { return size > 0 && n > (maxText-min(other, maxText))/size }

// replacePattern is regexp's ReplaceAllString with a bound on the result.
func replacePattern(re *regexp.Regexp, text, replacement string) (string, error) {
	var out []byte
	at := 0
	for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, text[at:m[0]]...)
		out = re.ExpandString(out, replacement, text, m)
		at = m[1]
		if len(out) > maxText {
			return "", errTooLong
		}
	}
	return string(append(out, text[at:]...)), nil
}

var joinFunc = function.New(&function.Spec{
	Params:   stdlib.JoinFunc.Params(),
	VarParam: stdlib.JoinFunc.VarParam(),
	Type:     function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		size, n := 0, 0
		for _, list := range args[1:] {
			if !list.IsWhollyKnown() {
				return cty.UnknownVal(cty.String), nil
			}
			for _, v := range list.Elements() {
				n++
				if !v.IsNull() {
					size += len(v.AsString())
				}
			}
		}
		if grown(n, len(args[0].AsString()), size) || size > maxText {
			return cty.NilVal, errTooLong
		}
		return stdlib.JoinFunc.Call(args)
	},
})

// verb finds the width and precision of a formatting verb, and which it is.
var verb = regexp.MustCompile(`%[-+# 0]*(\d*)(?:\.(\d*))?(?:\[\d+\])?([A-Za-z%])`)

var formatFunc = function.New(&function.Spec{
	Params:   stdlib.FormatFunc.Params(),
	VarParam: stdlib.FormatFunc.VarParam(),
	Type:     function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].IsKnown() && !args[0].IsNull() {
			if err := checkFormat(args[0].AsString(), args[1:]); err != nil {
				return cty.NilVal, err
			}
		}
		return stdlib.FormatFunc.Call(args)
	},
})

func checkFormat(spec string, values []cty.Value) error {
	verbs := verb.FindAllStringSubmatch(spec, -1)
	numeric := false
	for _, v := range verbs {
		for _, n := range v[1:3] {
			if width, err := strconv.Atoi(n); n != "" && (err != nil || width > maxWidth) {
				return function.NewArgErrorf(0, "a width or precision is greater than %d", maxWidth)
			}
		}
		numeric = numeric || strings.Contains("bdeEfgGoxX", v[3])
	}
	longest := 0
	for i, v := range values {
		if numeric && hugeValue(v) {
			return function.NewArgErrorf(i+1, "number out of range")
		}
		longest = max(longest, sizeOf(v, true, maxText))
	}
	// %q may write six bytes for one.
	if grown(len(verbs), 6*longest, len(spec)) {
		return errTooLong
	}
	return nil
}
