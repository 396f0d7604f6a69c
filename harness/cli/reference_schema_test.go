package cli

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// schema is as much of JSON Schema as the kinds of check use.
type schema struct {
	Type       any               `json:"type"`
	Const      any               `json:"const"`
	Ref        string            `json:"$ref"`
	Pattern    string            `json:"pattern"`
	Items      *schema           `json:"items"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	AnyOf      []schema          `json:"anyOf"`
	AllOf      []schema          `json:"allOf"`
	Not        *schema           `json:"not"`
	Enum       []any             `json:"enum"`
}

// argument says in words what a kind of check takes.
func argument(t *testing.T, text string) string {
	t.Helper()
	var s schema
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatalf("schema %s: %v", text, err)
	}
	words := s.words()
	if words == "" {
		t.Fatalf("the reference has no words for the schema %s", text)
	}
	return words
}

func (s schema) words() string {
	switch {
	case s.Ref == "#/definitions/expectation":
		return "an expectation"
	case s.Const == true:
		return "`true`"
	case len(s.AllOf) > 0:
		return s.AllOf[0].words()
	case len(s.AnyOf) > 0:
		return s.either()
	}
	switch kind := s.Type.(type) {
	case []any: // a scalar of any type is its source text
		return "a text"
	case string:
		return s.ofType(kind)
	}
	return ""
}

func (s schema) either() string {
	var out []string
	for _, one := range s.AnyOf {
		if strings.Contains(one.Pattern, `[$%]\{`) {
			continue // a template, which may stand everywhere
		}
		out = append(out, one.words())
	}
	return strings.Join(out, ", or ")
}

func (s schema) ofType(kind string) string {
	switch kind {
	case "integer":
		return "a whole number"
	case "number":
		return "a number"
	case "boolean":
		return "`true` or `false`"
	case "array":
		return "a list, each " + s.Items.words()
	case "object":
		return s.object()
	}
	switch {
	case strings.Contains(s.Pattern, "µs"):
		return "a duration such as `1.5s`"
	case strings.Contains(s.Pattern, "xx"):
		return "a class such as `2xx`"
	case s.Pattern != "":
		return "a text that matches `" + s.Pattern + "`"
	}
	return "a text"
}

func (s schema) object() string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		text := "`" + name + "` (" + s.Properties[name].words()
		if slices.Contains(s.Required, name) {
			text += ", required"
		}
		out = append(out, text+")")
	}
	return "a map of " + strings.Join(out, ", ")
}
