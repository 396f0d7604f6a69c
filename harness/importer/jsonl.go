package importer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// longestLine is the most bytes of one line.
const longestLine = 32 << 20

// jsonlReader reads lines in the shapes that OpenAI documents: fine-tuning
// (messages, and prompt with completion), evals (input with ideal), batches
// (custom_id with body, and custom_id with response).
type jsonlReader struct {
	notes *Notes
	out   []*Question
	mail  mail
	// Of batches, by custom_id.
	asked    map[string]*sent
	answered []batchOutput
	names    map[Place]string
}

type batchOutput struct {
	place Place
	id    string
	reply *Reply
}

func readJSONL(sources []Source, notes *Notes) ([]*Question, error) {
	r := &jsonlReader{notes: notes, asked: map[string]*sent{}}
	lines := 0
	for _, s := range sources {
		n, err := r.file(s)
		if err != nil {
			return nil, err
		}
		lines += n
	}
	if lines == 0 {
		return nil, errors.New("it is empty")
	}
	r.pair()
	fromBatches, err := r.mail.questions(notes)
	if err != nil {
		return nil, err
	}
	for _, q := range fromBatches {
		q.Name = r.customID(q.Place)
	}
	return append(r.out, fromBatches...), nil
}

// file reads the lines of a file, and counts those that say something.
func (r *jsonlReader) file(s Source) (lines int, err error) {
	in := bufio.NewReaderSize(s.In, 64<<10)
	for number := 1; ; number++ {
		line, err := readLine(in)
		atEnd := errors.Is(err, io.EOF)
		if err != nil && !atEnd {
			return lines, fmt.Errorf("%s:%d: %w", s.Name, number, err)
		}
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if text := bytes.TrimSpace(line); len(text) > 0 {
			lines++
			place := Place{File: s.Name, Line: number}
			if fault := r.line(place, text); fault != nil {
				if lines == 1 {
					return lines, fmt.Errorf("%s is no line of JSONL: %w", place, fault)
				}
				r.notes.Add(place, "skipped: %v", fault)
			}
		}
		if atEnd {
			return lines, nil
		}
	}
}

// readLine reads up to a line break.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > longestLine {
			return nil, fmt.Errorf("the line is longer than %d MB", longestLine>>20)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// line reads one line. An error is one that is no JSON object; what an object
// says and a suite can't is noted.
func (r *jsonlReader) line(place Place, text []byte) error {
	list, ok := members(text)
	if !ok {
		return errors.New("it is not one JSON object with each name once")
	}
	var err error
	switch {
	case member(list, "custom_id") != nil && isObject(member(list, "body")):
		err = r.batchInput(place, list)
	case member(list, "custom_id") != nil && (member(list, "response") != nil || member(list, "error") != nil):
		err = r.batchOutput(place, list)
	case member(list, "messages") != nil:
		err = r.training(place, list)
	case member(list, "input") != nil:
		err = r.eval(place, list)
	case isText(member(list, "prompt")):
		err = r.legacy(place, list)
	default:
		err = errors.New("it has none of messages, input with ideal, prompt with completion, custom_id with body")
	}
	if err != nil {
		r.notes.Add(place, "skipped: %v", err)
	}
	return nil
}

// training reads {"messages": […]}; the last message is the reply when it is the
// assistant's.
func (r *jsonlReader) training(place Place, list []exchange.Member) error {
	q, err := r.conversation(place, member(list, "messages"))
	if err != nil {
		return err
	}
	for _, m := range list {
		switch {
		case m.Name == "messages" || isNull(m.Value):
		case m.Name == "model" && isText(m.Value):
			q.Model, _ = exchange.Text(m.Value)
		case m.Name == "stream" || m.Name == "":
			r.notes.Add(place, "left out: field %q: replies are read whole", m.Name)
		case m.Name == "ideal":
			q.Ideal, err = ideals(m.Value)
		case isSampleField(m.Name) && fits(m.Value, 1):
			q.Params = append(q.Params, Param{m.Name, bytes.Clone(m.Value)})
		default:
			r.notes.Add(place, "left out: field %q of the line is no field of a request that is known here", clip(m.Name))
		}
	}
	if err == nil {
		r.out = append(r.out, q)
	}
	return err
}

