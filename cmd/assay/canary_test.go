package main

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The canaries: a key from the environment, and a sensitive variable with
// characters that every notation escapes differently.
const (
	canaryKey   = `SG_canary/7f+a9=k&Q?3`
	canaryToken = `tok "en\17/<canary>&ä+x=%`
)

const canarySuite = `suite: canary
variables:
  token: {type: string, sensitive: true}
cases:
  - name: repeats
    for_each: '${range(4)}'
    conversation:
      - user: ${each.key} say it
        capture: {heard: '${self.text} ${var.token}', id: {header: x-request-id}}
        expect:
          - contains: "(sensitive:grok-2)"
          - contains: "(sensitive:token)"
          - not: {contains: canary}
      - user: again ${capture.heard} ${capture.id}
        expect:
          - contains: said
  - name: fails
    conversation:
      - user: say it with ${var.token}, ${urlencode(var.token)} and ${base64encode(var.token)}
        expect:
          - equals: something else
          - equals: "as I said: ${var.token}"
          - contains: ${base64encode(var.token)}
          - regex: '^${urlencode("x")}$'
          - condition: 'self.text == var.token'
          - condition: 'self.text == "x"'
            message: 'it said ${self.text} and ${self.body}'
          - header: {name: x-request-id, equals: nothing}
  - name: refused
    conversation:
      - user: be refused
        expect:
          - status: 404
          - contains: nothing of it
            of: error
  - name: writes_it
    request: {headers: {x-token: '${var.token}'}}
    conversation:
      - user: with a header
        expect:
          - contains: said
`

