package suite

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/spec"
)

// jsonSchema is what of a JSON Schema tells keys.
type jsonSchema struct {
	Ref         string                 `json:"$ref"`
	Properties  map[string]*jsonSchema `json:"properties"`
	AnyOf       []*jsonSchema          `json:"anyOf"`
	Items       *jsonSchema            `json:"items"`
	Each        json.RawMessage        `json:"additionalProperties"`
	Definitions map[string]*jsonSchema `json:"definitions"`
}

// The language's keys, as the schema has them, and their order are one set:
// who adds a key says where it stands.
func TestOrderKnowsEveryKey(t *testing.T) {
	checks := map[string]string{"tokens": `{"type": "object", "properties": {"min": {}, "max": {}, "input_max": {}, "output_max": {}, "name": {}}}`}
	for _, test := range []struct {
		schema []byte
		order  *spec.Order
		paths  string
	}{
		{Schema(checks), Order(), ". variables/* request expect expect/tokens cases cases/request cases/total cases/expect moved " +
			"cases/conversation cases/conversation/user cases/conversation/system cases/conversation/assistant cases/conversation/history " +
			"cases/conversation/capture/* cases/conversation/expect cases/conversation/request"},
		{ConfigSchema(checks), ConfigOrder(), ". providers/* providers/*/price defaults defaults/expect defaults/request variables/* expectations/*"},
	} {
		var root jsonSchema
		if err := json.Unmarshal(test.schema, &root); err != nil {
			t.Fatal(err)
		}
		for path := range strings.FieldsSeq(test.paths) {
			at, order := []*jsonSchema{&root}, test.order
			if path != "." {
				for key := range strings.SplitSeq(path, "/") {
					at = descend(t, &root, at, key)
					if order.Below[key] == nil {
						key = spec.AnyKey
					}
					order = order.Below[key]
				}
			}
			want := map[string]bool{}
			for _, s := range at {
				for key := range s.Properties {
					want[key] = true
				}
			}
			if path == "expect" || strings.HasSuffix(path, "/expect") || strings.HasPrefix(path, "expectations") {
				delete(want, "tokens")
				want[spec.AnyKey] = true
			}
			// A list of parts and a list of messages have one key that matters.
			delete(want, "text")
			if path != "variables/*" {
				delete(want, "type")
			}
			if strings.HasPrefix(path, "variables") && !slices.Contains(order.Keys, "type") {
				t.Errorf("%s has no type", path)
			}
			got := slices.Sorted(slices.Values(order.Keys))
			if strings.HasPrefix(path, "variables") { // one order for declarations and defaults
				got = slices.DeleteFunc(got, func(key string) bool { return !want[key] })
			}
			if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), got); diff != "" {
				t.Errorf("%s: -schema +order\n%s", path, diff)
			}
		}
	}
}

// descend gives the schemas of maps that a key's value, or an item of it, may have.
func descend(t *testing.T, root *jsonSchema, from []*jsonSchema, key string) []*jsonSchema {
	t.Helper()
	var out []*jsonSchema
	var add func(*jsonSchema)
	add = func(s *jsonSchema) {
		switch name, isRef := strings.CutPrefix(s.Ref, "#/definitions/"); {
		case isRef:
			add(root.Definitions[name])
			return
		case s.Items != nil:
			add(s.Items)
		case len(s.Properties) > 0 || len(s.Each) > 0 && s.Each[0] == '{':
			out = append(out, s)
		}
		for _, one := range s.AnyOf {
			add(one)
		}
	}
	for _, s := range from {
		if below := s.Properties[key]; below != nil {
			add(below)
		} else if key == spec.AnyKey {
			var each jsonSchema
			if err := json.Unmarshal(s.Each, &each); err != nil {
				t.Fatal(err)
			}
			add(&each)
		}
	}
	if len(out) == 0 {
		t.Fatalf("the schema has no %s", key)
	}
	return out
}
