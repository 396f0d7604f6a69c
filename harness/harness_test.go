package harness_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/verdict"
)

// with gives the example project with other files in it; nil removes one.
func with(files map[string]*fstest.MapFile) fstest.MapFS {
	out := maps.Clone(jokes)
	for name, file := range files {
		if file == nil {
			delete(out, name)
			continue
		}
		out[name] = file
	}
	return out
}

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

const oneCase = "suite: jokes\ncases:\n  - name: greets\n    conversation:\n      - user: hello\n        expect: [%s]\n"

func suiteWith(expectation string) fstest.MapFS {
	return fstest.MapFS{"suites/jokes.yaml": text(strings.Replace(oneCase, "%s", expectation, 1))}
}

// TestLoadFaults shows that what can be known before a run ends there, with a
// code that says how to leave.
func TestLoadFaults(t *testing.T) {
	for name, test := range map[string]struct {
		config harness.Config
		want   []diag.Code
	}{
		"no suites":         {harness.Config{FS: fstest.MapFS{}}, []diag.Code{diag.NoSuites}},
		"unknown check":     {harness.Config{FS: suiteWith("{containz: a}")}, []diag.Code{diag.UnknownCheck}},
		"undefined name":    {harness.Config{FS: suiteWith("{contains: '${var.none}'}")}, []diag.Code{diag.UndefinedName}},
		"nothing can fail":  {harness.Config{FS: suiteWith("{contains: a, severity: warn}")}, []diag.Code{diag.NothingCanFail}},
		"bad configuration": {harness.Config{FS: with(map[string]*fstest.MapFile{"assay.yaml": text("version: 1\nlimit: {}\n")})}, []diag.Code{diag.UnknownKey}},
		"two files": {
			harness.Config{FS: with(map[string]*fstest.MapFile{"suites/a.yaml": text("suite: a\ncase: []\n"), "suites/b.yaml": text("")})},
			[]diag.Code{diag.UnknownKey, diag.YAMLEmpty},
		},
		"invalid, but not selected": {
			harness.Config{FS: with(map[string]*fstest.MapFile{"suites/a.yaml": text("suite: a\ncase: []\n")}), Select: []string{"jokes"}},
			[]diag.Code{diag.UnknownKey},
		},
		"selects nothing":  {harness.Config{FS: jokes, Select: []string{"jokes.changes_subject"}}, []diag.Code{diag.SelectedNothing}},
		"bad address":      {harness.Config{FS: jokes, Select: []string{"jokes["}}, []diag.Code{diag.BadAddress}},
		"bad exclusion":    {harness.Config{FS: jokes, Exclude: []string{"jokes["}}, []diag.Code{diag.BadAddress}},
		"unknown tag":      {harness.Config{FS: jokes, Tags: "smok"}, []diag.Code{diag.SelectedNothing}},
		"no such suite":    {harness.Config{FS: jokes, Suites: []string{"suites/none.yaml"}}, nil},
		"a path outside":   {harness.Config{FS: jokes, Suites: []string{"../x"}}, nil},
		"no such provider": {harness.Config{FS: jokes, Kinds: harness.DefaultKinds(), Providers: []string{"grok-3"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, ds := harness.Load(test.config)
			if !ds.HasErrors() {
				t.Fatal("Load found nothing wrong")
			}
			for _, code := range test.want {
				if !slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Code == code }) {
					t.Errorf("no %s in: %v", code, ds.Err())
				}
			}
			report, err := harness.Run(t.Context(), test.config)
			var failure *diag.Failure
			if report != nil || !errors.As(err, &failure) || failure.Diagnostics.Exit() != ds.Exit() {
				t.Errorf("Run gives %v, %v", report, err)
			}
		})
	}
}

// TestLoadUnreadable shows that a project whose files can't be read is a fault
// with a name, and no panic.
func TestLoadUnreadable(t *testing.T) {
	_, ds := harness.Load(harness.Config{FS: broken{jokes}})
	if !ds.HasErrors() || !strings.Contains(ds.Err().Error(), "suites") && ds.Exit() == diag.ExitInternal {
		t.Errorf("got %v", ds.Err())
	}
}

// broken is a tree in which no file can be opened.
type broken struct{ fs.FS }

func (b broken) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".yaml") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return b.FS.Open(name)
}

// TestRunRecordings shows how a run ends whose recordings are not as they should be.
func TestRunRecordings(t *testing.T) {
	const file = "fixtures/jokes/grok-2/stays_short.yaml"
	for name, test := range map[string]struct {
		project fstest.MapFS
		want    diag.Code
	}{
		"missing": {with(map[string]*fstest.MapFile{file: nil}), diag.RecordingMissing},
		"stale": {with(map[string]*fstest.MapFile{
			"suites/jokes.yaml": text(strings.ReplaceAll(string(jokes["suites/jokes.yaml"].Data), "now a joke", "now a pun")),
		}), diag.RecordingStale},
		"damaged":    {with(map[string]*fstest.MapFile{file: text("fixture: 1\nadress: x\n")}), diag.RecordingDamaged},
		"newer":      {with(map[string]*fstest.MapFile{file: text(strings.Replace(recorded("stays_short"), "fixture: 1", "fixture: 2", 1))}), diag.RecordingNewer},
		"conflicted": {with(map[string]*fstest.MapFile{file: text("<<<<<<< HEAD\n" + recorded("stays_short") + "=======\n>>>>>>> x\n")}), diag.RecordingConflicted},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := harness.Run(t.Context(), harness.Config{FS: test.project, Select: []string{"jokes.stays_short"}})
			if err != nil {
				t.Fatal(err)
			}
			if got := report.Exit(); got != diag.ExitRecordings {
				t.Errorf("exit %d, want %d", got, diag.ExitRecordings)
			}
			if sum := report.Run().Sum; sum.Codes[string(test.want)] == 0 || sum.Requests != 0 || sum.Errored != 1 {
				t.Errorf("got %+v, want the code %s", sum, test.want)
			}
		})
	}
}

