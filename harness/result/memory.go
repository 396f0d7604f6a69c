package result

import "iter"

// Memory is a Reader over a run that is in memory.
type Memory struct {
	Head Run
	List []*Case
}

// Run gives head and sums.
func (m Memory) Run() Run { return m.Head }

// Cases gives the cases in order; there is never an error.
func (m Memory) Cases() iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		for _, c := range m.List {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// NewMemory makes a Reader of cases; their sums are added up here.
func NewMemory(head Run, cases []*Case) Memory {
	var t Tally
	for _, c := range cases {
		t.Add(c)
	}
	head.Format = Version
	head.Suites, head.Sum = t.Suites(), t.Sum()
	return Memory{Head: head, List: cases}
}

// Remarkable gives the cases a reader of a report must see: all that did not
// simply pass. Where the Reader can tell them apart without decoding the
// others, it does.
func Remarkable(r Reader) iter.Seq2[*Case, error] {
	if quick, ok := r.(interface {
		Remarkable() iter.Seq2[*Case, error]
	}); ok {
		return quick.Remarkable()
	}
	return func(yield func(*Case, error) bool) {
		for c, err := range r.Cases() {
			if err == nil && !c.Remarkable() {
				continue
			}
			if !yield(c, err) {
				return
			}
		}
	}
}
