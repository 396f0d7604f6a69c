package mock

import (
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
)

const (
	// largestBody is the greatest request that is read.
	largestBody = 32 << 20
	// bodyTimeout is how long a client may take to send it.
	bodyTimeout = time.Minute

	creditsPath   = "/get-user-credits"
	headerBalance = "X-Remaining-Credits"
	// nobody is the account of who needs no key.
	nobody = "(no key)"
)

// ServeHTTP answers as the API would.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := s.question(r)
	var answer *reply
	tooLarge := (*http.MaxBytesError)(nil)
	switch err := q.receive(w, r); {
	case errors.As(err, &tooLarge):
		answer = refusal(http.StatusRequestEntityTooLarge, "The request body is larger than 32 MB")
	case err != nil: // if the client is gone nobody listens, but silence would be a 200
		answer = refusal(http.StatusRequestTimeout, "The request body did not arrive")
	default:
		answer = s.answer(q)
	}
	if !wait(r, answer.latency) {
		return
	}
	left, enough := s.settle(answer)
	if !enough {
		answer = insufficient(answer.account)
	}
	write(w, r, answer, left)
}

func (s *Server) question(r *http.Request) *question {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return &question{
		method: r.Method, path: below(r.URL), query: r.URL.RawQuery, header: r.Header,
		user: apiKey(r.Header), net: host, redactor: s.options.Redactor,
	}
}

// receive reads the body. A client that sends it slowly is given up, so that it
// holds nothing for ever.
func (q *question) receive(w http.ResponseWriter, r *http.Request) (err error) {
	if r.Body == nil {
		return nil
	}
	control := http.NewResponseController(w)
	// Where deadlines are not supported (no socket), nobody is slow either.
	late := time.AfterFunc(bodyTimeout, func() { _ = control.SetReadDeadline(longAgo()) })
	q.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	// After an error the deadline stands: net/http must not wait for the rest either.
	if inTime := late.Stop(); !inTime && err == nil {
		_ = control.SetReadDeadline(time.Time{})
	}
	return err
}

func longAgo() time.Time { return time.Unix(1, 0) }

// credentials says whose key the request may carry.
func (s *Server) credentials(q *question, address string) []exchange.Credential {
	switch {
	case q.user == "" && len(s.keys) == 0 && q.path == chatPath:
		// Local servers of OpenAI's API want no key: a question to them is own.
		return []exchange.Credential{exchange.None, exchange.Own}
	case q.user == "":
		return []exchange.Credential{exchange.None}
	case len(s.keys) > 0 && !s.keys[q.user]:
		return []exchange.Credential{exchange.Other}
	case len(s.keys) == 0 && address != "":
		return []exchange.Credential{exchange.Own, exchange.Other}
	}
	return []exchange.Credential{exchange.Own}
}

// recorded gives the recordings of exactly this question: with an address the
// one that is there, and no other. stale: another question's is there.
func (s *Server) recorded(q *question) (found []*recording, stale bool) {
	address := q.header.Get(exchange.HeaderAddress)
	credentials := s.credentials(q, address)
	if address == "" {
		return s.recordings.find(q, credentials), false
	}
	r, same := s.recordings.at(address, q, credentials)
	if !same {
		return nil, r != nil
	}
	return []*recording{r}, false
}

// answer goes through the checks in the API's order. What is recorded of exactly
// this question passes those that its request could not.
func (s *Server) answer(q *question) *reply {
	found, stale := s.recorded(q)
	pinned := len(found) > 0
	bent := pinned && found[0].bent(q)
	refused := pinned && found[0].Status != http.StatusOK
	switch {
	case q.path == "" || !pinned && !s.paths[q.path] && q.path != creditsPath:
		return refusal(http.StatusNotFound, "The requested URL does not exist")
	case !pinned && q.user == "" && !s.openToAll(q):
		return refusal(http.StatusUnauthorized, "Missing Authorization or x-api-key in header")
	case !pinned && len(s.keys) > 0 && !s.keys[q.user]:
		return refusal(http.StatusUnauthorized, "Unauthorized. API key is invalid or may have expired. Please check your API key")
	case !pinned && q.path == creditsPath:
		return s.balance(q)
	case !pinned && q.method != http.MethodPost:
		return notAllowed(q.account(), http.MethodPost)
	case !isJSON(q.header) && !bent:
		return refusal(http.StatusNotAcceptable, "Invalid content type").of(q)
	case s.accounts.balance(q.account()).Sign() <= 0 && !refused:
		return insufficient(q.account())
	case pinned:
		return s.replay(q, found)
	}
	if wrong := q.read(); wrong != "" {
		return refusal(http.StatusNotAcceptable, wrong).of(q)
	}
	return s.invent(q, stale)
}

