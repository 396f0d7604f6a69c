// Package result is the record of a run: data and its codec, nothing else.
// Every report is a pure function of it.
package result

import (
	"iter"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/verdict"
)

// Version is the format's number, the first field of a record.
const Version = 1

// Reader gives a run as often as it is asked.
type Reader interface {
	// Run gives head and sums.
	Run() Run
	// Cases gives the cases in plan order; an error ends the iteration. A case
	// is the receiver's to keep, and nobody's to change.
	Cases() iter.Seq2[*Case, error]
}

// Run is the head and the sums of a record.
type Run struct {
	Format      int    `json:"assay_run"`
	Assay       string `json:"assay"` // the version that wrote it
	Mode        Mode   `json:"mode"`
	Interrupted bool   `json:"interrupted,omitempty"`
	// Balance is what the accounts hold at the end, by provider, where known.
	Balance map[string]credit.Amount `json:"balance,omitempty"`
	Suites  []SuiteSum               `json:"suites"`
	Sum     Sum                      `json:"sum"`
	// Notes are remarks on the run, for people: a top-up, spending by others.
	Notes []string `json:"notes,omitempty"`
	// Problems are faults that belong to no case.
	Problems []Problem `json:"problems,omitempty"`
	Clock    Clock     `json:"clock"`
}

// Mode says where the replies came from.
type Mode string

// The modes.
const (
	Replay  Mode = "replay"
	LiveRun Mode = "live"
	Apply   Mode = "apply"
)

