package check_test

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// listSchema is the schema of an expect list, as suites have it.
var listSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := json.Marshal(map[string]any{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"definitions": map[string]any{"expectation": check.Schema(check.Default())},
		"type":        "array",
		"items":       map[string]any{"$ref": "#/definitions/expectation"},
	})
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:list", value); err != nil {
		return nil, err
	}
	return c.Compile("mem:list")
})

// validate asks the schema about a list.
func validate(t *testing.T, n *spec.Node) error {
	t.Helper()
	schema, err := listSchema()
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(plain(n.Any()))
}

// plain turns what Node.Any gives into what JSON decodes to.
func plain(value any) any {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = plain(item)
		}
		return out
	case *spec.OrderedMap:
		out := make(map[string]any, len(v.Keys))
		for _, key := range v.Keys {
			out[key] = plain(v.Values[key])
		}
		return out
	}
	return value
}

// ofShape are the codes of faults that a schema can see.
var ofShape = map[diag.Code]bool{
	diag.UnknownCheck: true, diag.UnknownKey: true, diag.WrongType: true, diag.MissingKey: true, diag.NotSupported: true, diag.BadCheck: true,
	diag.BadValue: true, diag.AlwaysPasses: true,
}

// unseen are faults that a schema can't see.
var unseen = map[string]bool{
	"- contains: x\n  of: txt":              true, // a template may stand there
	"- contains: x\n  of: 'header.a b'":     true,
	"- status: 200\n  of: body":             true,
	"- regex: '(?i)'":                       true,
	"- length: {min: 0}":                    true,
	"- condition: 1 < 2":                    true,
	"- length: {min: 5, max: 4}":            true,
	"- credits: {min: 2, max: 1}":           true,
	"- header: {name: 'a b', contains: a}":  true,
	"- not: {use: house}":                   true,
	"- length: {max: 99999999999999999999}": true,
}
