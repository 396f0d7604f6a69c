package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// chat is a conversation as it stands in a request body or a line.
type chat struct {
	messages []exchange.Message
	losses   []string // what of the messages could not be carried over
}

// readMessages reads a list of {role, content}. The error says, for people, why
// the language has no words for it.
func readMessages(raw []byte) (chat, error) {
	items, ok := exchange.Elements(raw)
	if !ok {
		return chat{}, fmt.Errorf("messages are no list")
	}
	if len(items) == 0 {
		return chat{}, fmt.Errorf("there are no messages")
	}
	var c chat
	for i, item := range items {
		list, ok := members(item)
		if !ok {
			return chat{}, fmt.Errorf("message %d is no object", i+1)
		}
		if err := c.add(list); err != nil {
			return chat{}, fmt.Errorf("message %d %w", i+1, err)
		}
	}
	return c, nil
}

// add reads one message.
func (c *chat) add(list []exchange.Member) error {
	role := textIn(list, "role")
	switch role {
	case "system", "user", "assistant":
	case "developer":
		c.lose("role developer is written as system: the language has no other")
		role = "system"
	case "tool", "function":
		return fmt.Errorf("is a tool's result, which suites do not know yet")
	default:
		return fmt.Errorf("has the role %q", clip(role))
	}
	for _, m := range list {
		if err := c.extra(m); err != nil {
			return err
		}
	}
	message, err := readContent(role, member(list, "content"))
	if err != nil {
		return err
	}
	c.messages = append(c.messages, message)
	return nil
}

// extra looks at a message's other fields.
func (c *chat) extra(m exchange.Member) error {
	switch {
	case m.Name == "role" || m.Name == "content" || isNull(m.Value) || string(m.Value) == "[]":
	case m.Name == "tool_calls" || m.Name == "function_call" || m.Name == "tool_call_id":
		return fmt.Errorf("calls a tool (%s), which suites do not know yet", m.Name)
	case m.Name == "weight":
		c.lose("weight of a message: it is for training only")
	case m.Name == "audio":
		return fmt.Errorf("has audio, which suites do not know yet")
	default:
		c.lose(fmt.Sprintf("field %q of a message: a turn has role and content only", clip(m.Name)))
	}
	return nil
}

func (c *chat) lose(what string) {
	if !slices.Contains(c.losses, what) {
		c.losses = append(c.losses, what)
	}
}

// readContent reads a text, or a list of parts that are texts.
func readContent(role string, raw []byte) (exchange.Message, error) {
	m := exchange.Message{Role: role}
	switch {
	case isText(raw):
		m.Text, _ = exchange.Text(raw)
	case isList(raw):
		parts, _ := exchange.Elements(raw)
		for _, part := range parts {
			text, err := readPart(part)
			if err != nil {
				return m, err
			}
			m.Parts = append(m.Parts, exchange.Part{Text: text})
		}
	case raw == nil:
		return m, fmt.Errorf("(%s) has no content", role)
	default:
		return m, fmt.Errorf("(%s) has a content that is neither text nor a list", role)
	}
	if strings.TrimSpace(m.Content()) == "" && m.Text == "" || slices.Contains(m.Parts, exchange.Part{}) {
		return m, fmt.Errorf("(%s) is empty, which suites refuse", role)
	}
	return m, nil
}

// readPart reads {"type": "text", "text": …}; Gemini's have no type.
func readPart(raw []byte) (string, error) {
	list, ok := members(raw)
	if !ok {
		return "", fmt.Errorf("has a part that is no object")
	}
	kind := textIn(list, "type")
	if kind != "" && kind != "text" && kind != "input_text" && kind != "output_text" {
		return "", fmt.Errorf("has a part of type %q: suites carry only text", clip(kind))
	}
	text := member(list, "text")
	if !isText(text) {
		return "", fmt.Errorf("has a part without text: suites carry only text")
	}
	out, _ := exchange.Text(text)
	return out, nil
}

// readContents reads Gemini's contents, whose roles are user and model.
func readContents(raw, instruction []byte) (chat, error) {
	var c chat
	if instruction != nil {
		text, err := geminiText(instruction)
		if err != nil {
			return c, fmt.Errorf("the system instruction %w", err)
		}
		c.messages = append(c.messages, exchange.Message{Role: "system", Text: text})
	}
	items, ok := exchange.Elements(raw)
	if !ok || len(items) == 0 {
		return c, fmt.Errorf("contents are no list of messages")
	}
	for i, item := range items {
		list, ok := members(item)
		if !ok {
			return c, fmt.Errorf("message %d is no object", i+1)
		}
		role := textIn(list, "role")
		switch role {
		case "model":
			role = "assistant"
		case "user", "":
			role = "user"
		default:
			return c, fmt.Errorf("message %d has the role %q", i+1, clip(role))
		}
		text, err := geminiText(item)
		if err != nil {
			return c, fmt.Errorf("message %d %w", i+1, err)
		}
		c.messages = append(c.messages, exchange.Message{Role: role, Text: text})
	}
	return c, nil
}

// geminiText joins the texts of {"parts": [{"text": …}]}, or takes a text.
func geminiText(raw []byte) (string, error) {
	if isText(raw) {
		text, _ := exchange.Text(raw)
		return text, nil
	}
	list, ok := members(raw)
	parts := member(list, "parts")
	if isObject(parts) {
		parts = append(append([]byte("["), parts...), ']')
	}
	items, also := exchange.Elements(parts)
	if !ok || !also || len(items) == 0 {
		return "", fmt.Errorf("has no parts")
	}
	var b strings.Builder
	for _, item := range items {
		text, err := readPart(item)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	if b.Len() == 0 {
		return "", fmt.Errorf("is empty, which suites refuse")
	}
	return b.String(), nil
}

// clip bounds what is shown of a source.
func clip(s string) string {
	r := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	if len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return string(r)
}
