package provider

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
)

// DefaultTimeout is that of one request where none is configured.
const DefaultTimeout = 120 * time.Second

// Build gives the request of a question and the JSON object of all it says
// besides messages, as recordings keep it ("" when nothing). The request is
// what is sent, secrets of the suite included; the object is without them.
func (c *Client) Build(q Question) (r *exchange.Request, with string, err error) {
	r, err = c.Kind.Build(c.Config, q)
	if err != nil {
		return nil, "", err
	}
	if _, err := target(c.Config.BaseURL, r); err != nil {
		return nil, "", err
	}
	return r, withOf(q, r.Redacted(c.Redactor)), nil
}

// Call gives the call of a built request, as the transports need it: with the
// request as it is stored, its key and its greatest price. What the turn adds,
// its number and its accepted statuses are the caller's to set.
func (c *Client) Call(a address.Address, r *exchange.Request) *exchange.Call {
	stored := r.Redacted(c.Redactor)
	return &exchange.Call{Address: a, Request: stored, Key: stored.Key(), MaxCost: MaxCost(c.Config, r.Body)}
}

// Ask sends what Build made and reads the reply. The exchange.Call must be in
// ctx. Failures of the network are in Reply.Error; the error that Ask returns
// is one of the transport's own (a recording that is not current, a budget), or
// ctx's. After an interrupt Reply.Error says whether the outcome is unknown.
func (c *Client) Ask(ctx context.Context, q Question, r *exchange.Request) (Reply, error) {
	call := exchange.FromContext(ctx)
	if call == nil {
		return Reply{}, errors.New("provider: no call in the context")
	}
	call.Adds = exchange.RedactMessages(call.Adds, c.Redactor)
	timeout := cmp.Or(q.Override.Timeout, c.Config.Timeout, DefaultTimeout)
	req, err := c.request(withTerms(ctx, terms{timeout, c.clock()}), q, r)
	if err != nil {
		return Reply{}, err
	}
	start := c.clock()()
	resp, err := c.Transport.RoundTrip(req)
	if err != nil {
		return c.failed(ctx, err)
	}
	body, err := readBody(resp)
	if err != nil {
		return c.failed(ctx, &exchange.SendError{Sent: true, Status: resp.StatusCode, Err: fmt.Errorf("%w: %w", exchange.ErrCut, err)})
	}
	took := c.clock()().Sub(start)
	reply := c.read(resp, body)
	reply.facts(call, took)
	return reply, nil
}

// request makes the HTTP request, with host and key.
func (c *Client) request(ctx context.Context, q Question, r *exchange.Request) (*http.Request, error) {
	u, err := target(c.Config.BaseURL, r)
	if err != nil {
		return nil, err
	}
	req := (&http.Request{
		Method: r.Method, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header, 8),
	}).WithContext(ctx)
	if len(r.Body) > 0 {
		req.ContentLength = int64(len(r.Body))
		req.GetBody = func() (io.ReadCloser, error) { return BodyOf(r.Body), nil }
		req.Body = BodyOf(r.Body)
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "assay")
	if err := c.authorize(req.Header, q, r.Credential); err != nil {
		return nil, err
	}
	setFields(req.Header, r.Header)
	return req, nil
}

// setFields sets the headers written in the suite. An empty value takes a
// header away that is sent by default.
func setFields(h http.Header, fields []exchange.Field) {
	for i, f := range fields {
		name := http.CanonicalHeaderKey(f.Name)
		switch {
		case i > 0 && fields[i-1].Name == f.Name:
			h[name] = append(h[name], f.Value)
		case f.Value == "" && name == "User-Agent":
			h[name] = []string{""} // net/http's sign for none
		case f.Value == "" && h[name] != nil:
			delete(h, name)
		default:
			h[name] = []string{f.Value}
		}
	}
}

func (c *Client) authorize(h http.Header, q Question, credential exchange.Credential) error {
	key := ""
	switch {
	case credential == exchange.Own && c.Key != nil:
		var err error
		if key, err = c.Key(); err != nil {
			return err
		}
	case credential == exchange.Other && q.Override.APIKey != nil:
		key = *q.Override.APIKey
	}
	if key != "" {
		c.Kind.Authorize(h, key)
	}
	return nil
}

// readBody takes a body that the transports below have made whole already.
func readBody(resp *http.Response) ([]byte, error) {
	if resp.Body == nil {
		return nil, nil
	}
	defer resp.Body.Close()
	if n := resp.ContentLength; n > 0 && n <= DefaultLimit {
		body := make([]byte, n)
		_, err := io.ReadFull(resp.Body, body)
		return body, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, DefaultLimit+1))
	if len(body) > DefaultLimit {
		err = exchange.ErrTooLarge
	}
	return body, err
}

