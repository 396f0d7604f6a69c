package check_test

import (
	"testing"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/verdict"
)

// FuzzCompile: any YAML compiles or is refused with a message, and what
// compiles judges any reply without panicking.
func FuzzCompile(f *testing.F) {
	for _, kind := range check.Default() {
		f.Add("- "+kind.Example, "some text with dogs")
		f.Add("- not: {"+kind.Example+"}", `{"json": [1]}`)
	}
	f.Add("- {use: house}", "x")
	f.Add("- contains: ${self.json.a}\n  of: header.x\n  when: self.status == 200\n  severity: warn\n  message: ${self.latency}", "")
	f.Add("- any: [{all: [{not: {regex: '(?<=a)'}}]}]", "\xff")
	f.Fuzz(func(t *testing.T, yaml, text string) {
		node, ds := spec.Parse("fuzz.yaml", []byte(yaml))
		if ds.HasErrors() {
			return
		}
		c := compiler()
		c.Named = map[string]*spec.Node{"house": node}
		list, ds := c.Compile(node)
		if ds.HasErrors() {
			for _, d := range ds {
				if d.Code == "" || d.Summary == "" {
					t.Errorf("a message says nothing: %+v", d)
				}
			}
			return
		}
		for _, reply := range []*provider.Reply{said(text), {Status: 200, Text: text}, refused(500, provider.Server, text), {}} {
			for _, e := range list {
				got := e.Judge(subject(reply))
				if got.Verdict == verdict.Error && got.Reason == "" {
					t.Errorf("%s: an error without a reason", yaml)
				}
			}
		}
	})
}
