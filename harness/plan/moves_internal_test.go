package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/suite"
)

func TestBefore(t *testing.T) {
	for _, c := range []struct {
		name  string
		moved []suite.Move
		to    string
		want  []string
	}{
		{"a case", []suite.Move{{From: "old", To: "new"}}, "s.new@p", []string{"s.old@p"}},
		{"with its keys", []suite.Move{{From: "old", To: "new"}}, `s.new["a"]@p`, []string{`s.old["a"]@p`}},
		{"not another case", []suite.Move{{From: "old", To: "new"}}, "s.other@p", nil},
		{"a key", []suite.Move{{From: `c["a"]`, To: `c["b"]`}}, `s.c["b"]@p`, []string{`s.c["a"]@p`}},
		{"not another key", []suite.Move{{From: `c["a"]`, To: `c["b"]`}}, `s.c["c"]@p`, nil},
		{"a case that got keys", []suite.Move{{From: "c", To: `c["a"]`}}, `s.c["a"]@p`, []string{"s.c@p"}},
		{"a case of another suite", []suite.Move{{From: "t.c", To: "c"}}, "s.c@p", []string{"t.c@p"}},
		{"a suite", []suite.Move{{From: "t.*", To: "s.*"}}, `s.c["x"]@p`, []string{`t.c["x"]@p`}},
		{"a provider", []suite.Move{{From: "*@old", To: "*@new"}}, "s.c@new", []string{"s.c@old"}},
		{"not another provider", []suite.Move{{From: "*@old", To: "*@new"}}, "s.c@p", nil},
		{"a case's provider", []suite.Move{{From: "a@old", To: "c@new"}}, "s.c@new", []string{"s.a@old"}},
		// The reader of suites has put the end of a chain into each of its moves.
		{"a chain, the latest first", []suite.Move{{From: "a", To: "c"}, {From: "b", To: "c"}}, "s.c@p", []string{"s.b@p", "s.a@p"}},
		{"a chain written backwards", []suite.Move{{From: "b", To: "c"}, {From: "a", To: "c"}}, "s.c@p", []string{"s.a@p", "s.b@p"}},
	} {
		to, err := address.Parse(c.to)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, from := range before(movesOf(&suite.Suite{Name: "s", Moved: c.moved}), to) {
			got = append(got, from.String())
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}
