package check

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Schemas of arguments, draft-07. Text may be written as a plain number or bool.
const (
	textSchema       = `{"type": ["string", "number", "boolean"]}`
	nonEmptySchema   = `{"type": ["string", "number", "boolean"], "minLength": 1}`
	templateSchema   = `{"type": "string", "pattern": "[$%]\\{"}`
	textsSchema      = `{"anyOf": [{"type": "array", "minItems": 1, "items": ` + textSchema + `}, ` + templateSchema + `]}`
	nonEmptiesSchema = `{"anyOf": [{"type": "array", "minItems": 1, "items": ` + nonEmptySchema + `}, ` + templateSchema + `]}`
	countSchema      = `{"anyOf": [{"type": "integer", "minimum": 0}, ` + templateSchema + `]}`
	amountSchema     = `{"anyOf": [{"type": "number", "minimum": 0}, ` + templateSchema + `]}`
	durationSchema   = `{"anyOf": [{"type": "string", "pattern": "^[+]?(0|(([0-9]+[.]?[0-9]*|[.][0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$"}, ` + templateSchema + `]}`
	nestedSchema     = `{"allOf": [{"$ref": "#/definitions/expectation"}, {"not": {"anyOf": [` +
		`{"required": ["of"]}, {"required": ["when"]}, {"required": ["severity"]}, {"required": ["message"]}]}}]}`
	nestedListSchema = `{"type": "array", "minItems": 1, "items": ` + nestedSchema + `}`
)

// boundsSchema is a map of bounds, at least one.
func boundsSchema(bound string, keys ...string) string {
	properties := make([]string, len(keys))
	for i, key := range keys {
		properties[i] = `"` + key + `": ` + bound
	}
	return `{"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {` + strings.Join(properties, ", ") + `}}`
}

// Schema gives the JSON Schema of one expectation, which belongs at
// #/definitions/expectation: the kinds, what stands beside them, and use.
func Schema(kinds map[string]Kind) json.RawMessage {
	properties := map[string]json.RawMessage{
		"of":       json.RawMessage(`{"type": "string", "minLength": 1, "description": "` + ofHelp + `"}`),
		"when":     json.RawMessage(`{"type": ["string", "boolean"], "description": "An expression: otherwise the expectation doesn't apply."}`),
		"severity": json.RawMessage(`{"enum": ["error", "warn"]}`),
		"message":  json.RawMessage(textSchema),
		"use":      json.RawMessage(`{"type": "string", "description": "A list of expectations from assay.yaml."}`),
	}
	one := []any{map[string]any{"required": []string{"use"}, "maxProperties": 1}}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		properties[name] = describedSchema(kinds[name])
		one = append(one, map[string]any{"required": []string{name}})
	}
	out, err := json.Marshal(map[string]any{"type": "object", "additionalProperties": false, "properties": properties, "oneOf": one})
	if err != nil {
		return json.RawMessage(`true`) // a Kind whose Schema is no JSON: everything is accepted
	}
	return out
}

// describedSchema shows the sentence of a kind in editors.
func describedSchema(k Kind) json.RawMessage {
	schema := map[string]json.RawMessage{}
	if json.Unmarshal([]byte(k.Schema), &schema) != nil {
		return json.RawMessage(k.Schema)
	}
	schema["description"], _ = json.Marshal(k.Doc)
	out, _ := json.Marshal(schema)
	return out
}
