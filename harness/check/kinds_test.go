package check_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/check"
)

// TestKindsAreDocumented: the reference is made from these.
func TestKindsAreDocumented(t *testing.T) {
	kinds := check.Default()
	want := []string{
		"all", "any", "condition", "contains", "contains_all", "contains_any", "credits", "ends_with", "equals", "finish_reason", "header",
		"icontains", "icontains_all", "icontains_any", "iequals", "json", "latency", "length", "lines", "not", "one_of", "regex", "starts_with",
		"status", "tokens", "words",
	}
	if got := slices.Sorted(maps.Keys(kinds)); !slices.Equal(got, want) {
		t.Errorf("kinds %v, want %v", got, want)
	}
	for name, kind := range kinds {
		if kind.Name != name || !strings.HasPrefix(kind.Doc, "Passes when ") || !strings.HasSuffix(kind.Doc, ".") || !strings.HasPrefix(kind.Example, name+": ") {
			t.Errorf("%s: %+v", name, kind)
		}
		if !json.Valid([]byte(kind.Schema)) {
			t.Errorf("%s: the schema is no JSON: %s", name, kind.Schema)
		}
		if e := one(t, "- "+kind.Example); !strings.HasPrefix(e.Name, name) {
			t.Errorf("%s: its example is named %s", name, e.Name)
		}
	}
}

func TestDefaultIsFresh(t *testing.T) {
	delete(check.Default(), "contains")
	if _, found := check.Default()["contains"]; !found {
		t.Error("Default gives one map to all")
	}
}
