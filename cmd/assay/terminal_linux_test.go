package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// terminal is a real one: what is written to it comes back as the screen gets it.
func terminal(t *testing.T, columns uint16) (screen, other *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there are no terminals here: ", err)
	}
	fd := int(screen.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	err = errors.Join(err, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0),
		unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}))
	if err != nil {
		t.Fatal(err)
	}
	other, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return screen, other
}

// onTerminal runs assay there and gives all that the screen got.
func onTerminal(t *testing.T, p *userProject, columns uint16, env string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("assay")
	if err != nil {
		t.Fatal(err)
	}
	screen, other := terminal(t, columns)
	defer screen.Close()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = p.dir, other, other, other
	cmd.Env = append([]string{"HOME=" + p.home, "TERM=xterm", "NO_COLOR=1", "GORACE=" + atExit, env}, p.env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	other.Close()
	late := time.AfterFunc(60*time.Second, func() { cmd.Process.Kill() })
	defer late.Stop()
	out, _ := io.ReadAll(screen) // ends with an error when nobody has the terminal any more
	if err := cmd.Wait(); err != nil {
		t.Errorf("assay %q: %v\n%s", args, err, out)
	}
	return string(out)
}

const takeAway = "\r\x1b[K"

var statusLine = regexp.MustCompile(`\r\x1b\[K([0-9]+/[0-9]+[^\r\n\x1b]*)`)

// TestProgressOnTerminals: a status line that fits is there while a run goes on,
// and gone when the table comes; in CI's terminals, and in those that can't take
// a line away, there is none.
func TestProgressOnTerminals(t *testing.T) {
	p := newUserProject(t, map[string]string{
		"script.yaml": "script: 1\nreplies: [{when: {last_user: {contains: ''}}, text: hm, latency: 0.35s}]\n",
		"suites/s.yaml": "cases:\n  - name: n\n    for_each: [a, b, c, d]\n    conversation:\n" +
			"      - {user: 'n ${each.key}', expect: [{contains: hm}]}\n",
	}, "SEGMIND_API_KEY=a-key-for-tests")
	server := p.start(t, "serve", "--script", "script.yaml", "--listen", "127.0.0.1:0")
	defer interrupt(t, server)
	url := <-server.stdout.first
	for _, test := range []struct {
		columns uint16
		env     string
		status  bool
	}{
		{80, "", true},
		{200, "", true},
		{24, "", true},
		{80, "CI=true", false},
		{80, "TERM=dumb", false},
	} {
		t.Run(fmt.Sprint(test.columns, test.env), func(t *testing.T) {
			out := onTerminal(t, p, test.columns, test.env, "test", "--live", "--base-url", url, "--concurrency", "2", "--junit", os.DevNull)
			lines := statusLine.FindAllStringSubmatch(out, -1)
			if !test.status {
				if len(lines) > 0 || strings.Contains(out, "\x1b") {
					t.Errorf("there is a status line: %q", out)
				}
				return
			}
			if len(lines) == 0 {
				t.Fatalf("there is no status line: %q", out)
			}
			for _, line := range lines {
				if n := utf8.RuneCountInString(line[1]); n >= int(test.columns) {
					t.Errorf("a status line of %d characters on a terminal of %d: %q", n, test.columns, line[1])
				}
			}
			if at := strings.LastIndex(out, takeAway); strings.Contains(out[at:], "conversations,") || !strings.Contains(out[at:], "credits") {
				t.Errorf("the status line is not gone when the table comes: %q", out[at:])
			}
		})
	}
}