// TestRunSendsNothing shows that the zero Config never sends: a missing
// recording is no reason to ask.
func TestRunSendsNothing(t *testing.T) {
	sent := 0
	live := &harness.Live{
		BaseURL: "http://127.0.0.1:1/v1", Env: func(string) string { return "a-key-of-some-length" },
		Transport: roundTrip(func(*http.Request) (*http.Response, error) { sent++; return nil, errors.New("refused") }),
	}
	project := with(map[string]*fstest.MapFile{"fixtures/jokes/grok-2/stays_short.yaml": nil})
	if _, err := harness.Run(t.Context(), harness.Config{FS: project}); err != nil || sent != 0 {
		t.Errorf("replay sent %d requests: %v", sent, err)
	}
	report, err := harness.Run(t.Context(), harness.Config{FS: project, Live: live, Select: []string{"jokes.stays_short"}})
	if err != nil {
		t.Fatal(err)
	}
	if sent == 0 || report.Exit() != diag.ExitLive {
		t.Errorf("live sent %d requests, exit %d, want %d", sent, report.Exit(), diag.ExitLive)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (r roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

// TestRunEnds shows the ways in which a run is told to end.
func TestRunEnds(t *testing.T) {
	drain := make(chan struct{})
	close(drain)
	report, err := harness.Run(t.Context(), harness.Config{FS: jokes, Drain: drain})
	if err != nil || !report.Run().Interrupted || report.Exit() != diag.ExitInterrupted || report.Run().Sum.Skipped != 2 {
		t.Errorf("drained: %v, %+v", err, report)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if report, err := harness.Run(ctx, harness.Config{FS: jokes}); !errors.Is(err, context.Canceled) && (err != nil || report.Exit() != diag.ExitInterrupted) {
		t.Errorf("cancelled: %v, %v", report, err)
	}
	full := errors.New("no space left on device")
	if _, err := harness.Run(t.Context(), harness.Config{FS: jokes, Record: failing{full}}); !errors.Is(err, full) {
		t.Errorf("a record that can't be written: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestOutlet shows that the record which a run writes is the run, and that
// events come in the plan's order.
func TestOutlet(t *testing.T) {
	p, ds := harness.Load(harness.Config{FS: jokes, Now: func() time.Time { return time.Unix(1e9, 0) }})
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	var record bytes.Buffer
	var order []string
	report, err := p.With(harness.Outlet{Record: &record, OnEvent: func(e run.Event) {
		if ended, ok := e.(run.CaseEnded); ok {
			order = append(order, ended.Case.Name)
		}
	}}).Test(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"changes_the_subject", "stays_short"}; !slices.Equal(order, want) {
		t.Errorf("events came as %q, want %q", order, want)
	}
	read, err := result.Open("run.json", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(record.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	if got, want := result.ExitOf(read.Run(), result.Strictness{}), report.Exit(); got != want {
		t.Errorf("the record's exit code is %d, the report's %d", got, want)
	}
	cases := 0
	for _, err := range read.Cases() {
		if err != nil {
			t.Fatal(err)
		}
		cases++
	}
	if cases != 2 {
		t.Errorf("the record has %d cases", cases)
	}
}

// TestOnly shows that a loaded project runs in parts, and stays as it was.
func TestOnly(t *testing.T) {
	p, ds := harness.Load(harness.Config{FS: jokes})
	if ds.HasErrors() {
		t.Fatal(ds.Err())
	}
	part, err := p.Only(func(a address.Address) bool { return a.Case == "changes_the_subject" }).Test(t.Context())
	if err != nil || part.Run().Sum.Cases != 1 || part.Run().Sum.Passed != 1 {
		t.Errorf("part: %v, %+v", err, part)
	}
	whole, err := p.Test(t.Context())
	if err != nil || whole.Run().Sum.Cases != 2 {
		t.Errorf("whole: %v, %+v", err, whole)
	}
}

// TestDefaults shows that the maps of kinds are the caller's own.
func TestDefaults(t *testing.T) {
	checks, kinds := harness.DefaultChecks(), harness.DefaultKinds()
	clear(checks)
	clear(kinds)
	report, err := harness.Run(t.Context(), harness.Config{FS: jokes})
	if err != nil {
		t.Fatal(err)
	}
	for c, err := range report.Cases() {
		if err != nil || c.Verdict == verdict.Error {
			t.Errorf("%v: %+v", err, c)
		}
	}
	if _, err := harness.Run(t.Context(), harness.Config{FS: jokes, Checks: checks}); err == nil {
		t.Error("checks that do not exist are found")
	}
	if _, err := harness.Run(t.Context(), harness.Config{FS: jokes, Kinds: kinds}); err == nil {
		t.Error("a provider of no kind is found")
	}
}
