package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Part is one block of a message's content.
type Part struct{ Text string }

// Message is one message of a conversation. Parts is nil where the content is
// a string (Text); otherwise the content is a list of text parts.
type Message struct {
	Role  string
	Text  string
	Parts []Part
}

// Content gives the message's text; several parts are joined by newlines.
func (m Message) Content() string {
	if m.Parts == nil {
		return m.Text
	}
	texts := make([]string, len(m.Parts))
	for i, p := range m.Parts {
		texts[i] = p.Text
	}
	return strings.Join(texts, "\n")
}

// Valid reports, as an error, a text that JSON cannot carry because it is no UTF-8.
func (m Message) Valid() error {
	if !utf8.ValidString(m.Role) || !utf8.ValidString(m.Text) ||
		slices.ContainsFunc(m.Parts, func(p Part) bool { return !utf8.ValidString(p.Text) }) {
		return fmt.Errorf("the %s message is not valid UTF-8", strings.ToValidUTF8(m.Role, "?"))
	}
	return nil
}

// AppendJSON writes the message as {"role": …, "content": …}, the content as a
// string or as a list of {"type": "text", "text": …}. Bytes that are no UTF-8
// become U+FFFD; see Valid.
func (m Message) AppendJSON(dst []byte) []byte {
	dst = AppendString(append(dst, `{"role":`...), m.Role)
	dst = append(dst, `,"content":`...)
	if m.Parts == nil {
		return append(AppendString(dst, m.Text), '}')
	}
	dst = append(dst, '[')
	for i, p := range m.Parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(append(dst, `{"type":"text","text":`...), p.Text), '}')
	}
	return append(dst, ']', '}')
}

// MarshalJSON is AppendJSON.
func (m Message) MarshalJSON() ([]byte, error) { return m.AppendJSON(nil), nil }

// UnmarshalJSON reads a message whose content is a string, null, or a list of
// text parts. Anything else is an error that says what it is.
func (m *Message) UnmarshalJSON(data []byte) error {
	var raw struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("message: %w", err)
	}
	*m = Message{Role: raw.Role}
	content := bytes.TrimSpace(raw.Content)
	if len(content) == 0 || string(content) == "null" {
		return nil
	}
	if content[0] == '"' {
		return json.Unmarshal(content, &m.Text)
	}
	if content[0] != '[' {
		return fmt.Errorf("message: content is neither a string nor a list of parts")
	}
	return m.readParts(content)
}

func (m *Message) readParts(list []byte) error {
	var parts []struct {
		Type string  `json:"type"`
		Text *string `json:"text"`
	}
	if err := json.Unmarshal(list, &parts); err != nil {
		return fmt.Errorf("message: content: %w", err)
	}
	m.Parts = make([]Part, len(parts))
	for i, p := range parts {
		if p.Type != "text" || p.Text == nil {
			return fmt.Errorf("message: content[%d] is a part of type %q: only text is supported", i, p.Type)
		}
		m.Parts[i].Text = *p.Text
	}
	return nil
}

// AppendMessages writes a list of messages as JSON.
func AppendMessages(dst []byte, messages []Message) []byte {
	dst = append(dst, '[')
	for i, m := range messages {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = m.AppendJSON(dst)
	}
	return append(dst, ']')
}

// AppendString writes text as a JSON string with the fewest escapes: what is
// sent is what was written, < > & and U+2028 included. Bytes that are no UTF-8
// become U+FFFD.
func AppendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		if plainByte[c] {
			i++
			continue
		}
		size := 1
		r := rune(c)
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		dst = append(dst, text[from:i]...)
		dst = appendCharacter(dst, r)
		i += size
		from = i
	}
	dst = append(dst, text[from:]...)
	return append(dst, '"')
}

// RedactMessages gives messages without secrets, messages itself when there are
// none in them.
func RedactMessages(messages []Message, r *Redactor) []Message {
	out := messages
	change := func(i int) *Message {
		if &out[0] == &messages[0] {
			out = slices.Clone(messages)
		}
		return &out[i]
	}
	for i, m := range messages {
		if text := r.String(m.Text); text != m.Text {
			change(i).Text = text
		}
		if parts := redactParts(m.Parts, r); parts != nil {
			change(i).Parts = parts
		}
	}
	return out
}

// redactParts gives nil when nothing changes.
func redactParts(parts []Part, r *Redactor) (changed []Part) {
	for i, p := range parts {
		text := r.String(p.Text)
		if text == p.Text {
			continue
		}
		if changed == nil {
			changed = slices.Clone(parts)
		}
		changed[i].Text = text
	}
	return changed
}
