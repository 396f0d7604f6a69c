package spec

import (
	"time"

	"github.com/assay-harness/assay/harness/diag"
)

// OrderedMap is data with its order of keys: what Node.Any gives for a Map.
type OrderedMap struct {
	Keys   []string
	Values map[string]any
}

// Object reads a Map key by key and remembers which it was asked for, so that
// Close can name every key that nobody asked for. Each reader reports a wrong
// type as a diagnostic and gives the zero value; a key that is absent (or null)
// gives the zero value and no diagnostic.
type Object struct{}

// NewObject starts to read a node; what is its name in messages ("case",
// "provider"). A node that is no Map is a diagnostic, and the Object is empty.
func NewObject(n *Node, what string, ds *diag.Diagnostics) *Object { panic("stub") }

// Node gives the value of a key as it stands, or nil; null counts as absent.
func (o *Object) Node(key string) *Node { panic("stub") }

// Has reports whether the key is there and not null.
func (o *Object) Has(key string) bool { panic("stub") }

// IsNull reports whether the key is there with the value null.
func (o *Object) IsNull(key string) bool { panic("stub") }

// Text reads a scalar as text: a plain number, bool or date is its source text.
func (o *Object) Text(key string) string { panic("stub") }

// Bool reads true or false.
func (o *Object) Bool(key string) bool { panic("stub") }

// Int reads a whole number within [low, high].
func (o *Object) Int(key string, low, high int) int { panic("stub") }

// Duration reads 20s, 1m30s, 250ms; it may not be negative.
func (o *Object) Duration(key string) time.Duration { panic("stub") }

// Texts reads a list of texts, or one text as a list of one.
func (o *Object) Texts(key string) []*Node { panic("stub") }

// List reads a list.
func (o *Object) List(key string) []*Node { panic("stub") }

// Map reads a map.
func (o *Object) Map(key string) *Node { panic("stub") }

// Require reports a missing key.
func (o *Object) Require(keys ...string) { panic("stub") }

// Reserve names keys that a later version will take: they are refused with
// diag.NotSupported, "not supported yet".
func (o *Object) Reserve(keys ...string) { panic("stub") }

// Close reports every key that nobody asked for, with a suggestion.
func (o *Object) Close() { panic("stub") }
