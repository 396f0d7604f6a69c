package provider_test

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/segmind"
)

// Everything that can happen to a request between us and the server.
func TestAskWhenTheNetworkFails(t *testing.T) {
	hijacked := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(conn, text)
			_ = conn.Close()
		}
	}
	tests := []struct {
		name    string
		serve   http.HandlerFunc
		class   provider.Class
		status  int
		message string
	}{
		{"closes at once", hijacked(""), provider.Network, 0, "the server closed the connection and said nothing: EOF"},
		{"closes in the head", hijacked("HTTP/1.1 200 OK\r\nContent-"), provider.Network, 0, "connection broken"},
		{"answers no HTTP", hijacked("hello\r\n\r\n"), provider.Network, 0, "malformed HTTP"},
		{"closes in the body", hijacked("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"choices\":"), provider.Network, 200, "the reply was cut short after 11 bytes: unexpected EOF"},
		{"closes in a chunk", hijacked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"choices\":"), provider.Network, 200, "the reply was cut short after 11 bytes: unexpected EOF"},
		{"closes before the last chunk", hijacked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), provider.Network, 200, "the reply was cut short after 2 bytes: unexpected EOF"},
		{"closes in an error's body", hijacked("HTTP/1.1 503 Oops\r\nContent-Length: 500\r\n\r\nx"), provider.Network, 503, "the reply was cut short after 1 bytes: unexpected EOF"},
		{"sends a broken chunk", hijacked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), provider.Network, 200, "the reply was cut short"},
		{"sends no gzip", hijacked("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"), provider.Network, 200, "the reply was cut short"},
		{"cuts gzip", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped(grok)[:100])
		}, provider.Network, 200, "the reply was cut short"},
		{"announces too much", hijacked("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\nx"), provider.MalformedReply, 200, "the reply is too large: more than 1 MB"},
		{"sends an endless header", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-A", strings.Repeat("x", 2<<20)) }, provider.Network, 0, "exceeded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := server(t, tt.serve)
			reply, _, err := ask(t, client(t, s.URL), hello())
			if err != nil {
				t.Fatal(err)
			}
			e := reply.Error
			if e == nil || e.Class != tt.class || !e.Unknown || reply.Status != tt.status || !strings.Contains(e.Message, tt.message) {
				t.Errorf("got status %d, %+v", reply.Status, e)
			}
			if e != nil && (provider.NotSent(e.Err) || !provider.OutcomeUnknown(e.Err) || provider.Refused(e.Err)) {
				t.Error("the outcome must count as unknown")
			}
		})
	}
}

func zipped(s string) []byte {
	var b strings.Builder
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, s)
	_ = z.Close()
	return []byte(b.String())
}

func TestAskWhenNothingIsSent(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	tests := []struct {
		name, url string
		refused   bool
	}{
		{"refused", closed.URL, true},
		{"no such name", "http://no-such-host.invalid", false},
		{"no TLS there", strings.Replace(plain.URL, "http:", "https:", 1), false},
	}
	for _, tt := range tests {
		reply, call, err := ask(t, client(t, tt.url), hello())
		if err != nil || reply.Error == nil {
			t.Fatalf("%s: got %v, %+v", tt.name, err, reply)
		}
		e := reply.Error
		if e.Class != provider.Network || e.Unknown || !provider.NotSent(e.Err) || provider.OutcomeUnknown(e.Err) || provider.Refused(e.Err) != tt.refused {
			t.Errorf("%s: got %+v", tt.name, e)
		}
		if call.Latency != 0 {
			t.Errorf("%s: a latency of %v without a reply", tt.name, call.Latency)
		}
	}
}

// A gigabyte neither fills memory nor is waited for.
func TestAskGigabyte(t *testing.T) {
	var wrote atomic.Int64
	for name, compress := range map[string]func(http.ResponseWriter) io.Writer{
		"plain": func(w http.ResponseWriter) io.Writer { return w },
		"gzip": func(w http.ResponseWriter) io.Writer {
			w.Header().Set("Content-Encoding", "gzip")
			return gzip.NewWriter(w)
		},
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan struct{})
			s, _ := server(t, func(w http.ResponseWriter, _ *http.Request) {
				defer close(done)
				out, block := compress(w), make([]byte, 1<<20)
				for range 1 << 10 {
					n, err := out.Write(block)
					wrote.Add(int64(n))
					if err != nil {
						return
					}
				}
			})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			reply, _, err := ask(t, client(t, s.URL), hello())
			runtime.ReadMemStats(&after)
			if err != nil || reply.Error == nil || reply.Error.Class != provider.MalformedReply || !reply.Error.Unknown || !errors.Is(reply.Error, exchange.ErrTooLarge) || reply.Status != 200 {
				t.Errorf("got %v, %+v", err, reply.Error)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
				t.Errorf("%d MB were allocated", grown>>20)
			}
			if name == "plain" {
				<-done
				if wrote.Load() > 512<<20 {
					t.Errorf("%d MB were sent before the connection was dropped", wrote.Load()>>20)
				}
			}
		})
	}
}

