package mock

import "github.com/assay-harness/assay/harness/spec"

// ScriptOrder gives the canonical order of the keys of a script.
func ScriptOrder() *spec.Order {
	when := &spec.Order{
		Keys:  []string{"path", "last_user"},
		Below: map[string]*spec.Order{"last_user": {Keys: []string{"contains", "equals", "regex"}}},
	}
	reply := &spec.Order{
		Keys:  []string{"when", "status", "headers", "text", "body", "credits", "latency"},
		Below: map[string]*spec.Order{"when": when},
	}
	return &spec.Order{Keys: []string{"script", "replies"}, Below: map[string]*spec.Order{"replies": reply}}
}