// openToAll reports whether a question needs no key: on a local server of
// OpenAI's API, if anything can answer it.
func (s *Server) openToAll(q *question) bool {
	return len(s.keys) == 0 && q.path == chatPath && (s.options.Script != nil || s.options.Echo)
}

// account gives the ledger that the question's answer is charged to.
func (q *question) account() string {
	if q.user == "" {
		return nobody
	}
	return q.user
}

// bent reports whether a request that is not JSON is so by the suite's will.
func (r *recording) bent(q *question) bool {
	return len(q.body) == 0 || slices.Contains(r.header, "content-type")
}

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return (err == nil || errors.Is(err, mime.ErrInvalidMediaParameter)) && kind == "application/json"
}

// replay answers with a recording.
func (s *Server) replay(q *question, found []*recording) *reply {
	turn := s.turn(q, found)
	if turn < 0 {
		return s.miss(q, exhausted, found[0])
	}
	r := found[turn]
	answer := &reply{Exchange: r.Exchange, account: q.account()}
	if r.Status == http.StatusUnauthorized {
		answer.account = "" // whoever it was, the account was not theirs
	}
	if r.Status == http.StatusOK && r.Credits != nil {
		answer.price = *r.Credits
	}
	return answer
}

// turn says which of a question's recordings is next for this client, -1 when
// it had them all.
func (s *Server) turn(q *question, found []*recording) int {
	if q.header.Get(exchange.HeaderAddress) != "" {
		return 0
	}
	key := turnKey{found[0].Key, q.user, q.net}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.served[key]
	if s.options.Once && n >= len(found) {
		return -1
	}
	s.served[key] = n + 1
	return n % len(found)
}

// invent answers what is not recorded: from the script, or by an echo.
func (s *Server) invent(q *question, stale bool) *reply {
	if answer := s.options.Script.answer(s, q); answer != nil {
		return answer
	}
	if s.options.Echo {
		return s.completion(q, q.lastUser)
	}
	if stale {
		return s.miss(q, otherQuestion, s.recordings.byAddress[q.header.Get(exchange.HeaderAddress)])
	}
	return s.miss(q, notRecorded, s.recordings.nearest(q))
}

// balance answers GET /get-user-credits.
func (s *Server) balance(q *question) *reply {
	if q.method != http.MethodGet {
		return notAllowed(q.account(), http.MethodGet)
	}
	left := s.accounts.balance(q.account())
	answer := said(http.StatusOK, `{"credits":`+left.String()+`,"free-credits":0}`).of(q)
	answer.left = &left
	return answer
}

// settle charges an answer, and gives what is left.
func (s *Server) settle(answer *reply) (left credit.Amount, enough bool) {
	switch {
	case answer.left != nil:
		return *answer.left, true
	case answer.account == "":
		return s.accounts.balance(""), true
	}
	return s.accounts.charge(answer.account, answer.price)
}

// wait lets a scripted latency pass; it reports false when the client left.
func wait(r *http.Request, latency time.Duration) bool {
	if latency <= 0 {
		return true
	}
	t := time.NewTimer(latency)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// write sends an answer, its bytes from the builder that replay uses too.
func write(w http.ResponseWriter, r *http.Request, answer *reply, left credit.Amount) {
	resp := fixture.Response(answer.Exchange, r)
	defer resp.Body.Close()
	h := w.Header()
	for name, values := range resp.Header {
		h[name] = values
	}
	if h["Content-Type"] == nil {
		h["Content-Type"] = nil // or net/http guesses one
	}
	h.Set(headerBalance, left.String())
	h.Set(exchange.HeaderOrigin, string(answer.Origin))
	for name, values := range answer.header {
		if values[0] == "" {
			h.Del(name)
			continue
		}
		h[name] = values
	}
	status := answer.Status
	if status < 200 || status > 999 {
		status = http.StatusInternalServerError // net/http would panic
	}
	w.WriteHeader(status)
	// The client may be gone, and some statuses have no body: neither is a fault.
	_, _ = io.Copy(w, resp.Body)
}
