// Package drift compares what a model said when it was recorded with what it
// says now: verdicts first, then the shape of the replies, then their text. It
// is pure: it asks nobody and reads no file.
package drift

import (
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// Version is the format's number, the first field of a report.
const Version = 1

// Level says how far a case has drifted. The order is that of gravity.
type Level string

// The levels.
const (
	Same      Level = "same"
	TextLevel Level = "text"
	Shape     Level = "shape"
	Verdict   Level = "verdict"
)

// atLeast reports whether a level is as grave as another.
func (l Level) atLeast(other Level) bool {
	rank := map[Level]int{Same: 0, TextLevel: 1, Shape: 2, Verdict: 3}
	return rank[l] >= rank[other]
}

// Rules say what counts as drift.
type Rules struct {
	// FailOn is the least level that makes exit 1; "" means Verdict.
	FailOn Level `json:"fail_on"`
	// Similarity is from where on texts count as unchanged; 1: only equal ones.
	Similarity float64 `json:"similarity"`
	// FalseAlarms is the share of false alarms that is accepted where the pass
	// rates of several samples are compared.
	FalseAlarms float64 `json:"false_alarms"`
}

// DefaultRules are those without any flag.
func DefaultRules() Rules { return Rules{FailOn: Verdict, Similarity: 1, FalseAlarms: 0.05} }

// Report is what a comparison came to. It holds the new replies, so that they
// can be recorded later without asking again.
type Report struct {
	Format  int           `json:"assay_drift"`
	Assay   string        `json:"assay"` // the version that wrote it
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"took_ns"`
	Rules   Rules         `json:"rules"`
	// Choice says how the cases were chosen when not all were asked.
	Choice      *Choice `json:"choice,omitempty"`
	Interrupted bool    `json:"interrupted,omitempty"`
	Sum         Sum     `json:"sum"`
	// Problems are faults that belong to no case.
	Problems []result.Problem `json:"problems,omitempty"`
	// Codes counts, by diagnostic code, what kept questions from being answered.
	Codes   map[string]int           `json:"codes,omitempty"`
	Balance map[string]credit.Amount `json:"balance,omitempty"`
	Notes   []string                 `json:"notes,omitempty"`
	Cases   []Case                   `json:"cases"`
}

// Choice says how cases were chosen: so that it can be repeated.
type Choice struct {
	Cases int    `json:"cases"`
	Of    int    `json:"of"`
	Seed  uint64 `json:"seed"`
}

// Sum counts cases. Each is in exactly one of Verdict, Shape, Text, Same,
// NotRecorded, NotAsked, NotServed, Skipped.
type Sum struct {
	Cases       int `json:"cases"`
	Compared    int `json:"compared"`
	Verdict     int `json:"verdict"`
	Shape       int `json:"shape"`
	Text        int `json:"text"`
	Same        int `json:"same"`
	NotRecorded int `json:"not_recorded"`
	NotAsked    int `json:"not_asked"`
	NotServed   int `json:"not_served"`
	Skipped     int `json:"skipped"`
	// Noise counts cases whose pass rate changed by no more than chance may.
	Noise    int `json:"noise"`
	Tested   int `json:"tested"` // cases whose pass rates were compared
	Requests int `json:"requests"`
	// Spent is what this run cost; Recorded and Live what the compared replies
	// cost then and now, as far as both are known.
	Spent         credit.Amount `json:"spent"`
	Unknown       int           `json:"unknown_costs,omitempty"`
	Recorded      credit.Amount `json:"recorded_credits"`
	Live          credit.Amount `json:"live_credits"`
	LatencyBefore time.Duration `json:"recorded_latency_ns"` // the median of a reply
	LatencyNow    time.Duration `json:"live_latency_ns"`
}

// State says whether a case was compared, and why not.
type State string

// The states.
const (
	Compared    State = "compared"
	NotRecorded State = "not recorded" // so there is nothing to ask again
	NotAsked    State = "not asked"    // the budget ended, or an interrupt came before it
	NotServed   State = "not served"   // asked, but there was no reply to compare
	Skipped     State = "skipped"
)

// Case is one case instance with its provider.
type Case struct {
	Address  string       `json:"address"`
	Display  string       `json:"display"`
	Suite    string       `json:"suite"`
	Name     string       `json:"name"`
	Provider string       `json:"provider"`
	Place    result.Place `json:"place"`
	State    State        `json:"state"`
	Reason   string       `json:"reason,omitempty"` // why it was not compared
	Code     string       `json:"code,omitempty"`   // of the diagnostic that says so
	Detail   string       `json:"detail,omitempty"` // what to do about it

	Level    Level `json:"level,omitempty"`
	Recorded *Side `json:"recorded,omitempty"`
	Live     *Side `json:"live,omitempty"`
	// P is the p-value of Fisher's exact test where a side has several samples,
	// Q the same after Benjamini and Hochberg over all cases that were tested.
	P *float64 `json:"p,omitempty"`
	Q *float64 `json:"q,omitempty"`
	// Noise is true where the pass rate changed by no more than chance may.
	Noise  bool    `json:"noise,omitempty"`
	Checks []Check `json:"checks,omitempty"` // whose results changed
	Turns  []Turn  `json:"turns,omitempty"`
	// Replies are the new replies, for filing.
	Replies []Reply `json:"replies,omitempty"`
}

// Side is what one side of a comparison came to.
type Side struct {
	Verdict Outcome `json:"verdict"`
	Passed  int     `json:"passed"` // samples
	Samples int     `json:"samples"`
}

// Outcome is a case's verdict as it is compared.
type Outcome string

// The outcomes.
const (
	Pass  Outcome = "pass"
	Fail  Outcome = "fail"
	Error Outcome = "error" // a check could not be evaluated
	Known Outcome = "known" // a known failure that fails
)

// Check is an expectation that does not come to what it came to.
type Check struct {
	Turn     string       `json:"turn,omitempty"` // none: a bound on the whole conversation
	Name     string       `json:"name"`
	Place    result.Place `json:"place"`
	Source   string       `json:"source,omitempty"`
	Recorded Tally        `json:"recorded"`
	Live     Tally        `json:"live"`
	// What one of the samples said that did not pass.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Message  string `json:"message,omitempty"`
}

// Tally counts how often an expectation was judged and met.
type Tally struct {
	Passed int `json:"passed"`
	Of     int `json:"of"`
}

// Turn compares the replies to one turn, over all samples.
type Turn struct {
	Turn   string `json:"turn"` // turn[1]
	Number int    `json:"number"`
	// Followed is true where the question itself is another one: a reply before
	// it changed, and with it the conversation.
	Followed bool     `json:"followed,omitempty"`
	Changes  []Change `json:"changes,omitempty"`
	// Similarity is that of the new texts with the recorded ones; nil where a side has none.
	Similarity  *float64 `json:"similarity,omitempty"`
	TextChanged bool     `json:"text_changed,omitempty"`
	// Recorded and Live are the texts that differ most; both empty when none do.
	Recorded string `json:"recorded,omitempty"`
	Live     string `json:"live,omitempty"`
}

// Change is one property of a reply, then and now, that is not the same.
type Change struct {
	Kind     string `json:"kind"`
	Recorded string `json:"recorded"`
	Live     string `json:"live"`
	// Drift is false where the difference is one that noise makes.
	Drift bool `json:"drift"`
}

// Reply is one new reply, as it would be recorded.
type Reply struct {
	Address    string         `json:"address"` // whole
	Number     int            `json:"number"`  // of the turn, among the asked ones
	Key        string         `json:"key"`
	Accepted   bool           `json:"accepted"` // its status is one that the suite accepts
	Status     int            `json:"status"`
	Header     [][2]string    `json:"header,omitempty"`
	Text       string         `json:"text,omitempty"`   // the body, where it is UTF-8
	Base64     []byte         `json:"base64,omitempty"` // the body, where it is not
	RecordedAt time.Time      `json:"recorded_at"`
	Origin     string         `json:"origin"`
	Latency    time.Duration  `json:"latency_ns,omitempty"`
	Credits    *credit.Amount `json:"credits,omitempty"`
	Unsure     bool           `json:"unsure,omitempty"`
	Model      string         `json:"model,omitempty"`
}

// Pair is a case as recorded and as it is now, both judged with today's suite.
type Pair struct {
	Recorded, Live *result.Case
	// Followed reports whether the question of a turn, by its address, differs
	// from the recorded one.
	Followed func(address string) bool
	Replies  []Reply
}

// outcomeOf gives a case's verdict as it is compared.
func outcomeOf(c *result.Case) Outcome {
	switch {
	case c.KnownFailure:
		return Known
	case c.Verdict == verdict.Pass:
		return Pass
	case c.Verdict == verdict.Error:
		return Error
	default:
		return Fail
	}
}
