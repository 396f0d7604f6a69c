package cli

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// eventsFormat is the number of the stream's format. A reader of one format
// must be able to read it for ever: a field may be added, none may change or go.
const eventsFormat = 1

//go:embed events.schema.json
var eventsSchema []byte

// event is one line of the stream of --json. What it holds is its JSON; its
// name goes before that, in the field "event".
type event interface{ eventName() string }

// events is the stream that --json makes of stdout: one JSON object a line. The
// first line names the format, the last is finished. Its methods may be called
// by several goroutines, and on nil, where there is no --json: then they do nothing.
type events struct {
	mu  sync.Mutex
	w   io.Writer
	run *runEnded
	err error // of the first line that could not be written
}

const jsonFlagName = "json"

// jsonFlag gives a command the flag --json. The stream has begun when the command
// runs, and stdout is then nowhere: whatever is to be seen is an event.
func jsonFlag(cmd *cobra.Command) {
	cmd.Flags().Bool(jsonFlagName, false, "write events to stdout as NDJSON, and nothing else (assay schema events)")
	cmd.Flags().Lookup(jsonFlagName).Annotations = map[string][]string{streams: nil}
}

// streams marks the flag --json of the commands that write events: other
// commands have a flag of that name too.
const streams = "assay/streams"

// beginEvents starts the stream if the command is to write one. It is called
// before anything can go wrong, and when a flag is wrong, so that whoever reads
// events is told what is wrong in an event.
func (c *command) beginEvents(cmd *cobra.Command) {
	flag := cmd.Flags().Lookup(jsonFlagName)
	if flag == nil || c.events != nil || flag.Value.String() != "true" && !slices.Contains(c.Args, "--"+jsonFlagName) {
		return
	}
	if _, ok := flag.Annotations[streams]; ok {
		c.newEvents(c.Stdout, cmd.Name())
	}
}

// newEvents begins the stream of a command on w. From then on nothing else can
// get to stdout.
func (c *command) newEvents(w io.Writer, commandName string) *events {
	c.events = &events{w: w}
	c.Stdout, c.StdoutColumns = io.Discard, 0
	c.events.emit(versionEvent{Format: eventsFormat, Assay: version(), Command: commandName})
	return c.events
}

// emit writes one event as one line, at once.
func (e *events) emit(v event) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return
	}
	line, err := eventLine(v)
	if err == nil {
		_, err = e.w.Write(line)
	}
	e.err = err
}

// failed gives why the stream could not be written, if it could not.
func (e *events) failed() error {
	if e == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// eventLine gives {"event":"name",…} with a newline.
func eventLine(v event) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	line := []byte(`{"event":"` + v.eventName() + `"`)
	if fields := b.Bytes()[1:]; fields[0] != '}' {
		line = append(line, ',')
		line = append(line, fields...)
	} else {
		line = append(line, fields...)
	}
	return line, nil
}

// diagnostics writes an event for each; people get them on stderr besides.
func (e *events) diagnostics(ds diag.Diagnostics) {
	for _, d := range ds {
		severity := "error"
		if d.Severity == diag.Warning {
			severity = "warning"
		}
		e.emit(diagnosticEvent{
			Severity: severity, Code: string(d.Code), Summary: d.Summary, Detail: d.Detail,
			Place: run.ProblemOf(d).Place, Address: d.Address,
		})
	}
}

// finish ends the stream with the exit code.
func (e *events) finish(exit int) {
	if e != nil {
		e.emit(finishedEvent{Exit: exit, Run: e.run})
	}
}

// versionEvent is the first event.
type versionEvent struct {
	Format  int    `json:"format"`
	Assay   string `json:"assay"`
	Command string `json:"command"`
}

// diagnosticEvent is one message for people.
type diagnosticEvent struct {
	Severity string       `json:"severity"`
	Code     string       `json:"code"`
	Summary  string       `json:"summary"`
	Detail   string       `json:"detail,omitempty"`
	Place    result.Place `json:"place,omitzero"`
	Address  string       `json:"address,omitempty"`
}

// finishedEvent is the last event.
type finishedEvent struct {
	Exit int       `json:"exit"`
	Run  *runEnded `json:"run,omitempty"` // of a command that ran cases
}

func (versionEvent) eventName() string    { return "version" }
func (diagnosticEvent) eventName() string { return "diagnostic" }
func (finishedEvent) eventName() string   { return "finished" }
