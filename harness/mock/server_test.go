package mock_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/mock"
)

func contextWithTimeout(t testing.TB, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}

// request gives one that needs no socket.
func request(t testing.TB, text string) *http.Request {
	r := asking(text)
	req := httptest.NewRequestWithContext(t.Context(), r.Method, "http://mock/v1"+r.Path, bytes.NewReader(r.Body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-api-key", "key")
	return req
}

// stored gives the recordings of a store, as assay serve does.
type stored struct{ *fixture.Store }

func (s stored) All() iter.Seq2[*fixture.Case, error] { return s.Scan(context.Background()) }

// Replay, the server behind a socket and the server without one give the same
// status, stored headers and bytes of every recording.
func TestServerAndReplayGiveTheSameBytes(t *testing.T) {
	folder, err := disk.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	bodies := map[string]exchange.Response{
		"plain":   {Status: 200, Body: []byte(`{"id": "1", "n": 1.50, "choices":[{"message":{"content":"two\nlines ☃ 👩‍👩‍👧"}}]}`)},
		"spaces":  {Status: 200, Body: []byte("{ \"a\" : [ 1 , 2 ] }\n")},
		"html":    {Status: 405, Header: []exchange.Field{{Name: "content-type", Value: "text/html"}}, Body: []byte("<html>\r\n405</html>")},
		"binary":  {Status: 200, Body: []byte{0, 1, 0xff, 0xfe}},
		"empty":   {Status: 500},
		"headers": {Status: 404, Header: []exchange.Field{{Name: "content-type", Value: "application/json"}, {Name: "x-cost", Value: "0.1"}, {Name: "x-request-id", Value: "a"}}, Body: []byte(`{"error":"x"}`)},
	}
	store := fixture.Open(fixture.Options{Folder: folder})
	for name, response := range bodies {
		e := kept(t, name, 1, asking(name), 0, "", "0.001")
		e.Response = response
		if err := store.Save(caseOf(e)); err != nil {
			t.Fatal(err)
		}
	}
	store = fixture.Open(fixture.Options{Folder: folder})
	server, c := serve(t, mock.Options{Recordings: stored{store}})
	for name := range bodies {
		r := asking(name)
		call := &exchange.Call{Address: kept(t, name, 1, r, 0, "", "").Address, Number: 1, Request: &r, Key: r.Key()}
		replayed, err := fixture.Replay(store).RoundTrip(request(t, name).WithContext(exchange.NewContext(t.Context(), call)))
		if err != nil {
			t.Fatal(err)
		}
		direct, err := mock.Transport(server).RoundTrip(request(t, name))
		if err != nil {
			t.Fatal(err)
		}
		overSocket := c.ask(name)
		want := facts(t, replayed.StatusCode, replayed.Header, replayed.Body)
		if got := facts(t, direct.StatusCode, direct.Header, direct.Body); got != want {
			t.Errorf("%s without a socket: got %s, want %s", name, got, want)
		}
		if got := facts(t, overSocket.status, overSocket.header, strings.NewReader(overSocket.body)); got != want {
			t.Errorf("%s over a socket: got %s, want %s", name, got, want)
		}
	}
}

func facts(t *testing.T, status int, header http.Header, body io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %v %q", status, exchange.StoredHeader(header, nil), data)
}

// Many clients at once: every one gets its own reply, each account falls by
// exactly what its calls cost, and a ledger finds each cost from the balances.
func TestManyClientsAtOnce(t *testing.T) {
	const workers, each = 16, 25
	var recordings cases
	price := func(worker int) string { return fmt.Sprintf("0.00%d1", worker) }
	for worker := range workers {
		name := fmt.Sprintf("w%d", worker)
		recordings = append(recordings, caseOf(kept(t, name, 1, asking(name), 200, `"`+name+`"`, price(worker))))
	}
	_, c := serve(t, mock.Options{Recordings: recordings})
	ledger, mu, costs := ledgerOf(t)
	c.http.Transport.(*http.Transport).MaxIdleConnsPerHost = workers
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			name := fmt.Sprintf("w%d", worker)
			for range each {
				ticket := ledger.Sent()
				reply := c.ask(name)
				if reply.body != `"`+name+`"` {
					t.Errorf("%s got %s", name, reply.body)
				}
				mu.Lock()
				costs[ticket] = price(worker)
				mu.Unlock()
				ledger.Ended(ticket, credit.End{Status: 200, Billed: true, Balance: amount(t, reply.header.Get("x-remaining-credits"))})
			}
		})
	}
	wg.Wait()
	ledger.Close()
	spent := amount(t, "0")
	for worker := range workers {
		spent = new(spent.Add(amount(t, price(worker)).Mul(credit.FromInt(each))))
	}
	c.do("GET", "/get-user-credits", "").want(t, 200, "", credit.FromInt(10).Sub(*spent).String())
}

// ledgerOf gives a ledger that checks what it settles against the costs noted.
func ledgerOf(t *testing.T) (*credit.Ledger, *sync.Mutex, map[credit.Ticket]string) {
	var mu sync.Mutex
	costs := map[credit.Ticket]string{}
	l := credit.NewLedger(credit.LedgerOptions{OnSettled: func(ticket credit.Ticket, got credit.Cost) {
		mu.Lock()
		defer mu.Unlock()
		if got.Unsure || got.Credits == nil || !got.Credits.Equal(*amount(t, costs[ticket])) {
			t.Errorf("ticket %s: got %v, want %s", ticket, got.Credits, costs[ticket])
		}
	}})
	l.Open(credit.FromInt(10))
	return l, &mu, costs
}

