package exchange

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// SendError is a request that got no whole reply. Every error of the transport
// that has the socket is one.
type SendError struct {
	// Sent is false when the request certainly did not reach the server, so that
	// nothing was served or charged. True means: the outcome is unknown.
	Sent bool
	// Status is the reply's HTTP status where its head had come, else 0.
	Status int
	Err    error
}

// What can be wrong with a reply's body; a SendError wraps them.
var (
	// ErrTooLarge is a body over the limit: it was not read any further.
	ErrTooLarge = errors.New("the reply is too large")
	// ErrCut is a body that ended before its end, or could not be decompressed.
	ErrCut = errors.New("the reply was cut short")
)

// Error gives the cause's text.
func (e *SendError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *SendError) Unwrap() error { return e.Err }

// NotSent reports whether the request behind a transport's error certainly did
// not reach the server: the name was not found, the connection was refused, the
// TLS handshake failed. Where that is not certain it says false.
func NotSent(err error) bool {
	if send := (*SendError)(nil); errors.As(err, &send) {
		return !send.Sent
	}
	return NotDialed(err)
}

// NotDialed reports whether err says, by itself, that no connection came about.
func NotDialed(err error) bool {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Op == "dial" || op.Op == "proxyconnect"
	}
	dns := (*net.DNSError)(nil)
	return errors.As(err, &dns) || errors.Is(err, syscall.ECONNREFUSED)
}

// OutcomeUnknown reports whether err leaves open if the request was served, and
// paid for. Errors that come from elsewhere than the socket do not.
func OutcomeUnknown(err error) bool {
	if send := (*SendError)(nil); errors.As(err, &send) {
		return send.Sent
	}
	return false
}

// Interrupted reports whether err comes from ctx itself having ended, and not
// from the time-out of one request.
func Interrupted(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}