// TestCanary has a model and its server repeat a key and a sensitive variable in
// every form, wherever they can, and goes through the commands. No file and no
// output has any of it.
func TestCanary(t *testing.T) {
	server := newParrot(t)
	p := newUserProject(t, map[string]string{"suites/canary.yaml": canarySuite}, "SEGMIND_API_KEY="+canaryKey)
	w := newCanaryWatch(t, p)
	vars := filepath.Join(t.TempDir(), "vars.yaml") // not of the project: it holds the token
	if err := os.WriteFile(vars, []byte("token: '"+canaryToken+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	with := func(args ...string) []string { return append(args, "--var-file", vars) }
	live := func(args ...string) []string { return with(append(args, "--base-url", server.URL+"/v1")...) }
	reports := []string{"--report", "json=reports/a.json", "--report", "junit=reports/a.xml", "--report", "table=reports/a.txt", "--all"}

	w.run(t, 0, "init", "fresh")
	w.run(t, 0, with("validate")...)
	w.run(t, 6, with(append([]string{"test"}, reports...)...)...)
	w.run(t, 8, live("apply")...) // nobody approves

	server.behave(parrotCloses)
	w.run(t, 7, live("test", "--live")...)
	server.behave(parrotHangs)
	w.stopped(t, server, syscall.SIGINT, live("test", "--live")...)
	w.stopped(t, server, syscall.SIGKILL, live("apply", "--auto-approve", "canary.fails")...)
	w.run(t, 7, with("test", "--live", "--base-url", "http://127.0.0.1:1/"+"nobody")...)
	server.behave(parrotRefuses)
	w.run(t, 7, live("test", "--live", "canary.repeats")...)

	server.behave(parrotRepeats)
	for _, format := range []string{"table", "junit", "json"} {
		w.run(t, 1, live(append([]string{"test", "--live", "--format", format, "--junit-level", "turn"}, reports...)...)...)
	}
	liveTexts := textsOf(t, p)
	if kept := strings.Join(slices.Collect(maps.Values(p.files(t, ".assay/replies"))), ""); !strings.Contains(kept, "(sensitive:grok-2)") {
		t.Error("no kept reply shows where the key was: the test shows nothing")
	}
	w.run(t, 0, live(append([]string{"apply", "--auto-approve", "--retry-unknown"}, reports...)...)...)
	for _, format := range []string{"table", "junit", "json"} {
		w.run(t, 1, with(append([]string{"test", "--format", format}, reports...)...)...)
	}
	if replayed := textsOf(t, p); !maps.Equal(liveTexts, replayed) {
		t.Errorf("live and replay judge different texts:\n live %q\nreplay %q", liveTexts, replayed)
	}
	w.run(t, 0, with("show", "canary.*")...)
	w.run(t, 0, with("show", "canary.*", "--json")...)
	w.run(t, 0, with("show", "canary.*", "--curl")...)
	w.run(t, 0, with("state", "list", "--all")...)
	w.run(t, 0, with("state", "list", "--json")...)
	w.run(t, 0, with("state", "show", "canary")...)
	w.run(t, 0, with("state", "show", "canary", "--json")...)
	w.run(t, 0, with("state", "verify")...)
	w.run(t, 0, with("state", "recover")...)
	w.run(t, 0, with("state", "mv", "canary", "bird")...)
	w.run(t, 6, with("state", "verify")...)
	w.run(t, 0, with("state", "mv", "bird", "canary")...)
	w.run(t, 0, with("state", "resolve")...)
	for _, format := range []string{"table", "junit", "json"} {
		w.run(t, 0, "show", "--file", "reports/run.json", "--format", format)
	}
	w.serve(t, vars)
	if server.carried() == 0 {
		t.Error("no request carried the key: the test shows nothing")
	}
	if !strings.Contains(strings.Join(slices.Collect(maps.Values(p.files(t, "fixtures"))), ""), "(sensitive:grok-2)") {
		t.Error("no recording shows where the key was: the test shows nothing")
	}
}

// textsOf gives every reply's text and error in the run record, by turn.
func textsOf(t *testing.T, p *userProject) map[string]string {
	t.Helper()
	_, cases := runRecord(t, p.dir)
	out := map[string]string{}
	for _, c := range cases {
		for _, s := range c.Samples {
			for _, turn := range s.Turns {
				out[turn.Address] = turn.Text + "\n" + turn.Error + "\n" + turn.Verdict.String()
			}
		}
	}
	return out
}

// canaryWatch runs commands and looks for the canaries after each.
type canaryWatch struct {
	p     *userProject
	forms map[string]string // form to what it is
}

func newCanaryWatch(t *testing.T, p *userProject) *canaryWatch {
	t.Helper()
	return &canaryWatch{p: p, forms: canaryForms()}
}

func (w *canaryWatch) run(t *testing.T, want int, args ...string) {
	t.Helper()
	r := w.p.start(t, args...)
	if got := r.end(t); got != want {
		t.Errorf("assay %q: exit code %d, want %d\nstdout: %.3000s\nstderr: %.3000s", args, got, want, r.stdout.String(), r.stderr.String())
	}
	w.look(t, r)
}

// stopped sends a signal once the server has a question, again and again until
// the process has ended.
func (w *canaryWatch) stopped(t *testing.T, s *parrot, signal syscall.Signal, args ...string) {
	t.Helper()
	r := w.p.start(t, args...)
	<-s.hanging
	ended := make(chan int, 1)
	go func() { ended <- r.end(t) }()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for running := true; running; { // signals that come close together may be one
		_ = r.Process.Signal(signal) // it may have ended
		select {
		case <-ended:
			running = false
		case <-again.C:
		}
	}
	s.forget()
	w.look(t, r)
}

// serve has the recordings served to a client that shows its key.
func (w *canaryWatch) serve(t *testing.T, vars string) {
	t.Helper()
	r := w.p.start(t, "serve", "--listen", "127.0.0.1:0", "--key", canaryKey, "--var-file", vars)
	url := <-r.stdout.first
	for _, body := range []string{`{"messages":[{"role":"user","content":"be refused"}]}`, `{"messages":[{"role":"user","content":"unknown ` + canaryKey + `"}]}`} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/grok-2", strings.NewReader(body))
		req.Header.Set("X-Api-Key", canaryKey)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	_ = r.Process.Signal(os.Interrupt)
	r.end(t)
	w.look(t, r)
}

// look searches what a command wrote, and every file of the project.
func (w *canaryWatch) look(t *testing.T, r *process) {
	t.Helper()
	places := w.p.files(t, ".")
	places["stdout"], places["stderr"] = r.stdout.String(), r.stderr.String()
	for place, text := range places {
		for _, reading := range readingsOf(text) {
			for form, what := range w.forms {
				if at := strings.Index(reading, form); at >= 0 {
					t.Errorf("assay %q: %s holds %s: …%.120q", r.Args[1:], place, what, reading[max(0, at-40):])
				}
			}
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}
