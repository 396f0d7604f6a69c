package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// userProject is a folder with suites in which the real program is run as a
// process of its own: what is killed is a process, what is read are its files.
type userProject struct {
	dir, home string
	env       []string
}

// newUserProject writes a project's files, by slash path.
func newUserProject(t *testing.T, files map[string]string, env ...string) *userProject {
	t.Helper()
	p := &userProject{dir: t.TempDir(), home: t.TempDir(), env: env}
	for name, text := range files {
		path := filepath.Join(p.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// process is an assay under way.
type process struct {
	*exec.Cmd
	stdout lineBuffer
	stderr bytes.Buffer
}

// lineBuffer keeps what is written, and tells the first line when it is whole.
type lineBuffer struct {
	mu    sync.Mutex
	all   bytes.Buffer
	first chan string
}

func (b *lineBuffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := bytes.IndexByte(b.all.Bytes(), '\n')
	b.all.Write(data)
	if at := bytes.IndexByte(b.all.Bytes(), '\n'); before < 0 && at >= 0 {
		b.first <- string(b.all.Bytes()[:at])
	}
	return len(data), nil
}

func (b *lineBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

// start starts assay; it ends with the test at the latest.
func (p *userProject) start(t *testing.T, args ...string) *process {
	t.Helper()
	program, err := exec.LookPath("assay") // testscript.Main put it there
	if err != nil {
		t.Fatal(err)
	}
	run := &process{Cmd: exec.CommandContext(t.Context(), program, args...)}
	run.stdout.first = make(chan string, 1)
	run.Dir = p.dir
	run.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.home, "NO_COLOR=1", "GORACE=" + atExit}, p.env...)
	run.Stdout, run.Stderr = &run.stdout, &run.stderr
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	return run
}

// end waits for the process and gives its exit code; -1 when it was killed.
func (r *process) end(t *testing.T) int {
	t.Helper()
	err := r.Wait()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%q: %v", r.Args, err)
	}
	return r.ProcessState.ExitCode()
}

// run runs assay to its end and wants an exit code.
func (p *userProject) run(t *testing.T, want int, args ...string) *process {
	t.Helper()
	r := p.start(t, args...)
	if got := r.end(t); got != want {
		t.Fatalf("assay %q: exit code %d, want %d\nstdout: %.4000s\nstderr: %.4000s", args, got, want, r.stdout.String(), r.stderr.String())
	}
	return r
}

// files gives every file below a folder of the project, by slash path.
func (p *userProject) files(t *testing.T, below string) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := filepath.Join(p.dir, filepath.FromSlash(below))
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it went between being listed and being read
		}
		rel, _ := filepath.Rel(p.dir, path) // path is below it
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// wantNoTemporaryFiles holds a folder to what its readers look for.
func (p *userProject) wantNoTemporaryFiles(t *testing.T, below string) {
	t.Helper()
	for name := range p.files(t, below) {
		if strings.Contains(name, ".tmp") {
			t.Errorf("a temporary file is left: %s", name)
		}
	}
}