func TestAskAtTheLimit(t *testing.T) {
	body := `{"choices":[{"message":{"content":"` + strings.Repeat("x", 1<<20-40) + `"}}]}`
	body = strings.Replace(body, "xx", strings.Repeat("x", 2+1<<20-len(body)), 1)
	for extra, class := range map[string]provider.Class{"": "", " ": provider.MalformedReply} {
		s, _ := server(t, says(200, body+extra))
		reply, _, err := ask(t, client(t, s.URL), hello())
		if err != nil || (reply.Error == nil) != (class == "") {
			t.Errorf("%d bytes: got %v, %v", len(body+extra), err, reply.Error)
		}
	}
}

func TestAskZippedReply(t *testing.T) {
	s, _ := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(zipped(grok))
	})
	reply, _, err := ask(t, client(t, s.URL), hello())
	if err != nil || reply.Error != nil || string(reply.Body) != grok {
		t.Errorf("got %v, %+v", err, reply.Error)
	}
}

func TestAskFollowsNoRedirect(t *testing.T) {
	var other atomic.Int32
	elsewhere, _ := server(t, func(http.ResponseWriter, *http.Request) { other.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		s, _ := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) })
		reply, _, err := ask(t, client(t, s.URL), hello())
		if err != nil || reply.Status != status || reply.Error == nil || reply.Error.Class != provider.BadRequest || !strings.Contains(reply.Error.Message, elsewhere.URL) {
			t.Errorf("%d: got %v, %d, %v", status, err, reply.Status, reply.Error)
		}
	}
	if other.Load() != 0 {
		t.Error("the key was carried elsewhere")
	}
}

func TestNoProxyFromTheEnvironment(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	if p := provider.NewHTTPTransport(64); p.Proxy != nil || p.MaxIdleConnsPerHost != 64 || !p.ForceAttemptHTTP2 {
		t.Errorf("got %+v", p)
	}
}

// The model repeats its key, in every part of the answer and every form.
func TestWireHidesKeys(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte("Bearer " + key))
	s, _ := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", key)
		w.Header().Set("X-Debug", encoded)
		w.Header().Set("Trailer", "X-Late")
		fmt.Fprintf(w, `{"choices":[{"message":{"content":"plain %s, base64 %s, url %s, json \u0073%s"}}]}`, key, encoded, strings.ReplaceAll(key, "-", "%2d"), key[1:])
		w.Header().Set("X-Late", key)
	})
	c := client(t, s.URL)
	var resp *http.Response
	wire := c.Transport
	c.Transport = seenBy(func(r *http.Request) (got *http.Response, err error) {
		resp, err = wire.RoundTrip(r)
		return resp, err
	})
	reply, _, err := ask(t, c, hello())
	if err != nil || reply.Error != nil {
		t.Fatal(err, reply.Error)
	}
	all := fmt.Sprint(reply.Text, string(reply.Body), reply.Header, resp.Header, resp.Status, resp.Trailer)
	if name, found := c.Redactor.Finds([]byte(all)); found {
		t.Errorf("%s is in %s", name, all)
	}
	want := "plain (sensitive:KEY), base64 QmVhcmVyI(sensitive:KEY), url (sensitive:KEY), json (sensitive:KEY)"
	if reply.Text != want || resp.ContentLength != int64(len(reply.Body)) {
		t.Errorf("got %q, a length of %d for %d bytes", reply.Text, resp.ContentLength, len(reply.Body))
	}
}

