package mock

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
)

// recording is one recorded exchange, and what of its request must be known to
// compute a key as it was computed then.
type recording struct {
	*exchange.Exchange
	header []string // names of the headers that the suite wrote, sorted
}

// index finds recordings.
type index struct {
	byKey     map[exchange.Key][]*recording // each in address order
	byAddress map[string]*recording
	all       []*recording
	// headers are the sets of names of headers that recordings' requests wrote.
	// A key covers those and no others, and a request does not say which of its
	// headers they are; there are few sets, so each is tried, the largest first.
	headers [][]string
}

func indexed(from Recordings, log func(string)) *index {
	x := &index{byKey: map[exchange.Key][]*recording{}, byAddress: map[string]*recording{}}
	if from == nil {
		return x
	}
	for c, err := range from.All() {
		if err != nil {
			log("left out: " + err.Error())
			continue
		}
		x.add(c)
	}
	slices.SortFunc(x.headers, func(a, b []string) int { return cmp.Or(len(b)-len(a), slices.Compare(a, b)) })
	return x
}

func (x *index) add(c *fixture.Case) {
	for i := range c.Exchanges {
		r := &recording{Exchange: &c.Exchanges[i]}
		r.header = x.headerSet(headerNames(r.With))
		x.byKey[r.Key] = append(x.byKey[r.Key], r)
		x.byAddress[r.Address.String()] = r
		x.all = append(x.all, r)
	}
}

// headerSet gives the one copy of a set of names.
func (x *index) headerSet(names []string) []string {
	for _, known := range x.headers {
		if slices.Equal(known, names) {
			return known
		}
	}
	x.headers = append(x.headers, names)
	return names
}

// headerNames reads the names of written headers from what a recording keeps of
// its request (package provider writes it).
func headerNames(with string) []string {
	if !strings.Contains(with, `"headers"`) {
		return nil
	}
	var said struct {
		Headers map[string]json.RawMessage `json:"headers"`
	}
	if json.Unmarshal([]byte(with), &said) != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(said.Headers))
}

// models gives the paths that recordings' providers would have, if they are
// named for their models as the built-in one is.
func (x *index) models() []string {
	seen := map[string]bool{}
	for _, r := range x.all {
		seen["/"+r.Address.Provider] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// find gives the recordings of exactly this question.
func (x *index) find(q *question, credentials []exchange.Credential) []*recording {
	for _, header := range x.headers {
		for key := range q.keys(header, credentials) {
			if found := x.byKey[key]; found != nil {
				return found
			}
		}
	}
	return nil
}

// at gives the recording of an address, and whether it is one of this question.
func (x *index) at(address string, q *question, credentials []exchange.Credential) (r *recording, same bool) {
	r = x.byAddress[address]
	if r == nil {
		return nil, false
	}
	for key := range q.keys(r.header, credentials) {
		if key == r.Key {
			return r, true
		}
	}
	return r, false
}

// nearest gives the recording whose last user message is most like the
// question's. It is for a message only, and looks at so many recordings at most.
func (x *index) nearest(q *question) *recording {
	const most = 5000
	var best *recording
	score := 0
	for _, r := range x.all[:min(len(x.all), most)] {
		if s := likeness(lastUser(r.Adds), q.lastUser); s > score {
			best, score = r, s
		}
	}
	return best
}

// likeness counts the bytes that two texts share at their ends.
func likeness(a, b string) int {
	if a == b {
		return 2*len(a) + 1
	}
	shorter := min(len(a), len(b))
	head := 0
	for head < shorter && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < shorter-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return head + tail
}

func lastUser(messages []exchange.Message) string {
	for _, m := range slices.Backward(messages) {
		if m.Role == "user" {
			return m.Content()
		}
	}
	return ""
}
