package spec

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/assay-harness/assay/harness/diag"
)

// reader turns yaml.v3's nodes into Nodes with exact places.
type reader struct {
	*source
	lines      *lines
	ds         *diag.Diagnostics
	cutIsError bool
	foreign    bool                      // see ParseForeign
	standIns   []string                  // see substitute
	after      func(*reader, *yaml.Node) // looks at yaml.v3's tree when it was read without errors; may be nil

	anchors map[*yaml.Node]*anchored
	slab    []Node  // Nodes are made in pieces: one allocation for many
	decoder decoder // for the ends of scalars
	end     int     // where the last value ended
	deepest int     // the deepest level reached
	added   int     // by aliases and merges
	count   int     // values, each as often as aliases show it
	stopped bool    // a limit was passed: read no further
}

// anchored is what an alias may name.
type anchored struct {
	node   *Node // nil while it is being read: an alias to it is a cycle
	count  int
	height int
}

func (r *reader) document(root *yaml.Node) *Node {
	r.decoder.text = r.text
	r.anchors = map[*yaml.Node]*anchored{}
	if len(root.Content) == 0 {
		r.add(diag.YAMLEmpty, 0, 0, "the file is empty", "")
		return nil
	}
	n := r.value(root.Content[0], 0, false)
	if n != nil && n.Kind == Null && n.Value == "" {
		r.add(diag.YAMLEmpty, 0, 0, "the file is empty", "It holds nothing, or only comments.")
		return nil
	}
	return n
}

// value reads a value that stands in depth lists and maps.
func (r *reader) value(y *yaml.Node, depth int, inFlow bool) *Node {
	if r.stopped {
		return nil
	}
	if y.Kind == yaml.AliasNode {
		return r.alias(y, depth)
	}
	r.count++
	if y.Anchor == "" {
		return r.content(y, depth, inFlow)
	}
	a := &anchored{}
	r.anchors[y] = a
	before, deepest := r.count-1, r.deepest
	r.deepest = depth
	n := r.content(y, depth, inFlow)
	a.node, a.count, a.height = n, r.count-before, r.deepest-depth
	r.deepest = max(r.deepest, deepest)
	return n
}

func (r *reader) content(y *yaml.Node, depth int, inFlow bool) *Node {
	at := r.lines.offset(y.Line, y.Column)
	switch y.Kind {
	case yaml.SequenceNode:
		return r.list(y, at, depth+1)
	case yaml.MappingNode:
		return r.mapping(y, at, depth+1)
	default:
		return r.scalar(y, at, inFlow)
	}
}

func (r *reader) alias(y *yaml.Node, depth int) *Node {
	at := r.lines.offset(y.Line, y.Column)
	end := at + 1 + len(y.Value)
	r.end = end
	a := r.anchors[y.Alias]
	switch {
	case a == nil || a.node == nil && !r.ds.HasErrors():
		r.add(diag.YAMLAliases, at, end, fmt.Sprintf("*%s stands inside what it names", y.Value),
			"An alias cannot name a list or map that it is part of: that would never end.")
		r.stopped = true
		return nil
	case a.node == nil:
		return nil
	case depth+a.height > MaxDepth:
		r.tooDeep(at)
		return nil
	}
	r.deepest = max(r.deepest, depth+a.height)
	r.grow(a.count, at, end)
	r.count += a.count
	return a.node
}

// grow counts what an alias or a merge adds, and stops when it is too much.
func (r *reader) grow(count, at, end int) {
	r.added += count
	if r.added > maxAlias && !r.stopped {
		r.stopped = true
		r.add(diag.YAMLAliases, at, end, fmt.Sprintf("aliases expand to more than %d values", maxAlias),
			"A few lines of aliases to aliases can stand for billions of values. Write the data out, or read it from a file with rows.")
	}
}

// newNode makes a node of the source's bytes [start, end).
func (r *reader) newNode(kind Kind, start, end int) *Node {
	if len(r.slab) == 0 {
		r.slab = make([]Node, min(max(16, r.count), 512))
	}
	n := &r.slab[0]
	r.slab = r.slab[1:]
	n.Kind, n.source = kind, r.source
	n.Range = diag.Range{Filename: r.filename, Start: r.lines.pos(start)}
	n.Range.End = n.Range.Start
	r.finish(n, end)
	return n
}

// finish sets where a node ends.
func (r *reader) finish(n *Node, end int) {
	r.end = max(end, n.Range.Start.Byte)
	n.Range.End = r.lines.pos(r.end)
}

// enter checks the depth before a list or a map is read.
func (r *reader) enter(depth, at int) bool {
	r.deepest = max(r.deepest, depth)
	if depth > MaxDepth {
		r.tooDeep(at)
	}
	return !r.stopped
}

func (r *reader) tooDeep(at int) {
	if !r.stopped {
		r.stopped = true
		r.add(diag.YAMLTooDeep, at, at+1, fmt.Sprintf("more than %d lists and maps stand in each other", MaxDepth),
			"Flatten the data, or keep it as JSON text and read it with jsondecode.")
	}
}

func (r *reader) list(y *yaml.Node, at, depth int) *Node {
	at = r.properties(y, at, true).at
	if !r.enter(depth, at) {
		return nil
	}
	r.collectionTag(y, "!!seq")
	flow := y.Style&yaml.FlowStyle != 0
	n := r.newNode(List, at, at+1)
	n.Items = make([]*Node, 0, len(y.Content))
	for i, item := range y.Content {
		if child := r.value(item, depth, flow); child != nil {
			n.Items = append(n.Items, child)
		}
		if r.after == nil {
			y.Content[i] = nil // let it go: yaml.v3's tree is larger than the source by far
		}
	}
	if r.stopped {
		return nil
	}
	r.close(n, flow, ']')
	return n
}

// close ends a list or map: behind its bracket, or where its last value ended.
func (r *reader) close(n *Node, flow bool, bracket byte) {
	end := r.end
	if flow {
		for end < len(r.text) && r.text[end] != bracket {
			if r.text[end] == '#' {
				end = lineEnd(r.text, end)
			} else {
				end++
			}
		}
		end = min(end+1, len(r.text))
	}
	r.finish(n, end)
}

// add reports an error at the source's bytes [start, end).
func (r *reader) add(code diag.Code, start, end int, summary, detail string) {
	r.ds.Add(code, r.place(start, end), summary, detail)
}

func (r *reader) place(start, end int) diag.Range {
	start = min(start, len(r.text))
	end = min(max(start, end), len(r.text))
	return diag.Range{Filename: r.filename, Start: r.lines.pos(start), End: r.lines.pos(end)}
}
