package check

import (
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// CompileText compiles expectations that somebody typed: one, as it stands
// behind the dash in a suite, or a list of them. Ranges are places in a file of
// that name.
func (c *Compiler) CompileText(filename, text string) ([]*Expectation, diag.Diagnostics) {
	node, ds := spec.Parse(filename, []byte(text))
	if ds.HasErrors() {
		return nil, ds
	}
	if node.Kind != spec.List {
		node = &spec.Node{Kind: spec.List, Items: []*spec.Node{node}, Range: node.Range}
	}
	return c.Compile(node)
}
