package drift

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// structure is what a JSON text is made of: each path with the types that stand
// there, sorted, such as `$.items[].name string`. It is nil for a text that is
// no JSON object or list: a bare number is JSON too, but has no structure.
//
// All elements of a list count as one: a list that is longer today is no other
// structure.
func structure(text string) []string {
	text = unfenced(text)
	if text == "" || text[0] != '{' && text[0] != '[' {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil || d.More() {
		return nil
	}
	set := map[string]bool{}
	addPaths(set, "$", v, maxDepth)
	out := make([]string, 0, len(set))
	for path := range set {
		out = append(out, path)
	}
	slices.Sort(out)
	return out
}

// maxDepth bounds how deep a structure is looked into: the paths of a text that
// nests without end would take the square of its length.
const maxDepth = 64

func addPaths(set map[string]bool, path string, v any, depth int) {
	if depth == 0 {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		set[path+" object"] = true
		for name, member := range v {
			addPaths(set, path+"."+name, member, depth-1)
		}
	case []any:
		set[path+" list"] = true
		for _, element := range v {
			addPaths(set, path+"[]", element, depth-1)
		}
	case string:
		set[path+" string"] = true
	case json.Number:
		set[path+" number"] = true
	case bool:
		set[path+" bool"] = true
	default:
		set[path+" null"] = true
	}
}

// unfenced gives the JSON that stands alone in a fenced block, as models like to
// put it; any other text as it is.
func unfenced(text string) string {
	text = strings.TrimSpace(text)
	inner, fenced := strings.CutPrefix(text, "```")
	if !fenced {
		return text
	}
	inner, fenced = strings.CutSuffix(inner, "```")
	_, inner, lines := strings.Cut(inner, "\n")
	if !fenced || !lines || strings.Contains(inner, "```") {
		return text
	}
	return strings.TrimSpace(inner)
}

// missing gives the paths of one structure that another lacks.
func missing(from, in []string) []string {
	var out []string
	for _, path := range from {
		if _, found := slices.BinarySearch(in, path); !found {
			out = append(out, path)
		}
	}
	return out
}

// listed names a few paths.
func listed(paths []string) string {
	const shown = 5
	if left := len(paths) - shown; left > 0 {
		return strings.Join(paths[:shown], ", ") + fmt.Sprintf(" and %d more", left)
	}
	return strings.Join(paths, ", ")
}
