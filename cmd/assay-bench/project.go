package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
)

// shape is a project's size.
type shape struct{ cases, turns int }

// String says it in words.
func (s shape) String() string {
	if s.turns == 1 {
		return fmt.Sprintf("%d cases", s.cases)
	}
	return fmt.Sprintf("%d conversations of %d turns", s.cases, s.turns)
}

// inFile is how many cases stand in one suite file. They are written out one
// by one, which is the dearest way to have many.
const inFile = 100

// question is what turn `turn` of case `number` asks.
func question(number, turn int) string {
	return fmt.Sprintf("Question %d of conversation %d: what would you answer, in one short sentence?", turn+1, number)
}

// project writes a project with three expectations a turn, anew.
func (b *bench) project(name string, cases, turns int) (string, error) {
	dir := filepath.Join(b.dir, name)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(dir, "suites"), 0o755); err != nil {
		return "", err
	}
	const config = "version: 1\n" // the defaults: grok-2 on Segmind
	if err := os.WriteFile(filepath.Join(dir, "assay.yaml"), []byte(config), 0o644); err != nil {
		return "", err
	}
	for first := 0; first < cases; first += inFile {
		if err := writeSuite(dir, first, min(first+inFile, cases), turns); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// writeSuite writes the suite file with cases first to last-1.
func writeSuite(dir string, first, last, turns int) error {
	name := fmt.Sprintf("s%04d", first/inFile)
	f, err := os.Create(filepath.Join(dir, "suites", name+".yaml"))
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "suite: %s\ncases:\n", name)
	for i := first; i < last; i++ {
		fmt.Fprintf(w, "  - name: c%06d\n    conversation:\n", i)
		for t := range turns {
			fmt.Fprintf(w, "      - user: %q\n        expect:\n          - icontains: answer\n"+
				"          - words: {min: 3, max: 60}\n          - finish_reason: stop\n", question(i, t))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
