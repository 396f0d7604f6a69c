//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakMemory gives the greatest resident size of a process that has ended.
func peakMemory(s *os.ProcessState) int64 {
	r, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" { // counts bytes, all others kilobytes
		return int64(r.Maxrss)
	}
	return int64(r.Maxrss) << 10
}
