package mock

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/assay-harness/assay/harness/exchange"
)

// reason is why a question got no answer: the value of x-assay-miss.
type reason string

const (
	notRecorded   reason = "not recorded"
	otherQuestion reason = "recorded for another question"
	exhausted     reason = "exhausted"
)

// statusMiss is one that the API itself never sends, and that no client takes
// for a fault of the model or asks again after.
const statusMiss = http.StatusFailedDependency

// Miss is a question that nothing answered.
type Miss struct {
	Method, Path string
	LastUser     string // its last user message, without secrets
	Address      string // that it asked for; "" for none
	Reason       string // not recorded, recorded for another question, exhausted
	Nearest      string // the address of the nearest recording; "" when there is none
	Times        int
}

// String gives the miss in one line.
func (m Miss) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s: %s", m.Method, m.Path, shortened(m.LastUser), m.Reason)
	if m.Address != "" {
		fmt.Fprintf(&b, " at %s", m.Address)
	}
	if m.Nearest != "" && m.Nearest != m.Address {
		fmt.Fprintf(&b, "; the nearest is %s", m.Nearest)
	}
	if m.Times > 1 {
		fmt.Fprintf(&b, " (%d times)", m.Times)
	}
	return b.String()
}

// shortened quotes a text and cuts it to a line's length.
func shortened(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}

// misses counts questions without an answer. It keeps so many different ones.
type misses struct {
	mu    sync.Mutex
	known []Miss
	index map[Miss]int
	more  int
}

const keptMisses = 1000

func (m *misses) add(miss Miss) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.index == nil {
		m.index = map[Miss]int{}
	}
	i, known := m.index[miss]
	switch {
	case known:
		m.known[i].Times++
	case len(m.known) == keptMisses:
		m.more++
	default:
		m.index[miss] = len(m.known)
		miss.Times = 1
		m.known = append(m.known, miss)
	}
}

func (m *misses) list() []Miss {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := append([]Miss(nil), m.known...)
	if m.more > 0 {
		out = append(out, Miss{Reason: "and other questions", Times: m.more})
	}
	return out
}

// miss answers that there is no answer, and says what would have been nearest.
func (s *Server) miss(q *question, why reason, nearest *recording) *reply {
	miss := Miss{
		Method: q.method, Path: q.path, LastUser: q.redactor.String(q.lastUser),
		Address: q.header.Get(exchange.HeaderAddress), Reason: string(why),
	}
	text := "assay serve has no answer to " + shortened(miss.LastUser) + ": " + miss.Reason
	if miss.Address != "" {
		text += " (" + miss.Address + ")"
	}
	if nearest != nil {
		miss.Nearest = nearest.Address.String()
		text += ". The nearest recording is " + miss.Nearest + ", which was asked " + shortened(lastUser(nearest.Adds))
	}
	s.misses.add(miss)
	s.options.Log("miss: " + miss.String())
	answer := refusal(statusMiss, text).of(q)
	answer.header = http.Header{http.CanonicalHeaderKey(exchange.HeaderMiss): {miss.Reason}}
	return answer
}
