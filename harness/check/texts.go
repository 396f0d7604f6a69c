package check

import (
	"errors"
	"fmt"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Texts is an argument that is a list of texts: a list of templates, or one
// template that gives a list.
type Texts struct {
	items   []*Text
	literal []string // the values, when none has ${…}
	list    *Text    // gives the list, when it is one template
}

// Texts reads a list of at least one text; nil when it is none.
func (p *Parser) Texts(n *spec.Node) *Texts { return p.texts(n, p.text) }

// NonEmpties is Texts for a check to which the empty text says nothing.
func (p *Parser) NonEmpties(n *spec.Node) *Texts { return p.texts(n, p.NonEmpty) }

func (p *Parser) texts(n *spec.Node, read func(*spec.Node) *Text) *Texts {
	if n.Kind == spec.Text {
		return p.textsTemplate(n)
	}
	if n.Kind != spec.List {
		p.wrongType(n, "a list of texts")
		return nil
	}
	if len(n.Items) == 0 {
		p.add(diag.AlwaysPasses, n.Range, p.kind+" has an empty list", "It says nothing of the reply: name at least one text.")
		return nil
	}
	out := &Texts{}
	for _, item := range n.Items {
		if t := read(item); t != nil {
			out.items = append(out.items, t)
			if t.literal {
				out.literal = append(out.literal, t.value)
			}
		}
	}
	if len(out.items) != len(n.Items) {
		return nil
	}
	if len(out.literal) != len(out.items) {
		out.literal = nil
	}
	return out
}

func (p *Parser) textsTemplate(n *spec.Node) *Texts {
	t := p.Text(n)
	if t == nil {
		return nil
	}
	if t.literal {
		p.wrongType(n, "a list of texts")
		return nil
	}
	return &Texts{list: t}
}

// Eval gives the texts for a reply; the caller doesn't change them.
func (t *Texts) Eval(s *Subject) ([]string, error) {
	if t.literal != nil {
		return t.literal, nil
	}
	if t.list != nil {
		return t.evalList(s)
	}
	out := make([]string, len(t.items))
	for i, item := range t.items {
		var err error
		if out[i], err = item.Eval(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// evalNonEmpty is Eval where an empty text is the suite's fault.
func (t *Texts) evalNonEmpty(s *Subject) ([]string, error) {
	texts, err := t.Eval(s)
	for _, text := range texts {
		if text == "" && err == nil {
			return nil, errEmpty
		}
	}
	return texts, err
}

func (t *Texts) evalList(s *Subject) ([]string, error) {
	value, err := t.list.Value(s)
	if err != nil {
		return nil, err
	}
	items := listOf(value)
	switch {
	case items == nil:
		return nil, t.fault(cut(t.list.source) + " gives no list")
	case len(items) == 0:
		return nil, errors.New("the list came out empty, so the check says nothing")
	}
	out := make([]string, len(items))
	for i, item := range items {
		var is bool
		if out[i], is = scalar(item); !is {
			return nil, t.fault(fmt.Sprintf("item %d of %s is no text", i, cut(t.list.source)))
		}
	}
	return out, nil
}

// fault blames the reply where the list comes from it.
func (t *Texts) fault(reason string) error {
	if len(t.list.reply) > 0 {
		return &ReplyError{Reason: reason}
	}
	return errors.New(reason)
}

// plain gives the texts, where there are any and all may be shown.
func (t *Texts) plain(s *Subject) ([]string, bool) {
	if t.list != nil {
		value, _ := t.list.template.Marked(s.Scope)
		for _, item := range listOf(value) {
			if _, secret := item.(expr.Sensitive); secret {
				return nil, false
			}
		}
		texts, err := t.evalList(s)
		return texts, err == nil && listOf(value) != nil
	}
	out := make([]string, len(t.items))
	for i, item := range t.items {
		var plain bool
		if out[i], plain = item.plain(s); !plain {
			return nil, false
		}
	}
	return out, true
}

// shown gives the list for a line for people.
func (t *Texts) shown(s *Subject) string {
	if t.list == nil {
		parts := make([]string, len(t.items))
		for i, item := range t.items {
			parts[i] = item.shown(s)
		}
		return commas(parts)
	}
	value, _ := t.list.template.Marked(s.Scope)
	items := listOf(value)
	if items == nil {
		return cut(t.list.source)
	}
	parts := make([]string, len(items))
	for i, item := range items {
		if secret, is := item.(expr.Sensitive); is {
			parts[i] = masked(secret)
			continue
		}
		text, _ := scalar(item)
		parts[i] = quote(text)
	}
	return commas(parts)
}

// listOf gives the items of data that is a list, else nil.
func listOf(value any) []any {
	switch v := value.(type) {
	case []any:
		return v
	case []string:
		out := make([]any, len(v))
		for i, text := range v {
			out[i] = text
		}
		return out
	}
	return nil
}
