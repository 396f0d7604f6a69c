// Package exchange is one HTTP round trip as it is stored and compared: its
// canonical form, its key, its facts, and the redactor that stands between the
// socket and everything else. It sends nothing.
package exchange

import (
	"context"
	"net/http"
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
)

// Part is one block of a message's content.
type Part struct{ Text string }

// Message is one message of a conversation. Parts is nil where the content is
// a string (Text); otherwise the content is a list of text parts.
type Message struct {
	Role  string
	Text  string
	Parts []Part
}

// Credential says whose key a request carries. It comes from the suite, never
// from the environment.
type Credential string

// The credentials.
const (
	Own   Credential = "own"   // the provider's, set or not
	None  Credential = "none"  // api_key: ""
	Other Credential = "other" // api_key: some other text
)

// Field is one header field; Name is lower-case.
type Field struct{ Name, Value string }

// Request is what a question sends, without host and secrets.
type Request struct {
	Method     string
	Path       string // below the base URL, with a leading slash
	Query      string // without ?
	Credential Credential
	Header     []Field // those written in `request`, sorted by name
	Body       []byte
}

// Key identifies a question: SHA-256 over the canonical request.
type Key [32]byte

// Key computes the key (shared/design fixtures, point 3).
func (r *Request) Key() Key { panic("stub") }

// String gives sha256:… with 64 hex digits.
func (k Key) String() string { panic("stub") }

// ParseKey reads what String wrote.
func ParseKey(s string) (Key, error) { panic("stub") }

// Canonical gives a JSON value in canonical form: RFC 8785 order, strings by UTF-16
// units, numbers as exact decimals; a message's content of one text part is a string. It
// reports false for what is not one JSON value, has duplicate names or bad UTF-8.
func Canonical(body []byte) ([]byte, bool) { panic("stub") }

// Origin says where a recorded reply came from.
type Origin string

// The origins.
const (
	Live     Origin = "live"
	Scripted Origin = "scripted"
	Imported Origin = "imported"
)

// Meta are the facts of a reply that change at every recording.
type Meta struct {
	RecordedAt time.Time
	Origin     Origin
	Latency    time.Duration
	Credits    *credit.Amount // nil: unknown
	Unsure     bool           // the cost is not certain
	Model      string
}

// Response is a reply as stored: redacted, with allow-listed headers only.
type Response struct {
	Status int
	Header []Field
	Body   []byte
}

// Exchange is one recorded question and reply.
type Exchange struct {
	Address address.Address // whole, with sample and turn
	Number  int             // the turn's number among the asked ones, from 1, also when it has a name
	Key     Key
	Adds    []Message // what the turn adds to the conversation
	With    string    // JSON object of what else the request says (body fields but messages; method, path, headers); "" when nothing
	Response
	Meta
}

// Call is one question on its way: run puts it in the request's context, and
// the transports below the provider find it there.
type Call struct {
	Address address.Address // whole
	Number  int             // of the turn, from 1
	Request *Request
	Key     Key
	Adds    []Message
	With    string
	Accept  func(status int) bool // the turn's accepted statuses
	MaxCost *credit.Amount        // the greatest price; nil: unknown

	// Set by the transports while the call is under way.
	Recorded *Meta  // set when the reply was replayed
	File     string // the fixture file it came from
	Attempts int    // requests sent; 0 in replay
	Settle   string // the ledger's name for the call; "" when nothing was sent
}

type contextKey struct{}

// NewContext puts the call in a context.
func NewContext(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// FromContext finds the call of a request; nil when there is none.
func FromContext(ctx context.Context) *Call {
	c, _ := ctx.Value(contextKey{}).(*Call)
	return c
}

// StoredHeader keeps of a response's header the fields that recordings keep
// (an allow-list), sorted, redacted by r.
func StoredHeader(h http.Header, r *Redactor) []Field { panic("stub") }

// Secret is a value that must reach no file and no screen.
type Secret struct{ Name, Value string }

// Redactor replaces secrets by (sensitive:NAME), in any of their forms: plain,
// base64 in both alphabets and all three alignments, URL- and JSON-escaped. The
// nil Redactor changes nothing.
type Redactor struct{}

// NewRedactor makes one. A secret shorter than 8 bytes is an error.
func NewRedactor(secrets ...Secret) (*Redactor, error) { panic("stub") }

// Bytes gives b without secrets; b itself when there is none in it.
func (r *Redactor) Bytes(b []byte) []byte { panic("stub") }

// String is Bytes for a string.
func (r *Redactor) String(s string) string { panic("stub") }

// Finds reports the name of a secret that is still in b.
func (r *Redactor) Finds(b []byte) (name string, found bool) { panic("stub") }
