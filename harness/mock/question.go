package mock

import (
	"bytes"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// question is one request as the server sees it.
type question struct {
	method string
	path   string // below the base URL, as it was sent; "" for one that is not below it
	query  string
	header http.Header
	user   string // the API key; "" for none
	net    string // the remote host
	body   []byte

	model    string // that the body names
	messages []exchange.Message
	lastUser string

	redactor *exchange.Redactor
}

// base is the path of the base URL.
const base = "/v1"

// below gives a path below the base URL, "" if it is not there.
func below(u *url.URL) string {
	path, ok := strings.CutPrefix(u.EscapedPath(), base)
	if !ok || !strings.HasPrefix(path, "/") {
		return ""
	}
	return path
}

// apiKey reads the key from x-api-key, or from Authorization: Bearer.
func apiKey(h http.Header) string {
	if key := h.Get("X-Api-Key"); key != "" {
		return key
	}
	scheme, key, _ := strings.Cut(h.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(key)
	}
	return ""
}

// isCredential names the headers that carry keys: a suite may write them itself,
// and whose credential the request then has is not to be seen.
func isCredential(name string) bool { return name == "x-api-key" || name == "authorization" }

// keys gives the keys that the question may have been recorded under, with
// these written headers.
func (q *question) keys(header []string, credentials []exchange.Credential) iter.Seq[exchange.Key] {
	if slices.ContainsFunc(header, isCredential) {
		credentials = []exchange.Credential{exchange.Own, exchange.None, exchange.Other}
	}
	return func(yield func(exchange.Key) bool) {
		fields, possible := q.fields(header)
		if !possible {
			return
		}
		r := exchange.Request{Method: q.method, Header: fields, Body: q.body}
		for _, path := range spellings(q.path, url.PathUnescape) {
			for _, query := range spellings(q.query, unescapeQuery) {
				for _, credential := range credentials {
					r.Path, r.Query, r.Credential = path, query, credential
					if !yield(r.Redacted(q.redactor).Key()) {
						return
					}
				}
			}
		}
	}
}

// fields gives the values of written headers. A header that clients send of
// themselves and that is not there was written empty, which takes it away; any
// other that is not there was not written.
func (q *question) fields(names []string) (out []exchange.Field, possible bool) {
	for _, name := range names {
		values := q.header.Values(name)
		if len(values) == 0 {
			if !isDefault(name) {
				return nil, false
			}
			values = []string{""}
		}
		for _, value := range values {
			out = append(out, exchange.Field{Name: name, Value: value})
		}
	}
	return out, true
}

// isDefault names the headers that package provider sends without being told.
func isDefault(name string) bool {
	switch name {
	case "content-type", "accept", "user-agent":
		return true
	}
	return isCredential(name)
}

// spellings gives a text as it was sent, and as it may have been written.
func spellings(sent string, written func(string) (string, error)) []string {
	other, err := written(sent)
	if err != nil || other == sent {
		return []string{sent}
	}
	return []string{sent, other}
}

// unescapeQuery undoes what a URL cannot carry.
func unescapeQuery(query string) (string, error) {
	return strings.NewReplacer("%20", " ", "%23", "#").Replace(query), nil
}

// read takes the messages out of the body, in whatever shape of the three they
// are. What is wrong with it is a sentence; "" is nothing.
func (q *question) read() (wrong string) {
	var body struct {
		Model    any             `json:"model"`
		Messages json.RawMessage `json:"messages"`
	}
	trimmed := bytes.TrimLeft(q.body, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return "Invalid request body: it is empty"
	case !json.Valid(q.body):
		return "Invalid request body: it is not valid JSON"
	case trimmed[0] != '{' || json.Unmarshal(q.body, &body) != nil:
		return "Invalid request body: it is not a JSON object"
	}
	q.model, _ = body.Model.(string)
	messages := bytes.TrimSpace(body.Messages)
	switch {
	case len(messages) == 0 || string(messages) == "null":
		return "Invalid parameter: messages is missing"
	case messages[0] == '[':
		return q.readList(messages)
	case messages[0] == '{':
		return q.readContents(messages)
	}
	return "Invalid parameter: messages is not an array"
}

// isRole knows the roles of the seed page, and on OpenAI's route those of its API.
func isRole(role, path string) bool {
	switch role {
	case "user", "assistant", "system":
		return true
	case "developer", "tool", "function":
		return path == chatPath
	}
	return false
}

func (q *question) readList(messages []byte) (wrong string) {
	var list []struct {
		Role    any             `json:"role"`
		Content json.RawMessage `json:"content"`
	}
	if json.Unmarshal(messages, &list) != nil {
		return "Invalid parameter: messages is not an array of objects"
	}
	if len(list) == 0 {
		return "Invalid parameter: messages is empty"
	}
	for _, m := range list {
		role, _ := m.Role.(string)
		if !isRole(role, q.path) {
			return "Invalid parameter: the role of a message is not user, assistant or system"
		}
		text, ok := contentText(m.Content)
		if !ok {
			return "Invalid parameter: the content of a message is neither a string nor an array of parts"
		}
		q.say(role, text)
	}
	return ""
}

// readContents reads Gemini's shape: {"contents": [{"role", "parts": [{"text"}]}]}.
func (q *question) readContents(object []byte) (wrong string) {
	var body struct {
		Contents []struct {
			Role  string `json:"role"`
			Parts []struct {
				Text string `json:"text"`
			} `json:"parts"`
		} `json:"contents"`
	}
	if json.Unmarshal(object, &body) != nil || len(body.Contents) == 0 {
		return "Invalid parameter: messages is not an array"
	}
	for _, m := range body.Contents {
		var texts []string
		for _, p := range m.Parts {
			texts = append(texts, p.Text)
		}
		q.say(strings.Replace(m.Role, "model", "assistant", 1), strings.Join(texts, "\n"))
	}
	return ""
}

func (q *question) say(role, text string) {
	q.messages = append(q.messages, exchange.Message{Role: role, Text: text})
	if role == "user" {
		q.lastUser = text
	}
}

// contentText gives the text of a string, of null, or of the text parts of an array.
func contentText(content json.RawMessage) (text string, ok bool) {
	content = bytes.TrimSpace(content)
	switch {
	case string(content) == "null":
		return "", true
	case len(content) > 0 && content[0] == '"':
		return text, json.Unmarshal(content, &text) == nil
	case len(content) == 0 || content[0] != '[':
		return "", len(content) == 0
	}
	var parts []struct {
		Text string `json:"text"`
	}
	if json.Unmarshal(content, &parts) != nil {
		return "", false
	}
	texts := make([]string, 0, len(parts))
	for _, p := range parts {
		if p.Text != "" {
			texts = append(texts, p.Text)
		}
	}
	return strings.Join(texts, "\n"), true
}
