package provider

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/exchange"
)

// ReadReply reads a reply in any of the three shapes that chat APIs have, told
// apart by their top-level key: OpenAI's choices, Anthropic's content, Gemini's
// candidates. It reads errors in all their shapes, also inside a 200. It never
// fails: what it cannot read is an Error of class MalformedReply.
//
// A message without text is no error: its Text is "", whatever the reason
// (tool calls, an early end). Where the model refuses in a field of its own and
// says nothing else, the refusal is the text: it is what a user reads. Lone
// surrogates become U+FFFD, as in any JSON decoder; control characters that are
// escaped stay. A body that is not UTF-8 is no JSON: judged with U+FFFD in its
// place, what was garbled on the way could pass.
func ReadReply(r *exchange.Response) Reply {
	if r.Status/100 != 2 {
		return Reply{Error: ReadError(r)}
	}
	b, ok := exchange.Pick(r.Body, "choices", "candidates", "content", "promptFeedback", "error", "code", "message",
		"model", "modelVersion", "usage", "usageMetadata", "stop_reason")
	if !ok {
		return Reply{Error: unreadable(r)}
	}
	body := replyBody{
		choices: b[0], candidates: b[1], content: b[2], promptFeedback: b[3],
		model: b[7], modelVersion: b[8], usage: b[9], usageMetadata: b[10], stopReason: b[11],
	}
	if failure := b[4]; isError(failure) {
		message, code, _ := errorIn(failure, b[5], b[6])
		return Reply{Error: &Error{Class: classOf(r.Status, message, code), Message: message}}
	}
	reply, err := body.read()
	if at := notUTF8(r.Body); err == nil && at >= 0 {
		err = fmt.Errorf("the reply is not UTF-8: byte %d is 0x%02X", at+1, r.Body[at])
	}
	if err != nil {
		return Reply{Error: &Error{Class: MalformedReply, Message: err.Error(), Err: err}}
	}
	return reply
}

// notUTF8 gives the place of the first byte that is no part of UTF-8, or -1.
func notUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	at := 0
	for {
		r, n := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
}

// replyBody has the top-level values of all shapes, as they stand in the body.
// A value of an odd type that is of no great use spoils nothing.
type replyBody struct {
	choices, candidates, content, promptFeedback []byte
	model, modelVersion, stopReason              []byte
	usage, usageMetadata                         []byte
}

func (b *replyBody) read() (Reply, error) {
	switch {
	case !isNull(b.choices):
		return b.openAI()
	case !isNull(b.candidates), !isNull(b.promptFeedback):
		return b.gemini()
	case !isNull(b.content):
		return b.anthropic()
	}
	return Reply{}, errors.New("the reply has none of choices, content and candidates")
}

func (b *replyBody) openAI() (Reply, error) {
	choices, _ := exchange.Elements(b.choices)
	if len(choices) == 0 {
		return Reply{}, errors.New("the reply has no choices")
	}
	// text is that of the older completions, error is OpenRouter's.
	first, _ := exchange.Pick(choices[0], "message", "text", "finish_reason", "error")
	if first == nil || isNull(first[0]) && isNull(first[1]) && isNull(first[3]) {
		return Reply{}, errors.New("the reply's first choice has no message")
	}
	if isError(first[3]) {
		message, _, _ := errorIn(first[3], nil, nil)
		return Reply{}, errors.New(message)
	}
	reply := Reply{Model: textOf(b.model), FinishReason: textOf(first[2])}
	reply.Tokens = tokensOf(b.usage, "prompt_tokens", "completion_tokens", "total_tokens")
	if isNull(first[0]) {
		reply.Text = textOf(first[1])
		return reply, nil
	}
	message, ok := exchange.Pick(first[0], "content", "refusal")
	if !ok {
		return Reply{}, errors.New("the reply's first choice has a message that is no object")
	}
	var err error
	if reply.Text, err = contentText(message[0]); err != nil {
		return Reply{}, err
	}
	if reply.Text == "" {
		reply.Text = textOf(message[1])
	}
	return reply, nil
}

