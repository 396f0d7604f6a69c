package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// killPhase says where in a question's life the process is killed.
type killPhase int

const (
	killOnArrival killPhase = iota // the server has the question, and does not answer it
	killOnReply                    // the reply is on its way
	killLater                      // some time after the reply
	killPhases
	killAtAnyTime // after a pause, whatever was asked
)

type killMoment struct {
	after int // questions that this process sent
	phase killPhase
	pause time.Duration
}

// countingServer answers every question with a text that no other answer has,
// counts the questions by address, and says when to kill who asks.
type countingServer struct {
	*httptest.Server
	now chan struct{} // the moment has come

	mu     sync.Mutex
	asked  map[string]int
	serial int
	armed  *killMoment
	left   int
}

func newCountingServer(t *testing.T) *countingServer {
	s := &countingServer{now: make(chan struct{}, 1), asked: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// arm sets the moment at which the next process is killed.
func (s *countingServer) arm(m killMoment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed, s.left = &m, m.after
}

func (s *countingServer) disarm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = nil
}

func (s *countingServer) answer(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		http.NotFound(w, r) // no balance is told
		return
	}
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	text, moment := s.arrived(r.Header.Get("X-Assay-Address"))
	if moment != nil && moment.phase == killOnArrival {
		s.now <- struct{}{}
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": text}}}})
	if moment != nil {
		_ = http.NewResponseController(w).Flush()
		if moment.phase == killLater {
			time.Sleep(moment.pause) // to come at another moment, not to wait for one
		}
		s.now <- struct{}{}
	}
}

func (s *countingServer) arrived(address string) (text string, moment *killMoment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[address]++
	s.serial++
	if s.armed != nil && s.armed.after > 0 {
		if s.left--; s.left == 0 {
			moment = s.armed
		}
	}
	return fmt.Sprintf("reply %d.", s.serial), moment
}

func (s *countingServer) askedFor(address string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[address]
}

// knowledge is what the journals said after each kill, by turn.
type knowledge struct {
	replies map[string]string // address to text
	unknown map[string]bool
}

func newKnowledge() *knowledge {
	return &knowledge{replies: map[string]string{}, unknown: map[string]bool{}}
}

// journalLine is what the test reads of a journal's line. The format is read
// here without the code under test: what it forgets is not forgotten here.
type journalLine struct {
	Record   string `json:"record"`
	ID       string `json:"id"`
	Instance string `json:"instance"`
	Sample   int    `json:"sample"`
	Turn     int    `json:"turn"`
	Text     string `json:"text"`
}

// read takes in the journal as a kill left it.
func (k *knowledge) read(t *testing.T, p *userProject) {
	t.Helper()
	intents := map[string]string{}
	ended := map[string]bool{}
	for name, text := range p.files(t, ".assay/journal") {
		if !strings.HasSuffix(name, ".jsonl") {
			continue // a temporary file of a journal that was being shortened
		}
		lines := strings.SplitAfter(text, "\n")
		for i, raw := range lines {
			var line journalLine
			if err := json.Unmarshal([]byte(raw), &line); err != nil {
				if i != len(lines)-1 {
					t.Errorf("%s:%d is torn and not the last line: %q", name, i+1, raw)
				}
				continue
			}
			switch line.Record {
			case "intent":
				intents[line.ID] = fmt.Sprintf("%s#%d.turn[%d]", line.Instance, line.Sample, line.Turn)
			case "reply":
				ended[line.ID] = true
				k.replied(t, intents[line.ID], contentOf(t, line.Text))
			case "not-sent", "done":
				ended[line.ID] = true
			}
		}
	}
	for id, address := range intents {
		if !ended[id] {
			k.unknown[address] = true
		}
	}
}

func (k *knowledge) replied(t *testing.T, address, text string) {
	t.Helper()
	if before, ok := k.replies[address]; ok && before != text {
		t.Errorf("%s was answered twice: %q and %q", address, before, text)
	}
	k.replies[address] = text
}

func contentOf(t *testing.T, body string) string {
	t.Helper()
	var reply struct {
		Choices []struct{ Message struct{ Content string } }
	}
	if err := json.Unmarshal([]byte(body), &reply); err != nil || len(reply.Choices) != 1 {
		t.Fatalf("a reply in the journal is damaged: %v: %q", err, body)
	}
	return reply.Choices[0].Message.Content
}

// checkKept wants every reply that was ever in a journal in a journal or a file,
// or among the kept ones.
func (k *knowledge) checkKept(t *testing.T, p *userProject) {
	t.Helper()
	k.checkIn(t, p.files(t, "fixtures"), p.files(t, ".assay/journal"), p.files(t, ".assay/replies"))
}

// checkRecorded wants it in a file.
func (k *knowledge) checkRecorded(t *testing.T, p *userProject) {
	t.Helper()
	k.checkIn(t, p.files(t, "fixtures"))
}

func (k *knowledge) checkIn(t *testing.T, places ...map[string]string) {
	t.Helper()
	var all strings.Builder
	for _, files := range places {
		for name, text := range files {
			if !strings.HasSuffix(name, ".tmp") {
				all.WriteString(text)
			}
		}
	}
	for address, text := range k.replies {
		if !strings.Contains(all.String(), text) {
			t.Errorf("the reply to %s is lost: %q", address, text)
		}
	}
}

// checkAsked wants nothing asked twice: no reply, and nothing unknown either.
func (k *knowledge) checkAsked(t *testing.T, s *countingServer) {
	t.Helper()
	for address := range k.replies {
		if n := s.askedFor(address); n != 1 {
			t.Errorf("%s was asked %d times, and its first reply was kept", address, n)
		}
	}
	for address := range k.unknown {
		if n := s.askedFor(address); n > 1 {
			t.Errorf("%s was asked %d times, and its outcome was unknown", address, n)
		}
	}
}

// checkAskedAtLast allows what was unknown once more.
func (k *knowledge) checkAskedAtLast(t *testing.T, s *countingServer) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for address, n := range s.asked {
		if n > 1 && (!k.unknown[address] || n > 2) {
			t.Errorf("%s was asked %d times", address, n)
		}
	}
	if len(s.asked) != 300 {
		t.Errorf("%d turns were asked, want 300", len(s.asked))
	}
}

// checkListed wants exactly what is unknown named.
func (k *knowledge) checkListed(t *testing.T, stderr string) {
	t.Helper()
	var got []string
	for line := range strings.Lines(stderr) {
		if rest, ok := strings.CutPrefix(line, "  ? "); ok {
			address, _, _ := strings.Cut(rest, ", sent ")
			got = append(got, address)
		}
	}
	var want []string
	for address := range k.unknown {
		want = append(want, address)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("listed as unknown:\n got %q\nwant %q\n%.2000s", got, want, stderr)
	}
}
