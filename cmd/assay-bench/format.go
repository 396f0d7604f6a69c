package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// format formats one large suite, and a tenth of it, written by a careless
// hand: every line changes, and every case's keys move.
func (b *bench) format(ctx context.Context) error {
	var commands []command
	sizes := []int{b.size << 10, 10 * b.size << 10} // 1 MB and 10 MB
	for _, size := range sizes {
		dir, err := b.project(fmt.Sprintf("fmt%d", size), 1, 1)
		if err != nil {
			return err
		}
		commands = append(commands, b.rough(dir, roughSuite(size)))
	}
	runs, err := interleave(ctx, b.runs, commands...)
	if err != nil {
		return err
	}
	for i, size := range sizes {
		rate := float64(size) / medianOf(runs[i], wall).Seconds() / (1 << 20)
		b.sheet.add("fmt a suite of "+megabytes(size), runs[i], remark(fmt.Sprintf("%.1f MB a second", rate)))
	}
	b.sheet.compare(fmt.Sprintf("a byte at %s / at %s", megabytes(sizes[1]), megabytes(sizes[0])),
		atMost(ratio(runs[1], runs[0], wall)/10, 1.2), atMost(ratio(runs[1], runs[0], cpu)/10, 1.2))
	return nil
}

func megabytes(size int) string { return fmt.Sprintf("%.2g MB", float64(size)/1e6) }

// rough formats a suite that is rough again before every run.
func (b *bench) rough(dir string, text []byte) command {
	run := b.command(dir, "fmt", "suites/rough.yaml")
	return func(ctx context.Context) (usage, error) {
		file := filepath.Join(dir, "suites", "rough.yaml")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return usage{}, err
		}
		used, err := run(ctx)
		if err != nil {
			return used, err
		}
		if now, err := os.ReadFile(file); err != nil || bytes.Equal(now, text) {
			return used, fmt.Errorf("the suite was not formatted: %w", err)
		}
		return used, nil
	}
}

// roughSuite writes a suite of about so many bytes.
func roughSuite(size int) []byte {
	var out bytes.Buffer
	out.WriteString("cases:\n")
	for i := 0; out.Len() < size; i++ {
		fmt.Fprintf(&out, "# case %d\n- conversation:\n  -   user:   %q # asked\n      expect:   [ {of: text,   contains: answer},   {words: {max: 60, min: 3}} ]\n"+
			"  - assistant: |\n       Two lines,\n         one of them indented.\n  name:   c%06d\n  tags: [ smoke,slow ]\n", i, question(i, 0), i)
	}
	out.WriteString("suite:   rough\n")
	return out.Bytes()
}
