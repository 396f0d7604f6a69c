// Package exchange is one HTTP round trip as it is stored and compared: its
// canonical form, its key, its facts, and the redactor that stands between the
// socket and everything else. It sends nothing.
package exchange

import (
	"context"
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
)

// Credential says whose key a request carries. It comes from the suite, never
// from the environment.
type Credential string

// The credentials.
const (
	Own   Credential = "own"   // the provider's, set or not
	None  Credential = "none"  // api_key: ""
	Other Credential = "other" // api_key: some other text
)

// Request is what a question sends, without host and secrets.
type Request struct {
	Method     string
	Path       string // below the base URL, with a leading slash
	Query      string // without ?
	Credential Credential
	Header     []Field // those written in `request`, sorted by name
	Body       []byte
}

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
	// Sum tells whether the file was changed since it was recorded; "" where it has none.
	Sum string
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
	Stale    bool   // that recording answers the question as it was
	Attempts int    // requests sent; 0 in replay
	// Latency is how long the last request took, its whole body read and without
	// any waiting before it was sent; 0 until then, and in replay.
	Latency time.Duration
	Settle  string // the ledger's name for the call; "" when nothing was sent
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
