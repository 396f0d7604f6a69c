package cli

import "runtime/debug"

// paceCollector has the garbage collector wait until there is something worth
// collecting, and returns what keeps it so while it is reachable.
//
// A command is a short process: at Go's defaults a project of a thousand cases
// spends a fifth of its CPU time on collecting a heap of a few megabytes again
// and again, and one of ten thousand ends with twice what it needs. So a large
// block that is never touched, and takes no memory, moves the first collection
// to 20 MB; from there on the heap grows by half, not to its double.
func paceCollector() any {
	const untouched = 40 << 20
	debug.SetGCPercent(50)
	return make([]byte, untouched)
}
