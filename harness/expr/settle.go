package expr

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// settler turns what a scope holds into data that can leave it: Lazy is
// computed, Missing is a fault, and Sensitive is taken off where it is not
// wanted. Data that has none of these is given as it is, not copied.
type settler struct {
	ev     *evaluation
	owner  *Scope
	marked marking
	rng    hcl.Range
}

func (s *settler) settle(v any, path string, depth int) (any, *fault) {
	if depth > maxDepth {
		return nil, &fault{diag.EvaluationFailed, "the value is nested too deeply", "", s.rng}
	}
	switch v := v.(type) {
	case Lazy:
		return s.settle(s.owner.force(path, v), path, depth+1)
	case Missing:
		return nil, v.fault(s.rng)
	case Sensitive:
		s.ev.noteSensitive(v.Name)
		inner, f := s.settle(v.Value, path, depth+1)
		if s.marked == dropMarks || f != nil {
			return inner, f
		}
		return Sensitive{Name: v.Name, Value: inner}, nil
	case []any:
		return s.list(v, path, depth)
	case map[string]any:
		out, _, f := s.entries(v, path, depth)
		return out, f
	case *spec.OrderedMap:
		entries, changed, f := s.entries(v.Values, path, depth)
		if f != nil || !changed {
			return v, f
		}
		return &spec.OrderedMap{Keys: v.Keys, Values: entries}, nil
	}
	return v, nil
}

func (s *settler) list(items []any, path string, depth int) (any, *fault) {
	var out []any
	for i, item := range items {
		if !unsettled(item) {
			continue
		}
		v, f := s.settle(item, indexPath(path, i), depth+1)
		if f != nil {
			return nil, f
		}
		if out == nil {
			out = append(out, items...)
		}
		out[i] = v
	}
	if out == nil {
		return items, nil
	}
	return out, nil
}

func (s *settler) entries(m map[string]any, path string, depth int) (map[string]any, bool, *fault) {
	var out map[string]any
	for key, entry := range m {
		if !unsettled(entry) {
			continue
		}
		v, f := s.settle(entry, below(path, key), depth+1)
		if f != nil {
			return nil, false, f
		}
		if out == nil {
			out = make(map[string]any, len(m))
			for k, e := range m {
				out[k] = e
			}
		}
		out[key] = v
	}
	if out == nil {
		return m, false, nil
	}
	return out, true, nil
}

// unsettled reports whether a value is, or may hold, something to settle.
func unsettled(v any) bool {
	switch v.(type) {
	case Lazy, Missing, Sensitive, []any, map[string]any, *spec.OrderedMap:
		return true
	}
	return false
}
