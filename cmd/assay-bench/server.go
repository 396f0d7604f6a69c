package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	serverMode = "bare-server"
	clientMode = "bare-client"
)

// replyText is what the bare server always says; replyBody has the fields of
// a real xAI reply.
const (
	replyText = "Here is the answer to the question: it is short, it is polite, and it stops here."
	replyBody = `{"id":"0c7a4c1e-5f0e-4e0a-9f64-0d3f1f4f7d11","object":"chat.completion","created":1763821391,"model":"grok-2-1212",` +
		`"choices":[{"index":0,"message":{"role":"assistant","content":"` + replyText + `","refusal":null},"finish_reason":"stop"}],` +
		`"usage":{"prompt_tokens":24,"completion_tokens":18,"total_tokens":42,"prompt_tokens_details":{"text_tokens":24,"audio_tokens":0,"image_tokens":0,"cached_tokens":0}},` +
		`"system_fingerprint":"fp_daba7546e5"}`
)

// serve answers every POST with the same reply, after a delay, and counts the
// account down as the API does.
func serve(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(serverMode, flag.ContinueOnError)
	delay := flags.Duration("delay", 0, "wait before each reply")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: answers(*delay), ReadHeaderTimeout: time.Minute}
	fmt.Printf("http://%s/v1\n", listener.Addr())
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func answers(delay time.Duration) http.Handler {
	var served atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet {
			_, _ = fmt.Fprintf(w, `{"credits": %s, "free-credits": 0}`, balance(served.Load()))
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if delay > 0 {
			time.Sleep(delay)
		}
		w.Header().Set("X-Remaining-Credits", balance(served.Add(1)))
		_, _ = io.WriteString(w, replyBody)
	})
}

// balance is what is left in the account after so many replies at 0.0031.
func balance(served int64) string {
	left := 1_000_000_000 - 31*served
	return fmt.Sprintf("%d.%04d", left/10_000, left%10_000)
}
