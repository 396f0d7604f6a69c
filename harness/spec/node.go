// Package spec reads YAML strictly and keeps every position, and writes YAML
// that reads back to the same bytes. It is the only importer of yaml.v3. It
// knows what YAML says, not what a suite means.
package spec

import "github.com/assay-harness/assay/harness/diag"

// Kind is what a node is.
type Kind uint8

// The kinds of node. A date or any other plain scalar that is no number, bool
// or null is Text.
const (
	Null Kind = iota
	Bool
	Number
	Text
	List
	Map
)

// Node is one value of a YAML document. Aliases are resolved: an aliased node
// appears as the node it names. Nodes are not changed after Parse.
type Node struct {
	Kind  Kind
	Value string // a scalar's text after YAML's unescaping; of a plain scalar its source text (3.10 stays 3.10)
	Plain bool   // a scalar without quotes and not a block
	Range diag.Range
	Items []*Node // of a List
	Pairs []Pair  // of a Map, in source order, no key twice

	offsets *offsets // from decoded bytes of Value to source places; nil when identical from Range.Start
}

// Pair is one entry of a Map.
type Pair struct{ Key, Value *Node }

type offsets struct{}

// Parse reads one YAML document. The result is nil when there is an error.
// Limits: 32 MB, 100 levels, bounded alias expansion.
func Parse(filename string, src []byte) (*Node, diag.Diagnostics) { panic("stub") }

// At gives the source place of the bytes [start, end) of Value, true to the
// source in every scalar style.
func (n *Node) At(start, end int) diag.Range { panic("stub") }

// Get gives a Map's value of that key, or nil.
func (n *Node) Get(key string) *Node { panic("stub") }

// Any gives plain data: nil, bool, json.Number, string, []any, *OrderedMap.
func (n *Node) Any() any { panic("stub") }
