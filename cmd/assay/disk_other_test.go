//go:build !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

func tinyDisk(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Setenv("nodisk", "small disks are made on Linux only")
}

func fillDisk(*testscript.TestScript, bool, []string) {}
