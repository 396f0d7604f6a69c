package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestDocumentsEvents holds docs/events.md to the schema: it names every event
// and no other, and what it shows are events.
func TestDocumentsEvents(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(projectRoot, "harness", "cli", "events.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		OneOf []struct {
			Ref string `json:"$ref"`
		}
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, one := range schema.OneOf {
		known[strings.TrimPrefix(one.Ref, "#/$defs/")] = true
	}
	document := readDocument(t, "docs/events.md")
	_, table, _ := strings.Cut(document, "\n## The events\n")
	for name := range known {
		if !strings.Contains(table, "\n| `"+name+"` |") {
			t.Errorf("docs/events.md has no row for the event %s", name)
		}
	}
	for line := range strings.Lines(table) {
		if name, _, found := strings.Cut(strings.TrimPrefix(line, "| `"), "` |"); found && !known[name] {
			t.Errorf("docs/events.md has a row for the event %s, which the schema does not know", name)
		}
	}
	holdShownEvents(t)
}

func holdShownEvents(t *testing.T) {
	t.Helper()
	schema, err := eventsSchema()
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, s := range snippetsOf(t, "docs/events.md") {
		if s.info != "events" {
			continue
		}
		for line := range strings.Lines(s.text) {
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
			if err == nil {
				err = schema.Validate(value)
			}
			if err != nil {
				t.Errorf("%s: %#v\n%s", s, err, line)
			}
			shown++
		}
	}
	if shown == 0 {
		t.Error("docs/events.md shows no events")
	}
}
