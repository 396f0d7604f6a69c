package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// usage is what one process took.
type usage struct {
	wall, cpu time.Duration
	memory    int64 // greatest resident size, bytes
}

// environment keeps the user's own settings out of the figures.
func environment() []string {
	out := []string{"SEGMIND_API_KEY=bench-key-0123456789"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "SystemRoot"} {
		if v, ok := os.LookupEnv(name); ok {
			out = append(out, name+"="+v)
		}
	}
	return out
}

// process runs a program from start to end. Its standard output goes where
// nobody reads it.
func (b *bench) process(dir, program string, args ...string) command {
	return func(ctx context.Context) (usage, error) {
		var stderr bytes.Buffer
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Dir, cmd.Env, cmd.Stderr = dir, environment(), &stderr
		start := time.Now()
		err := cmd.Run()
		took := time.Since(start)
		if err != nil {
			return usage{}, fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, stderr.Bytes())
		}
		state := cmd.ProcessState
		return usage{wall: took, cpu: state.UserTime() + state.SystemTime(), memory: peakMemory(state)}, nil
	}
}

// repeat runs a command, after one run that does not count: it fills the
// caches of the file system.
func repeat(ctx context.Context, n int, c command) ([]usage, error) {
	runs, err := interleave(ctx, n, c)
	if err != nil {
		return nil, err
	}
	return runs[0], nil
}

// interleave runs commands in turns, n times each, and gives their runs.
func interleave(ctx context.Context, n int, commands ...command) ([][]usage, error) {
	runs := make([][]usage, len(commands))
	for round := range n + 1 {
		for i, c := range commands {
			u, err := c(ctx)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				runs[i] = append(runs[i], u)
			}
		}
	}
	return runs, nil
}

// background is a server that ends when stopped.
type background struct {
	url  string
	stop func()
}

// launch starts a server that prints its base URL as its first line, and is
// stopped by an interrupt.
func (b *bench) launch(ctx context.Context, dir, program string, args ...string) (*background, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, environment(), io.Discard
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := sync.OnceFunc(func() {
		if cmd.Process.Signal(os.Interrupt) != nil {
			_ = cmd.Process.Kill()
		}
		_ = cmd.Wait() // how a stopped server ends is not what is measured
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return nil, fmt.Errorf("%s %s did not start: %w", program, strings.Join(args, " "), err)
	}
	return &background{url: strings.TrimSpace(line), stop: stop}, nil
}

// server is the bare one, with so much delay before each reply.
func (b *bench) server(ctx context.Context, delay time.Duration) (*background, error) {
	return b.launch(ctx, b.dir, b.self, serverMode, "-delay", delay.String())
}

// echo is assay's own server: its replies differ from case to case.
func (b *bench) echo(ctx context.Context) (*background, error) {
	dir, err := b.project("echo", 1, 1)
	if err != nil {
		return nil, err
	}
	return b.launch(ctx, dir, b.assay, "serve", "--echo", "--price", "0.0031", "--credits", "100000", "--listen", "127.0.0.1:0")
}
