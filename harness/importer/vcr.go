package importer

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/spec"
)

// readVCR reads cassettes: go-vcr's of v1 to v4 and vcrpy's.
func readVCR(sources []Source, notes *Notes) ([]*Question, error) {
	var all mail
	for _, s := range sources {
		data, err := readAll(s)
		if err != nil {
			return nil, err
		}
		if err := all.cassette(s.Name, data, notes); err != nil {
			return nil, err
		}
	}
	return all.questions(notes)
}

// cassette reads one file.
func (m *mail) cassette(name string, data []byte, notes *Notes) error {
	tree, lines, err := parseCassette(name, data)
	if err != nil {
		return err
	}
	top, _ := tree.(map[string]any)
	list, ok := top["interactions"].([]any)
	if !ok {
		if top["http_interactions"] != nil {
			return fmt.Errorf("%s is a cassette of Ruby's VCR, which is not known here: go-vcr's and vcrpy's are", name)
		}
		return fmt.Errorf("%s is no cassette of go-vcr or vcrpy: it has no interactions", name)
	}
	for i, item := range list {
		place := Place{File: name, Unit: "interaction", Number: i + 1}
		if i < len(lines) {
			place.Line = lines[i]
		}
		fields, ok := item.(map[string]any)
		switch {
		case !ok:
			notes.Add(place, "skipped: it is no map")
		case textAt(fields, "discard_on_save") == "true":
			notes.Add(place, "skipped: discard_on_save")
		default:
			m.add(interaction(fields, place))
		}
	}
	return nil
}

// parseCassette reads YAML or JSON as maps, lists and texts; lines are those of
// the interactions.
func parseCassette(name string, data []byte) (tree any, lines []int, err error) {
	if text := bytes.TrimSpace(data); text[0] == '{' && json.Valid(text) {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&tree); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		return texts(tree), nil, nil
	}
	root, ds := spec.ParseForeign(name, data)
	if ds.HasErrors() {
		return nil, nil, fmt.Errorf("%s:%d: %s", name, ds[0].Range.Start.Line, ds[0].Summary)
	}
	if list := root.Get("interactions"); list != nil {
		for _, item := range list.Items {
			lines = append(lines, item.Range.Start.Line)
		}
	}
	return plainTree(root), lines, nil
}

// plainTree makes maps, lists and texts of nodes; nothing is nil.
func plainTree(n *spec.Node) any {
	switch n.Kind {
	case spec.Null:
		return nil
	case spec.List:
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			out[i] = plainTree(item)
		}
		return out
	case spec.Map:
		out := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			out[p.Key.Value] = plainTree(p.Value)
		}
		return out
	}
	return n.Value
}

// texts makes texts of a JSON tree's numbers and bools.
func texts(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = texts(value)
		}
		return v
	case []any:
		for i, value := range v {
			v[i] = texts(value)
		}
		return v
	case nil, string:
		return v
	}
	return fmt.Sprint(v)
}

func textAt(fields map[string]any, name string) string {
	text, _ := fields[name].(string)
	return text
}

func mapAt(fields map[string]any, name string) map[string]any {
	inner, _ := fields[name].(map[string]any)
	return inner
}

// interaction reads one request and its reply.
func interaction(fields map[string]any, place Place) *sent {
	request, response := mapAt(fields, "request"), mapAt(fields, "response")
	s := &sent{place: place, method: textAt(request, "method"), url: textAt(request, "url")}
	if s.url == "" {
		s.url = textAt(request, "uri") // vcrpy's
	}
	if s.method == "" {
		s.method = http.MethodGet // go-vcr writes what net/http has, where "" is GET
	}
	header := headerOf(request["headers"])
	s.header = exchange.Fields(header)
	body, err := bodyOf(request["body"])
	if err == nil {
		body, err = decoded(body, header)
	}
	if err != nil {
		s.noBody = "the request's body can't be read: " + err.Error()
	}
	s.body = body
	if response != nil {
		s.reply = replyOf(response, fields, s)
	}
	return s
}

func replyOf(response, fields map[string]any, s *sent) *Reply {
	r := &Reply{Header: headerOf(response["headers"])}
	code := textAt(response, "code")
	if code == "" {
		code = textAt(mapAt(response, "status"), "code") // vcrpy's
	}
	if code == "" {
		code, _, _ = strings.Cut(textAt(response, "status"), " ")
	}
	r.Status, _ = strconv.Atoi(code)
	body, err := bodyOf(response["body"])
	if err == nil {
		body, err = decoded(body, r.Header)
	}
	if err != nil {
		s.losses = append(s.losses, "the reply is left out: its body can't be read: "+err.Error())
		return nil
	}
	r.Body = body
	r.Latency = durationOf(textAt(response, "duration"))
	if r.Latency == 0 {
		r.Latency = durationOf(textAt(fields, "duration"))
	}
	if at, err := http.ParseTime(r.Header.Get("Date")); err == nil {
		r.At = at.UTC()
	}
	return r
}

// durationOf reads 812ms, or nanoseconds.
func durationOf(text string) time.Duration {
	if ns, err := strconv.ParseInt(text, 10, 64); err == nil && ns > 0 {
		return time.Duration(ns)
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0
	}
	return d
}

// headerOf reads a map of names to a value or a list of values.
func headerOf(v any) http.Header {
	out := http.Header{}
	fields, _ := v.(map[string]any)
	for name, value := range fields {
		switch value := value.(type) {
		case string:
			out.Add(name, value)
		case []any:
			for _, one := range value {
				if text, ok := one.(string); ok {
					out.Add(name, text)
				}
			}
		}
	}
	return out
}

// bodyOf reads a body: a text, or vcrpy's {string: …} and {base64_string: …}.
func bodyOf(v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(v), nil
	case map[string]any:
		if text, ok := v["base64_string"].(string); ok {
			return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		}
		if inner, there := v["string"]; there {
			return bodyOf(inner)
		}
	}
	return nil, errors.New("its form is not known")
}

// decoded undoes the encoding of a body's way through the network.
func decoded(body []byte, header http.Header) ([]byte, error) {
	encodings := strings.Split(header.Get("Content-Encoding"), ",")
	slices.Reverse(encodings)
	for _, encoding := range encodings {
		var in io.Reader
		var err error
		switch strings.ToLower(strings.TrimSpace(encoding)) {
		case "", "identity":
			continue
		case "gzip", "x-gzip":
			if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
				continue // the recorder had undone it
			}
			in, err = gzip.NewReader(bytes.NewReader(body))
		case "deflate":
			if len(body) == 0 || body[0]&0x0f != 8 {
				continue
			}
			in, err = zlib.NewReader(bytes.NewReader(body))
		default:
			if json.Valid(body) {
				continue
			}
			return nil, fmt.Errorf("its encoding %q is not known here", clip(encoding))
		}
		if err != nil {
			return nil, err
		}
		body, err = io.ReadAll(io.LimitReader(in, largestArchive+1))
		if err != nil {
			return nil, fmt.Errorf("it is damaged: %w", err)
		}
		if len(body) > largestArchive {
			return nil, errors.New("it is too large")
		}
	}
	return body, nil
}
