package expr_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// evaluate gives an expression's value as JSON, or the first error's summary
// and detail.
func evaluate(t *testing.T, scope *expr.Scope, src string) (value, failure string) {
	t.Helper()
	tpl, ds := expr.ParseTemplateText("t", "${"+src+"}")
	if ds == nil {
		var v any
		if v, ds = tpl.Value(scope); ds == nil {
			return asJSON(t, v), ""
		}
	}
	return "", ds[0].Summary + ": " + ds[0].Detail
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain(v)); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func plain(v any) any {
	switch v := v.(type) {
	case *spec.OrderedMap:
		out := make(map[string]any, len(v.Values))
		for key, e := range v.Values {
			out[key] = plain(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	}
	return v
}

func TestEveryFunctionDoesWhatItsExampleSays(t *testing.T) {
	all := expr.Functions()
	if !slices.IsSortedFunc(all, func(a, b expr.Function) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("functions are not sorted by name")
	}
	for _, f := range all {
		t.Run(f.Name, func(t *testing.T) {
			if f.Doc == "" || !strings.HasPrefix(f.Signature, f.Name+"(") {
				t.Errorf("incomplete documentation: %+v", f)
			}
			if f.Name == "file" {
				return // needs a project: TestFile
			}
			got, failure := evaluate(t, nil, f.Example)
			if failure != "" {
				t.Fatalf("%s: %s", f.Example, failure)
			}
			if got != f.Result {
				t.Errorf("%s = %s, want %s", f.Example, got, f.Result)
			}
		})
	}
}

// The list in the language's document.
func TestTheLanguageHasTheFunctionsItPromises(t *testing.T) {
	promised := strings.Fields(`upper lower title trimspace trim trimprefix trimsuffix replace regex regexall split join
		format substr strcontains startswith endswith length contains keys values lookup merge concat distinct flatten
		reverse sort sum range element slice setproduct coalesce try can tostring tonumber tobool jsondecode jsonencode
		yamldecode csvdecode base64encode base64decode sha256 urlencode min max abs ceil floor parseint formatdate timeadd file`)
	var got []string
	for _, f := range expr.Functions() {
		got = append(got, f.Name)
	}
	slices.Sort(promised)
	if !slices.Equal(got, promised) {
		t.Errorf("functions are %v, want %v", got, promised)
	}
}

var _ = diag.EvaluationFailed
