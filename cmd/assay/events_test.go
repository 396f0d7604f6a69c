package main

import (
	"bytes"
	"os"
	"os/exec"
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

// TestEventsInterrupted: who reads events is told that it was interrupted, too.
func TestEventsInterrupted(t *testing.T) {
	p := newUserProject(t, map[string]string{
		"script.yaml": "script: 1\nreplies: [{when: {last_user: {contains: ''}}, text: hm, latency: 0.3s}]\n",
		"suites/s.yaml": "cases:\n  - name: n\n    for_each: [a, b, c, d, e, f]\n    conversation:\n" +
			"      - {user: 'n ${each.key}', expect: [{contains: hm}]}\n",
	}, "SEGMIND_API_KEY=a-key-for-tests")
	server := p.start(t, "serve", "--script", "script.yaml", "--listen", "127.0.0.1:0")
	defer interrupt(t, server)
	out := newHeard()
	run := exec.CommandContext(t.Context(), "assay", "test", "--live", "--json", "--concurrency", "1", "--base-url", <-server.stdout.first)
	run.Dir, run.Stdout = p.dir, out
	run.Env = append([]string{"HOME=" + p.home, "GORACE=" + atExit}, p.env...)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	stream := out.await(t, `"event":"conversation_ended".*\n`)
	if err := run.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if run.Wait(); run.ProcessState.ExitCode() != 130 {
		t.Errorf("exit code %d, want 130", run.ProcessState.ExitCode())
	}
	stream += out.await(t, `(.*\n)*\{"event":"finished","exit":130.*\n`)
	schema, err := eventsSchema()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(stream) {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("%v\n%s", err, line)
		}
	}
	if n := strings.Count(stream, `"event":"case_ended"`); n != 6 {
		t.Errorf("%d cases ended, want all 6:\n%s", n, stream)
	}
	if strings.Count(stream, `"verdict":"skip"`) == 0 || !strings.Contains(stream, `"interrupted":true`) {
		t.Errorf("the stream does not say that it was interrupted:\n%s", stream)
	}
	// What was not asked is what --failed runs next.
	failed := p.run(t, 0, "plan", "--failed", "--json")
	if !strings.Contains(failed.stdout.String(), `"event":"change"`) || strings.Contains(failed.stdout.String(), `n[\"a\"]`) {
		t.Errorf("--failed does not take what was not asked: %s", failed.stdout.String())
	}
}
