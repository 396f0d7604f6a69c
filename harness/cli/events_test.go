package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// checkEvents holds a stream to the schema: the version first, finished last
// and nowhere else, every line one event that the schema knows. It gives the
// events' names.
func checkEvents(t *testing.T, stream []byte) []string {
	t.Helper()
	schema := compiledEventsSchema(t)
	var names []string
	lines := bytes.Split(bytes.TrimSuffix(stream, []byte("\n")), []byte("\n"))
	for n, line := range lines {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err != nil {
			t.Fatalf("line %d is no JSON: %v\n%s", n+1, err, line)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("line %d: %#v\n%s", n+1, err, line)
		}
		name, _ := value.(map[string]any)["event"].(string)
		if (name == "version") != (n == 0) || (name == "finished") != (n == len(lines)-1) {
			t.Errorf("line %d of %d is %q", n+1, len(lines), name)
		}
		names = append(names, name)
	}
	return names
}

func compiledEventsSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(eventsSchema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("events.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("events.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// newStream begins a stream in memory.
func newStream(t *testing.T) (*command, *bytes.Buffer) {
	t.Helper()
	var b bytes.Buffer
	c := &command{Process: &Process{Stdout: &b, Stderr: io.Discard}}
	c.newEvents(c.Stdout, "test")
	return c, &b
}

func TestEventsFrame(t *testing.T) {
	c, out := newStream(t)
	io.WriteString(c.Stdout, "a table")
	c.say(diag.Diagnostics{
		{Code: diag.BadFlag, Summary: "<no> & \u2028", Detail: "a\nb", Address: "x.y"},
		{Severity: diag.Warning, Code: diag.NothingCanFail, Summary: "s", Range: diag.Range{Filename: "a.yaml", Start: diag.Pos{Line: 2, Column: 1}, End: diag.Pos{Line: 2, Column: 4}}},
	})
	c.events.ran(run.Started{})
	c.events.ran(run.Held{Provider: "p", Until: noon, Reason: "the provider's rate"})
	c.events.sums(result.Run{Mode: result.Replay})
	c.events.finish(4)
	got := strings.Join(checkEvents(t, out.Bytes()), " ")
	if want := "version diagnostic diagnostic started held finished"; got != want {
		t.Errorf("events: got %s, want %s", got, want)
	}
	if bytes.Contains(out.Bytes(), []byte("a table")) {
		t.Error("a table got into the stream")
	}
}

// TestEventsSchemaRefuses shows that the schema can say no.
func TestEventsSchemaRefuses(t *testing.T) {
	schema := compiledEventsSchema(t)
	for _, line := range []string{
		`{}`, `[]`, `{"event":"started"}`, `{"event":"nothing"}`, `{"event":"finished","exit":"0"}`,
		`{"event":"finished","exit":0,"more":1}`, `{"event":"version","format":2,"assay":"x","command":"test"}`,
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("the schema takes %s", line)
		}
	}
}

// TestEventsNil: without --json the methods do nothing.
func TestEventsNil(*testing.T) {
	var e *events
	e.emit(startedEvent{})
	e.ran(run.Started{})
	e.sums(result.Run{})
	e.finish(0)
}

// failing is a writer that is closed at the other end.
type failing struct{ writes int }

func (f *failing) Write([]byte) (int, error) {
	f.writes++
	return 0, io.ErrClosedPipe
}

func TestEventsUnwritable(t *testing.T) {
	w := &failing{}
	c := &command{Process: &Process{Stderr: io.Discard}}
	c.newEvents(w, "test").finish(0)
	if c.events.failed() == nil || w.writes != 1 {
		t.Errorf("got %v after %d writes, want one write and its error", c.events.failed(), w.writes)
	}
}

func TestEventLine(t *testing.T) {
	line, err := eventLine(finishedEvent{Exit: 6})
	if err != nil || string(line) != `{"event":"finished","exit":6}`+"\n" || !json.Valid(line) {
		t.Errorf("got %s, %v", line, err)
	}
}