// Clock is the run's own time: all that differs between two replays.
type Clock struct {
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"took_ns"`
}

// SuiteSum is what one suite came to.
type SuiteSum struct {
	Name       string     `json:"name"`
	File       string     `json:"file"`
	RecordedAt *time.Time `json:"recorded_at,omitempty"` // the newest of its recordings
	Sum
}

// Sum adds up cases. A case is counted in exactly one of Passed, Failed,
// Errored, Skipped.
type Sum struct {
	Cases        int              `json:"cases"`
	Passed       int              `json:"passed"`
	Failed       int              `json:"failed"`
	Errored      int              `json:"errored"`
	Skipped      int              `json:"skipped"`
	Flaky        int              `json:"flaky,omitempty"`
	Warnings     int              `json:"warnings,omitempty"`
	KnownFailing int              `json:"known_failing,omitempty"`
	Samples      int              `json:"samples"` // that were begun
	Turns        int              `json:"turns"`   // that got a reply
	Checks       int              `json:"checks"`
	ChecksPassed int              `json:"checks_passed"`
	Requests     int              `json:"requests"` // sent, retries included
	Latency      time.Duration    `json:"latency_ns"`
	Spent        credit.Amount    `json:"spent"`                   // by this run
	Recorded     credit.Amount    `json:"recorded"`                // what replayed replies cost when recorded
	Unknown      int              `json:"unknown_costs,omitempty"` // replies whose cost is not known or not certain
	Stale        int              `json:"stale,omitempty"`         // replies to questions as they were
	Tokens       int              `json:"tokens,omitempty"`
	Providers    map[string]Money `json:"providers,omitempty"`
	// Codes counts, by diagnostic code, the problems inside cases that are more
	// than a failure: the exit code follows from them.
	Codes map[string]int `json:"codes,omitempty"`
}

// Money is one provider's part.
type Money struct {
	Spent    credit.Amount `json:"spent"`
	Recorded credit.Amount `json:"recorded"`
	Unknown  int           `json:"unknown_costs,omitempty"`
}

// Problem is a diagnostic as stored.
type Problem struct {
	Code    string `json:"code"`
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
	Place   Place  `json:"place,omitzero"`
	// Warning is true of what is shown and stops nothing.
	Warning bool `json:"warning,omitempty"`
}

// Place is a range in a source file.
type Place struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Column and End count characters from 1; End is the column behind the last.
	Column  int `json:"column,omitempty"`
	EndLine int `json:"end_line,omitempty"`
	End     int `json:"end,omitempty"`
}

// Case is one case instance with one provider, all its samples. In a record
// the cases of one suite stand together.
type Case struct {
	Address  string          `json:"address"` // whole: suite.case["key"]@provider
	Display  string          `json:"display"` // without what is unambiguous
	Suite    string          `json:"suite"`
	Name     string          `json:"name"` // case and key
	Provider string          `json:"provider"`
	Tags     []string        `json:"tags,omitempty"`
	Place    Place           `json:"place"`
	Verdict  verdict.Verdict `json:"verdict"`
	// Reason is why it was skipped, or what a known failure is.
	Reason       string `json:"reason,omitempty"`
	KnownFailure bool   `json:"known_failure,omitempty"` // it failed as known: the verdict is Skip
	Flaky        bool   `json:"flaky,omitempty"`
	Pass         int    `json:"pass"` // how many samples must pass
	// Problem is what kept the whole case from being run.
	Problem *Problem `json:"problem,omitempty"`
	Samples []Sample `json:"samples,omitempty"`
	Sum     CaseSum  `json:"sum"`
}

// CaseSum adds up a case's turns.
type CaseSum struct {
	Turns        int           `json:"turns"`
	Checks       int           `json:"checks"`
	ChecksPassed int           `json:"checks_passed"`
	Warnings     int           `json:"warnings,omitempty"`
	Requests     int           `json:"requests"`
	Latency      time.Duration `json:"latency_ns"`
	Spent        credit.Amount `json:"spent"`
	Recorded     credit.Amount `json:"recorded"`
	Unknown      int           `json:"unknown_costs,omitempty"`
	Stale        int           `json:"stale,omitempty"`
	Tokens       int           `json:"tokens,omitempty"`
}

// Sample is one conversation.
type Sample struct {
	Number  int             `json:"number"`
	Verdict verdict.Verdict `json:"verdict"`
	Turns   []Turn          `json:"turns,omitempty"`
	Total   []Check         `json:"total,omitempty"` // bounds on the whole conversation
}

// Turn is one asked turn.
type Turn struct {
	Number    int             `json:"number"`
	Name      string          `json:"name,omitempty"`
	Address   string          `json:"address"`
	Display   string          `json:"display"`
	Place     Place           `json:"place"`
	Verdict   verdict.Verdict `json:"verdict"`
	Reason    string          `json:"reason,omitempty"` // why it was skipped
	Sent      []Message       `json:"sent,omitempty"`   // what the turn added
	Status    int             `json:"status,omitempty"`
	Text      string          `json:"text,omitempty"`
	Model     string          `json:"model,omitempty"`
	Finish    string          `json:"finish_reason,omitempty"`
	Class     string          `json:"class,omitempty"` // of an error
	Error     string          `json:"error,omitempty"` // the provider's message
	Latency   *time.Duration  `json:"latency_ns,omitempty"`
	Credits   *credit.Amount  `json:"credits,omitempty"`
	Unsure    bool            `json:"unsure,omitempty"`
	Spent     bool            `json:"spent,omitempty"` // Credits were spent by this run, else recorded
	Tokens    *Tokens         `json:"tokens,omitempty"`
	Requests  int             `json:"requests,omitempty"`
	Recording *Recording      `json:"recording,omitempty"` // when it was replayed
	Stale     bool            `json:"stale,omitempty"`     // the recording answers the question as it was
	Problem   *Problem        `json:"problem,omitempty"`   // what kept it from being judged
	Checks    []Check         `json:"checks,omitempty"`
}

// Tokens are the counts a reply gave.
type Tokens struct {
	Input  *int `json:"input,omitempty"`
	Output *int `json:"output,omitempty"`
}

// Message is one message that was sent.
type Message struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

// Recording says where a replayed reply came from.
type Recording struct {
	File   string    `json:"file"`
	At     time.Time `json:"at"`
	Origin string    `json:"origin"`
}

// Check is one expectation's result.
type Check struct {
	Name     string          `json:"name"`
	Place    Place           `json:"place"`
	Source   string          `json:"source,omitempty"` // the line of the suite, of one that did not pass
	Verdict  verdict.Verdict `json:"verdict"`
	Warned   bool            `json:"warned,omitempty"`
	Expected string          `json:"expected,omitempty"`
	Actual   string          `json:"actual,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Message  string          `json:"message,omitempty"`
}
