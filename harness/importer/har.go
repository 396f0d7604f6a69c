package importer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/assay-harness/assay/harness/exchange"
)

// largestArchive is the most bytes of a HAR or a cassette.
const largestArchive = 512 << 20

// harFile is what of a HAR is read.
type harFile struct {
	Log *struct {
		Entries []harEntry `json:"entries"`
	} `json:"log"`
}

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     json.Number `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
}

type harRequest struct {
	Method   string     `json:"method"`
	URL      string     `json:"url"`
	Headers  []harField `json:"headers"`
	PostData *harData   `json:"postData"`
	BodySize int        `json:"bodySize"`
}

type harField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harData struct {
	MimeType string     `json:"mimeType"`
	Text     string     `json:"text"`
	Encoding string     `json:"encoding"`
	File     string     `json:"_file"`
	Params   []harField `json:"params"`
}

type harResponse struct {
	Status  int        `json:"status"`
	Headers []harField `json:"headers"`
	Content struct {
		Size     int     `json:"size"`
		MimeType string  `json:"mimeType"`
		Text     *string `json:"text"`
		Encoding string  `json:"encoding"`
		File     string  `json:"_file"` // Playwright's, for content beside the HAR
	} `json:"content"`
	Error string `json:"_error"`
}

// readHAR reads HTTP archives as browsers and Playwright write them.
func readHAR(sources []Source, notes *Notes) ([]*Question, error) {
	var all mail
	for _, s := range sources {
		data, err := readAll(s)
		if err != nil {
			return nil, err
		}
		if err := all.har(s.Name, data); err != nil {
			return nil, err
		}
	}
	return all.questions(notes)
}

// readAll reads a source, without the mark that some editors put before UTF-8.
func readAll(s Source) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(s.In, largestArchive+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > largestArchive:
		return nil, fmt.Errorf("%s is larger than %d MB", s.Name, largestArchive>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fmt.Errorf("%s is empty", s.Name)
	}
	return data, nil
}

func (m *mail) har(name string, data []byte) error {
	var file harFile
	if err := json.Unmarshal(data, &file); err != nil {
		return fmt.Errorf("%s is no HAR: %w", name, jsonFault(data, err))
	}
	if file.Log == nil {
		return fmt.Errorf("%s is no HAR: it has no log", name)
	}
	for i := range file.Log.Entries {
		m.add(file.Log.Entries[i].sent(Place{File: name, Unit: "entry", Number: i + 1}))
	}
	return nil
}

// jsonFault says in which line JSON breaks off.
func jsonFault(data []byte, err error) error {
	offset := int64(-1)
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) {
		return fmt.Errorf("%s is a %s (line %d)", wrong.Field, wrong.Value, lineOf(data, wrong.Offset))
	}
	if offset < 0 {
		return err
	}
	return fmt.Errorf("%w (line %d)", err, lineOf(data, offset))
}

func lineOf(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n"))
}

func (e *harEntry) sent(place Place) *sent {
	s := &sent{place: place, method: e.Request.Method, url: e.Request.URL}
	for _, f := range e.Request.Headers {
		s.header = append(s.header, exchange.Field(f))
	}
	if d := e.Request.PostData; d != nil {
		s.body = []byte(d.Text)
		if d.Encoding == "base64" {
			if plain, err := base64.StdEncoding.DecodeString(d.Text); err == nil {
				s.body = plain
			}
		}
		if d.Text == "" && d.File != "" {
			s.noBody = "the request's body stands in a file of its own, which is not read"
		}
	}
	s.reply = e.reply(s)
	return s
}

func (e *harEntry) reply(s *sent) *Reply {
	content := &e.Response.Content
	switch {
	case e.Response.Status <= 0:
		s.losses = append(s.losses, "there is no reply: the request failed or was broken off")
		return nil
	case content.Text == nil && content.File != "":
		s.losses = append(s.losses, "the reply is left out: its text stands in a file of its own; record the HAR with its content embedded")
		return nil
	case content.Text == nil && content.Size != 0:
		s.losses = append(s.losses, "the reply is left out: the HAR has no text of it; save it with content")
		return nil
	}
	r := &Reply{Status: e.Response.Status, Header: http.Header{}}
	if content.Text != nil {
		r.Body = []byte(*content.Text)
	}
	if content.Encoding == "base64" {
		plain, err := base64.StdEncoding.DecodeString(string(r.Body))
		if err != nil {
			s.losses = append(s.losses, "the reply is left out: its base64 is damaged")
			return nil
		}
		r.Body = plain
	}
	for _, f := range e.Response.Headers {
		r.Header.Add(f.Name, f.Value)
	}
	if r.Header.Get("Content-Type") == "" && content.MimeType != "" {
		r.Header.Set("Content-Type", content.MimeType)
	}
	r.Latency = milliseconds(e.Time)
	if at, err := time.Parse(time.RFC3339Nano, e.Started); err == nil {
		r.At = at.UTC()
	}
	return r
}

// milliseconds reads a HAR's time, to the microsecond: browsers write more digits
// than they measure.
func milliseconds(n json.Number) time.Duration {
	ms, err := n.Float64()
	if err != nil || !(ms > 0) || ms > 1e10 {
		return 0
	}
	return time.Duration(math.Round(ms*1000)) * time.Microsecond
}
