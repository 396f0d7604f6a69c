package suite

import "github.com/assay-harness/assay/harness/spec"

// ReleaseExpectations lets the YAML of the suite's expectations go, once they
// are compiled: it is most of what a suite holds in memory, and nothing reads it
// any more. The suite can't be compiled again, and nobody else may be using it.
func (s *Suite) ReleaseExpectations() {
	s.Expect = nil
	for _, c := range s.Cases {
		c.Expect = nil
		for _, t := range c.Turns {
			t.release()
		}
	}
}

// release keeps the place where a turn that turns out not to be asked has its
// expectations: it must not have any.
func (t *Turn) release() {
	if t.Expect == nil {
		return
	}
	place := t.Expect.Range
	if t.Expect = nil; t.MaybeAsked {
		t.Expect = &spec.Node{Kind: spec.List, Range: place}
	}
}
