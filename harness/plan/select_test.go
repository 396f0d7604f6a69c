package plan_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/plan"
)

func selectFiles() map[string]string {
	return map[string]string{
		"suites/jokes.yaml": `suite: jokes
tags: [fun]
cases:
  - name: greets
    tags: [smoke]
    conversation:
      - user: hello
        expect: [{contains: x}]
  - name: changes_topic
    tags: [slow]
    for_each: [dogs, parrots]
    conversation:
      - user: one
        expect: [{contains: x}]
      - user: two
        expect: [{contains: x}]
  - name: twice
    samples: 2
    conversation:
      - user: hello
        expect: [{contains: x}]
`,
		"suites/deep/facts.yaml": `suite: facts
cases:
  - name: greets
    conversation:
      - user: hello
        expect: [{contains: x}]
`,
	}
}

func selection(t *testing.T, include, exclude []string, tags string) plan.Selection {
	t.Helper()
	out := plan.Selection{Tags: plan.ParseTags(tags)}
	for _, text := range include {
		s, err := plan.ParseSelector(text)
		if err != nil {
			t.Fatal(err)
		}
		out.Include = append(out.Include, s)
	}
	for _, text := range exclude {
		p, err := address.ParsePattern(text)
		if err != nil {
			t.Fatal(err)
		}
		out.Exclude = append(out.Exclude, p)
	}
	return out
}

func TestSelection(t *testing.T) {
	const (
		facts = "facts.greets"
		topic = `jokes.changes_topic["dogs"] jokes.changes_topic["parrots"]`
		twice = "jokes.twice#1 jokes.twice#2"
		jokes = "jokes.greets " + topic + " " + twice
	)
	tests := []struct {
		name             string
		include, exclude []string
		tags             string
		want             string
	}{
		{"all", nil, nil, "", facts + " " + jokes},
		{"a suite", []string{"jokes"}, nil, "", jokes},
		{"a case", []string{"jokes.changes_topic"}, nil, "", topic},
		{"an instance", []string{`jokes.changes_topic["dogs"]`}, nil, "", `jokes.changes_topic["dogs"]`},
		{"quotes left out", []string{`jokes.changes_topic[dogs]`}, nil, "", `jokes.changes_topic["dogs"]`},
		{"a glob", []string{"*.greets"}, nil, "", "facts.greets jokes.greets"},
		{"a provider", []string{"jokes.greets@grok-2"}, nil, "", "jokes.greets"},
		{"a sample", []string{"jokes.twice#2"}, nil, "", "jokes.twice#2"},
		{"a turn takes its conversation", []string{`jokes.changes_topic["dogs"].turn[2]`}, nil, "", `jokes.changes_topic["dogs"]`},
		{"two", []string{"facts", "jokes.greets"}, nil, "", "facts.greets jokes.greets"},
		{"exclude", nil, []string{"jokes"}, "", facts},
		{"exclude a sample", []string{"jokes.twice"}, []string{"jokes.twice#1"}, "", "jokes.twice#2"},
		{"a tag of the suite", nil, nil, "fun", jokes},
		{"one of two tags", nil, nil, "smoke,slow", "jokes.greets " + topic},
		{"not a tag", nil, nil, "!slow", facts + " jokes.greets " + twice},
		{"one and not another", nil, nil, "fun, !smoke", topic + " " + twice},
		{"a file", []string{"suites/deep/facts.yaml"}, nil, "", facts},
		{"a file from here", []string{"./suites/jokes.yaml"}, nil, "", jokes},
		{"a line at a name", []string{"suites/jokes.yaml:9"}, nil, "", topic},
		{"a line inside", []string{"suites/jokes.yaml:14"}, nil, "", topic},
		{"a line of the last", []string{"suites/jokes.yaml:22"}, nil, "", twice},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := compiled(t, selectFiles(), selection(t, test.include, test.exclude, test.tags))
			if got := selected(t, p); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
			if ds := p.Unmatched(); len(ds) > 0 {
				t.Errorf("said to match nothing: %v", ds.Err())
			}
			if got := p.Size().Conversations; got != len(strings.Fields(test.want)) {
				t.Errorf("the size counts %d conversations", got)
			}
		})
	}
}

func TestSelectionOfNothing(t *testing.T) {
	tests := []struct {
		name    string
		include []string
		tags    string
		want    string // in what is said
	}{
		{"a suite", []string{"joke"}, "", "jokes"},
		{"a case", []string{"jokes.greet"}, "", "jokes.greets"},
		{"a key", []string{`jokes.changes_topic["dog"]`}, "", `jokes.changes_topic["dogs"]`},
		{"one of two", []string{"jokes.greets", "jokes.twise"}, "", "jokes.twice"},
		{"a file", []string{"suites/joke.yaml"}, "", "suites/jokes.yaml"},
		{"a tag", nil, "smoek", "smoke"},
		{"a tag that is refused", nil, "!slwo", "slow"},
		{"parts that exclude each other", []string{"facts"}, "smoke", "nothing matches all of them"},
		{"a line before all cases", []string{"suites/jokes.yaml:1"}, "", "matches nothing"},
		{"a sample too many", []string{"jokes.twice#3"}, "", "matches nothing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := compiled(t, selectFiles(), selection(t, test.include, nil, test.tags))
			ds := p.Unmatched()
			if len(ds) != 1 {
				t.Fatalf("%d diagnostics, want 1: %v", len(ds), ds)
			}
			if text := ds[0].Summary + " " + ds[0].Detail; !strings.Contains(text, test.want) || ds[0].Code.Exit() != 5 {
				t.Errorf("%s %s, want it to name %q", ds[0].Code, text, test.want)
			}
		})
	}
}

func TestBadSelectors(t *testing.T) {
	for _, text := range []string{"suites/jokes.yaml:0", "suites/jokes.yaml:x", "a.b[", ""} {
		if s, err := plan.ParseSelector(text); err == nil {
			t.Errorf("ParseSelector(%q) = %+v, want an error", text, s)
		}
	}
}
