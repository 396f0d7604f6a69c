package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// ReadReply reads a reply in any of the three shapes that chat APIs have, told
// apart by their top-level key: OpenAI's choices, Anthropic's content, Gemini's
// candidates. It reads errors in all their shapes, also inside a 200. It never
// fails: what it cannot read is an Error of class MalformedReply.
//
// A message without text is no error: its Text is "", whatever the reason
// (tool calls, an early end). Where the model refuses in a field of its own and
// says nothing else, the refusal is the text: it is what a user reads. Bytes of
// a text that are no UTF-8, and lone surrogates, become U+FFFD, as in any JSON
// decoder; control characters stay. The body keeps all of it.
func ReadReply(r *exchange.Response) Reply {
	if r.Status/100 != 2 {
		return Reply{Error: ReadError(r)}
	}
	var b replyBody
	if err := decode(r.Body, &b); err != nil {
		return Reply{Error: unreadable(r, err)}
	}
	if message, code, found := errorIn(b.Error, b.Code, b.Message); found && !isNull(b.Error) {
		return Reply{Error: &Error{Class: classOf(r.Status, message, code), Message: message}}
	}
	reply, err := b.read()
	if err != nil {
		return Reply{Error: &Error{Class: MalformedReply, Message: err.Error(), Err: err}}
	}
	return reply
}

// replyBody has the top-level keys of all shapes. Fields whose type varies, or
// that are of no great use, are raw, so that an odd one spoils nothing else.
type replyBody struct {
	Model        json.RawMessage `json:"model"`
	ModelVersion json.RawMessage `json:"modelVersion"`

	Choices    json.RawMessage `json:"choices"`
	Content    json.RawMessage `json:"content"`
	Candidates json.RawMessage `json:"candidates"`

	StopReason     json.RawMessage `json:"stop_reason"`
	PromptFeedback json.RawMessage `json:"promptFeedback"`
	Usage          json.RawMessage `json:"usage"`
	UsageMetadata  json.RawMessage `json:"usageMetadata"`

	Error   json.RawMessage `json:"error"`
	Code    json.RawMessage `json:"code"`
	Message json.RawMessage `json:"message"`
}

func (b *replyBody) read() (Reply, error) {
	switch {
	case !isNull(b.Choices):
		return b.openAI()
	case !isNull(b.Candidates), !isNull(b.PromptFeedback):
		return b.gemini()
	case !isNull(b.Content):
		return b.anthropic()
	}
	return Reply{}, errors.New("the reply has none of choices, content and candidates")
}

func (b *replyBody) openAI() (Reply, error) {
	var choices []struct {
		Message *struct {
			Content json.RawMessage `json:"content"`
			Refusal json.RawMessage `json:"refusal"`
		} `json:"message"`
		Text         *string         `json:"text"` // the older completions
		FinishReason json.RawMessage `json:"finish_reason"`
		Error        json.RawMessage `json:"error"` // OpenRouter's
	}
	if err := json.Unmarshal(b.Choices, &choices); err != nil || len(choices) == 0 {
		return Reply{}, errors.New("the reply has no choices")
	}
	first := choices[0]
	if message, _, found := errorIn(first.Error, nil, nil); found && !isNull(first.Error) {
		return Reply{}, errors.New(message)
	}
	reply := Reply{Model: textOf(b.Model), FinishReason: textOf(first.FinishReason)}
	reply.Tokens = tokensOf(b.Usage, "prompt_tokens", "completion_tokens", "total_tokens")
	if first.Message == nil {
		if first.Text == nil {
			return Reply{}, errors.New("the reply's first choice has no message")
		}
		reply.Text = *first.Text
		return reply, nil
	}
	var err error
	reply.Text, err = contentText(first.Message.Content)
	if reply.Text == "" {
		reply.Text = textOf(first.Message.Refusal)
	}
	return reply, err
}

func (b *replyBody) anthropic() (Reply, error) {
	if b.Content[0] != '[' {
		return Reply{}, errors.New("the reply's content is no list of blocks")
	}
	reply := Reply{Model: textOf(b.Model), FinishReason: textOf(b.StopReason)}
	reply.Tokens = tokensOf(b.Usage, "input_tokens", "output_tokens", "total_tokens")
	var err error
	reply.Text, err = contentText(b.Content)
	return reply, err
}

