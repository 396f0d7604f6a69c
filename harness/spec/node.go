// Package spec reads YAML strictly and keeps every position, and writes YAML
// that reads back to the same bytes. It is the only importer of yaml.v3. It
// knows what YAML says, not what a suite means.
package spec

import "github.com/assay-harness/assay/harness/diag"

// Kind is what a node is.
type Kind uint8

// The kinds of node. A Number is a decimal as JSON writes it, or .5 or 5.; any
// other plain scalar that YAML 1.1 or 1.2 would call a number or a date (007,
// 0x1F, 1_000, +3, .inf, 2026-11-22) is Text, so that no digit is ever lost.
// yes, no, on and off are Text too.
const (
	Null Kind = iota
	Bool
	Number
	Text
	List
	Map
)

// String names the kind as messages do, with its article.
func (k Kind) String() string {
	switch k {
	case Null:
		return "nothing"
	case Bool:
		return "true or false"
	case Number:
		return "a number"
	case Text:
		return "text"
	case List:
		return "a list"
	default:
		return "a map"
	}
}

// style is how a scalar is written, which decides how At maps it.
type style uint8

const (
	plain style = iota
	singleQuoted
	doubleQuoted
	literal
	folded
)

// Node is one value of a YAML document. Aliases are resolved: an aliased node
// appears as the node it names, once for all its places. Nodes are not changed
// after Parse and may be read by many goroutines.
type Node struct {
	Kind  Kind
	style style
	Plain bool   // a scalar without quotes and not a block
	Value string // a scalar's text after YAML's unescaping; of a plain scalar its source text (3.10 stays 3.10)
	Range diag.Range
	Items []*Node // of a List
	Pairs []Pair  // of a Map, in source order, no key twice; merged keys (<<) stand where << stood

	source *source
	index  map[string]int32 // into Pairs, of large maps only
}

// Pair is one entry of a Map. A key is a scalar, read as text.
type Pair struct{ Key, Value *Node }

// Get gives a Map's value of that key, or nil.
func (n *Node) Get(key string) *Node {
	if i := n.find(key); i >= 0 {
		return n.Pairs[i].Value
	}
	return nil
}

// find gives the place of a key in Pairs, or -1.
func (n *Node) find(key string) int {
	if n == nil {
		return -1
	}
	if n.index != nil {
		if i, ok := n.index[key]; ok {
			return int(i)
		}
		return -1
	}
	for i := range n.Pairs {
		if n.Pairs[i].Key.Value == key {
			return i
		}
	}
	return -1
}

// Alone gives a copy of a scalar that stands apart from the document: who keeps
// it does not keep the nodes around it in memory. Places in it stay the same.
func (n *Node) Alone() *Node {
	alone := *n
	return &alone
}

// Source gives the text of the whole file that the node stands in, as it was
// read; of a node that no Parse made, "".
func (n *Node) Source() string {
	if n.source == nil {
		return ""
	}
	return n.source.text
}