// read gives what a response says. Live or replayed, it sees the same: the
// body without secrets, and the headers that recordings keep.
func (c *Client) read(resp *http.Response, body []byte) Reply {
	stored := &exchange.Response{
		Status: resp.StatusCode,
		Header: exchange.StoredHeader(resp.Header, c.Redactor),
		Body:   c.Redactor.Bytes(body),
	}
	reply := c.Kind.Parse(stored)
	reply.Status, reply.Header, reply.Body = stored.Status, stored.Header, stored.Body
	c.redact(&reply)
	return reply
}

// redact takes out of what was read what the body had in some form of its own,
// such as the entities of a web page.
func (c *Client) redact(r *Reply) {
	r.Text, r.Model, r.FinishReason = c.Redactor.String(r.Text), c.Redactor.String(r.Model), c.Redactor.String(r.FinishReason)
	if r.Error != nil {
		r.Error.Message = c.Redactor.String(r.Error.Message)
	}
}

// facts adds what the body does not say: recorded, where the reply was.
func (r *Reply) facts(call *exchange.Call, took time.Duration) {
	if call.Recorded == nil {
		r.Latency, r.LatencyKnown = cmp.Or(call.Latency, took), true
		return
	}
	r.Latency, r.LatencyKnown = call.Recorded.Latency, call.Recorded.Latency > 0
	r.Credits, r.Unsure = call.Recorded.Credits, call.Recorded.Unsure
	if r.Model == "" {
		r.Model = call.Recorded.Model
	}
}

// failed sorts a transport's error: the network's is a Reply, any other is returned.
func (c *Client) failed(ctx context.Context, err error) (Reply, error) {
	reply := Reply{Error: c.lost(err)}
	if send := (*exchange.SendError)(nil); errors.As(err, &send) {
		reply.Status = send.Status
	}
	switch {
	case exchange.Interrupted(ctx, err):
		return reply, fmt.Errorf("interrupted: %w", ctx.Err())
	case isDiagnosed(err) || !isNetwork(err):
		return Reply{}, err
	}
	return reply, nil
}

// lost classes what happened between us and the server.
func (c *Client) lost(err error) *Error {
	class := Network
	switch {
	case isTimeout(err):
		class = Timeout
	case errors.Is(err, exchange.ErrTooLarge):
		class = MalformedReply
	}
	return &Error{Class: class, Message: c.Redactor.String(err.Error()), Unknown: isUnknown(err), Err: err}
}

// isUnknown takes an error that is not the socket's own for one from before
// anything was sent, but for a network error whose origin nobody tells.
func isUnknown(err error) bool {
	send := (*exchange.SendError)(nil)
	return exchange.OutcomeUnknown(err) || !errors.As(err, &send) && isNetwork(err) && !exchange.NotSent(err) && !errors.Is(err, context.Canceled)
}

func isTimeout(err error) bool {
	late := net.Error(nil)
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &late) && late.Timeout()
}

func isDiagnosed(err error) bool {
	known, failure := diag.Diagnoser(nil), (*diag.Failure)(nil)
	return errors.As(err, &known) || errors.As(err, &failure)
}

// isNetwork reports whether an error is the socket's. Those of a disk, of which
// a recording transport may tell, are not.
func isNetwork(err error) bool {
	send, network := (*exchange.SendError)(nil), net.Error(nil)
	return errors.As(err, &send) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// balanceTimeout is how long the account's state is worth waiting for.
const balanceTimeout = 15 * time.Second

// Balance asks, free of charge, what is left in the account. It reports false
// where the kind has no such question, or there was no answer to it.
func (c *Client) Balance(ctx context.Context) (credit.Amount, bool) {
	query := c.Kind.Balance
	if query == nil || c.Direct == nil {
		return credit.Amount{}, false
	}
	r := &exchange.Request{Method: http.MethodGet, Path: query.Path, Credential: exchange.Own}
	// It is a help and no more: nobody waits for it as long as for a reply.
	timeout := min(cmp.Or(c.Config.Timeout, DefaultTimeout), balanceTimeout)
	req, err := c.request(withTerms(ctx, terms{timeout, c.clock()}), Question{}, r)
	if err != nil {
		return credit.Amount{}, false
	}
	resp, err := c.Direct.RoundTrip(req)
	if err != nil {
		return credit.Amount{}, false
	}
	body, err := readBody(resp)
	if err != nil || resp.StatusCode != http.StatusOK {
		return credit.Amount{}, false
	}
	balance, err := query.Read(&exchange.Response{Status: resp.StatusCode, Header: exchange.Fields(resp.Header), Body: bytes.TrimSpace(body)})
	return balance, err == nil
}

func (c *Client) clock() func() time.Time {
	if c.Now == nil {
		return time.Now //nolint:forbidigo // the zero Client has the real clock
	}
	return c.Now
}
