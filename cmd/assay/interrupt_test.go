package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// patient answers only when it is told to, and tells when it was asked.
type patient struct {
	*httptest.Server
	asked  chan struct{}
	answer chan struct{} // closed: answer
}

func newPatient(t *testing.T) *patient {
	p := &patient{asked: make(chan struct{}, 100), answer: make(chan struct{})}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			http.NotFound(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // so that the server notices when the client goes
		p.asked <- struct{}{}
		select {
		case <-p.answer:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, goodReply)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// interruptible is assay, live, in the background.
type interruptible struct {
	*exec.Cmd
	stderr *bufio.Reader
	stdout bytes.Buffer
	said   strings.Builder
}

func startLive(t *testing.T, p *program, args ...string) *interruptible {
	t.Helper()
	dir := t.TempDir()
	suite := "cases:\n  - name: n\n    for_each: [a, b, c, d, e, f]\n    conversation:\n      - {user: '${each.key}', expect: [{contains: well}]}\n"
	if err := os.Mkdir(filepath.Join(dir, "suites"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "suites", "s.yaml"), []byte(suite), 0o644); err != nil {
		t.Fatal(err)
	}
	i := &interruptible{Cmd: p.command(t, dir, append([]string{p.path}, args...)...)}
	pipe, err := i.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	i.stderr, i.Stdout = bufio.NewReader(pipe), &i.stdout
	if err := i.Start(); err != nil {
		t.Fatal(err)
	}
	return i
}

// interrupt sends SIGINT and waits until assay says that it has understood.
func (i *interruptible) interrupt(t *testing.T) {
	t.Helper()
	if err := i.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for {
		line, err := i.stderr.ReadString('\n')
		i.said.WriteString(line)
		if strings.HasPrefix(line, "Interrupted") {
			return
		}
		if err != nil {
			t.Fatalf("it did not say that it was interrupted: %v\n%s", err, &i.said)
		}
	}
}

func (i *interruptible) exit(t *testing.T) int {
	t.Helper()
	_, _ = io.Copy(&i.said, i.stderr) // until it ends
	err := i.Wait()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return i.ProcessState.ExitCode()
}

// TestInterrupt: what is in flight ends and is kept, every report is written,
// the rest is skipped. A second interrupt ends it at once.
func TestInterrupt(t *testing.T) {
	p := buildProgram(t)
	t.Run("test once", func(t *testing.T) {
		server := newPatient(t)
		assay := startLive(t, p, "test", "--live", "--concurrency", "2", "--base-url", server.URL+"/v1")
		<-server.asked
		<-server.asked
		assay.interrupt(t)
		close(server.answer)
		if code := assay.exit(t); code != 130 {
			t.Fatalf("exit code %d\n%s", code, &assay.said)
		}
		run, cases := runRecord(t, assay.Dir)
		if !run.Interrupted || run.Sum.Passed != 2 || run.Sum.Skipped != 4 || len(cases) != 6 {
			t.Errorf("got %+v", run.Sum)
		}
		for _, c := range cases[2:] {
			if c.Verdict != verdict.Skip || !strings.Contains(reasonOf(c), "interrupted") {
				t.Errorf("%s: %v, %q", c.Display, c.Verdict, reasonOf(c))
			}
		}
		junit, err := os.ReadFile(filepath.Join(assay.Dir, "reports", "junit.xml"))
		if err != nil || !bytes.Contains(junit, []byte(`tests="6"`)) || !bytes.Contains(junit, []byte(`skipped="4"`)) {
			t.Errorf("junit.xml: %v\n%s", err, junit)
		}
		if !strings.Contains(assay.stdout.String(), "4 skipped") {
			t.Errorf("the table says:\n%s", &assay.stdout)
		}
		if len(server.asked) > 0 {
			t.Error("something new was asked after the interrupt")
		}
	})
	t.Run("apply once", func(t *testing.T) {
		server := newPatient(t)
		assay := startLive(t, p, "apply", "--auto-approve", "--concurrency", "2", "--base-url", server.URL+"/v1")
		<-server.asked
		<-server.asked
		assay.interrupt(t)
		close(server.answer)
		if code := assay.exit(t); code != 130 {
			t.Fatalf("exit code %d\n%s", code, &assay.said)
		}
		again := p.run(t, assay.Dir, 8, "apply")
		if !strings.Contains(again.stdout, "4 to record, 0 to record again, 0 to delete, 0 to move, 2 unchanged") {
			t.Errorf("what was paid for is not recorded:\n%s", again.stdout)
		}
	})
	t.Run("twice", func(t *testing.T) {
		server := newPatient(t)
		assay := startLive(t, p, "test", "--live", "--concurrency", "2", "--base-url", server.URL+"/v1")
		<-server.asked
		<-server.asked
		assay.interrupt(t)
		if err := assay.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		// The server never answers: only the second interrupt can end this. The
		// patience is far above the second that it may take.
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		gone := context.AfterFunc(ctx, func() { _ = assay.Process.Kill() })
		code := assay.exit(t)
		if !gone() || code != 130 {
			t.Fatalf("exit code %d\n%s", code, &assay.said)
		}
	})
}

// reasonOf says why a case was not judged: its own words, or its first turn's.
func reasonOf(c *result.Case) string {
	for _, s := range c.Samples {
		for _, t := range s.Turns {
			return c.Reason + t.Reason
		}
	}
	return c.Reason
}
