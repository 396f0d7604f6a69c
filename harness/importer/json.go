package importer

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/assay-harness/assay/harness/exchange"
)

// maxNesting is how deep JSON may be nested: what YAML takes.
const maxNesting = 80

// members gives an object's members; a name that is there twice is no object.
func members(raw []byte) ([]exchange.Member, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' || !json.Valid(raw) {
		return nil, false
	}
	return exchange.Members(raw)
}

// member gives a member's value, nil for none or null.
func member(list []exchange.Member, name string) []byte {
	i := slices.IndexFunc(list, func(m exchange.Member) bool { return m.Name == name })
	if i < 0 || isNull(list[i].Value) {
		return nil
	}
	return list[i].Value
}

func isNull(raw []byte) bool { return len(raw) == 0 || string(bytes.TrimSpace(raw)) == "null" }

func isText(raw []byte) bool { return len(raw) > 0 && raw[0] == '"' }

func isList(raw []byte) bool { return len(raw) > 0 && raw[0] == '[' }

func isObject(raw []byte) bool { return len(raw) > 0 && raw[0] == '{' }

// textIn gives a member's text, "" for anything else.
func textIn(list []exchange.Member, name string) string {
	text, _ := exchange.Text(member(list, name))
	return text
}

// fits reports whether a JSON value can stand in a suite: not too deep, and no
// name twice in an object.
func fits(raw []byte, depth int) bool {
	if depth > maxNesting {
		return false
	}
	raw = bytes.TrimSpace(raw)
	switch {
	case isObject(raw):
		list, ok := members(raw)
		if !ok {
			return false
		}
		for _, m := range list {
			if !fits(m.Value, depth+1) {
				return false
			}
		}
	case isList(raw):
		items, ok := exchange.Elements(raw)
		if !ok {
			return false
		}
		for _, item := range items {
			if !fits(item, depth+1) {
				return false
			}
		}
	}
	return true
}

// sameJSON compares two values as keys of recordings do.
func sameJSON(a, b []byte) bool {
	x, ok := exchange.Canonical(a)
	y, also := exchange.Canonical(b)
	if ok && also {
		return bytes.Equal(x, y)
	}
	return bytes.Equal(a, b)
}
