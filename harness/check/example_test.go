package check_test

import (
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/spec"
)

// rhyme passes when the text's lines all end in the same letters.
type rhyme struct{ ending *check.Text }

func (r rhyme) Holds(s *check.Subject) (bool, error) {
	text, err := s.Target()
	if err != nil {
		return false, err
	}
	ending, err := r.ending.Eval(s)
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(text) {
		if !strings.HasSuffix(strings.TrimRight(line, "\n"), ending) {
			return false, nil
		}
	}
	return true, nil
}

func (r rhyme) Describe(s *check.Subject) (expected, actual string) {
	ending, _ := r.ending.Eval(s)
	text, _ := s.Target()
	return fmt.Sprintf("%s rhymes on %q", s.TargetName(), ending), fmt.Sprintf("%q", text)
}

// An own kind of check is a value in the map that Default gives.
func ExampleKind() {
	kinds := check.Default()
	kinds["rhymes"] = check.Kind{
		Name:    "rhymes",
		Doc:     "Passes when every line ends in the string.",
		Example: "rhymes: at",
		Schema:  `{"type": "string", "minLength": 1}`,
		Parse: func(p *check.Parser, n *spec.Node) check.Check {
			ending := p.NonEmpty(n)
			if ending == nil {
				return nil // the Parser has said why
			}
			return check.FromRule(rhyme{ending})
		},
	}

	list, _ := spec.Parse("suite.yaml", []byte("- rhymes: at\n- not: {rhymes: at}\n- rhimes: at"))
	compiler := check.Compiler{Kinds: kinds}
	_, ds := compiler.Compile(list)
	fmt.Println(ds[0].Summary)

	list, _ = spec.Parse("suite.yaml", []byte("- rhymes: at\n- not: {rhymes: at}"))
	expectations, _ := compiler.Compile(list)
	subject := &check.Subject{Reply: &provider.Reply{Status: 200, Text: "The cat\nsat on the mat"}}
	for _, e := range expectations {
		got := e.Judge(subject)
		fmt.Printf("%s %s (%s)\n", e.Name, got.Verdict, got.Expected)
	}
	// Output:
	// unknown check "rhimes"
	// rhymes pass ()
	// not.rhymes fail (not: text rhymes on "at")
}
