package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/assay-harness/assay/harness/exchange"
)

// DefaultLimit is the greatest body of a reply, decompressed, in bytes.
const DefaultLimit = 32 << 20

// NewHTTPTransport gives the transport that opens sockets, for so many requests
// at once (0: no number known). It uses no proxy, whatever the environment says:
// keys go where the configuration says and nowhere else.
func NewHTTPTransport(concurrency int) *http.Transport {
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    15 * time.Second,
		MaxIdleConns:           0,
		MaxIdleConnsPerHost:    max(concurrency, 16),
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
}

// Wire stands directly above the socket. It gives whole replies, without
// secrets, in memory (see BodyOf): a body over limit bytes (0: DefaultLimit) or
// one that was cut short is an error. It applies the time-out of one request, and
// notes on the call how long the request took. All its errors are
// *exchange.SendError.
func Wire(next http.RoundTripper, r *exchange.Redactor, limit int64) http.RoundTripper {
	if limit <= 0 {
		limit = DefaultLimit
	}
	return &wire{next: next, redactor: r, limit: limit}
}

type wire struct {
	next     http.RoundTripper
	redactor *exchange.Redactor
	limit    int64
}

// RoundTrip sends the request once and reads the whole reply.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	terms := termsFrom(req.Context())
	ctx, cancel := context.WithTimeoutCause(req.Context(), terms.timeout, &timeoutError{terms.timeout})
	defer cancel()
	var sent sentTrace
	start := terms.now()
	resp, err := w.next.RoundTrip(req.WithContext(sent.watch(ctx)))
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("the server closed the connection and said nothing: %w", err)
		}
		return nil, &exchange.SendError{Sent: sent.reached(err), Err: w.redacted(cause(ctx, err))}
	}
	body, err := w.read(resp)
	if call := exchange.FromContext(ctx); call != nil {
		call.Latency = terms.now().Sub(start)
	}
	if err != nil {
		return nil, &exchange.SendError{Sent: true, Status: resp.StatusCode, Err: w.redacted(cause(ctx, err))}
	}
	w.clean(resp, body)
	return resp, nil
}

// read takes the whole body. Closing early drops the connection, so that
// nothing more of a body that is too large is read.
func (w *wire) read(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	if resp.ContentLength > w.limit {
		return nil, w.tooLarge()
	}
	// What the server announces is only a hint: memory grows with what comes.
	buf := bytes.NewBuffer(make([]byte, 0, min(max(resp.ContentLength, 0), 1<<20)+bytes.MinRead))
	n, err := io.Copy(buf, io.LimitReader(resp.Body, w.limit+1))
	switch {
	case n > w.limit:
		return nil, w.tooLarge()
	case err != nil:
		return nil, fmt.Errorf("%w after %d bytes: %w", exchange.ErrCut, n, err)
	}
	return buf.Bytes(), nil
}

func (w *wire) tooLarge() error {
	return fmt.Errorf("%w: more than %d MB", exchange.ErrTooLarge, w.limit>>20)
}

// clean puts the body in memory and takes the secrets out of all of the reply.
func (w *wire) clean(resp *http.Response, body []byte) {
	body = w.redactor.Bytes(body)
	resp.Body = BodyOf(body)
	resp.ContentLength = int64(len(body))
	resp.TransferEncoding, resp.Trailer = nil, nil
	resp.Status = w.redactor.String(resp.Status)
	for _, values := range resp.Header {
		for i, value := range values {
			values[i] = w.redactor.String(value)
		}
	}
	if resp.Header.Get("Content-Length") != "" {
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
}

// redacted gives err, without its chain if its text holds a secret.
func (w *wire) redacted(err error) error {
	text := err.Error()
	if clean := w.redactor.String(text); clean != text {
		return errors.New(clean)
	}
	return err
}

// cause gives the time-out where err is its consequence.
func cause(ctx context.Context, err error) error {
	if late := (*timeoutError)(nil); errors.As(context.Cause(ctx), &late) {
		return late
	}
	return err
}

// timeoutError is one request's time-out.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return fmt.Sprintf("no reply within %s", e.after) }

// Is makes it a context.DeadlineExceeded.
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// Timeout makes it a net.Error's kind of time-out.
func (e *timeoutError) Timeout() bool { return true }

// sentTrace notes whether a request's head was written. Its hooks run in the
// transport's goroutines, also after RoundTrip has returned.
type sentTrace struct{ asked, wrote atomic.Bool }

func (t *sentTrace) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// net/http itself asks again only what certainly did not arrive; such a
		// new attempt starts from nothing.
		GetConn:      func(string) { t.asked.Store(true); t.wrote.Store(false) },
		WroteHeaders: func() { t.wrote.Store(true) },
	})
}

// reached reports whether the request may have come to the server.
func (t *sentTrace) reached(err error) bool {
	if t.asked.Load() { // it is net/http, which tells
		return t.wrote.Load()
	}
	return !exchange.NotDialed(err)
}

// BodyOf gives a response's body that stands in memory.
func BodyOf(b []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(b)) }

// NotSent reports whether the request behind a transport's error certainly did
// not reach the server, so that nothing was served or charged.
func NotSent(err error) bool { return exchange.NotSent(err) }

// OutcomeUnknown reports whether err leaves open if the request was served and paid for.
func OutcomeUnknown(err error) bool { return exchange.OutcomeUnknown(err) }

// Refused reports whether err is a refused connection: nobody listens there, or
// not yet. Asking again is safe.
func Refused(err error) bool { return exchange.NotSent(err) && errors.Is(err, syscall.ECONNREFUSED) }