// isSampleField reports whether a line's field belongs to the request.
func isSampleField(name string) bool {
	switch name {
	case "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "response_format",
		"temperature", "top_p", "max_tokens", "max_completion_tokens", "stop", "seed", "presence_penalty", "frequency_penalty", "logit_bias":
		return true
	}
	return false
}

// conversation makes a question of messages, the last of which may be its reply.
func (r *jsonlReader) conversation(place Place, raw []byte) (*Question, error) {
	c, err := readMessages(raw)
	if err != nil {
		return nil, err
	}
	for _, loss := range c.losses {
		r.notes.Add(place, "left out: %s", loss)
	}
	q := &Question{Place: place, Messages: c.messages}
	if last := c.messages[len(c.messages)-1]; last.Role == "assistant" {
		q.Messages, q.Reply = c.messages[:len(c.messages)-1], synthesised(last.Content())
		if len(c.messages) == 1 {
			return nil, errors.New("nothing is asked in it")
		}
	}
	return q, asks(q.Messages)
}

// synthesised is a reply in the shape that all providers are read in. What the
// source does not say, such as why the model ended, is not in it.
func synthesised(text string) *Reply {
	body := exchange.AppendString([]byte(`{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":`), text)
	return &Reply{
		Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: append(body, `}}]}`...),
	}
}

// eval reads {"input": […], "ideal": …}, as evals have their samples.
func (r *jsonlReader) eval(place Place, list []exchange.Member) error {
	input := member(list, "input")
	q := &Question{Place: place}
	switch {
	case isText(input):
		text, _ := exchange.Text(input)
		if strings.TrimSpace(text) == "" {
			return errors.New("its input is empty")
		}
		q.Messages = []exchange.Message{{Role: "user", Text: text}}
	default:
		c, err := readMessages(input)
		if err != nil {
			return err
		}
		for _, loss := range c.losses {
			r.notes.Add(place, "left out: %s", loss)
		}
		q.Messages = c.messages
	}
	var err error
	if q.Ideal, err = ideals(member(list, "ideal")); err != nil {
		return err
	}
	for _, m := range list {
		if m.Name != "input" && m.Name != "ideal" && !isNull(m.Value) {
			r.notes.Add(place, "left out: field %q of the sample", clip(m.Name))
		}
	}
	if err := asks(q.Messages); err != nil && len(q.Messages) > 0 && q.Messages[len(q.Messages)-1].Role == "system" {
		// Evals may ask with a system message alone.
		r.notes.Add(place, "the last message's role system is written as user: a suite asks with a user's")
		q.Messages[len(q.Messages)-1].Role = "user"
	} else if err != nil {
		return err
	}
	r.out = append(r.out, q)
	return nil
}

// ideals reads a text or a list of texts.
func ideals(raw []byte) ([]string, error) {
	var out []string
	switch {
	case raw == nil:
		return nil, nil
	case isText(raw):
		text, _ := exchange.Text(raw)
		out = []string{text}
	case isList(raw):
		items, _ := exchange.Elements(raw)
		for _, item := range items {
			text, ok := exchange.Text(item)
			if !ok {
				return nil, errors.New("its ideal holds more than texts")
			}
			out = append(out, text)
		}
	default:
		return nil, errors.New("its ideal is neither text nor a list of texts")
	}
	for _, text := range out {
		if text == "" {
			return nil, errors.New("its ideal is empty: such a check would always pass")
		}
	}
	return out, nil
}

// legacy reads {"prompt": …, "completion": …}.
func (r *jsonlReader) legacy(place Place, list []exchange.Member) error {
	prompt := textIn(list, "prompt")
	if strings.TrimSpace(prompt) == "" {
		return errors.New("its prompt is empty")
	}
	q := &Question{Place: place, Messages: []exchange.Message{{Role: "user", Text: prompt}}}
	if completion := member(list, "completion"); isText(completion) {
		text, _ := exchange.Text(completion)
		q.Reply = synthesised(text)
	}
	for _, m := range list {
		if m.Name != "prompt" && m.Name != "completion" && !isNull(m.Value) {
			r.notes.Add(place, "left out: field %q of the line", clip(m.Name))
		}
	}
	r.notes.Add(place, "the prompt of a completion is written as a user's message")
	r.out = append(r.out, q)
	return nil
}
