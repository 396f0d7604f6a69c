package harness

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
)

// unanswered stands above a socket. A mock server that has no answer says so in
// a header of its own: that is no behaviour of an API, so it becomes an error,
// below everything that would judge or record it, whatever statuses a suite accepts.
type unanswered struct{ next http.RoundTripper }

// RoundTrip sends the request, and takes a miss for a question that nobody got.
func (u unanswered) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := u.next.RoundTrip(req)
	if err != nil || resp.Header.Get(exchange.HeaderMiss) == "" {
		return resp, err
	}
	defer resp.Body.Close()
	var body struct{ Error string }
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&body); err != nil || body.Error == "" {
		body.Error = "the mock server has no answer: " + resp.Header.Get(exchange.HeaderMiss)
	}
	// Nothing was served or charged, so it counts as never sent.
	return nil, &exchange.SendError{Status: resp.StatusCode, Err: diag.NewError(diag.NotServed, body.Error,
		"A mock server answered that it has nothing for this question. Record it (assay apply), add a reply to the server's script, or start it with --echo.")}
}
