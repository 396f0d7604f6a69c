package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/diag"
)

// Object reads a Map key by key and remembers which it was asked for, so that
// Close can name every key that nobody asked for. Each reader reports a wrong
// type as a diagnostic and gives the zero value; a key that is absent (or null)
// gives the zero value and no diagnostic. An Object is for one goroutine.
type Object struct {
	node  *Node
	what  string
	ds    *diag.Diagnostics
	asked []string // also those that are absent: what Close may suggest
	seen  uint64   // which of the first 64 pairs were asked for
	more  map[int]struct{}
	// What Require missed is reported by Close, unless one mistake explains it:
	// no map at all, a misspelt key, one that comes later.
	missing   []missingKey
	explained bool
}

type missingKey struct {
	name  string
	place diag.Range
}

// NewObject starts to read a node; what is its name in messages ("case",
// "provider"). A node that is no Map is a diagnostic, and the Object is empty.
func NewObject(n *Node, what string, ds *diag.Diagnostics) *Object {
	o := &Object{node: n, what: what, ds: ds}
	if n == nil || n.Kind != Map {
		place, got := diag.Range{}, "nothing"
		if n != nil {
			place, got = n.Range, describe(n)
		}
		ds.Add(diag.WrongType, place, fmt.Sprintf("%s must be a map, not %s", what, got), n.MapHint("Write it as lines of `key: value`."))
		o.node, o.explained = &Node{Kind: Map, Range: place}, true
	}
	return o
}

// What gives the object's name in messages.
func (o *Object) What() string { return o.what }

// Range gives the object's place.
func (o *Object) Range() diag.Range { return o.node.Range }

// ask marks a key as known and gives its place in Pairs, or -1.
func (o *Object) ask(key string) int {
	o.asked = append(o.asked, key)
	return o.mark(key)
}

func (o *Object) mark(key string) int {
	i := o.node.find(key)
	switch {
	case i >= 64:
		if o.more == nil {
			o.more = map[int]struct{}{}
		}
		o.more[i] = struct{}{}
	case i >= 0:
		o.seen |= 1 << i
	}
	return i
}

func (o *Object) wasAsked(i int) bool {
	if i < 64 {
		return o.seen&(1<<i) != 0
	}
	_, ok := o.more[i]
	return ok
}

// Node gives the value of a key as it stands, or nil; null counts as absent.
func (o *Object) Node(key string) *Node {
	if i := o.ask(key); i >= 0 && o.node.Pairs[i].Value.Kind != Null {
		return o.node.Pairs[i].Value
	}
	return nil
}

// Key gives the key itself as it stands in the source, or nil: for its place.
func (o *Object) Key(key string) *Node {
	if i := o.ask(key); i >= 0 {
		return o.node.Pairs[i].Key
	}
	return nil
}

// Has reports whether the key is there and not null.
func (o *Object) Has(key string) bool { return o.Node(key) != nil }

// IsNull reports whether the key is there with the value null.
func (o *Object) IsNull(key string) bool {
	i := o.ask(key)
	return i >= 0 && o.node.Pairs[i].Value.Kind == Null
}

// wrong reports a value that is not what the key takes.
func (o *Object) wrong(n *Node, key, want, detail string) {
	o.ds.Add(diag.WrongType, n.Range, fmt.Sprintf("%s must be %s, not %s", key, want, describe(n)), detail)
}

// describe names what a node is, with a short scalar itself.
func describe(n *Node) string {
	if n.Kind == List || n.Kind == Map || n.Kind == Null {
		return n.Kind.String()
	}
	value := n.Value
	if runes := []rune(value); len(runes) > 40 {
		value = string(runes[:40]) + "…"
	}
	if n.Kind == Text {
		return "the text " + strconv.Quote(value)
	}
	return value
}

// Scalar reports whether the node is text, a number or a bool: what is text
// where text is wanted.
func (n *Node) Scalar() bool {
	return n != nil && (n.Kind == Text || n.Kind == Number || n.Kind == Bool)
}

// Text reads a scalar as text: a plain number, bool or date is its source text.
func (o *Object) Text(key string) string {
	n := o.Node(key)
	if n == nil {
		return ""
	}
	if !n.Scalar() {
		o.wrong(n, key, "text", `If it is meant as text, put it in quotes.`)
		return ""
	}
	return n.Value
}

// Bool reads true or false.
func (o *Object) Bool(key string) bool {
	n := o.Node(key)
	if n == nil {
		return false
	}
	if n.Kind != Bool {
		detail := "Write true or false"
		switch {
		case n.Kind == Text && !n.Plain && plainKind(n.Value) == Bool:
			detail += ", without quotes"
		case slices.Contains([]string{"yes", "no", "on", "off", "y", "n"}, strings.ToLower(n.Value)):
			detail += ": yes, no, on and off are text"
		}
		o.wrong(n, key, "true or false", detail+".")
		return false
	}
	return n.Value[0] == 't' || n.Value[0] == 'T'
}

