package spec

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tried is an order for tests: a little of a suite's.
func tried() *Order {
	expectation := &Order{Keys: []string{AnyKey, "of", "message"}}
	turn := &Order{Keys: []string{"system", "user", "name", "expect"}, Below: map[string]*Order{"expect": expectation}}
	cases := &Order{Keys: []string{"name", "tags", "conversation"}, Below: map[string]*Order{"conversation": turn}, Apart: true}
	return &Order{Keys: []string{"suite", "description", "tags", "locals", "cases"}, Below: map[string]*Order{"cases": cases}}
}

func always(order *Order) func([]string) *Order {
	return func([]string) *Order { return order }
}

func format(t *testing.T, src string) string {
	t.Helper()
	out, ds := Format("f.yaml", []byte(src), always(tried()))
	if ds.HasErrors() {
		t.Fatalf("%q: %v", src, ds.Err())
	}
	return string(out)
}

func TestFormat(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"spaces", "suite:   a\ncases:\n    -   name:  b\n        tags:   [ x,y , z ]\n", "suite: a\ncases:\n  - name: b\n    tags: [x, y, z]\n"},
		{
			"key order", "cases:\n- conversation:\n  - expect: [{of: error, contains: x}]\n    user: hi\n  name: b\nsuite: a\n",
			"suite: a\ncases:\n  - name: b\n    conversation:\n      - user: hi\n        expect: [{contains: x, of: error}]\n",
		},
		{"unknown keys", "zzz: 1\nsuite: a\nyyy: 2\n", "suite: a\nzzz: 1\nyyy: 2\n"},
		{
			"comments", "# top\n\n# attached\nsuite: a  # one\n# two\ncases: # three\n# four\n- name: b   # five\n  # six\n  tags: [x]\n  # seven\n# eight\n- name: c\n\n\n# nine\n",
			"# top\n\n# attached\nsuite: a  # one\n# two\ncases:  # three\n  # four\n  - name: b  # five\n    # six\n    tags: [x]\n    # seven\n\n  # eight\n  - name: c\n\n# nine\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := format(t, test.src)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s\n%s", diff, got)
			}
			if again := format(t, got); again != got {
				t.Errorf("again\n%s\nbecomes\n%s", got, again)
			}
		})
	}
}
