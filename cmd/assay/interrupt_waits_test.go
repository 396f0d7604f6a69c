package main

import (
	"bufio"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/cli"
)

// sixQuestions is a project of six conversations.
func sixQuestions(t *testing.T) *userProject {
	t.Helper()
	return newUserProject(t, map[string]string{
		"suites/s.yaml": "cases:\n  - name: n\n    for_each: [a, b, c, d, e, f]\n    conversation:\n      - {user: '${each.key}', expect: [{contains: well}]}\n",
	}, moneyKey)
}

// startIn starts assay in a project, with its stderr to be read as it comes.
func startIn(t *testing.T, p *userProject, args ...string) *interruptible {
	t.Helper()
	program, err := exec.LookPath("assay")
	if err != nil {
		t.Fatal(err)
	}
	i := &interruptible{Cmd: exec.CommandContext(t.Context(), program, args...)}
	i.Dir = p.dir
	i.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.home, "NO_COLOR=1", "GORACE=" + atExit}, p.env...)
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

// until reads what it says, up to a line that has these words.
func (i *interruptible) until(t *testing.T, words string) {
	t.Helper()
	for {
		line, err := i.stderr.ReadString('\n')
		i.said.WriteString(line)
		if strings.Contains(line, words) {
			return
		}
		if err != nil {
			t.Fatalf("it did not say %q: %v\n%s", words, err, &i.said)
		}
	}
}

// answering is a server that always gives one answer, and tells when it was asked.
func answering(t *testing.T, status int, header ...string) (url string, asked chan struct{}) {
	t.Helper()
	asked = make(chan struct{}, 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"error":"not now"}`)
		if r.Method == http.MethodPost {
			asked <- struct{}{}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1", asked
}

// TestInterruptDuringWaits: whatever apply waits for, one interrupt ends it,
// with reports, and nothing that was only waited for is a failure.
func TestInterruptDuringWaits(t *testing.T) {
	tests := []struct {
		name   string
		signal os.Signal
		status int
		header []string
	}{
		{"a hold, SIGINT", os.Interrupt, 429, []string{"Retry-After", "600"}},
		{"a hold, SIGTERM", syscall.SIGTERM, 429, []string{"Retry-After", "600"}},
		{"back-off, SIGTERM", syscall.SIGTERM, 503, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			url, asked := answering(t, test.status, test.header...)
			assay := startIn(t, sixQuestions(t), "apply", "--auto-approve", "--concurrency", "2", "--base-url", url)
			if test.status == 429 {
				assay.until(t, "waiting until ") // it says so
			} else {
				<-asked
				<-asked
			}
			if err := assay.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			if code := assay.exit(t); code != 130 {
				t.Fatalf("exit code %d\n%s", code, &assay.said)
			}
			run, cases := runRecord(t, assay.Dir)
			if !run.Interrupted || run.Sum.Skipped != 6 || len(cases) != 6 {
				t.Errorf("got %+v", run.Sum)
			}
		})
	}
}

// TestInterruptDrift: what drift has not asked yet is left out.
func TestInterruptDrift(t *testing.T) {
	p := sixQuestions(t)
	good := newBadServer(func(w http.ResponseWriter, _ *http.Request, _ int64) { _, _ = io.WriteString(w, goodReply) })
	defer good.Close()
	p.run(t, 0, "apply", "--auto-approve", "--base-url", good.URL+"/v1", "--format", "none")
	before := p.files(t, "fixtures")
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		url, _ := answering(t, 429, "Retry-After", "600")
		assay := startIn(t, p, "drift", "--auto-approve", "--accept", "--base-url", url)
		assay.until(t, "waiting until ")
		if err := assay.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if code := assay.exit(t); code != 130 || !strings.Contains(assay.stdout.String(), "6 cases not asked") {
			t.Errorf("%s: exit code %d\n%s\n%s", signal, code, &assay.said, &assay.stdout)
		}
	}
	if after := p.files(t, "fixtures"); !maps.Equal(before, after) {
		t.Error("an interrupted drift changed recordings")
	}
	p.run(t, 0, "test", "--format", "none")
}

// TestTwoTermSignals: gone within moments, with no torn file, and the next apply
// takes up where it was.
func TestTwoTermSignals(t *testing.T) {
	server := newPatient(t)
	p := sixQuestions(t)
	assay := startIn(t, p, "apply", "--auto-approve", "--concurrency", "2", "--base-url", server.URL+"/v1")
	<-server.asked
	<-server.asked
	for range 2 {
		if err := assay.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(assay.said.String(), "Interrupted") {
			assay.until(t, "Interrupted")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	gone := context.AfterFunc(ctx, func() { _ = assay.Process.Kill() })
	if code := assay.exit(t); !gone() || code != 130 {
		t.Fatalf("exit code %d\n%s", code, &assay.said)
	}
	p.wantNoTemporaryFiles(t, "fixtures")
	p.wantNoTemporaryFiles(t, ".assay/journal")
	close(server.answer)
	apply := []string{"apply", "--auto-approve", "--base-url", server.URL + "/v1"}
	if unknown := listedUnknown(p.run(t, 7, apply...).stderr.String()); len(unknown) != 2 {
		t.Errorf("listed as unknown: %v", unknown)
	}
	p.run(t, 0, append(apply, "--retry-unknown")...)
	p.run(t, 0, "test")
}

// TestInterruptAtTheQuestion: an interrupt is no answer.
func TestInterruptAtTheQuestion(t *testing.T) {
	url, asked := answering(t, 200)
	interrupts := make(chan os.Signal, 1)
	stdin, typed := io.Pipe()
	defer typed.Close()
	said := &watched{words: "Only 'yes'", seen: func() { interrupts <- os.Interrupt }}
	code := (&cli.Process{
		Args: []string{"apply", "--base-url", url}, Dir: sixQuestions(t).dir, Env: func(string) string { return "a-key-of-some-length" },
		Stdin: stdin, Stdout: io.Discard, Stderr: said, Now: time.Now, Interrupts: interrupts, StdinIsTerminal: true,
	}).Run()
	if code != 130 || len(asked) > 0 {
		t.Errorf("exit code %d, %d questions asked\n%s", code, len(asked), said.all.String())
	}
}

// watched is a stream that does something when it has seen certain words.
type watched struct {
	words string
	seen  func()

	mu  sync.Mutex
	all strings.Builder
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := strings.Contains(w.all.String(), w.words)
	w.all.Write(b)
	if !before && strings.Contains(w.all.String(), w.words) {
		w.seen()
	}
	return len(b), nil
}
