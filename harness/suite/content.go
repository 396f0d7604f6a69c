package suite

import (
	"fmt"
	"slices"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Content is what a turn says.
type Content struct {
	Text  *expr.Template   // one string
	Parts []*expr.Template // a list of parts
	// Vars, if not nil, is all that Text sees (file with vars), each a template.
	Vars []NamedTemplate
	// Fill, if not nil, gives the text by filling in a file's own delimiters.
	Fill func(values map[string]string) (string, error)
	// Messages, of a History turn: an expression or data of {role, content}.
	// It is nil where they come from a file.
	Messages *spec.Node
	// File is the path the content came from, "" if it is inline.
	File string

	base     *expr.Scope // what Text sees besides Vars: functions
	history  *Data       // Messages, parsed
	scripted []Message   // messages that need no evaluation
}

// NamedTemplate is one entry of vars.
type NamedTemplate struct {
	Name  string
	Text  *expr.Template
	Range diag.Range // of the name
}

const contentForms = "The content is text, {raw: …}, {file: …}, or a list of {text: …}."

// readContent reads what a turn says; problems are reported, and leave it empty.
func (r *suiteReader) readContent(role Role, n *spec.Node) Content {
	if role == History {
		return r.readHistory(n)
	}
	switch n.Kind {
	case spec.Null:
		r.emptyContent(n.Range, string(role))
	case spec.List:
		return r.readParts(role, n)
	case spec.Map:
		return r.readContentMap(role, n)
	default:
		t := textTemplate(&r.ds, n, string(role))
		if text, ok := literal(t); ok && text == "" {
			r.emptyContent(n.Range, string(role))
		}
		return Content{Text: t}
	}
	return Content{}
}

func (r *suiteReader) emptyContent(place diag.Range, what string) {
	r.ds.Add(diag.EmptyContent, place, what+" is empty", "An empty message is asked by mistake only, and no API answers it alike. Write what is said, or remove the turn.")
}

func (r *suiteReader) readParts(role Role, n *spec.Node) Content {
	if len(n.Items) == 0 {
		r.emptyContent(n.Range, string(role))
	}
	var c Content
	for _, item := range n.Items {
		if item.Kind != spec.Map {
			r.ds.Add(diag.WrongType, item.Range, "a part of a content is a map, not "+item.Kind.String(), "Write - text: and what is said.")
			continue
		}
		o := spec.NewObject(item, "part", &r.ds)
		text := o.Node("text")
		o.Reserve("image", "image_url")
		o.Close()
		switch {
		case text == nil && item.Get("text") != nil:
			r.emptyContent(item.Range, "a part")
		case text == nil && item.Get("image") == nil && item.Get("image_url") == nil && !o.Misspelt():
			r.ds.Add(diag.MissingKey, item.Range, "a part has no text", "Write - text: and what is said.")
		case text != nil:
			t := textTemplate(&r.ds, text, "text")
			if s, ok := literal(t); ok && s == "" {
				r.emptyContent(text.Range, "a part")
			}
			c.Parts = append(c.Parts, t)
		}
	}
	return c
}

func (r *suiteReader) readContentMap(role Role, n *spec.Node) Content {
	switch {
	case n.Get("raw") != nil:
		o := spec.NewObject(n, "content", &r.ds)
		raw := o.Node("raw")
		o.Close()
		switch {
		case raw == nil || raw.Scalar() && raw.Value == "":
			r.emptyContent(n.Range, string(role))
		case !raw.Scalar():
			r.ds.Add(diag.WrongType, raw.Range, "raw is text, not "+raw.Kind.String(), "")
		default:
			return Content{Text: expr.Literal(raw.Value)}
		}
		return Content{}
	case n.Get("file") != nil:
		return r.readPrompt(role, n)
	case n.Get("image") != nil || n.Get("image_url") != nil || n.Get("tool") != nil:
		spec.NewObject(n, "content", &r.ds).Reserve("image", "image_url", "tool")
		return Content{}
	}
	o := spec.NewObject(n, "content", &r.ds)
	for _, key := range []string{"raw", "file", "template", "vars", "delimiters"} {
		o.Node(key)
	}
	o.Close()
	misspelt := func(p spec.Pair) bool { return diag.Nearest(p.Key.Value, []string{"raw", "file"}) != "" }
	if !slices.ContainsFunc(n.Pairs, misspelt) {
		r.ds.Add(diag.TurnShape, n.Range, fmt.Sprintf("the content of %s has neither raw nor file", role), contentForms)
	}
	return Content{}
}

// check checks the content's templates.
func (c *Content) check(ds *diag.Diagnostics, known expr.Known) {
	for _, v := range c.Vars {
		checkText(ds, v.Text, known)
	}
	for _, part := range c.Parts {
		checkText(ds, part, known)
	}
	c.history.templates(func(t *expr.Template) bool {
		checkText(ds, t, known)
		return true
	})
	if c.Vars == nil {
		checkText(ds, c.Text, known)
		return
	}
	if c.Text != nil {
		own := make(expr.Known, len(c.Vars))
		for _, v := range c.Vars {
			own[v.Name] = nil
		}
		checkText(ds, c.Text, own)
	}
}

// render gives the content of a system, user or assistant turn.
func (c *Content) render(scope *expr.Scope) (Message, diag.Diagnostics) {
	switch {
	case c.Parts != nil:
		var ds diag.Diagnostics
		parts := make([]string, len(c.Parts))
		for i, part := range c.Parts {
			text, more := part.Text(scope)
			parts[i], ds = text, append(ds, more...)
		}
		return Message{Parts: parts}, ds
	case c.Vars != nil:
		return c.renderFile(scope)
	case c.Text == nil:
		return Message{}, nil
	}
	text, ds := c.Text.Text(scope)
	return Message{Text: text}, ds
}

// renderFile gives the content of a file that sees its vars alone.
func (c *Content) renderFile(scope *expr.Scope) (Message, diag.Diagnostics) {
	if c.Fill == nil {
		roots := make(expr.Roots, len(c.Vars))
		var ds diag.Diagnostics
		for _, v := range c.Vars {
			value, more := v.Text.Value(scope)
			roots[v.Name], ds = value, append(ds, more...)
		}
		if ds.HasErrors() {
			return Message{}, ds
		}
		text, ds := c.Text.Text(expr.NewScope(c.base, roots))
		return Message{Text: text}, ds
	}
	values := make(map[string]string, len(c.Vars))
	var ds diag.Diagnostics
	for _, v := range c.Vars {
		text, more := v.Text.Text(scope)
		values[v.Name], ds = text, append(ds, more...)
	}
	if ds.HasErrors() {
		return Message{}, ds
	}
	text, err := c.Fill(values)
	if err != nil {
		ds.Add(diag.PromptDelimiters, diag.Range{Filename: c.File}, "the prompt file cannot be filled in", capital(err.Error())+".")
	}
	return Message{Text: text}, ds
}
