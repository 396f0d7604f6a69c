package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// stormServer answers at random, well or in any of the ways in which servers
// fail, and keeps exact books of what it billed.
type stormServer struct {
	*httptest.Server
	now chan struct{} // the moment to kill who asks

	mu     sync.Mutex
	random *rand.Rand
	calm   bool           // no answer is lost any more
	asked  int            // questions
	billed map[string]int // by turn
	texts  map[string]string
	killIn int // questions until the moment; 0: none
}

// fate is what becomes of a question.
type fate struct {
	share  int // of 100
	billed bool
	lossy  bool // the asker can't know whether it was billed
	answer func(s *stormServer, w http.ResponseWriter, r *http.Request, text string)
}

func fates() []fate {
	status := func(code int, body string, header ...string) func(*stormServer, http.ResponseWriter, *http.Request, string) {
		return func(_ *stormServer, w http.ResponseWriter, _ *http.Request, _ string) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	const page = "<html><body><h1>Bad gateway</h1></body></html>"
	return []fate{
		{share: 6, answer: status(429, `{"error":"slow down"}`, "Retry-After", "0.02")},
		{share: 1, answer: status(429, `{"error":"slow down"}`)}, // all pause for half a second,
		{share: 5, answer: status(500, `{"error":"oh no"}`)},
		{share: 2, answer: status(502, page, "Content-Type", "text/html")},
		{share: 2, answer: status(200, page, "Content-Type", "text/html")},
		{share: 2, answer: status(200, `{"code":"overloaded","error":"The model is at capacity."}`)},
		{share: 3, billed: true, lossy: true, answer: reset},
		{share: 2, billed: true, lossy: true, answer: never},
		{share: 3, billed: true, lossy: true, answer: cut},
		{share: 1, lossy: true, answer: reset}, // it fell over before it did anything
		{share: 73, billed: true, answer: well},
	}
}

func well(_ *stormServer, w http.ResponseWriter, _ *http.Request, text string) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": text}}}})
}

func cut(_ *stormServer, w http.ResponseWriter, _ *http.Request, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "4000")
	fmt.Fprintf(w, `{"choices":[{"message":{"role":"assistant","content":%q`, text)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func never(_ *stormServer, _ http.ResponseWriter, r *http.Request, _ string) { <-r.Context().Done() }

func reset(s *stormServer, w http.ResponseWriter, _ *http.Request, _ string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // closing sends a reset
	}
	_ = conn.Close()
}

func newStormServer(t *testing.T, seed uint64) *stormServer {
	s := &stormServer{
		now: make(chan struct{}, 1), random: rand.New(rand.NewPCG(seed, 5)),
		billed: map[string]int{}, texts: map[string]string{},
	}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *stormServer) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		http.NotFound(w, r) // no balance is told
		return
	}
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	f, text := s.decide(r.Header.Get("X-Assay-Address"))
	f.answer(s, w, r, text)
}

// decide picks a question's fate and bills it.
func (s *stormServer) decide(address string) (f fate, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.killIn > 0 {
		if s.killIn--; s.killIn == 0 {
			s.now <- struct{}{}
		}
	}
	all := fates()
	n := s.random.IntN(100)
	for i := 0; ; i++ {
		if n -= all[i].share; n < 0 {
			f = all[i]
			break
		}
	}
	if s.calm && f.lossy {
		f = all[len(all)-1]
	}
	text = fmt.Sprintf("reply %d.", s.asked)
	if f.billed {
		s.billed[address]++
		s.texts[address] += text + "\n"
	}
	return f, text
}

func (s *stormServer) killAfter(questions int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.killIn = questions
}

func (s *stormServer) becomeCalm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calm = true
}

// paid counts what was billed.
func (s *stormServer) paid() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, times := range s.billed {
		n += times
	}
	return n
}

// listedUnknown gives the turns whose outcome an apply said that nobody knows.
func listedUnknown(stderr string) map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(stderr) {
		if rest, ok := strings.CutPrefix(line, "  ? "); ok {
			address, _, _ := strings.Cut(rest, ", sent ")
			out[address] = true
		}
	}
	return out
}
