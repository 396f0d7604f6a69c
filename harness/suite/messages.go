package suite

import (
	"fmt"
	"path"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Message is one message of a conversation. Parts is nil where the content is
// one string (Text); otherwise the content is a list of text parts.
type Message struct {
	Role  Role // System, User or Assistant
	Text  string
	Parts []string
}

// Messages gives the messages that the turn adds to the conversation: one, or
// those of a history. A message that comes out empty is a diagnostic.
func (t *Turn) Messages(scope *expr.Scope) ([]Message, diag.Diagnostics) {
	if t.Role == History {
		return t.Content.historyMessages(scope, t.Range)
	}
	m, ds := t.Content.render(scope)
	if ds.HasErrors() {
		return nil, ds
	}
	m.Role = t.Role
	if m.isEmpty() {
		ds.Add(diag.EmptyContent, t.Range, string(t.Role)+" comes out empty", "Its template gives no text here. Write what is said, or leave the case out.")
		return nil, ds
	}
	return []Message{m}, ds
}

func (m *Message) isEmpty() bool {
	for _, part := range m.Parts {
		if part != "" {
			return false
		}
	}
	return m.Text == ""
}

// readHistory reads an expression, {file: chat.json}, or a list of messages.
func (r *suiteReader) readHistory(n *spec.Node) Content {
	switch {
	case n.Kind == spec.List && len(n.Items) == 0, n.Kind == spec.Null, n.Scalar() && n.Value == "":
		r.emptyContent(n.Range, "history")
	case n.Kind == spec.Map && n.Get("file") != nil:
		return r.readHistoryFile(n)
	case n.Kind == spec.List || n.Kind == spec.Text:
		return r.readHistoryData(n)
	default:
		r.ds.Add(diag.WrongType, n.Range, "history cannot be "+n.Kind.String(), historyForms)
	}
	return Content{}
}

const historyForms = "It is an expression such as '${jsondecode(each.value.messages)}', {file: chat.json}, or a list of {role, content}."

func (r *suiteReader) readHistoryData(n *spec.Node) Content {
	data, more := ParseData(n)
	r.ds = append(r.ds, more...)
	c := Content{Messages: n, history: data}
	if data == nil {
		return c
	}
	if _, isText := data.plain.(string); isText {
		r.ds.Add(diag.WrongType, n.Range, "history cannot be plain text", historyForms)
		return c
	}
	if n.Kind == spec.List {
		for _, item := range n.Items {
			r.checkInlineMessage(item)
		}
	}
	if data.IsPlain() && !r.ds.HasErrors() {
		var ds diag.Diagnostics
		c.scripted, ds = messagesOf(data.plain, n.Range)
		r.ds = append(r.ds, ds...)
	}
	return c
}

// checkInlineMessage checks the shape of a message that stands in the suite.
func (r *suiteReader) checkInlineMessage(n *spec.Node) {
	if n.Kind != spec.Map {
		r.ds.Add(diag.WrongType, n.Range, "a message is a map, not "+n.Kind.String(), "It has role and content.")
		return
	}
	o := spec.NewObject(n, "message", &r.ds)
	o.Require("role", "content")
	if role := o.Node("role"); role != nil && !isMessageRole(role.Value) {
		r.ds.Add(diag.TurnShape, role.Range, fmt.Sprintf("%q is no role of a message", role.Value), roleForms+suggestRole(role.Value))
	}
	if content := o.Node("content"); content != nil && (content.Kind == spec.Map || content.Scalar() && content.Value == "" || content.Kind == spec.List && len(content.Items) == 0) {
		r.emptyContent(content.Range, "content")
	}
	o.Close()
}

const roleForms = "It is system, user or assistant."

func suggestRole(role string) string {
	return diag.Suggest(role, []string{"system", "user", "assistant"})
}

func isMessageRole(s string) bool {
	return s == string(System) || s == string(User) || s == string(Assistant)
}

func (r *suiteReader) readHistoryFile(n *spec.Node) Content {
	o := spec.NewObject(n, "history", &r.ds)
	name, src, place := r.readNamedFile(o, "file")
	o.Close()
	c := Content{File: name}
	if src == nil {
		return c
	}
	var data any
	var ds diag.Diagnostics
	switch path.Ext(name) {
	case ".yaml", ".yml":
		var root *spec.Node
		if root, ds = spec.Parse(name, src); root != nil {
			data = root.Any()
		}
	default:
		data, ds = readJSONFile(name, src)
	}
	if !ds.HasErrors() {
		c.scripted, ds = messagesOf(data, place)
	}
	r.ds = append(r.ds, ds...)
	return c
}

// lastRole gives the role of a history's last message, where it is known before
// anything is evaluated.
func (c *Content) lastRole() (role Role, known bool) {
	switch {
	case len(c.scripted) > 0:
		return c.scripted[len(c.scripted)-1].Role, true
	case c.Messages != nil && c.Messages.Kind == spec.List && len(c.Messages.Items) > 0:
		last := c.Messages.Items[len(c.Messages.Items)-1]
		if n := last.Get("role"); n != nil {
			return Role(n.Value), true
		}
		return "", true
	case c.Messages != nil && c.Messages.Kind == spec.Text:
		return "", false
	}
	return "", true
}

func (c *Content) historyMessages(scope *expr.Scope, place diag.Range) ([]Message, diag.Diagnostics) {
	if c.scripted != nil || c.history == nil {
		return c.scripted, nil
	}
	value, ds := c.history.Value(scope)
	if ds.HasErrors() {
		return nil, ds
	}
	return messagesOf(value, place)
}

// messagesOf reads data as a list of {role, content}.
func messagesOf(data any, place diag.Range) ([]Message, diag.Diagnostics) {
	var ds diag.Diagnostics
	list, ok := data.([]any)
	if !ok || len(list) == 0 {
		what := "no list"
		if ok {
			what = "empty"
		}
		ds.Add(diag.TurnShape, place, "the history is "+what, historyForms)
		return nil, ds
	}
	messages := make([]Message, 0, len(list))
	for i, item := range list {
		m, fault := messageOf(item)
		if fault != "" {
			ds.Add(diag.TurnShape, place, fmt.Sprintf("message %d of the history %s", i+1, fault), "A message is {role, content}. The role is system, user or assistant; the content is text, or a list of {text}.")
			continue
		}
		if m.isEmpty() {
			ds.Add(diag.EmptyContent, place, fmt.Sprintf("message %d of the history is empty", i+1), "Write its content, or remove it.")
		}
		messages = append(messages, m)
	}
	if ds.HasErrors() {
		return nil, ds
	}
	return messages, ds
}

func messageOf(item any) (m Message, fault string) {
	fields, ok := item.(*spec.OrderedMap)
	if !ok {
		return m, "is no map"
	}
	for _, key := range fields.Keys {
		if key != "role" && key != "content" {
			return m, fmt.Sprintf("has the unknown key %q", key)
		}
	}
	role, _ := fields.Values["role"].(string)
	if !isMessageRole(role) {
		return m, fmt.Sprintf("has the role %q", fmt.Sprint(fields.Values["role"]))
	}
	m.Role = Role(role)
	switch content := fields.Values["content"].(type) {
	case string:
		m.Text = content
	case []any:
		m.Parts, fault = partsOf(content)
	case nil:
		fault = "has no content"
	case *spec.OrderedMap:
		fault = "has a map for its content"
	default:
		m.Text = fmt.Sprint(content) // a plain number or bool is its text
	}
	return m, fault
}

// partsOf reads a list of {text}; type: text, as APIs write it, says the same.
func partsOf(list []any) (parts []string, fault string) {
	for _, item := range list {
		fields, ok := item.(*spec.OrderedMap)
		if !ok {
			return nil, "has a part that is no map"
		}
		for _, key := range fields.Keys {
			switch {
			case key == "text", key == "type" && fields.Values["type"] == "text":
			case key == "type", key == "image_url", key == "image":
				return nil, "has a part other than text, which is not supported yet"
			default:
				return nil, fmt.Sprintf("has a part with the key %q", key)
			}
		}
		text, ok := fields.Values["text"].(string)
		if !ok {
			return nil, "has a part without text"
		}
		parts = append(parts, text)
	}
	return parts, ""
}
