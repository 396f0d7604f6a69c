package check

import (
	"regexp"
	"strings"

	"github.com/assay-harness/assay/harness/expr"
)

// one names one reply and one of its fields: replies[0].text, replies[*].json.
var one = regexp.MustCompile(`^replies\s*\[[^\[\]]*\]\s*\.\s*([A-Za-z_][A-Za-z0-9_-]*)`)

// readsCredits reports whether a template may read what a call cost. Of self
// that is self.credits, and self as a whole; replies as a whole too, but not a
// field that is named and is another. It errs towards yes: a late judgement
// costs a stop, an early one would fail for want of the figure.
func readsCredits(t *expr.Template, source string) bool {
	replies := false
	for _, ref := range t.References() {
		switch ref.Root {
		case "self":
			if ref.Name == "credits" || ref.Name == "" {
				return true
			}
		case "replies":
			replies = true
		}
	}
	return replies && !namesOtherFields(source)
}

func namesOtherFields(source string) bool {
	for {
		i := strings.Index(source, "replies")
		if i < 0 {
			return true
		}
		m := one.FindStringSubmatch(source[i:])
		if m == nil || m[1] == "credits" {
			return false
		}
		source = source[i+len("replies"):]
	}
}
