package main

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// tinyDisk makes a folder a file system of N KiB of its own. Who may not mount
// skips the rest of the script.
func tinyDisk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tinydisk DIR KIB")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+args[1]+"k")
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		ts.Setenv("nodisk", "only root may mount a small disk: "+err.Error())
		return
	}
	ts.Check(err)
	ts.Defer(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			ts.Logf("unmount %s: %v", dir, err)
		}
	})
}

// fillDisk takes up what room is left in a folder's file system but for N KiB.
func fillDisk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: filldisk DIR KIB")
	}
	left, err := strconv.Atoi(args[1])
	ts.Check(err)
	file, err := os.Create(filepath.Join(ts.MkAbs(args[0]), "fill"))
	ts.Check(err)
	defer file.Close()
	size := int64(0)
	for {
		n, err := file.Write(make([]byte, 1<<10))
		size += int64(n)
		if errors.Is(err, syscall.ENOSPC) {
			break
		}
		ts.Check(err)
	}
	ts.Check(file.Truncate(max(0, size-int64(left)<<10)))
}
