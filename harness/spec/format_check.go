package spec

import (
	"fmt"
	"slices"
	"strings"
)

// differs compares a settled layout with the one that was read from its print.
// It gives the first difference in words, or "". Blank lines and quotes may
// differ; keys, texts, kinds, anchors, tags and comments may not.
func (l *layout) differs(other *layout) string {
	c := comparison{before: l, after: other}
	if !slices.Equal(withoutBlank(l.head), withoutBlank(other.head)) || !slices.Equal(withoutBlank(l.tail), withoutBlank(other.tail)) {
		return "a comment at the start or the end would be lost"
	}
	c.entry(l.root, other.root)
	return c.where
}

type comparison struct {
	before, after *layout
	where         string
}

// say keeps the first difference.
func (c *comparison) say(p *element, format string, args ...any) {
	if c.where == "" {
		at := newLines(c.before.source).lineOf(p.from)
		c.where = fmt.Sprintf(format, args...) + fmt.Sprintf(" (near line %d)", at)
	}
}

func (c *comparison) entry(a, b *entry) {
	if !slices.Equal(withoutBlank(a.head), withoutBlank(b.head)) || a.open.text+a.close.text != b.open.text+b.close.text {
		c.say(a.value, "a comment would be moved or lost")
	}
	if (a.key == nil) != (b.key == nil) {
		c.say(a.value, "a list would become a map")
		return
	}
	if a.key != nil {
		c.element(a.key, b.key)
	}
	c.element(a.value, b.value)
}

func (c *comparison) element(a, b *element) {
	switch {
	case a.kind != b.kind || a.alias != b.alias || len(a.entries) != len(b.entries):
		c.say(a, "%s would become %s", a.kind, b.kind)
		return
	case a.value != b.value || a.alias && c.before.source[a.from:a.to] != c.after.source[b.from:b.to]:
		c.say(a, "the text %.60q would become %.60q", a.value, b.value)
	case a.props != b.props:
		c.say(a, "the anchor or tag %q would be lost", a.props)
	case !slices.Equal(withoutBlank(a.foot), withoutBlank(b.foot)):
		c.say(a, "a comment would be moved or lost: %s", strings.Join(a.foot, " "))
	}
	for i := range a.entries {
		if c.where != "" {
			return
		}
		c.entry(&a.entries[i], &b.entries[i])
	}
}
