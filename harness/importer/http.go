package importer

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
)

// sent is one HTTP request of a source, as it stands there.
type sent struct {
	place  Place
	method string
	url    string
	header []exchange.Field
	body   []byte
	losses []string // what its format can't carry over
	noBody string   // why its body is not there, if there is one
	reply  *Reply   // nil for none; else its body is not looked at yet
}

// mail is all HTTP requests of the sources.
type mail struct {
	list  []*sent
	vault vault
}

func (m *mail) add(s *sent) { m.list = append(m.list, s) }

// questions finds the requests that ask a chat model something. Secrets are
// collected from all requests before any text is used: a token of one may
// stand in the body of another.
func (m *mail) questions(notes *Notes) ([]*Question, error) {
	requests := make([]*Request, len(m.list))
	kept := make([][]string, len(m.list))
	for i, s := range m.list {
		requests[i], kept[i] = m.request(s)
	}
	m.priced()
	redactor, err := m.vault.redactor()
	if err != nil {
		return nil, fmt.Errorf("the secrets can't be told from other text: %w", err)
	}
	var out []*Question
	for i, s := range m.list {
		r := requests[i]
		if r == nil {
			notes.Add(s.place, "skipped: it has no http or https URL, or no HTTP method")
			continue
		}
		q, err := question(s, r, redactor, notes)
		switch {
		case errors.Is(err, errNoChat) && s.noBody != "":
			notes.Add(s.place, "skipped: %s", redactor.String(s.noBody))
			continue
		case errors.Is(err, errNoChat):
			notes.Add(s.place, "no chat request, skipped: it has no JSON body with messages")
			continue
		case err != nil:
			notes.Add(s.place, "skipped: %v", err)
			continue
		}
		for _, text := range slices.Concat(kept[i], s.losses) {
			notes.Add(s.place, "%s", redactor.String(text))
		}
		out = append(out, q)
	}
	return out, nil
}

// priced tells costs from balances: each reply carries what is left in the
// account. Replies that were under way together tell nothing.
func (m *mail) priced() {
	type balance struct {
		left  credit.Amount
		until time.Time
	}
	before := map[string]balance{}
	for _, s := range m.list {
		u, err := url.Parse(s.url)
		if err != nil || s.reply == nil {
			continue
		}
		left, err := credit.ParseAmount(strings.TrimSpace(s.reply.Header.Get("X-Remaining-Credits")))
		if err != nil {
			continue
		}
		now := balance{left, s.reply.At.Add(s.reply.Latency)}
		last, known := before[u.Host]
		if known && s.reply.Status == http.StatusOK && !s.reply.At.Before(last.until) {
			if drop := last.left.Sub(left); drop.Sign() >= 0 {
				s.reply.Drop = &drop
			}
		}
		before[u.Host] = now
	}
}

// question reads one request and its reply.
func question(s *sent, r *Request, redactor *exchange.Redactor, notes *Notes) (*Question, error) {
	clean := redactor.Bytes(s.body)
	b, err := readBody(clean)
	if err != nil {
		return nil, err
	}
	if err := asks(b.messages); err != nil {
		return nil, err
	}
	if !bytes.Equal(clean, s.body) {
		notes.Add(s.place, "a secret stood in the request's body: (sensitive:…) stands there now")
	}
	for _, loss := range b.losses {
		notes.Add(s.place, "left out: %s", loss)
	}
	r.Body = clean
	r.URL.RawQuery, r.URL.Path = redactor.String(r.URL.RawQuery), redactor.String(r.URL.Path)
	q := &Question{Place: s.place, Messages: b.messages, Params: b.params, Model: b.model, Request: r, shape: b.shape}
	if b.stream {
		notes.Add(s.place, "left out: stream: true: replies are read whole, so the question is asked without it")
	}
	q.Reply = usable(s, redactor, notes)
	return q, nil
}

