package main

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// editFile replaces a text that stands exactly once in a file.
func editFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	before := ts.ReadFile(args[0])
	if n := strings.Count(before, args[1]); n != 1 {
		ts.Fatalf("%q stands %d times in %s, want once", args[1], n, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(before, args[1], args[2], 1)), 0o644))
}

// awaitAsked waits until a bad server has been asked so often.
func awaitAsked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || backgroundOf(ts).bad[args[0]] == nil {
		ts.Fatalf("usage: asked VAR N, after badserver VAR KIND")
	}
	want, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	server := backgroundOf(ts).bad[args[0]]
	for patience := time.Now().Add(30 * time.Second); server.asked.Load() < want; {
		if time.Now().After(patience) {
			ts.Fatalf("the server had %d questions, want %d", server.asked.Load(), want)
		}
		time.Sleep(time.Millisecond)
	}
}