func (b *replyBody) gemini() (Reply, error) {
	reply := Reply{Model: textOf(b.ModelVersion)}
	if reply.Model == "" {
		reply.Model = textOf(b.Model)
	}
	reply.Tokens = tokensOf(b.UsageMetadata, "promptTokenCount", "candidatesTokenCount", "totalTokenCount")
	var candidates []struct {
		Content *struct {
			Parts []struct {
				Text    string `json:"text"`
				Thought bool   `json:"thought"`
			} `json:"parts"`
		} `json:"content"`
		FinishReason json.RawMessage `json:"finishReason"`
	}
	if !isNull(b.Candidates) {
		if err := json.Unmarshal(b.Candidates, &candidates); err != nil {
			return Reply{}, errors.New("the reply's candidates can't be read")
		}
	}
	if len(candidates) == 0 {
		var feedback struct {
			BlockReason string `json:"blockReason"`
		}
		if json.Unmarshal(b.PromptFeedback, &feedback) != nil || feedback.BlockReason == "" {
			return Reply{}, errors.New("the reply has no candidates")
		}
		reply.FinishReason = feedback.BlockReason // the prompt was refused
		return reply, nil
	}
	first := candidates[0]
	reply.FinishReason = textOf(first.FinishReason)
	if first.Content != nil {
		var text strings.Builder
		for _, p := range first.Content.Parts {
			if !p.Thought {
				text.WriteString(p.Text)
			}
		}
		reply.Text = text.String()
	}
	return reply, nil
}

// contentText reads a content that is null, a string or a list of parts, of
// which those that hold text are joined as they stand.
func contentText(raw json.RawMessage) (string, error) {
	switch {
	case isNull(raw):
		return "", nil
	case raw[0] == '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case raw[0] != '[':
		return "", errors.New("the reply's content is neither a string nor a list of parts")
	}
	var parts []struct {
		Type    string          `json:"type"`
		Text    json.RawMessage `json:"text"`
		Refusal json.RawMessage `json:"refusal"`
	}
	if err := json.Unmarshal(raw, &parts); err != nil {
		return "", errors.New("the reply's content has parts that can't be read")
	}
	var text strings.Builder
	for _, p := range parts {
		switch p.Type {
		case "text", "output_text", "":
			text.WriteString(textOf(p.Text))
		case "refusal":
			text.WriteString(textOf(p.Refusal))
		}
	}
	return text.String(), nil
}

// tokensOf reads counts; what is no whole number is not given. Sums are never
// checked: a total may count reasoning that the others don't.
func tokensOf(usage json.RawMessage, input, output, total string) (t Tokens) {
	var counts map[string]json.RawMessage
	if isNull(usage) || json.Unmarshal(usage, &counts) != nil {
		return t
	}
	return Tokens{Input: count(counts[input]), Output: count(counts[output]), Total: count(counts[total])}
}

func count(raw json.RawMessage) *int {
	n, err := strconv.Atoi(string(bytes.TrimSpace(raw)))
	if err != nil || n < 0 {
		return nil
	}
	return &n
}

// textOf gives a JSON string's text, "" for anything else.
func textOf(raw json.RawMessage) string {
	if len(raw) == 0 || raw[0] != '"' {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

var errNoObject = errors.New("it is no JSON object")

// decode reads a body that must be one JSON object.
func decode(body []byte, to any) error {
	body = bytes.TrimSpace(body)
	if len(body) == 0 || body[0] != '{' {
		return errNoObject
	}
	return json.Unmarshal(body, to)
}

// unreadable describes a 2xx whose body is no reply.
func unreadable(r *exchange.Response, cause error) *Error {
	message := "the reply is not the JSON of a chat model: " + cause.Error()
	switch text := plainText(r); {
	case len(bytes.TrimSpace(r.Body)) == 0:
		message = "the reply has an empty body"
	case bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("data:")), bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("event:")):
		message = "the reply is a stream: streaming is not supported"
	case isHTML(r):
		message = "the reply is a web page: " + text
	}
	return &Error{Class: MalformedReply, Message: message, Err: cause}
}

// statusText names a status: 406 Not Acceptable.
func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
