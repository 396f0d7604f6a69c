package importer_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/importer"
)

// world is a project that something was imported into.
type world struct {
	folder  *memory
	suite   *importer.Suite
	notes   importer.Notes
	missing []importer.Missing
	filed   *harness.Filed
	report  *harness.Report
}

// options of an import.
type options struct {
	config    string // assay.yaml
	provider  string
	mostCases int
	file      func(string) ([]byte, error)
}

func formatOf(t testing.TB, name string) importer.Format {
	t.Helper()
	for _, f := range importer.Formats() {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("there is no format %s", name)
	panic("unreachable")
}

var errNothing = errors.New("nothing to import")

var errFull = errors.New("the disk is full")

// importText imports a text into a project of its own, files the replies and
// replays them: what the command does, without a command line.
func importText(t testing.TB, format, text string, o options) (*world, error) {
	t.Helper()
	w := &world{folder: &memory{files: fstest.MapFS{}}}
	if o.config != "" {
		w.put("assay.yaml", o.config)
	}
	source := importer.Source{Name: "calls." + format, In: strings.NewReader(text), File: o.file}
	questions, err := formatOf(t, format).Read([]importer.Source{source}, &w.notes)
	if err != nil {
		return w, err
	}
	return w, w.write(t, questions, o)
}

func (w *world) write(t testing.TB, questions []*importer.Question, o options) error {
	t.Helper()
	folder := w.folder
	p, _ := harness.Load(harness.Config{FS: folder, AllowEmpty: true})
	var targets []importer.Target
	for _, e := range p.Endpoints() {
		target := importer.Target{Name: e.Name, Kind: e.Kind, Model: e.Model, URL: e.URL, Path: e.Path, Unknown: e.Unknown}
		for _, f := range e.Fields {
			target.Fields = append(target.Fields, importer.Param(f))
		}
		targets = append(targets, target)
	}
	bound, missing := importer.Bind(questions, targets, o.provider, p.DefaultProvider(), &w.notes)
	if w.missing = missing; len(bound) == 0 {
		return errNothing
	}
	w.suite = importer.Write(bound, importer.Layout{Name: "calls", From: "calls", MostCases: o.mostCases, DataDir: "data"})
	w.put("suites/calls.yaml", string(w.suite.YAML))
	for name, data := range w.suite.Data {
		w.put(name, string(data))
	}
	p, ds := harness.Load(harness.Config{FS: folder})
	if ds.HasErrors() {
		t.Fatalf("the imported suite does not load: %v\n%s", ds.Err(), w.suite.YAML)
	}
	var err error
	w.filed, err = p.File(t.Context(), harness.Filing{Folder: folder, Find: func(a address.Address, number int) *harness.Answer {
		if r := w.suite.Reply(a.Case, a.Key, number); r != nil {
			return (*harness.Answer)(r)
		}
		return nil
	}})
	if err != nil {
		t.Fatalf("the replies can't be filed: %v\n%s", err, w.suite.YAML)
	}
	w.replay(t)
	return nil
}

// replay tests the project from its recordings; there is no socket below it.
func (w *world) replay(t testing.TB) {
	t.Helper()
	report, err := harness.Run(context.WithoutCancel(t.Context()), harness.Config{FS: w.folder})
	if err != nil {
		t.Fatalf("the imported suite does not run: %v\n%s", err, w.suite.YAML)
	}
	w.report = report
}

// mustImport imports what every question of has a reply, and wants it green.
func mustImport(t testing.TB, format, text string, o options) *world {
	t.Helper()
	w, err := importText(t, format, text, o)
	if err != nil {
		t.Fatalf("%v\n%s", err, w.listed())
	}
	w.green(t)
	return w
}

// green wants all questions answered by recordings, and all checks passed.
func (w *world) green(t testing.TB) {
	t.Helper()
	if len(w.filed.Unfiled) > 0 || w.filed.Replies != w.suite.Replies || w.suite.Replies != w.suite.Questions {
		t.Fatalf("%d questions, %d replies, %d filed, not filed: %v\n%s", w.suite.Questions, w.suite.Replies, w.filed.Replies, w.filed.Unfiled, w.suite.YAML)
	}
	if exit := w.report.Exit(); exit != 0 {
		t.Fatalf("the replay ends with %d\n%s", exit, w.suite.YAML)
	}
}

// listed gives the notes as lines.
func (w *world) listed() string {
	var b strings.Builder
	for _, n := range w.notes.All() {
		b.WriteString(n.Where(0) + ": " + n.Text + "\n")
	}
	return b.String()
}

// everything gives all that an import wrote.
func (w *world) everything() string {
	var b strings.Builder
	b.WriteString(w.listed())
	for _, name := range slices.Sorted(maps.Keys(w.folder.files)) {
		b.WriteString(name + "\n" + string(w.folder.files[name].Data) + "\n")
	}
	return b.String()
}

func (w *world) put(name, text string) { w.folder.files[name] = &fstest.MapFile{Data: []byte(text)} }

// memory is a project's folder that costs no disk: fuzzing makes thousands.
type memory struct {
	mu    sync.RWMutex
	files fstest.MapFS
	room  int // how many recordings may still be written; 0: any number
}

func (m *memory) Open(name string) (fs.File, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.files.Open(name)
}

func (m *memory) WriteFile(name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.room > 0 && strings.HasPrefix(name, "fixtures/") {
		if m.room--; m.room == 0 {
			m.room = 1 // and none ever after
			return errFull
		}
	}
	m.files[name] = &fstest.MapFile{Data: data}
	return nil
}

func (m *memory) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, name)
	return nil
}

func (m *memory) Append(string) (fixture.Log, error) { return nil, errors.ErrUnsupported }

func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, line) {
			t.Errorf("it lacks %q:\n%s", line, text)
		}
	}
}

func refuseLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if strings.Contains(text, line) {
			t.Errorf("it holds %q:\n%s", line, text)
		}
	}
}

// openAI is the configuration of a server at a base URL.
func openAI(base string) string {
	return "version: 1\nproviders:\n  local:\n    kind: openai\n    model: m1\n    base_url: " + base + "\n    params: {max_tokens: 400}\n"
}

// completion is a reply in OpenAI's shape.
func completion(text string) string {
	return `{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m1","choices":[{"index":0,"message":{"role":"assistant","content":"` + text +
		`"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}`
}
