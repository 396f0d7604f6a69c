package spec

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/assay-harness/assay/harness/diag"
)

// indexFrom is the size of a map from which an index pays.
const indexFrom = 24

// mapping reads a map. Duplicate keys are reported with both places; merge keys
// (<<) of YAML 1.1 are resolved: a key that is written wins over a merged one,
// an earlier merged map over a later one.
func (r *reader) mapping(y *yaml.Node, at, depth int) *Node {
	flow := y.Style&yaml.FlowStyle != 0
	at = r.properties(y, at, flow).at
	if !r.enter(depth, at) {
		return nil
	}
	r.collectionTag(y, "!!map")
	n := r.newNode(Map, at, at+1)
	n.Pairs = make([]Pair, 0, len(y.Content)/2)
	if len(y.Content)/2 >= indexFrom {
		n.index = make(map[string]int32, len(y.Content)/2)
	}
	merges := false
	for i := 0; i+1 < len(y.Content) && !r.stopped; i += 2 {
		key := r.key(y.Content[i], depth, flow)
		merge := y.Content[i].Tag == "!!merge" && key != nil && key.Plain
		merges = merges || merge
		value := r.value(y.Content[i+1], depth, flow)
		if key != nil && value != nil {
			r.pair(n, Pair{key, value})
		}
		if r.after == nil {
			y.Content[i], y.Content[i+1] = nil, nil
		}
	}
	if merges {
		r.merge(n)
	}
	if r.stopped {
		return nil
	}
	r.close(n, flow, '}')
	if !flow && len(n.Pairs) > 0 {
		n.Range.Start = earlier(n.Range.Start, n.Pairs[0].Key.Range.Start)
	}
	return n
}

// earlier keeps a block map's start at or before its first key.
func earlier(a, b diag.Pos) diag.Pos {
	if b.Byte < a.Byte {
		return b
	}
	return a
}

// key reads a key: a scalar that is not nothing.
func (r *reader) key(y *yaml.Node, depth int, flow bool) *Node {
	key := r.value(y, depth, flow)
	switch {
	case key == nil || r.stopped:
		return nil
	case key.Kind == List || key.Kind == Map:
		r.ds.Add(diag.WrongType, key.Range, "a key must be text, not "+key.Kind.String(),
			`YAML reads { and [ as the start of a map or a list. If "{{…}}" is part of a text, put the text in quotes.`)
		return nil
	case key.Kind == Null && key.Value == "":
		r.ds.Add(diag.YAMLSyntax, key.Range, "a key is missing before the colon", `If the colon is part of a text, put the text in quotes.`)
		return nil
	}
	return key
}

// pair appends a pair unless its key is there already.
func (r *reader) pair(n *Node, p Pair) {
	if i := n.find(p.Key.Value); i >= 0 {
		first := n.Pairs[i].Key.Range
		r.ds.Add(diag.YAMLDuplicateKey, p.Key.Range, fmt.Sprintf("duplicate key %q", p.Key.Value),
			fmt.Sprintf("It stands in this map already, at %s:%d:%d. Remove one of the two.", first.Filename, first.Start.Line, first.Start.Column))
		return
	}
	if n.index != nil {
		n.index[p.Key.Value] = int32(len(n.Pairs))
	}
	n.Pairs = append(n.Pairs, p)
}

// merge replaces the pair << by the pairs that it names.
func (r *reader) merge(n *Node) {
	at := n.find("<<")
	if at < 0 {
		return
	}
	place := n.Pairs[at].Key.Range
	sources := []*Node{n.Pairs[at].Value}
	if sources[0].Kind == List {
		sources = sources[0].Items
	}
	written := *n
	merged := &Node{index: map[string]int32{}}
	for _, from := range sources {
		if from.Kind != Map {
			r.ds.Add(diag.WrongType, place, "<< merges maps, not "+from.Kind.String(), `Write "<<: *name" or "<<: [*one, *two]", where the names are anchors of maps.`)
			return
		}
		r.grow(len(from.Pairs), place.Start.Byte, place.End.Byte)
		for _, p := range from.Pairs {
			if written.find(p.Key.Value) < 0 && merged.find(p.Key.Value) < 0 {
				merged.index[p.Key.Value] = int32(len(merged.Pairs))
				merged.Pairs = append(merged.Pairs, p)
			}
		}
		if r.stopped {
			return
		}
	}
	pairs := make([]Pair, 0, len(n.Pairs)+len(merged.Pairs))
	pairs = append(append(append(pairs, n.Pairs[:at]...), merged.Pairs...), n.Pairs[at+1:]...)
	n.Pairs, n.index = pairs, nil
	if len(pairs) >= indexFrom {
		n.index = make(map[string]int32, len(pairs))
		for i, p := range pairs {
			n.index[p.Key.Value] = int32(i)
		}
	}
}
