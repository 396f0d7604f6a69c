package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/cli"
)

// TestChaos damages the shipped project at random, some hundred times from fixed
// seeds, and runs it: whatever stands in the files, the exit code is one that a
// user can look up, nothing panics, and nothing hangs. CHAOS=4000 goes on for
// longer.
func TestChaos(t *testing.T) {
	t.Parallel()
	rounds := uint64(200)
	if n, err := strconv.ParseUint(os.Getenv("CHAOS"), 10, 64); err == nil {
		rounds = n
	}
	project := newChaos(t)
	seen := map[int]int{}
	for seed := range rounds {
		if testing.Short() && seed%8 != 0 {
			continue
		}
		for exit, n := range project.round(t, seed) {
			seen[exit] += n
		}
	}
	t.Logf("exit codes: %v", seen)
	for _, exit := range []int{0, 4, 6} {
		if seen[exit] == 0 {
			t.Errorf("no run ended with %d: the damage is not what it should be", exit)
		}
	}
}

// chaos is a project that is damaged and mended again.
type chaos struct {
	dir   string
	files []string // below dir
	whole map[string][]byte
}

// config is an assay.yaml that uses what there is to use.
const chaosConfig = `version: 1
providers:
  grok-2:
    kind: segmind
    model: grok-2
    api_key: ${env.SEGMIND_API_KEY}
    rate: 5/m
    timeout: 120s
    price: {call: 0.003, max_call: 0.02}
  local: {kind: openai, model: llama3.2, base_url: 'http://127.0.0.1:11434/v1', params: {max_tokens: 400}}
defaults:
  provider: grok-2
  expect:
    - use: house_style
expectations:
  house_style:
    - length: {max: 100000}
limits: {credits: 1.00}
`

func newChaos(t *testing.T) *chaos {
	c := &chaos{dir: t.TempDir(), whole: map[string][]byte{}}
	if err := copyProject(c.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "assay.yaml"), []byte(chaosConfig), 0o644); err != nil {
		t.Fatal(err)
	}
	if exit, out := c.run(t, "test"); exit != 0 {
		t.Fatalf("the project is not whole: exit %d\n%s", exit, out)
	}
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(c.dir, path)
		if err != nil {
			return err
		}
		c.whole[name], err = os.ReadFile(path)
		c.files = append(c.files, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(c.files)
	return c
}

// round damages one to three files, runs what reads them, and mends them.
func (c *chaos) round(t *testing.T, seed uint64) map[int]int {
	random := rand.New(rand.NewPCG(seed, 0))
	var log strings.Builder
	for range 1 + random.IntN(3) {
		name := c.files[random.IntN(len(c.files))]
		damaged, what := damage(random, c.whole[name], c.whole[c.files[random.IntN(len(c.files))]])
		fmt.Fprintf(&log, "%s: %s\n", name, what)
		c.write(t, name, damaged)
		defer c.write(t, name, c.whole[name])
	}
	exits := map[int]int{}
	for _, args := range [][]string{
		{"show", "--file", "reports/run.json"},
		{"validate"},
		{"test"},
		{"test", "--format", "json", "--junit-level", "turn"},
	} {
		exit, out := c.run(t, args...)
		exits[exit]++
		if fault := faultOf(args, exit, out); fault != "" {
			t.Errorf("seed %d, assay %s: %s\n%s\n%s", seed, strings.Join(args, " "), fault, log.String(), out[:min(len(out), 4000)])
		}
	}
	return exits
}

func (c *chaos) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a command in this process. One that does not end in minutes hangs.
func (c *chaos) run(t *testing.T, args ...string) (exit int, out string) {
	t.Helper()
	var text bytes.Buffer
	p := &cli.Process{
		Args: args, Dir: c.dir, Env: func(string) string { return "" },
		Stdin: strings.NewReader(""), Stdout: &text, Stderr: &text, Now: time.Now,
	}
	ended := make(chan int, 1)
	go func() { ended <- p.Run() }()
	select {
	case exit = <-ended:
		return exit, text.String()
	case <-time.After(3 * time.Minute):
		stacks := make([]byte, 1<<20)
		t.Fatalf("assay %v hangs\n%s", args, stacks[:runtime.Stack(stacks, true)])
		return 0, ""
	}
}

