// Package fanout does one thing for many, several at once. It knows nothing of
// what is done.
package fanout

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Each calls work for every number below n, as many at once as there are CPUs,
// and returns when all have ended. A panic comes back in the caller's goroutine,
// as a Panic, where it can be caught: in one of its own it would end the process.
func Each(n int, work func(i int)) { EachOf(n, runtime.GOMAXPROCS(0), work) }

// EachOf is Each with so many at once.
func EachOf(n, atOnce int, work func(i int)) {
	var next atomic.Int64
	var caught atomic.Pointer[Panic]
	var group sync.WaitGroup
	for range min(n, atOnce) {
		group.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					caught.CompareAndSwap(nil, &Panic{Value: v, Stack: debug.Stack()})
				}
			}()
			for caught.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				work(i)
			}
		})
	}
	group.Wait()
	if p := caught.Load(); p != nil {
		panic(p)
	}
}

// Panic is a panic of another goroutine.
type Panic struct {
	Value any
	Stack []byte // where it happened
}

// String gives what was panicked with, and where.
func (p *Panic) String() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }
