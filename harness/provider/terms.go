package provider

import (
	"context"
	"time"
)

// terms are what Wire must know of a request and the transports between do not:
// they may wait before it is sent, and may send it again.
type terms struct {
	timeout time.Duration // of one request
	now     func() time.Time
}

type termsKey struct{}

func withTerms(ctx context.Context, t terms) context.Context {
	return context.WithValue(ctx, termsKey{}, t)
}

func termsFrom(ctx context.Context) terms {
	if t, ok := ctx.Value(termsKey{}).(terms); ok {
		return t
	}
	return terms{timeout: DefaultTimeout, now: time.Now} //nolint:forbidigo // a request that nobody set terms for
}