func TestLargeAndBrokenRequests(t *testing.T) {
	s, c := serve(t, mock.Options{Echo: true})
	big := `{"messages":[{"role":"user","content":"` + strings.Repeat("x", 33<<20) + `"}]}`
	c.do("POST", "/grok-2", big).want(t, 413, "larger than 32 MB", "10")
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	c.do("POST", "/grok-2", `{"messages":`+deep+`}`).want(t, 406, "Invalid", "10")
	c.do("POST", "/grok-2", `{"messages":[{"role":"user","content":"\ud800"}]}`).want(t, 200, "\ufffd", "")
	c.do("POST", "/grok-2", "{\"messages\":[{\"role\":\"user\",\"content\":\"\xff\"}]}").want(t, 200, "\ufffd", "")
	c.do("HEAD", "/grok-2", "").want(t, 405, "", "")
	c.do("OPTIONS", "/grok-2", "").want(t, 405, "", "")

	host := strings.TrimSuffix(strings.TrimPrefix(c.url, "http://"), "/v1")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/grok-2 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"mess")
	conn.Close() // in the midst of its body
	c.ask("still there").want(t, 200, "still there", "")
	if got := len(s.Misses()); got != 0 {
		t.Errorf("%d misses", got)
	}
}

func TestManyMissesAreBounded(t *testing.T) {
	s := mock.New(mock.Options{})
	for i := range 1200 {
		if _, err := mock.Transport(s).RoundTrip(request(t, fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	misses := s.Misses()
	if last := misses[len(misses)-1]; len(misses) != 1001 || last.Times != 200 {
		t.Errorf("%d misses, the last %v", len(misses), last)
	}
}

func TestTransportClosesBodies(t *testing.T) {
	body := &closer{Reader: strings.NewReader(`{"messages":[{"role":"user","content":"hi"}]}`)}
	req := request(t, "x")
	req.Body = body
	resp, err := mock.Transport(mock.New(mock.Options{Echo: true})).RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK || !body.closed {
		t.Errorf("got %v, %v, closed %t", resp, err, body.closed)
	}
	req = request(t, "x")
	req.Body = io.NopCloser(&failing{})
	if _, err := mock.Transport(mock.New(mock.Options{Echo: true})).RoundTrip(req); !exchange.OutcomeUnknown(err) {
		t.Errorf("a body that can't be read: %v", err)
	}
}

type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// A client that sends its body slowly is given up after a minute.
func TestSlowClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		pipe := &oneConn{conn: far, closed: make(chan struct{})}
		server := &http.Server{Handler: mock.New(mock.Options{Echo: true})}
		go server.Serve(pipe)
		defer server.Close()
		fmt.Fprintf(near, "POST /v1/grok-2 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"mess")
		start := time.Now()
		resp, err := http.ReadResponse(bufio.NewReader(near), nil)
		if err != nil || resp.StatusCode != http.StatusRequestTimeout || time.Since(start) != time.Minute {
			t.Errorf("got %v, %v after %s", resp, err, time.Since(start))
		}
		near.Close()
	})
}

// oneConn is a listener of one connection.
type oneConn struct {
	conn   net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *oneConn) Accept() (conn net.Conn, err error) {
	l.once.Do(func() { conn = l.conn })
	if conn != nil {
		return conn, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}
func (l *oneConn) Close() error   { close(l.closed); return nil }
func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }

// Addresses of hostile keys come through a header as they are.
func TestAddressesOfAnyText(t *testing.T) {
	e := kept(t, "cats", 1, asking("x"), 200, `"found"`, "")
	for _, key := range []string{"", " ", "日本", "a\nb", "\x7f\x01", `"]@x`, "é\u0301"} {
		e.Address = address.Address{Suite: "s", Case: "c", Key: key, Keyed: true, Provider: "p", Sample: 1, Turn: address.Turn{Name: key + "t"}}
		_, c := serve(t, mock.Options{Recordings: cases{caseOf(e)}})
		c.ask("x", "X-Assay-Address: "+e.Address.String()).want(t, 200, "found", "")
	}
}

func FuzzServe(f *testing.F) {
	f.Add("POST", "/v1/grok-2", "application/json", "key", `{"messages":[{"role":"user","content":"hi"}]}`, "")
	f.Add("GET", "/v1/get-user-credits", "", "", "", "")
	f.Add("POST", "/v1/%ff?%zz", "a/b;c", "Bearer", `{"messages":{"contents":[{}]}}`, "jokes.cats@grok-2#1.turn[1]")
	f.Add("POST", "/v1/chat/completions", "application/json", "", `{"messages":[[]],"model":7}`, "x")
	recordings := recorded(f)
	allowed := []int{200, 401, 404, 405, 406, 413, 424}
	f.Fuzz(func(t *testing.T, method, path, kind, key, body, at string) {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://mock/"+strings.TrimPrefix(path, "/"), strings.NewReader(body))
		if err != nil {
			return
		}
		req.Header = http.Header{"Content-Type": {kind}, "X-Api-Key": {key}, "Authorization": {key}, "X-Assay-Address": {at}}
		w := httptest.NewRecorder()
		mock.New(mock.Options{Recordings: recordings, Echo: true}).ServeHTTP(w, req)
		if !slices.Contains(allowed, w.Code) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %q", w.Code, w.Body)
		}
	})
}
