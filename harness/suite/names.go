package suite

import (
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

const nameRule = "A name starts with a letter or _, and goes on with letters, digits, _ and -."

// ValidName reports whether s may name a suite, case, provider, variable, local,
// capture or tag: [A-Za-z_][A-Za-z0-9_-]*.
func ValidName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '_', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i > 0 && (c == '-' || '0' <= c && c <= '9'):
		default:
			return false
		}
	}
	return s != ""
}

// named reads a scalar that must be a name; what is the word for it in
// messages. It gives "" for what is none.
func named(ds *diag.Diagnostics, n *spec.Node, what string) string {
	if n == nil {
		return ""
	}
	if !n.Scalar() {
		ds.Add(diag.WrongType, n.Range, fmt.Sprintf("%s is a name, not %s", what, n.Kind.String()), nameRule)
		return ""
	}
	if ValidName(n.Value) {
		return n.Value
	}
	detail := nameRule
	if strings.Contains(n.Value, "${") {
		detail += " Names are no templates."
	}
	if proposal := properName(n.Value); proposal != "" {
		detail += fmt.Sprintf(" For example: %s.", proposal)
	}
	ds.Add(diag.BadName, n.Range, fmt.Sprintf("%s %q is no name", what, n.Value), detail)
	return ""
}

// properName makes a name from a text, or gives "".
func properName(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x80 && (ValidName(string(r)) || b.Len() > 0 && (r == '-' || '0' <= r && r <= '9')):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.TrimRight(b.String(), "_")
}

// firsts remembers where each name was first used.
type firsts map[string]diag.Range

// claim takes a name, or reports that it is taken.
func (f firsts) claim(ds *diag.Diagnostics, name, what string, place diag.Range) bool {
	first, taken := f[name]
	if !taken {
		f[name] = place
		return true
	}
	ds.Add(diag.DuplicateName, place, fmt.Sprintf("%s %q is there twice", what, name),
		fmt.Sprintf("The first is at %s. Give one of them another name.", placeText(first)))
	return false
}

func (f firsts) has(name string) bool {
	_, ok := f[name]
	return ok
}

// placeText names a place for people.
func placeText(r diag.Range) string {
	return fmt.Sprintf("%s:%d:%d", r.Filename, r.Start.Line, r.Start.Column)
}
