// Package importer reads what people have of conversations with chat models
// (command lines of curl, HAR files, JSONL, cassettes of go-vcr and vcrpy) and
// makes suites of it. It knows nothing of recordings: which reply belongs to
// which question it says by case and turn. Nothing is sent, and nothing is
// guessed: what can't be carried over is a Note with its place.
package importer

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
)

// Source is one file to import.
type Source struct {
	Name string // as places name it
	In   io.Reader
	// File gives a file that the source names (curl's @file), or why it is not
	// read. nil: none is.
	File func(name string) ([]byte, error)
}

// Format reads one sort of file.
type Format struct {
	Name string
	Doc  string
	// Read gives the questions of the sources, and notes what can't be carried
	// over. An error is a source that is not of the format.
	Read func(sources []Source, notes *Notes) ([]*Question, error)
	// Several says that more than one file may be named.
	Several bool
}

// Formats gives the formats, in the order of the help.
func Formats() []Format {
	return []Format{
		{Name: "curl", Doc: "command lines of curl, as browsers and API pages copy them", Read: readCurl},
		{Name: "har", Doc: "HTTP archives that browsers save (HAR 1.2)", Read: readHAR},
		{Name: "jsonl", Doc: `lines of {"messages": […]}: fine-tuning, evals and batch files`, Read: readJSONL, Several: true},
		{Name: "vcr", Doc: "cassettes of go-vcr (v2 to v4) and vcrpy, YAML or JSON", Read: readVCR},
	}
}

// Question is one question to a chat model, with its reply if there is one.
type Question struct {
	Place    Place
	Name     string // what the source calls it; "" for nothing
	Messages []exchange.Message
	Params   []Param // the request body's other fields, but for the model
	Model    string  // "" where the body names none
	Request  *Request
	Ideal    []string // texts of which the reply must be one
	Reply    *Reply

	provider string
	setting  setting // what bends the request
	body     *string // raw, where the language can't build the body
	shape    shape
}

// Param is one field of a request body, as JSON.
type Param struct {
	Name  string
	Value json.RawMessage
}

// Request is how a question was sent; nil where the source does not say.
type Request struct {
	Method string
	URL    *url.URL // without user, secrets and fragment
	Header []exchange.Field
	Body   []byte
	Key    keyState
}

// keyState says whether a request carried a key.
type keyState uint8

const (
	noKey keyState = iota
	hasKey
)

// Reply is what came back.
type Reply struct {
	Status  int
	Header  http.Header
	Body    []byte
	At      time.Time     // zero: not known
	Latency time.Duration // zero: not known
	// Drop is what the account lost between the reply before and this one; nil
	// where that is not known.
	Drop *credit.Amount
}

// setting is what `request` of a case says.
type setting struct {
	APIKey  *string
	Method  string
	Path    string
	Header  []exchange.Field
	Offline bool // live: false
}
