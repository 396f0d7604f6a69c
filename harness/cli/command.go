package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/assay-harness/assay/harness/diag"
)

// command is one invocation: the process, the flags that every command takes,
// and what is needed to end well.
type command struct {
	*Process
	flags   globalFlags
	color   palette
	source  func(file string) []byte // for the lines that diagnostics show
	stopNow context.CancelFunc
	events  *events // of --json; nil without it
	screen  *screen // nil where there is no terminal to show progress on
	// expected is how long the plan says that the run takes; 0: not known.
	expected time.Duration

	drainOnce sync.Once
	drain     chan struct{} // closed at the first interrupt
}

// globalFlags are those of every command.
type globalFlags struct {
	dir       string
	providers []string
	vars      []string
	varFiles  []string
	envFiles  []string
	color     string
	quiet     bool
}

// palette says whether colours are used, on each stream.
type palette struct{ stdout, stderr bool }

// colors decides: --color, then NO_COLOR, then FORCE_COLOR, then the terminal.
func (p *Process) colors(flag string) palette {
	switch {
	case flag == "always":
		return palette{true, true}
	case flag == "never" || flag == "" && p.Env("NO_COLOR") != "":
		return palette{}
	case flag == "" && p.Env("FORCE_COLOR") != "" && p.Env("FORCE_COLOR") != "0":
		return palette{true, true}
	default:
		dumb := p.Env("TERM") == "dumb"
		return palette{stdout: p.StdoutColumns > 0 && !dumb, stderr: p.StderrColumns > 0 && !dumb}
	}
}

// exitError ends a command with a code, when all that is to be said was said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// exit says what is left to say of an error, and gives the exit code.
func (c *command) exit(err error) int {
	var code exitError
	var failure *diag.Failure
	switch {
	case err == nil:
		return diag.ExitOK
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, context.Canceled), c.interrupted() && notApproved(err):
		fmt.Fprintln(c.Stderr, "Interrupted.")
		return diag.ExitInterrupted
	case errors.As(err, &failure):
		c.say(failure.Diagnostics)
		return failure.Diagnostics.Exit()
	default:
		d := diag.FromError(diag.Internal, err)
		c.say(diag.Diagnostics{d})
		return d.Code.Exit()
	}
}

// interrupted reports whether an interrupt has come.
func (c *command) interrupted() bool {
	select {
	case <-c.drain:
		return true
	default:
		return false
	}
}

// notApproved reports whether an error is that nobody said yes. After an
// interrupt at the question that is no answer.
func notApproved(err error) bool {
	return err != nil && diag.FromError(diag.Internal, err).Code == diag.NotApproved
}

// say writes diagnostics to stderr.
func (c *command) say(ds diag.Diagnostics) {
	if len(ds) == 0 {
		return
	}
	c.events.diagnostics(ds)
	source := c.source
	if source == nil {
		source = func(string) []byte { return nil }
	}
	diag.Write(c.Stderr, ds, source, diag.WriterOptions{Color: c.color.stderr, Width: c.StderrColumns})
}

// usage gives an error of usage, exit 5.
func usage(summary, detail string) error { return diag.NewError(diag.BadFlag, summary, detail) }

// note writes a line to stderr unless --quiet.
func (c *command) note(format string, args ...any) {
	if !c.flags.quiet {
		fmt.Fprintf(c.Stderr, format+"\n", args...)
	}
}

// watchInterrupts lets what is in flight end at the first interrupt, and gives
// up at the second. What does not end then, such as a slow disk, is left as it
// is: files are whole or not there, whenever the process ends.
func (c *command) watchInterrupts(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-c.Interrupts:
	}
	c.drainOnce.Do(func() { close(c.drain) })
	fmt.Fprintln(c.Stderr, "\nInterrupted: finishing what is in flight. Interrupt again to stop at once.")
	select {
	case <-ctx.Done():
		return
	case <-c.Interrupts:
	}
	c.stopNow()
	if c.Abort != nil {
		time.AfterFunc(patience, c.Abort)
	}
}

// patience is how long a command has to end after the second interrupt.
const patience = 700 * time.Millisecond

// ask asks for a yes at the terminal. Only "yes" is one.
func (c *command) ask(question string) bool {
	fmt.Fprintf(c.Stderr, "%s\n  Only 'yes' will be accepted: ", question)
	answer := make(chan string, 1)
	go func() {
		line, _ := readLine(c.Stdin)
		answer <- line
	}()
	select {
	case line := <-answer:
		return strings.TrimSpace(line) == "yes"
	case <-c.drain:
		return false
	}
}

// readLine reads up to a newline, byte by byte, so that nothing behind it is taken.
func readLine(r io.Reader) (string, error) {
	var b strings.Builder
	one := make([]byte, 1)
	for b.Len() < 4096 {
		n, err := r.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				return b.String(), nil
			}
			b.WriteByte(one[0])
		}
		if err != nil {
			return b.String(), err
		}
	}
	return b.String(), nil
}
