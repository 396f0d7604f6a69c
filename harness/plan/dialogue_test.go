package plan_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
)

func dialogueOf(t *testing.T, text string) *plan.Instance {
	t.Helper()
	return only(t, compiled(t, map[string]string{
		"suites/s.yaml": "suite: s\ncases:\n  - name: c\n" + text,
		"chat.json":     `[{"role":"user","content":"old ${question}"},{"role":"assistant","content":"old answer"}]`,
	}, plan.Selection{}), "c")
}

func TestDialogueSends(t *testing.T) {
	tests := []struct {
		name, text string
		replies    []string
		want       []string // each question, whole
		adds       []int    // how many messages are new in each
	}{
		{
			"the seed page's own",
			`    conversation:
      - system: be funny
      - user: tell me a joke on cats
      - assistant: here is a joke about cats...
      - user: now a joke on dogs
        expect: [{contains: x}]
`,
			[]string{"woof"},
			[]string{"system: be funny\nuser: tell me a joke on cats\nassistant: here is a joke about cats...\nuser: now a joke on dogs"},
			[]int{4},
		},
		{
			"replies join the history, and captures are data",
			`    conversation:
      - user: one
        capture: {heard: '${self.text}', first: {regex: '^(\w+)', group: 1}}
        expect: [{contains: x}]
      - user: you said ${capture.heard}, or ${upper(capture.first)} in sample ${sample}
        expect: [{contains: x}]
`,
			[]string{"so ${var.x} %{if}", "yes"},
			[]string{"user: one", "user: one\nassistant: so ${var.x} %{if}\nuser: you said so ${var.x} %{if}, or SO in sample 1"},
			[]int{1, 1},
		},
		{
			"what is not asked is said before the next",
			`    conversation:
      - user: by the way
        ask: false
      - user: what is it?
        expect: [{contains: x}]
`,
			[]string{"x"},
			[]string{"user: by the way\nuser: what is it?"},
			[]int{2},
		},
		{
			"a history of a file, as it stands",
			`    conversation:
      - history: {file: chat.json}
      - user: new
        expect: [{contains: x}]
`,
			[]string{"x"},
			[]string{"user: old ${question}\nassistant: old answer\nuser: new"},
			[]int{3},
		},
		{
			"a history that ends in a question is asked",
			`    conversation:
      - history: '${[{role = "user", content = "well?"}]}'
        expect: [{contains: x}]
`,
			[]string{"x"},
			[]string{"user: well?"},
			[]int{1},
		},
		{
			"raw text is no template",
			`    conversation:
      - user: {raw: 'cost ${price}'}
        expect: [{contains: x}]
`,
			[]string{"x"},
			[]string{"user: cost ${price}"},
			[]int{1},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asks := talk(t, dialogueOf(t, test.text), test.replies...)
			if len(asks) != len(test.want) {
				t.Fatalf("%d questions, want %d", len(asks), len(test.want))
			}
			for i, ask := range asks {
				if got := said(ask); got != test.want[i] {
					t.Errorf("question %d:\n got %q\nwant %q", i+1, got, test.want[i])
				}
				if len(ask.Adds) != test.adds[i] || ask.Number != i+1 {
					t.Errorf("question %d adds %d messages and is number %d", i+1, len(ask.Adds), ask.Number)
				}
			}
		})
	}
}

func TestDialogueParts(t *testing.T) {
	asks := talk(t, dialogueOf(t, `    conversation:
      - user: [{text: first}, {text: 'second ${case.name}'}]
        expect: [{contains: x}]
`), "x")
	parts := asks[0].Question.Messages[0].Parts
	if len(parts) != 2 || parts[0].Text != "first" || parts[1].Text != "second c" {
		t.Errorf("parts: %+v", parts)
	}
}

func TestDialogueCaptures(t *testing.T) {
	inst := dialogueOf(t, `    conversation:
      - user: one
        capture: {word: {regex: '(\w+)!', group: 1}, id: {header: x-request-id}}
        expect: [{contains: x}]
      - user: 'about ${capture.word} of ${capture.id}'
        expect: [{contains: x}]
      - user: and on
        expect: [{contains: x}]
`)
	t.Run("taken", func(t *testing.T) {
		d := inst.Dialogue(1)
		ask, _ := d.Next()
		reply := &provider.Reply{Status: 200, Text: "a ${dog}! b!", Header: []exchange.Field{{Name: "x-request-id", Value: "r1"}}}
		if _, ds := d.Answer(ask, reply); len(ds) > 0 {
			t.Fatalf("captures: %v", ds.Err())
		}
		ask, _ = d.Next()
		if got := ask.Adds[0].Text; got != "about b of r1" {
			t.Errorf("sent %q", got)
		}
	})
	t.Run("failed", func(t *testing.T) {
		d := inst.Dialogue(1)
		ask, _ := d.Next()
		_, ds := d.Answer(ask, &provider.Reply{Status: 200, Text: "nothing"})
		if len(ds) != 2 || ds[0].Code != diag.CaptureFailed {
			t.Fatalf("captures: %v", ds)
		}
		ask, ok := d.Next()
		if !ok || !ask.Blocked || ask.Number != 2 {
			t.Errorf("the next question: %+v", ask)
		}
		rest := d.Rest()
		if len(rest) != 1 || rest[0].Address.Turn.String() != "turn[3]" {
			t.Errorf("the rest: %d turns", len(rest))
		}
	})
}

// TestDialogueIsRepeatable: what runs a plan and what compares it with recordings
// each have the conversation of their own.
func TestDialogueIsRepeatable(t *testing.T) {
	inst := dialogueOf(t, `    samples: 2
    conversation:
      - user: sample ${sample}
        expect: [{contains: x}]
      - user: more
        expect: [{contains: x}]
`)
	one := talk(t, inst, "first", "x")
	two := talk(t, inst, "second", "x")
	if said(one[1]) == said(two[1]) || !strings.Contains(said(one[1]), "first") || !strings.Contains(said(two[1]), "second") {
		t.Errorf("two conversations:\n%s\n%s", said(one[1]), said(two[1]))
	}
	if got := inst.Conversation(2).String(); got != "s.c@grok-2#2" {
		t.Errorf("the second sample's address: %s", got)
	}
}

// TestErrorsJoinNoHistory: a reply that says nothing adds no message.
func TestErrorsJoinNoHistory(t *testing.T) {
	d := dialogueOf(t, `    conversation:
      - user: one
        expect: [{status: 404}]
      - user: two
        expect: [{contains: x}]
`).Dialogue(1)
	ask, _ := d.Next()
	d.Answer(ask, &provider.Reply{Status: 404, Error: &provider.Error{Class: provider.NotFound}})
	ask, _ = d.Next()
	if got := said(ask); got != "user: one\nuser: two" {
		t.Errorf("sent %q", got)
	}
}
