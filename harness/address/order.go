package address

import (
	"cmp"
	"unicode/utf8"
)

// Compare orders addresses by suite, case, key, provider, sample and turn. What
// is absent comes first; named turns come after numbered ones.
func Compare(a, b Address) int {
	return cmp.Or(
		cmp.Compare(a.Suite, b.Suite),
		cmp.Compare(a.Case, b.Case),
		compareBool(a.Keyed, b.Keyed),
		cmp.Compare(a.Key, b.Key),
		cmp.Compare(a.Provider, b.Provider),
		cmp.Compare(a.Sample, b.Sample),
		compareBool(a.Turn.Name != "", b.Turn.Name != ""),
		cmp.Compare(a.Turn.Number, b.Turn.Number),
		cmp.Compare(a.Turn.Name, b.Turn.Name),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Ambiguity says which parts go without saying in a project, so that what
// people read need not repeat them. The zero Ambiguity drops nothing.
type Ambiguity struct {
	OneProvider bool // every case is asked of one and the same provider
	OneSample   bool // no case has several samples
}

// Display gives the address as people see it: without what goes without saying.
func (a Address) Display(d Ambiguity) string {
	if d.OneProvider {
		a.Provider = ""
	}
	if d.OneSample {
		a.Sample = 0
	}
	return a.String()
}

// characterSize gives the bytes of the first character, at least 1.
func characterSize(s string) int {
	_, size := utf8.DecodeRuneInString(s)
	return size
}
