//go:build !go1.27

package check

import "github.com/apparentlymart/go-textseg/v15/textseg"

// scanGrapheme finds the first grapheme cluster by the Unicode version that
// go-cty takes with this version of Go, so that the check length and the
// function length agree.
func scanGrapheme(text []byte) int {
	n, _, _ := textseg.ScanGraphemeClusters(text, true)
	return n
}
