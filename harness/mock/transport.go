package mock

import (
	"bytes"
	"io"
	"net/http"
	"strconv"

	"github.com/assay-harness/assay/harness/exchange"
)

// Transport gives a server as an http.RoundTripper, without a socket: its
// base URL is http://ANYTHING/v1.
func Transport(s *Server) http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

// RoundTrip answers the request. An answer that was not given, because the
// request was cancelled before, is an error of which the outcome is unknown.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, &exchange.SendError{Sent: true, Err: err}
		}
		req = req.Clone(req.Context()) // a RoundTripper must not change its request
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	w := &recorder{header: http.Header{}}
	t.server.ServeHTTP(w, req)
	if w.status == 0 {
		err := req.Context().Err()
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		return nil, &exchange.SendError{Sent: true, Err: err}
	}
	for name, values := range w.header {
		if len(values) == 0 {
			delete(w.header, name)
		}
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(bytes.NewReader(w.body.Bytes())), ContentLength: int64(w.body.Len()), Request: req,
	}, nil
}

// recorder keeps what a handler writes.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}
