package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// atOnce is the concurrency of everything that is sent.
const atOnce = 64

// bench is one measurement: the program, where the projects are, and what came out.
type bench struct {
	settings
	self  string // this program
	dir   string // of the projects
	sheet sheet
}

// newBench builds assay and makes the folder for the projects.
func newBench(ctx context.Context, s settings) (*bench, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &bench{settings: s, self: self, dir: s.keep}
	if b.dir == "" {
		b.dir, err = os.MkdirTemp("", "assay-bench-")
	} else {
		err = os.MkdirAll(b.dir, 0o755)
	}
	if err != nil {
		return nil, err
	}
	if b.assay != "" {
		b.assay, err = filepath.Abs(b.assay)
		return b, err
	}
	b.assay = filepath.Join(b.dir, "assay")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.assay, "github.com/assay-harness/assay/cmd/assay")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		b.close()
		return nil, fmt.Errorf("building assay: %w", err)
	}
	return b, nil
}

// close removes the projects.
func (b *bench) close() {
	if b.keep == "" {
		os.RemoveAll(b.dir)
	}
}

// run measures all parts that are wanted.
func (b *bench) run(ctx context.Context) error {
	parts := []struct {
		name string
		do   func(context.Context) error
	}{
		{"start", b.start}, {"validate", b.validate}, {"fmt", b.format}, {"apply", b.apply}, {"replay", b.replay}, {"live", b.live},
	}
	for _, p := range parts {
		if !strings.Contains(","+b.parts+",", ","+p.name+",") {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring: %s\n", p.name)
		if err := p.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func (b *bench) start(ctx context.Context) error {
	runs, err := repeat(ctx, 20, b.command(b.dir, "version"))
	if err != nil {
		return err
	}
	b.sheet.add("assay version", runs, under(medianOf(runs, wall), 20*time.Millisecond))
	return nil
}

func (b *bench) validate(ctx context.Context) error {
	dir, err := b.project("validate", 10*b.size, 1)
	if err != nil {
		return err
	}
	runs, err := repeat(ctx, b.runs, b.command(dir, "validate"))
	if err != nil {
		return err
	}
	b.sheet.add(fmt.Sprintf("validate %d cases", 10*b.size), runs)
	return nil
}

// apply records a project as people do, with its journal and its fsyncs.
func (b *bench) apply(ctx context.Context) error {
	server, err := b.server(ctx, 0)
	if err != nil {
		return err
	}
	defer server.stop()
	var runs []usage
	for i := range min(b.runs, 3) {
		dir, err := b.project(fmt.Sprintf("apply%d", i), b.size, 1)
		if err != nil {
			return err
		}
		u, err := b.record(dir, server.url)(ctx)
		if err != nil {
			return err
		}
		runs = append(runs, u)
	}
	rate := float64(b.size) / medianOf(runs, wall).Seconds()
	b.sheet.add(fmt.Sprintf("apply %d cases, %d at once", b.size, atOnce), runs, remark(fmt.Sprintf("%.0f recordings a second", rate)))
	return nil
}

// replay tests recorded projects of three sizes in turns, so that what else the
// machine does meets all of them.
func (b *bench) replay(ctx context.Context) error {
	sizes := []int{b.size, 4 * b.size, 10 * b.size}
	server, err := b.echo(ctx)
	if err != nil {
		return err
	}
	defer server.stop()
	var tests []command
	var largest string
	for _, n := range sizes {
		dir, err := b.project(fmt.Sprintf("replay%d", n), n, 1)
		if err != nil {
			return err
		}
		if _, err := b.record(dir, server.url)(ctx); err != nil {
			return err
		}
		tests = append(tests, b.command(dir, "test"))
		largest = dir
	}
	server.stop()
	runs, err := interleave(ctx, b.runs, tests...)
	if err != nil {
		return err
	}
	limits := []time.Duration{300 * time.Millisecond, 0, 3 * time.Second}
	for i, n := range sizes {
		targets := []target{underMemory(medianOf(runs[i], memory), 150<<20)}
		if limits[i] > 0 {
			targets = append(targets, under(medianOf(runs[i], wall), limits[i]))
		}
		b.sheet.add(fmt.Sprintf("replay %d cases, with JUnit", n), runs[i], targets...)
	}
	b.sheet.compare(fmt.Sprintf("a case at %d / at %d", sizes[1], sizes[0]),
		atMost(ratio(runs[1], runs[0], wall)/4, 1.2), atMost(ratio(runs[1], runs[0], cpu)/4, 1.2))
	return b.plan(ctx, largest, sizes[2])
}

// plan compares a recorded project with its recordings: nothing is to be asked.
func (b *bench) plan(ctx context.Context, dir string, cases int) error {
	runs, err := interleave(ctx, b.runs, b.command(dir, "plan"))
	if err != nil {
		return err
	}
	b.sheet.add(fmt.Sprintf("plan %d cases", cases), runs[0], under(medianOf(runs[0], wall), time.Second))
	return nil
}

// live compares assay with the bare client, in turns.
func (b *bench) live(ctx context.Context) error {
	shapes := []shape{{b.size, 1}, {b.size / 5, 5}}
	for _, delay := range []time.Duration{0, 50 * time.Millisecond} {
		for _, s := range shapes {
			if err := b.liveRun(ctx, s, delay); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) liveRun(ctx context.Context, s shape, delay time.Duration) error {
	server, err := b.server(ctx, delay)
	if err != nil {
		return err
	}
	defer server.stop()
	dir, err := b.project(fmt.Sprintf("live%dx%d", s.cases, s.turns), s.cases, s.turns)
	if err != nil {
		return err
	}
	runs, err := interleave(ctx, b.runs,
		b.command(dir, "test", "--live", "--base-url", server.url, "--concurrency", fmt.Sprint(atOnce)),
		b.process(dir, b.self, clientMode, "-url", server.url, "-cases", fmt.Sprint(s.cases), "-turns", fmt.Sprint(s.turns)))
	if err != nil {
		return err
	}
	most := 4.0
	if delay > 0 {
		most = 1.1
	}
	b.sheet.add(fmt.Sprintf("live %s, %s delay", s, delay), runs[0], atMost(ratio(runs[0], runs[1], wall), most))
	b.sheet.add("    the bare loop", runs[1])
	return nil
}

// command is one process to be measured.
type command func(context.Context) (usage, error)

// command runs assay in a project.
func (b *bench) command(dir string, args ...string) command {
	return b.process(dir, b.assay, args...)
}

// record applies a project against a server.
func (b *bench) record(dir, url string) command {
	return b.command(dir, "apply", "--auto-approve", "--base-url", url, "--concurrency", fmt.Sprint(atOnce))
}
