package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// checkEvents holds what the last command wrote to stdout to the schema of
// --json: every line is an event that it knows, version first, finished last.
// The arguments are the names of the events that must be among them; !NAME must not.
func checkEvents(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: events [NAME…|!NAME…]")
	}
	schema, err := eventsSchema()
	ts.Check(err)
	var names []string
	text := ts.ReadFile("stdout")
	if !strings.HasSuffix(text, "\n") {
		ts.Fatalf("the stream does not end in a newline")
	}
	for line := range strings.Lines(text) {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			ts.Fatalf("no JSON: %v\n%s", err, line)
		}
		if err := schema.Validate(value); err != nil {
			ts.Fatalf("%#v\n%s", err, line)
		}
		name, _ := value.(map[string]any)["event"].(string)
		names = append(names, name)
	}
	last := len(names) - 1
	if slices.Index(names, "version") != 0 || slices.Index(names, "finished") != last || slices.Contains(names[1:], "version") {
		ts.Fatalf("version is not first, or finished not last, or one of them is there twice: %s", names)
	}
	for _, arg := range args {
		name, without := strings.CutPrefix(arg, "!")
		if slices.Contains(names, name) == without {
			ts.Fatalf("%s: the events are %s", arg, names)
		}
	}
}

// eventsSchema compiles what `assay schema events` prints.
func eventsSchema() (*jsonschema.Schema, error) {
	text, err := os.ReadFile(filepath.Join(projectRoot, "harness", "cli", "events.schema.json"))
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("events.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("events.json")
}

// TestEventsSchemaPrinted: the tests use the schema that people get.
func TestEventsSchemaPrinted(t *testing.T) {
	want, err := os.ReadFile(filepath.Join(projectRoot, "harness", "cli", "events.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	run := newUserProject(t, nil).start(t, "schema", "events")
	if err := run.Wait(); err != nil || run.stdout.String() != string(want) {
		t.Error("assay schema events prints something else")
	}
}
