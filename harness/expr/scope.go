package expr

import (
	"sync"

	"github.com/zclconf/go-cty/cty"

	"github.com/assay-harness/assay/harness/diag"
)

// Scope is what names mean: an immutable chain. A child's roots hide its
// parent's. A nil Scope has no names.
type Scope struct {
	parent *Scope
	roots  Roots
	read   func(path string) ([]byte, error)
	kept   sync.Map // path of a value → *kept
}

// Roots are values by root name: Roots{"var": map[string]any{…}}. Data is nil,
// bool, int, float64, json.Number, string, []any, []string, map[string]any,
// map[string]string, *spec.OrderedMap, Sensitive, Missing, or Lazy. It must not
// change while the scope lives.
type Roots map[string]any

// Lazy is data that is computed when first needed, and then kept.
type Lazy func() any

// Missing is a value that is not known or not there: reading it makes the
// evaluation fail with Missing's own text as the reason and diag.Code. It is
// how a figure that was not recorded, or a failed capture, shows.
type Missing struct {
	Code   diag.Code
	Reason string
}

// Sensitive is a value that must never be shown; Name is its variable.
type Sensitive struct {
	Name  string
	Value any
}

// NewScope makes a scope; parent may be nil. Functions come with it.
func NewScope(parent *Scope, roots Roots) *Scope {
	return &Scope{parent: parent, roots: roots}
}

// WithFile gives a scope whose file function reads inside the project. read
// gives an error for what is outside or not there.
func (s *Scope) WithFile(read func(path string) ([]byte, error)) *Scope {
	return &Scope{parent: s, read: read}
}

// lookup finds a root and the scope that holds it.
func (s *Scope) lookup(root string) (any, *Scope, bool) {
	for ; s != nil; s = s.parent {
		if v, ok := s.roots[root]; ok {
			return v, s, true
		}
	}
	return nil, nil, false
}

// rootNames gives the names of all roots, for suggestions.
func (s *Scope) rootNames() []string {
	var names []string
	for ; s != nil; s = s.parent {
		for name := range s.roots {
			names = append(names, name)
		}
	}
	return names
}

func (s *Scope) reader() func(path string) ([]byte, error) {
	for ; s != nil; s = s.parent {
		if s.read != nil {
			return s.read
		}
	}
	return nil
}

// kept is a value computed once: a Lazy's, or the cty form of a list or map.
type kept struct {
	once      sync.Once
	raw       any
	cty       cty.Value
	fault     *fault
	sensitive []string
}

func (s *Scope) keep(path string) *kept {
	if k, ok := s.kept.Load(path); ok {
		return k.(*kept)
	}
	k, _ := s.kept.LoadOrStore(path, &kept{})
	return k.(*kept)
}

// force computes a Lazy at that path, once. One that panics is Missing for
// whoever asks next.
func (s *Scope) force(path string, f Lazy) any {
	k := s.keep(path)
	k.once.Do(func() {
		k.raw = Missing{Code: diag.EvaluationFailed, Reason: "the value could not be computed"}
		v := f()
		for next, ok := v.(Lazy); ok; next, ok = v.(Lazy) {
			v = next()
		}
		k.raw = v
	})
	return k.raw
}