func TestWireHidesKeysInErrors(t *testing.T) {
	c := client(t, "http://127.0.0.1:1")
	c.Transport = provider.Wire(seenBy(func(*http.Request) (*http.Response, error) { return nil, errors.New("dial " + key) }), c.Redactor, 0)
	reply, _, err := ask(t, c, hello())
	if err != nil || reply.Error.Message != "dial (sensitive:KEY)" || strings.Contains(fmt.Sprintf("%v %+v", reply.Error.Err, reply.Error), key) {
		t.Errorf("got %v, %+v", err, reply.Error)
	}
	if !reply.Error.Unknown {
		t.Error("a transport that tells nothing may have sent it")
	}
}

// hanging is a server that never answers, without a socket, in a bubble of time.
func hanging(t *testing.T, serve func(net.Conn)) *provider.Client {
	t.Helper()
	socket := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go serve(there)
		return here, nil
	}}
	t.Cleanup(socket.CloseIdleConnections)
	return &provider.Client{
		Kind: segmind.Kind(), Config: provider.Config{Model: "grok-2", BaseURL: "http://api.segmind.test/v1"},
		Transport: provider.Wire(socket, nil, 0), Now: time.Now,
	}
}

func TestAskTimesOut(t *testing.T) {
	swallow := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	inBody := func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096)) // what comes before a question answers none
		go swallow(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
	}
	tests := []struct {
		name          string
		serve         func(net.Conn)
		config, asked time.Duration
		want          time.Duration
		status        int
	}{
		{"default", swallow, 0, 0, 120 * time.Second, 0},
		{"of the provider", swallow, 7 * time.Second, 0, 7 * time.Second, 0},
		{"of the question", swallow, 7 * time.Second, time.Second, time.Second, 0},
		{"in the body", inBody, 7 * time.Second, 0, 7 * time.Second, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := hanging(t, tt.serve)
				c.Config.Timeout = tt.config
				start := time.Now()
				reply, _, err := ask(t, c, hello(func(q *provider.Question) { q.Override.Timeout = tt.asked }))
				if err != nil || reply.Error == nil || reply.Error.Class != provider.Timeout || !reply.Error.Unknown || reply.Status != tt.status {
					t.Fatalf("got %v, %+v", err, reply)
				}
				if took := time.Since(start); took != tt.want || reply.Error.Message != "no reply within "+tt.want.String() {
					t.Errorf("after %v: %s", took, reply.Error.Message)
				}
			})
		})
	}
}

// The time-out is one request's: waiting for a turn does not count, nor is it latency.
func TestTimeoutLeavesOutWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := hanging(t, func(c net.Conn) {
			buf := make([]byte, 4096)
			_, _ = c.Read(buf)
			time.Sleep(800 * time.Millisecond)
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(grok), grok)
		})
		c.Config.Timeout = time.Second
		wire := c.Transport
		c.Transport = seenBy(func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Hour)
			return wire.RoundTrip(r)
		})
		reply, call, err := ask(t, c, hello())
		if err != nil || reply.Error != nil || reply.Latency != 800*time.Millisecond || call.Latency != reply.Latency {
			t.Errorf("got %v, %v, latency %v", err, reply.Error, reply.Latency)
		}
	})
}

func TestAskInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := hanging(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
		ctx, cancel := context.WithCancel(t.Context())
		r, _, _ := c.Build(hello())
		time.AfterFunc(time.Second, cancel)
		reply, err := c.Ask(exchange.NewContext(ctx, new(exchange.Call)), hello(), r)
		if !errors.Is(err, context.Canceled) || reply.Error == nil || !reply.Error.Unknown {
			t.Errorf("got %v, %+v", err, reply.Error)
		}
		// Interrupted while it waits to be sent, nothing is unknown.
		c.Transport = seenBy(func(r *http.Request) (*http.Response, error) { return nil, r.Context().Err() })
		reply, err = c.Ask(exchange.NewContext(ctx, new(exchange.Call)), hello(), r)
		if !errors.Is(err, context.Canceled) || reply.Error.Unknown {
			t.Errorf("got %v, %+v", err, reply.Error)
		}
	})
}

func TestDialTimeoutIsNotUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := hanging(t, nil)
		c.Transport = provider.Wire(&http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			time.Sleep(time.Hour)
			return nil, errors.New("nobody there")
		}}, nil, 0)
		reply, _, err := ask(t, c, hello())
		if err != nil || reply.Error.Class != provider.Timeout || reply.Error.Unknown {
			t.Errorf("got %v, %+v", err, reply.Error)
		}
		time.Sleep(2 * time.Hour) // until net/http has given up dialling
	})
}
