package importer

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// batchHost is where the relative URLs of batches lead.
const batchHost = "https://api.openai.com"

// batchInput reads {"custom_id", "method", "url", "body"}.
func (r *jsonlReader) batchInput(place Place, list []exchange.Member) error {
	id, address, method := textIn(list, "custom_id"), textIn(list, "url"), textIn(list, "method")
	if strings.HasPrefix(address, "/") || address == "" {
		address = batchHost + address
	}
	if method == "" {
		method = http.MethodPost
	}
	if r.asked[id] != nil {
		return errors.New("its custom_id stood in an earlier line")
	}
	s := &sent{
		place: place, method: method, url: address, body: bytes.Clone(member(list, "body")),
	}
	r.asked[id] = s
	r.mail.add(s)
	return nil
}

// batchOutput reads {"custom_id", "response": {"status_code", "body"}}.
func (r *jsonlReader) batchOutput(place Place, list []exchange.Member) error {
	response, ok := members(member(list, "response"))
	if !ok {
		return errors.New("the batch has no response to it, but an error")
	}
	status, err := strconv.Atoi(string(member(response, "status_code")))
	if err != nil {
		return errors.New("its response has no status_code")
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if id := textIn(response, "request_id"); id != "" {
		header.Set("X-Request-Id", id)
	}
	r.answered = append(r.answered, batchOutput{place, textIn(list, "custom_id"), &Reply{
		Status: status, Header: header, Body: bytes.Clone(member(response, "body")),
	}})
	return nil
}

// pair gives the batch's questions their replies.
func (r *jsonlReader) pair() {
	for _, output := range r.answered {
		s := r.asked[output.id]
		if s == nil {
			r.notes.Add(output.place, "skipped: a batch's reply without its question: name the batch's input file, too (assay import jsonl INPUT OUTPUT)")
			continue
		}
		s.reply = output.reply
	}
}

// customID gives the name of the question at a place.
func (r *jsonlReader) customID(place Place) string {
	if r.names == nil {
		r.names = make(map[Place]string, len(r.asked))
		for id, s := range r.asked {
			r.names[s.place] = id
		}
	}
	return r.names[place]
}