// Int reads a whole number within [low, high].
func (o *Object) Int(key string, low, high int) int {
	n := o.Node(key)
	if n == nil {
		return 0
	}
	detail := fmt.Sprintf("It takes a whole number from %d to %d.", low, high)
	if n.Kind != Number {
		if n.Kind == Text && !n.Plain && isNumber(n.Value) {
			detail += " Remove the quotes."
		}
		o.wrong(n, key, "a whole number", detail)
		return 0
	}
	value, err := strconv.Atoi(n.Value)
	if err != nil || value < low || value > high {
		o.ds.Add(diag.BadValue, n.Range, fmt.Sprintf("%s cannot be %s", key, n.Value), detail)
		return 0
	}
	return value
}

// Duration reads 20s, 1m30s, 250ms; it may not be negative.
func (o *Object) Duration(key string) time.Duration {
	n := o.Node(key)
	if n == nil {
		return 0
	}
	const detail = "Write a number and a unit: 20s, 1m30s, 250ms."
	if !n.Scalar() || n.Kind == Bool {
		o.wrong(n, key, "a duration", detail)
		return 0
	}
	d, err := time.ParseDuration(n.Value)
	switch {
	case n.Kind == Number && n.Value != "0":
		o.ds.Add(diag.BadValue, n.Range, fmt.Sprintf("%s: %s has no unit", key, n.Value), detail)
		return 0
	case err != nil:
		o.ds.Add(diag.BadValue, n.Range, fmt.Sprintf("%s: %q is no duration", key, n.Value), detail)
		return 0
	case d < 0:
		o.ds.Add(diag.BadValue, n.Range, key+" cannot be negative", detail)
		return 0
	}
	return d
}

// Texts reads a list of texts, or one text as a list of one. Items of another
// type are reported and left out.
func (o *Object) Texts(key string) []*Node {
	n := o.Node(key)
	switch {
	case n == nil:
		return nil
	case n.Scalar():
		return []*Node{n}
	case n.Kind != List:
		o.wrong(n, key, "text or a list of texts", "")
		return nil
	}
	out := make([]*Node, 0, len(n.Items))
	for _, item := range n.Items {
		if item.Scalar() {
			out = append(out, item)
		} else {
			o.wrong(item, "an item of "+key, "text", "")
		}
	}
	return out
}

// List reads a list.
func (o *Object) List(key string) []*Node {
	n := o.Node(key)
	if n == nil {
		return nil
	}
	if n.Kind != List {
		detail := "Start each item with a dash: `- …`."
		if n.Kind == Map && len(n.Pairs) > 0 && len(n.Pairs[0].Key.Value) > 1 && n.Pairs[0].Key.Value[0] == '-' {
			detail = "A space is missing behind the dash: write `- " + excerpt(n.Pairs[0].Key.Value[1:]) + ": …`."
		}
		o.wrong(n, key, "a list", detail)
		return nil
	}
	return n.Items
}

// Map reads a map.
func (o *Object) Map(key string) *Node {
	n := o.Node(key)
	if n == nil {
		return nil
	}
	if n.Kind != Map {
		o.wrong(n, key, "a map", "Write it as lines of `key: value`.")
		return nil
	}
	return n
}

// Require has Close report a missing key; one that is null is missing.
func (o *Object) Require(keys ...string) {
	for _, key := range keys {
		if !o.Has(key) {
			place := o.node.Range
			if i := o.node.find(key); i >= 0 {
				place = o.node.Pairs[i].Key.Range
			}
			o.missing = append(o.missing, missingKey{key, place})
		}
	}
}

// Reserve names keys that a later version will take: they are refused with
// diag.NotSupported, "not supported yet".
func (o *Object) Reserve(keys ...string) {
	for _, key := range keys {
		if i := o.mark(key); i >= 0 {
			o.explained = true
			o.ds.Add(diag.NotSupported, o.node.Pairs[i].Key.Range, fmt.Sprintf("%q is not supported yet", key),
				"The name is kept for a later version. Remove it.")
		}
	}
}

// Misspelt reports whether there is a key that nobody has asked for so far:
// what seems to be missing then may only be misspelt, and Close says so.
func (o *Object) Misspelt() bool {
	for i := range o.node.Pairs {
		if !o.wasAsked(i) {
			return true
		}
	}
	return false
}

// Close reports every key that nobody asked for, with a suggestion, and every
// key that is missing and that none of these seems to have been meant for.
func (o *Object) Close() {
	for i, p := range o.node.Pairs {
		if !o.wasAsked(i) {
			o.unknown(p.Key)
		}
	}
	if o.explained {
		return
	}
	for _, m := range o.missing {
		o.ds.Add(diag.MissingKey, m.place, fmt.Sprintf("%s needs the key %q", o.what, m.name), "")
	}
}

func (o *Object) unknown(key *Node) {
	known := slices.Compact(slices.Sorted(slices.Values(o.asked)))
	nearest := diag.Nearest(key.Value, known)
	o.missing = slices.DeleteFunc(o.missing, func(m missingKey) bool { return m.name == nearest })
	detail := ""
	switch {
	case key.Glued() != "":
		detail = "A space is missing behind the colon: write `" + key.Glued() + "`."
	case nearest != "":
		detail = fmt.Sprintf("Did you mean %q?", nearest)
	case len(known) > 0:
		detail = "It takes: " + strings.Join(known, ", ") + "."
	}
	o.ds.Add(diag.UnknownKey, key.Range, fmt.Sprintf("unknown key %q in %s", key.Value, o.what), detail)
}