// faultOf says what no damage of a file may lead to.
func faultOf(args []string, exit int, out string) string {
	// Nothing is sent, no approval asked, no other apply there.
	if !slices.Contains([]int{0, 1, 4, 5, 6}, exit) {
		return fmt.Sprintf("exit %d", exit)
	}
	for _, sign := range append(panicSigns, "internal error", "ASY0") {
		if strings.Contains(out, sign) {
			return "it says " + sign
		}
	}
	if !utf8.ValidString(out) || !slices.Contains(args, "json") && strings.ContainsAny(out, "\x00\x07\x1b\x7f\u202e") {
		return "it writes raw what the files hold"
	}
	if exit > 1 && !strings.Contains(out, "ASY") {
		return fmt.Sprintf("exit %d, and no code", exit)
	}
	return ""
}

// damage gives a damaged copy, and what was done.
func damage(random *rand.Rand, data, other []byte) (damaged []byte, what string) {
	kinds := []func(*rand.Rand, []byte, []byte) ([]byte, string){flip, insert, cutOff, cutOut, doubleLine, dropLine, shift, splice, repeat}
	damaged, what = kinds[random.IntN(len(kinds))](random, bytes.Clone(data), other)
	return damaged, what
}

func flip(random *rand.Rand, b, _ []byte) ([]byte, string) {
	if len(b) == 0 {
		return b, "nothing to flip"
	}
	at := random.IntN(len(b))
	b[at] ^= 1 << random.IntN(8)
	return b, fmt.Sprintf("byte %d flipped", at)
}

// traps are what YAML, templates and decoders stumble over.
var traps = []string{
	"\t", "\x00", "\xff", "\xef\xbb\xbf", "\r", "\u2028", "\x1b[31m", "${", "%{", "${var.x}", "{{", "}}", "[", "]", "{", "}", "'", "\"", ": ", " #", "&a ", "*a ",
	"!x ", "- ", "| ", ">\n", "? ", "<<: *a\n", "---\n", "...\n", "%YAML 1.1\n", "999999999999999999999", "-0", "1e999", ".inf", "null", "~", "\\", "<<<<<<< HEAD\n", "\u202e", "=",
}

func insert(random *rand.Rand, b, _ []byte) ([]byte, string) {
	at, trap := random.IntN(len(b)+1), traps[random.IntN(len(traps))]
	return slices.Insert(b, at, []byte(trap)...), fmt.Sprintf("%q put in at %d", trap, at)
}

func cutOff(random *rand.Rand, b, _ []byte) ([]byte, string) {
	at := random.IntN(len(b) + 1)
	return b[:at], fmt.Sprintf("cut off at %d", at)
}

func cutOut(random *rand.Rand, b, _ []byte) ([]byte, string) {
	from := random.IntN(len(b) + 1)
	to := min(len(b), from+random.IntN(40))
	return slices.Delete(b, from, to), fmt.Sprintf("%d to %d cut out", from, to)
}

// line gives the place of a line, its end included.
func line(random *rand.Rand, b []byte) (from, to int) {
	at := random.IntN(len(b) + 1)
	from = bytes.LastIndexByte(b[:at], '\n') + 1
	if to = bytes.IndexByte(b[from:], '\n'); to < 0 {
		return from, len(b)
	}
	return from, from + to + 1
}

func doubleLine(random *rand.Rand, b, _ []byte) ([]byte, string) {
	from, to := line(random, b)
	return slices.Insert(b, to, bytes.Clone(b[from:to])...), fmt.Sprintf("line at %d doubled", from)
}

func dropLine(random *rand.Rand, b, _ []byte) ([]byte, string) {
	from, to := line(random, b)
	return slices.Delete(b, from, to), fmt.Sprintf("line at %d dropped", from)
}

func shift(random *rand.Rand, b, _ []byte) ([]byte, string) {
	from, _ := line(random, b)
	if random.IntN(2) == 0 && bytes.HasPrefix(b[from:], []byte("  ")) {
		return slices.Delete(b, from, from+2), fmt.Sprintf("line at %d moved left", from)
	}
	return slices.Insert(b, from, ' ', ' '), fmt.Sprintf("line at %d moved right", from)
}

func splice(random *rand.Rand, b, other []byte) ([]byte, string) {
	at, from := random.IntN(len(b)+1), random.IntN(len(other)+1)
	to := min(len(other), from+random.IntN(400))
	return slices.Insert(b, at, other[from:to]...), fmt.Sprintf("%d bytes of another file put in at %d", to-from, at)
}

// repeat makes a piece so frequent that a decoder without bounds would notice.
func repeat(random *rand.Rand, b, _ []byte) ([]byte, string) {
	if len(b) == 0 {
		return b, "nothing to repeat"
	}
	from := random.IntN(len(b))
	piece := bytes.Clone(b[from:min(len(b), from+1+random.IntN(8))])
	return slices.Insert(b, from, bytes.Repeat(piece, 2000)...), fmt.Sprintf("%q 2000 times at %d", piece, from)
}
