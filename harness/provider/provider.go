// Package provider asks one question of one API: it builds the request, sends
// it through an http.RoundTripper, and reads the reply or classes the error. It
// does not know whether a socket or a recording answers.
package provider

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
)

// Kind is a sort of API, documented and pure: no Kind opens a connection.
type Kind struct {
	Name  string
	Doc   string
	Hosts []string // where this kind's key from the environment may go

	BaseURL string // the base URL where none is configured
	KeyName string // the environment variable that people keep the key in

	// Build gives the request of a question, without host and key. An error says
	// which part of the question cannot be sent, for people.
	Build func(Config, Question) (*exchange.Request, error)
	// Authorize sets the header that carries a key.
	Authorize func(h http.Header, key string)
	// Parse reads a reply. It never fails: what it cannot read is an Error of
	// class MalformedReply. ReadReply does it for the usual shapes.
	Parse func(*exchange.Response) Reply
	// Bill reads what a reply says of money. It needs all headers, those that are
	// not stored too.
	Bill func(Config, *exchange.Response) Bill
	// Balance, if not nil, is the free request that asks for the balance, and its reader.
	Balance *BalanceQuery
}

// BalanceQuery asks what is left in the account.
type BalanceQuery struct {
	Path string // below the base URL
	Read func(*exchange.Response) (credit.Amount, error)
}

// Config is one configured provider, immutable.
type Config struct {
	Name        string
	Kind        string
	Model       string
	BaseURL     string
	Params      []Param
	Rate        Rate
	Concurrency int           // 0: the kind's default
	Timeout     time.Duration // of one request; 0: 120 s
	Retries     int
	Price       Price
}

// Param is one extra field of the request body, in order. In a Question the
// value null removes what the provider's own Params say.
type Param struct {
	Name  string
	Value json.RawMessage
}

// Rate is a limit of requests; the zero Rate is none.
type Rate struct {
	Count int
	Per   time.Duration
}

// Price is what calls cost, as configured. nil: not known.
type Price struct {
	Call    *credit.Amount // one call
	MaxCall *credit.Amount // the greatest price of one call
	Input   *credit.Amount // a million input tokens
	Output  *credit.Amount // a million output tokens
	// Shared says that others spend from the account too: Call, not the balance,
	// says what a call cost whose reply does not.
	Shared bool
}

// Question is one asked turn: the whole conversation so far, and what bends the request.
type Question struct {
	Messages []exchange.Message
	Params   []Param // merged over all levels
	Override Override
}

// Override bends the HTTP request, to test the API itself.
type Override struct {
	APIKey  *string // nil: the provider's own; "" sends none
	Method  string
	Path    string
	Header  []exchange.Field
	Body    *string // raw text in place of the built JSON
	Timeout time.Duration
}

// Class says what went wrong with a question.
type Class string

// The classes. Those for which NotServed is true say nothing about the model.
const (
	Auth           Class = "auth"
	Credits        Class = "credits"
	RateLimited    Class = "rate_limited"
	Retired        Class = "retired"
	Server         Class = "server"
	Network        Class = "network"
	Timeout        Class = "timeout"
	MalformedReply Class = "malformed_reply"
	NotFound       Class = "not_found"
	BadRequest     Class = "bad_request"
)

// NotServed reports whether the question was not served: an error whatever
// the suite expected, unless it expected that status.
func (c Class) NotServed() bool { return c != NotFound && c != BadRequest && c != "" }

// Error is a question that got no usable reply.
type Error struct {
	Class   Class
	Message string // the provider's own words, or ours where it said nothing
	// Unknown is true when the request may have been served and paid for all the same.
	Unknown bool
	Err     error // the cause, where it is a Go error
}

// Error gives class and message.
func (e *Error) Error() string { return string(e.Class) + ": " + e.Message }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Tokens are the counts a reply gives; nil: not given.
type Tokens struct{ Input, Output, Total *int }

// Reply is what came back, read.
type Reply struct {
	Status       int
	Text         string // "" when there is none
	Error        *Error // nil for a usable reply
	Header       []exchange.Field
	Body         []byte
	Model        string
	FinishReason string
	Tokens       Tokens
	Latency      time.Duration
	LatencyKnown bool
	Credits      *credit.Amount // what it cost, once known
	Unsure       bool           // the cost is not certain
}

// Bill is what a reply says of money.
type Bill struct {
	Cost    *credit.Amount // said by the reply itself (x-cost, ticks) or computed from tokens and price
	Balance *credit.Amount // x-remaining-credits
}

// Client asks one provider. It is safe for many goroutines.
type Client struct {
	Kind      Kind
	Config    Config
	Transport http.RoundTripper
	// Key gives the provider's own key when something is sent; it is nil in replay.
	Key func() (string, error)
	// Redactor hides sensitive variables in what is stored and compared (never in what is sent).
	Redactor *exchange.Redactor
	Now      func() time.Time
	// Direct sends what is free, past books and recordings: the question for the
	// balance. nil: the balance is not asked.
	Direct http.RoundTripper
}