// asks reports, as an error, a conversation that does not end in a question.
func asks(messages []exchange.Message) error {
	if last := messages[len(messages)-1].Role; last != "user" {
		return fmt.Errorf("its messages end in one of the %s: a suite asks with a user's", last)
	}
	return nil
}

// usable gives a reply that a recording can be made of.
func usable(s *sent, redactor *exchange.Redactor, notes *Notes) *Reply {
	if s.reply == nil {
		return nil
	}
	r := *s.reply
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Status < 200 || r.Status > 599 || r.Status/100 == 3:
		notes.Add(s.place, "the reply is left out: its status is %d", r.Status)
		return nil
	case media == "text/event-stream" || bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("data:")) || bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("event:")):
		notes.Add(s.place, "the reply is left out: it is a stream, which can't be replayed yet")
		return nil
	}
	if body := redactor.Bytes(r.Body); !bytes.Equal(body, r.Body) {
		notes.Add(s.place, "a secret stood in the reply: (sensitive:…) stands there now")
		r.Body = body
	}
	r.Header = redacted(r.Header, redactor)
	if r.Status/100 != 2 {
		return &r
	}
	if read := provider.ReadReply(&exchange.Response{Status: r.Status, Body: r.Body}); read.Error != nil {
		notes.Add(s.place, "the reply is left out: %s", clip(read.Error.Message))
		return nil
	}
	return &r
}

func redacted(h http.Header, redactor *exchange.Redactor) http.Header {
	out := http.Header{}
	for name, values := range h {
		for _, value := range values {
			out.Add(name, redactor.String(value))
		}
	}
	return out
}

// isMethod reports whether a suite can ask with a method.
func isMethod(method string) bool {
	return method != "" && !strings.EqualFold(method, "CONNECT") &&
		!strings.ContainsFunc(method, func(c rune) bool { return (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') })
}

// carried are the headers that an API's meaning may hang on and that hold no
// account's data: they are written into the suite.
var carried = []string{"anthropic-beta", "anthropic-version", "openai-beta"}

// request takes the secrets out of a request, and says what of it is not carried
// over. It gives nil for what has no address.
func (m *mail) request(s *sent) (*Request, []string) {
	u, err := url.Parse(strings.TrimSpace(s.url))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || !isMethod(s.method) {
		return nil, nil
	}
	u.RawQuery = strings.ToValidUTF8(u.RawQuery, "\uFFFD")
	r := &Request{Method: strings.ToUpper(s.method), URL: u}
	m.vault.body(s.body)
	var notes []string
	if taken := m.vault.address(u); len(taken) > 0 {
		r.Key = hasKey
		for _, what := range taken {
			notes = append(notes, "left out: "+what+": a key belongs in the environment")
		}
	}
	var left []string
	for _, f := range s.header {
		name := strings.ToLower(strings.TrimSpace(f.Name))
		switch {
		case strings.HasPrefix(name, ":"): // HTTP/2's own
		case m.vault.header(name, f.Value):
			if name != "cookie" {
				r.Key = hasKey
			}
			if name == "cookie" {
				notes = append(notes, "left out: header cookie: it names a session")
				continue
			}
			notes = append(notes, "left out: header "+clip(name)+": a key belongs in the environment")
		case strings.ContainsFunc(f.Value, unicode.IsControl):
			left = append(left, clip(name))
		case slices.Contains(carried, name):
			r.Header = append(r.Header, exchange.Field{Name: name, Value: f.Value})
		case name == "content-type":
			if !strings.Contains(f.Value, "json") {
				r.Header = append(r.Header, exchange.Field{Name: name, Value: f.Value})
			}
		case !slices.Contains(left, clip(name)):
			left = append(left, clip(name))
		}
	}
	if len(left) > 0 {
		slices.Sort(left)
		notes = append(notes, "left out: the client's headers "+strings.Join(left, ", ")+" (what the API needs of them goes under request.headers)")
	}
	return r, notes
}
