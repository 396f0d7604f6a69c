package check

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

func statusKind() Kind {
	const one = `{"type": "integer", "minimum": 100, "maximum": 599}, {"type": "string", "pattern": "^[1-5]([0-9]{2}|xx)$"}`
	return Kind{
		Name:    "status",
		Doc:     "Passes when the HTTP status is the one named, one of a list, or of a class such as 2xx.",
		Example: "status: [200, 4xx]",
		Schema:  `{"anyOf": [` + one + `, {"type": "array", "minItems": 1, "items": {"anyOf": [` + one + `]}}]}`,
		Fixed:   true,
		Parse:   parseStatus,
	}
}

// statuses is a set of HTTP statuses, in the words of the suite: 401, 2xx.
type statuses []string

func parseStatus(p *Parser, n *spec.Node) Check {
	items := []*spec.Node{n}
	if n.Kind == spec.List {
		items = n.Items
	}
	if len(items) == 0 {
		p.Error(n.Range, "status has an empty list", "Name at least one status.")
		return nil
	}
	var set statuses
	for _, item := range items {
		if !isStatus(item) {
			p.add(diag.BadValue, item.Range, fmt.Sprintf("status can't be %s", shortly(item)),
				"It is a number from 100 to 599, or a class such as 2xx, or a list of them; no template, because it decides what is recorded.")
			continue
		}
		set = append(set, item.Value)
	}
	if len(set) < len(items) {
		return nil
	}
	return FromRule(set)
}

var statusWord = regexp.MustCompile(`^[1-5]([0-9]{2}|xx)$`)

func isStatus(n *spec.Node) bool {
	return (n.Kind == spec.Number || n.Kind == spec.Text) && statusWord.MatchString(n.Value)
}

func (set statuses) has(status int) bool {
	if status < 100 || status > 599 {
		return false
	}
	var digits [3]byte
	strconv.AppendInt(digits[:0], int64(status), 10)
	for _, word := range set {
		if word[0] == digits[0] && (word[1:] == "xx" || word[1:] == string(digits[1:])) {
			return true
		}
	}
	return false
}

func (set statuses) Holds(s *Subject) (bool, error) {
	if s.Reply.Status == 0 {
		return false, &ReplyError{Reason: noReply}
	}
	return set.has(s.Reply.Status), nil
}

func (set statuses) Describe(s *Subject) (expected, actual string) {
	expected = "status " + strings.Join(set, " or ")
	if s.Reply.Status != 0 {
		actual = strconv.Itoa(s.Reply.Status)
	}
	if err := s.Reply.Error; err != nil {
		actual = strings.TrimSpace(actual + " (" + cut(err.Error()) + ")")
	}
	return expected, actual
}
