package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// testOffline shows that replay needs no network and asks for none.
func (p *program) testOffline(t *testing.T) {
	t.Run("no network", p.testNoNetwork)
	t.Run("no socket", p.testNoSocket)
}

// testNoNetwork replays in a network namespace of its own: its one interface,
// the loopback that no namespace is without, is down and has no address.
func (p *program) testNoNetwork(t *testing.T) {
	dir := shippedProject(t)
	p.run(t, dir, 0, "test", "--all")
	want := readFile(t, filepath.Join(dir, "reports", "junit.xml"))
	url := p.serve(t, dir)

	live := finish(t, inEmptyNetwork(t, p.command(t, dir, p.path, "test", "--live", "--base-url", url, "cats_and_dogs.changes_the_subject")))
	if live.code != 7 || !strings.Contains(live.stdout+live.stderr, "unreachable") {
		t.Fatalf("the namespace has a network: a live run ends with exit code %d\n%.2000s%.2000s", live.code, live.stdout, live.stderr)
	}
	out := finish(t, inEmptyNetwork(t, p.command(t, dir, p.path, "test", "--all")))
	if out.code != 0 || !strings.Contains(out.stdout, "0 requests, 0 credits spent") {
		t.Errorf("exit code %d\n%.3000s%.2000s", out.code, out.stdout, out.stderr)
	}
	if got := readFile(t, filepath.Join(dir, "reports", "junit.xml")); got != want {
		t.Errorf("the JUnit file is another one without a network")
	}
}

// inEmptyNetwork makes a command start in a new network namespace.
func inEmptyNetwork(t *testing.T, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	attributes := func() *syscall.SysProcAttr {
		out := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
		if uid, gid := os.Getuid(), os.Getgid(); uid != 0 { // then it takes a user namespace as well
			out.Cloneflags |= syscall.CLONE_NEWUSER
			out.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
			out.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
		}
		return out
	}
	probe := exec.CommandContext(t.Context(), cmd.Path, "version")
	probe.SysProcAttr = attributes()
	switch err := probe.Run(); {
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL):
		cannot(t, "this machine allows no network namespace: %v", err)
	case err != nil:
		t.Fatal(err)
	}
	cmd.SysProcAttr = attributes()
	return cmd
}

// testNoSocket looks at the system calls of every command that works offline.
func (p *program) testNoSocket(t *testing.T) {
	dir := shippedProject(t)
	url := p.serve(t, dir)
	live := p.networkCalls(t, dir, 0, "test", "--live", "--base-url", url)
	if !strings.Contains(live, "socket(AF_INET") || !strings.Contains(live, "connect(") {
		t.Fatalf("the trace of a live run shows no connection:\n%.2000s", live)
	}
	offline := [][]string{
		{"test"},
		{"test", "--all", "--report", "json", "--report", "table"},
		{"validate"},
		{"show", "concierge.books_a_room"},
		{"show", "--file", "reports/run.json", "--format", "junit"},
		{"version"},
	}
	for _, args := range offline {
		if calls := p.networkCalls(t, dir, 0, args...); calls != "" {
			t.Errorf("assay %q uses the network:\n%.2000s", args, calls)
		}
	}
}

// networkCalls gives every system call of assay that has to do with the network.
func (p *program) networkCalls(t *testing.T, dir string, code int, args ...string) string {
	t.Helper()
	strace := tool(t, "strace")
	trace := filepath.Join(t.TempDir(), "trace")
	argv := []string{strace, "-f", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o", trace, p.path}
	out := finish(t, p.command(t, dir, append(argv, args...)...))
	if strings.Contains(out.stderr, "PTRACE") {
		cannot(t, "strace may not trace: %s", out.stderr)
	}
	if out.code != code {
		t.Fatalf("strace assay %q: exit code %d, want %d\n%.2000s%.2000s", args, out.code, code, out.stdout, out.stderr)
	}
	return namedCalls(readFile(t, trace))
}

// namedCalls leaves out what strace writes of a thread that ended before its
// call could be read: "4282  ???( <detached ...>" says nothing of the network.
func namedCalls(trace string) string {
	var named strings.Builder
	for line := range strings.Lines(trace) {
		if _, call, _ := strings.Cut(line, " "); !strings.HasPrefix(strings.TrimSpace(call), "???(") {
			named.WriteString(line)
		}
	}
	return named.String()
}

// TestNamedCalls keeps every call that has a name.
func TestNamedCalls(t *testing.T) {
	trace := "4281  socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3\n4282  ???( <detached ...>\n4281  connect(3, {sa_family=AF_INET}, 16) = 0\n"
	want := "4281  socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3\n4281  connect(3, {sa_family=AF_INET}, 16) = 0\n"
	if got := namedCalls(trace); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
