package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/assay-harness/assay/harness/result"
)

// TestEndToEnd runs the program that `go build` makes against what a test of the
// packages can't have: a client and readers that others wrote, a machine without
// a network. What is not installed is skipped, with the reason; .ci/run installs
// all of it and sets ASSAY_E2E=all, which makes a skip a failure.
func TestEndToEnd(t *testing.T) {
	p := buildProgram(t)
	t.Run("seed page", p.testSeedPage)
	t.Run("offline", p.testOffline)
	t.Run("live as in replay", p.testParity)
	t.Run("hostile run", p.testHostileRun)
	t.Run("import har", p.testImportHAR)
}

// e2eKey is the only key that the servers of these tests accept.
const e2eKey = "SG_0123456789abcdef"

// cannot skips what can't be done on this machine.
func cannot(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("ASSAY_E2E") == "all" {
		t.Fatalf("ASSAY_E2E=all allows no skip: "+format, args...)
	}
	t.Skipf(format, args...)
}

// tool finds a program that the machine may lack.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		cannot(t, "%s is not installed", name)
	}
	return path
}

// program is the built assay.
type program struct{ path, home string }

func buildProgram(t *testing.T) *program {
	t.Helper()
	p := &program{path: filepath.Join(t.TempDir(), "assay"), home: t.TempDir()}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", p.path, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return p
}

// command sees no key and no setting but its own.
func (p *program) command(t *testing.T, dir string, argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.home, "NO_COLOR=1", "SEGMIND_API_KEY=" + e2eKey}
	return cmd
}

// output is what a command wrote, and its exit code.
type output struct {
	stdout, stderr string
	code           int
}

// finish runs a command to its end.
func finish(t *testing.T, cmd *exec.Cmd) output {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%q: %v", cmd.Args, err)
	}
	return output{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// run runs assay and wants an exit code.
func (p *program) run(t *testing.T, dir string, code int, args ...string) output {
	t.Helper()
	out := finish(t, p.command(t, dir, append([]string{p.path}, args...)...))
	if out.code != code {
		t.Fatalf("assay %q: exit code %d, want %d\nstdout: %.3000s\nstderr: %.3000s", args, out.code, code, out.stdout, out.stderr)
	}
	return out
}

// serve starts `assay serve` for the rest of the test and gives its base URL.
func (p *program) serve(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := p.command(t, dir, append([]string{p.path, "serve", "--listen", "127.0.0.1:0", "--key", e2eKey}, args...)...)
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended already
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		t.Fatalf("assay serve: %v\n%s", err, stderr.String())
	}
	url := line[:len(line)-1]
	answer, err := http.Get(url + "/get-user-credits") // any answer: it listens
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return url
}

// shippedProject copies the project's own suites and recordings.
func shippedProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"suites", "fixtures"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("..", "..", part))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// runRecord reads the run record that the last run in a folder left, and every case.
func runRecord(t *testing.T, dir string) (result.Run, []*result.Case) {
	t.Helper()
	path := filepath.Join(dir, "reports", "run.json")
	reader, err := result.Open(path, func() (io.ReadCloser, error) { return os.Open(path) })
	if err != nil {
		t.Fatal(err)
	}
	var cases []*result.Case
	for c, err := range reader.Cases() {
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return reader.Run(), cases
}

// node runs one of the scripts in e2e/ with the packages of its package.json,
// which ASSAY_E2E_NODE says where to find: the folder that `npm ci` filled.
type node struct{ program, dir string }

func newNode(t *testing.T) *node {
	t.Helper()
	installed := os.Getenv("ASSAY_E2E_NODE")
	if installed == "" {
		cannot(t, "ASSAY_E2E_NODE does not say where npm has installed the packages of cmd/assay/e2e (make e2e does)")
	}
	n := &node{program: tool(t, "node"), dir: t.TempDir()}
	if err := os.CopyFS(n.dir, os.DirFS("e2e")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(n.dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return n
}
