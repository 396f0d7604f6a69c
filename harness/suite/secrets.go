package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

const minSecret = 8

// checkSecret refuses secrets that are so short that hiding them would hide
// ordinary words.
func (r *suiteReader) checkSecret(v *Variable, value any) {
	for _, text := range secretTexts(value) {
		if len(text) < minSecret {
			r.ds.Add(diag.WeakSecret, v.Range, fmt.Sprintf("the value of sensitive variable %q is shorter than %d bytes", v.Name, minSecret),
				"It could not be hidden without hiding ordinary words too. Use a longer secret, or don't declare the variable sensitive.")
			return
		}
	}
}

// secretTexts gives every text in a secret value.
func secretTexts(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return []string{v}
	case []any:
		var texts []string
		for _, item := range v {
			texts = append(texts, secretTexts(item)...)
		}
		return texts
	case *spec.OrderedMap:
		var texts []string
		for _, key := range v.Keys {
			texts = append(texts, secretTexts(v.Values[key])...)
		}
		return texts
	default:
		return []string{fmt.Sprint(v)}
	}
}

// Secret is one text of a sensitive variable, for the redactor.
type Secret struct{ Name, Value string }

// Secrets gives the texts of all sensitive variables, by name, each once.
func (p *Project) Secrets() []Secret {
	var secrets []Secret
	for _, s := range p.Suites {
		for _, v := range s.Variables {
			hidden, ok := v.value.(expr.Sensitive)
			if !ok {
				continue
			}
			for _, text := range secretTexts(hidden.Value) {
				secrets = append(secrets, Secret{Name: hidden.Name, Value: text})
			}
		}
	}
	slices.SortStableFunc(secrets, func(a, b Secret) int {
		return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value)
	})
	return slices.Compact(secrets)
}
