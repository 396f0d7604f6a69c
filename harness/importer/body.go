package importer

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/assay-harness/assay/harness/exchange"
)

// shape says in whose words a request body asks.
type shape uint8

const (
	listed    shape = iota // messages: […], as OpenAI's, Segmind's and others
	anthropic              // messages with a system field beside them
	gemini                 // contents: […]
	wrapped                // messages: {contents: […]}, Segmind's form for Gemini
)

// errNoChat is a request that asks no chat model anything.
var errNoChat = errors.New("no chat request")

// body is a request body, read.
type body struct {
	chat
	shape  shape
	model  string
	params []Param
	stream bool
}

// readBody reads a request body. errNoChat is what has no messages at all; any
// other error is a conversation that suites can't say.
func readBody(raw []byte) (body, error) {
	list, ok := members(bytes.TrimPrefix(bytes.TrimSpace(raw), []byte("\xef\xbb\xbf")))
	if !ok {
		return body{}, errNoChat
	}
	var b body
	var err error
	messages, contents := member(list, "messages"), member(list, "contents")
	switch {
	case isList(messages):
		b.chat, err = readMessages(messages)
		if member(list, "system") != nil {
			b.shape = anthropic
		}
	case isObject(messages):
		inner, _ := members(messages)
		b.shape = wrapped
		b.chat, err = readContents(member(inner, "contents"), member(inner, "system_instruction"))
	case isList(contents):
		b.shape = gemini
		instruction := member(list, "systemInstruction")
		if instruction == nil {
			instruction = member(list, "system_instruction")
		}
		b.chat, err = readContents(contents, instruction)
	default:
		return body{}, errNoChat
	}
	if err != nil {
		return b, err
	}
	return b, b.fields(list)
}

// fields reads what stands beside the messages.
func (b *body) fields(list []exchange.Member) error {
	for _, m := range list {
		switch {
		case m.Name == "messages" || b.shape == gemini && (m.Name == "contents" || m.Name == "systemInstruction" || m.Name == "system_instruction"):
		case m.Name == "model" && isText(m.Value):
			b.model, _ = exchange.Text(m.Value)
		case m.Name == "stream":
			b.stream = string(m.Value) == "true"
			if !b.stream {
				b.params = append(b.params, Param{m.Name, m.Value})
			}
		case m.Name == "stream_options" && len(m.Value) > 0:
			b.lose("stream_options: replies are read whole")
		case isSecretParam(m):
			b.lose(fmt.Sprintf("field %q: a key belongs in the environment", clip(m.Name)))
		case m.Name == "":
			b.lose("a field without a name")
		case isNull(m.Value):
			b.lose(fmt.Sprintf("field %q is null: in a suite null takes a field away", clip(m.Name)))
		case !fits(m.Value, 1):
			return fmt.Errorf("its field %q has a name twice, or is nested too deep", clip(m.Name))
		default:
			b.params = append(b.params, Param{m.Name, bytes.Clone(m.Value)})
		}
	}
	return nil
}

// plainly turns Anthropic's and Gemini's words into those that all other
// providers understand, for a provider that is not theirs.
func (b *body) plainly() error {
	if b.shape == gemini {
		for _, p := range b.params {
			b.lose(fmt.Sprintf("field %q belongs to Gemini's own API", clip(p.Name)))
		}
		b.params = nil
	}
	if b.shape != anthropic {
		return nil
	}
	var kept []Param
	for _, p := range b.params {
		if p.Name != "system" {
			kept = append(kept, p)
			continue
		}
		m, err := readContent("system", p.Value)
		if err != nil {
			return fmt.Errorf("the field system %w", err)
		}
		b.messages = append([]exchange.Message{m}, b.messages...)
	}
	b.params = kept
	return nil
}
