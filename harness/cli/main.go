// Package cli is the command line: commands, flags, streams, exit codes. It is
// the only room that touches the process: arguments, environment, working
// folder, clock, signals and terminal.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/assay-harness/assay/harness/diag"
)

// Process is what a command sees of the world.
type Process struct {
	Args   []string // without the program's name
	Dir    string   // the working folder
	Env    func(name string) string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Now    func() time.Time
	// Interrupts gives a value for each interrupt from outside.
	Interrupts <-chan os.Signal
	// Abort ends the process at once; nil: it can't be.
	Abort func()
	// Columns is the width of the terminal that stderr or stdout is; 0 if none is.
	StdoutColumns, StderrColumns int
	// StderrWidth gives the width that stderr has now; nil: it does not change.
	StderrWidth func() int
	// StdinIsTerminal tells whether somebody can be asked.
	StdinIsTerminal bool
}

// Main runs the command line of this process and gives its exit code.
func Main() int {
	defer runtime.KeepAlive(paceCollector())
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "assay: the working folder can't be found:", err)
		return diag.ExitInternal
	}
	interrupts := make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	return (&Process{
		Args: os.Args[1:], Dir: dir, Env: os.Getenv,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now,
		Interrupts:    interrupts,
		Abort:         func() { os.Exit(diag.ExitInterrupted) },
		StdoutColumns: columns(os.Stdout), StderrColumns: columns(os.Stderr),
		StderrWidth:     func() int { return columns(os.Stderr) },
		StdinIsTerminal: term.IsTerminal(int(os.Stdin.Fd())),
	}).Run()
}

// columns gives the width of a terminal, 0 for what is none.
func columns(f *os.File) int {
	if !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// Run runs one command and gives its exit code. A panic is an internal error,
// exit 11: it must not look like anything else.
func (p *Process) Run() (exit int) {
	c := &command{}
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(p.Stderr, "Error: internal error: %v [%s]\n\n%s\n", v, diag.Internal, debug.Stack())
			exit = diag.ExitInternal
		}
		c.events.finish(exit)
	}()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	checked := *p
	if c.screen = p.newScreen(); c.screen != nil {
		checked.Stderr = c.screen.above(p.Stderr)
		if p.StdoutColumns > 0 {
			checked.Stdout = c.screen.above(p.Stdout)
		}
	}
	checked.Stdout = checkedStdout{checked.Stdout}
	c.Process, c.stopNow, c.drain, c.color = &checked, stop, make(chan struct{}), p.colors("")
	go c.watchInterrupts(ctx)
	root := newRoot(c)
	root.SetArgs(p.Args)
	err := root.ExecuteContext(ctx)
	return c.exit(err)
}
