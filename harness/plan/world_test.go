package plan_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/segmind"
	"github.com/assay-harness/assay/harness/suite"
)

// compile loads a project of files, by name, and compiles it for a selection.
func compile(t *testing.T, files map[string]string, selection plan.Selection) (*plan.Plan, diag.Diagnostics) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, ds := suite.Load(suite.Options{FS: fsys})
	if ds.HasErrors() {
		t.Fatalf("load: %v", ds.Err())
	}
	providers := map[string]*plan.Provider{}
	for _, source := range p.Config.Providers {
		providers[source.Name] = &plan.Provider{Kind: segmind.Kind(), Config: provider.Config{Name: source.Name, Model: "grok-2", BaseURL: "http://model.test/v1"}}
	}
	return plan.Compile(p, plan.Options{Providers: providers, Checks: check.Default(), Selection: selection, MockServer: true})
}

// compiled wants no error.
func compiled(t *testing.T, files map[string]string, selection plan.Selection) *plan.Plan {
	t.Helper()
	p, ds := compile(t, files, selection)
	if ds.HasErrors() {
		t.Fatalf("compile: %v", ds.Err())
	}
	return p
}

// only gives the plan's instance of that case.
func only(t *testing.T, p *plan.Plan, name string) *plan.Instance {
	t.Helper()
	for inst, ds := range p.Instances() {
		if ds.HasErrors() {
			t.Fatal(ds.Err())
		}
		if inst.Address.CaseName() == name {
			return inst
		}
	}
	t.Fatalf("there is no case %q", name)
	return nil
}

// talk has a conversation with a model that gives these replies, one after the
// other, and gives every question.
func talk(t *testing.T, inst *plan.Instance, replies ...string) (asks []*plan.Ask) {
	t.Helper()
	d := inst.Dialogue(1)
	for n := 0; ; n++ {
		ask, ok := d.Next()
		if !ok {
			return asks
		}
		asks = append(asks, ask)
		if ask.Problems.HasErrors() {
			continue
		}
		d.Answer(ask, &provider.Reply{Status: 200, Text: replies[n]})
	}
}

// said writes a conversation down: role: text, a line a message.
func said(ask *plan.Ask) string {
	var lines []string
	for _, m := range ask.Question.Messages {
		lines = append(lines, m.Role+": "+m.Content())
	}
	return strings.Join(lines, "\n")
}

// selected gives the addresses of the plan's conversations.
func selected(t *testing.T, p *plan.Plan) string {
	t.Helper()
	var out []string
	for inst, ds := range p.Instances() {
		if ds.HasErrors() {
			t.Fatal(ds.Err())
		}
		for _, n := range inst.Samples {
			a := inst.Conversation(n)
			out = append(out, a.Display(address.Ambiguity{OneProvider: true, OneSample: inst.Case.Source.Samples == 1}))
		}
	}
	return strings.Join(out, " ")
}
