// Package mock is an http.Handler that behaves like the API, from recordings
// and scripts. It opens no socket itself.
//
// The API is the one of shared/design segmind-api: POST /v1/MODEL with an
// x-api-key, GET /v1/get-user-credits, and beside them the OpenAI-compatible
// POST /v1/chat/completions with Authorization: Bearer. Errors have the API's
// shape and statuses, and are looked for in its order: path, key, method,
// content type, credits, body, recording. A recording whose whole request is the
// one that came is served before any of these would refuse it, so that suites
// which pin the API's errors see here what they saw there.
package mock

import (
	"iter"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
)

// Recordings are the recorded exchanges to serve, in address order. A case that
// can't be read comes as an error, and is left out. The cases are kept and not changed.
type Recordings interface {
	All() iter.Seq2[*fixture.Case, error]
}

// Options configure a Server. The zero value serves nothing, in the API's words.
type Options struct {
	Recordings Recordings // nil: none
	Script     *Script    // nil: none; it answers what is not recorded
	// Keys are the API keys that are accepted; any other is refused. Without
	// Keys every key is, and recordings of a refused key can be reached by their
	// address only.
	Keys []string
	// Credits is what each key's account holds at first; nil: 10.
	Credits *credit.Amount
	// Echo answers every unknown question by repeating its last user message.
	Echo bool
	// Price is what a scripted reply without a cost of its own costs, and an
	// echo; nil: 0.003, about what Grok-2's page shows.
	Price *credit.Amount
	// Once serves each recording of a question once to a client, then says
	// "exhausted"; else they start again after the last.
	Once bool
	// Paths are the paths below the base URL that exist, such as /grok-2, beside
	// those that the script names. Without any, every recording's provider is taken
	// for a model's name, and /grok-2, /grok-2-mini and /chat/completions exist too.
	// A question that is recorded word for word is answered wherever it goes.
	Paths []string
	// Redactor is the one that the recordings were made with: their keys know
	// questions without secrets.
	Redactor *exchange.Redactor
	// Now dates the replies that are made here; nil: they are from 1970.
	Now func() time.Time
	// Log takes lines for whoever runs the server; nil: nobody.
	Log func(line string)
}

// Server is the handler. It is safe for many requests at once.
type Server struct {
	options    Options
	keys       map[string]bool
	paths      map[string]bool
	recordings *index
	accounts   accounts
	misses     misses

	mu     sync.Mutex
	served map[turnKey]int // how many of a question's recordings a client got
	asked  map[string]int  // how often a scripted question was asked, for its id
}

// turnKey is one client's way through the recordings of one question.
type turnKey struct {
	key       exchange.Key
	user, net string
}

// New makes a server, and reads all recordings.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = func() time.Time { return time.Unix(0, 0) }
	}
	if o.Log == nil {
		o.Log = func(string) {}
	}
	s := &Server{
		options: o, keys: map[string]bool{}, paths: map[string]bool{},
		recordings: indexed(o.Recordings, o.Log),
		served:     map[turnKey]int{}, asked: map[string]int{},
	}
	for _, key := range o.Keys {
		s.keys[key] = true
	}
	s.accounts.opening = credit.FromInt(10)
	if o.Credits != nil {
		s.accounts.opening = *o.Credits
	}
	if len(o.Keys) > 0 {
		s.accounts.house = o.Keys[0]
	}
	s.findPaths()
	return s
}

// chatPath is that of OpenAI-compatible servers.
const chatPath = "/chat/completions"

func (s *Server) findPaths() {
	paths := s.options.Paths
	if len(paths) == 0 {
		paths = append(s.recordings.models(), "/grok-2", "/grok-2-mini", chatPath)
	}
	for _, path := range slices.Concat(paths, s.options.Script.paths()) {
		s.paths[path] = true
	}
}

// price is what a reply costs that does not say.
func (s *Server) price() credit.Amount {
	if s.options.Price != nil {
		return *s.options.Price
	}
	return credit.FromInt(3).Shift(-3)
}

// Misses gives the questions that nothing answered, in the order in which each
// was first asked.
func (s *Server) Misses() []Miss { return s.misses.list() }

var _ http.Handler = (*Server)(nil)