func (b *replyBody) anthropic() (Reply, error) {
	if b.content[0] != '[' {
		return Reply{}, errors.New("the reply's content is no list of blocks")
	}
	text, err := contentText(b.content)
	if err != nil {
		return Reply{}, err
	}
	return Reply{
		Text: text, Model: textOf(b.model), FinishReason: textOf(b.stopReason),
		Tokens: tokensOf(b.usage, "input_tokens", "output_tokens", "total_tokens"),
	}, nil
}

func (b *replyBody) gemini() (Reply, error) {
	reply := Reply{Model: cmp.Or(textOf(b.modelVersion), textOf(b.model))}
	reply.Tokens = tokensOf(b.usageMetadata, "promptTokenCount", "candidatesTokenCount", "totalTokenCount")
	candidates, _ := exchange.Elements(b.candidates)
	if len(candidates) == 0 {
		feedback, _ := exchange.Pick(b.promptFeedback, "blockReason")
		if feedback == nil || textOf(feedback[0]) == "" {
			return Reply{}, errors.New("the reply has no candidates")
		}
		reply.FinishReason = textOf(feedback[0]) // the prompt was refused
		return reply, nil
	}
	first, ok := exchange.Pick(candidates[0], "content", "finishReason")
	if !ok {
		return Reply{}, errors.New("the reply's first candidate is no object")
	}
	reply.FinishReason = textOf(first[1])
	if isNull(first[0]) {
		return reply, nil
	}
	content, ok := exchange.Pick(first[0], "parts")
	if !ok {
		return Reply{}, errors.New("the reply's first candidate has a content that is no object")
	}
	var err error
	reply.Text, err = contentText(content[0])
	return reply, err
}

// contentText reads a content that is null, a string or a list of parts, of
// which those that hold text are joined as they stand.
func contentText(raw []byte) (string, error) {
	switch {
	case isNull(raw):
		return "", nil
	case raw[0] == '"':
		return textOf(raw), nil
	case raw[0] != '[':
		return "", errors.New("the reply's content is neither a string nor a list of parts")
	}
	parts, _ := exchange.Elements(raw)
	var text strings.Builder
	for _, part := range parts {
		p, ok := exchange.Pick(part, "type", "text", "refusal", "thought")
		if !ok {
			return "", errors.New("the reply's content has parts that can't be read")
		}
		switch kind := textOf(p[0]); {
		case kind == "refusal":
			text.WriteString(textOf(p[2]))
		case string(p[3]) == "true": // Gemini's thinking, which is no answer
		case kind == "" || kind == "text" || kind == "output_text":
			text.WriteString(textOf(p[1]))
		}
	}
	return text.String(), nil
}

// tokensOf reads counts; what is no whole number is not given. Sums are never
// checked: a total may count reasoning that the others don't.
func tokensOf(usage []byte, input, output, total string) Tokens {
	counts, ok := exchange.Pick(usage, input, output, total)
	if !ok {
		return Tokens{}
	}
	return Tokens{Input: count(counts[0]), Output: count(counts[1]), Total: count(counts[2])}
}

func count(raw []byte) *int {
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 0 {
		return nil
	}
	return &n
}

// textOf gives a JSON string's text, "" for anything else.
func textOf(raw []byte) string {
	text, _ := exchange.Text(raw)
	return text
}

func isNull(raw []byte) bool { return len(raw) == 0 || string(raw) == "null" }

// unreadable describes a 2xx whose body is no reply.
func unreadable(r *exchange.Response) *Error {
	body := bytes.TrimSpace(r.Body)
	message := "the reply is not the JSON of a chat model"
	switch {
	case len(body) == 0:
		message = "the reply has an empty body"
	case bytes.HasPrefix(body, []byte("data:")), bytes.HasPrefix(body, []byte("event:")):
		message = "the reply is a stream: streaming is not supported"
	case isHTML(r):
		message = "the reply is a web page: " + plainText(r)
	case body[0] != '{':
		message += ": it is no JSON object"
	default:
		// Nothing but the cause is wanted; it is read once more, off the usual way.
		if err := json.Unmarshal(body, new(map[string]json.RawMessage)); err != nil {
			message += ": " + err.Error()
		}
	}
	return &Error{Class: MalformedReply, Message: message}
}

// statusText names a status: 406 Not Acceptable.
func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
