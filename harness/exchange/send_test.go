package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/assay-harness/assay/harness/exchange"
)

func TestNotSent(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	reset := &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	tests := []struct {
		name             string
		err              error
		notSent, unknown bool
	}{
		{"refused", refused, true, false},
		{"refused, wrapped", fmt.Errorf("x: %w", refused), true, false},
		{"no such name", &net.DNSError{Err: "no such host"}, true, false},
		{"reset", reset, false, false},
		{"end of file", io.ErrUnexpectedEOF, false, false},
		{"the wire: never reached", &exchange.SendError{Err: reset}, true, false},
		{"the wire: reached", &exchange.SendError{Sent: true, Err: reset}, false, true},
		{"the wire: a refusal that came later", fmt.Errorf("x: %w", &exchange.SendError{Sent: true, Err: refused}), false, true},
		{"a disk", os.ErrPermission, false, false},
		{"nothing", nil, false, false},
	}
	for _, tt := range tests {
		if got := exchange.NotSent(tt.err); got != tt.notSent {
			t.Errorf("%s: NotSent gave %v", tt.name, got)
		}
		if got := exchange.OutcomeUnknown(tt.err); got != tt.unknown {
			t.Errorf("%s: OutcomeUnknown gave %v", tt.name, got)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	if exchange.Interrupted(ctx, context.Canceled) {
		t.Error("the context goes on")
	}
	cancel()
	if !exchange.Interrupted(ctx, &exchange.SendError{Err: context.Canceled}) || exchange.Interrupted(ctx, errors.New("x")) || exchange.Interrupted(ctx, nil) {
		t.Error("only a context's own error is an interrupt")
	}
}

func TestCallInContext(t *testing.T) {
	call := &exchange.Call{Number: 3}
	if got := exchange.FromContext(exchange.NewContext(t.Context(), call)); got != call {
		t.Errorf("got %v", got)
	}
	if got := exchange.FromContext(t.Context()); got != nil {
		t.Errorf("got %v", got)
	}
}
