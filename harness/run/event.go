package run

import (
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// Event is one thing that happened: Started, ConversationEnded, CaseEnded, Held.
type Event interface{ event() }

// Started is the first event.
type Started struct{ Size plan.Size }

// ConversationEnded comes as it happens, in no order: it is for progress. Its
// verdict may still get worse when costs are settled.
type ConversationEnded struct {
	Address  address.Address
	Verdict  verdict.Verdict
	Turns    int
	Requests int
}

// CaseEnded comes in plan order, once for each case instance; the Case is final.
type CaseEnded struct{ Case *result.Case }

// Held says that nothing is sent to a provider for a while, and why. It comes as
// it happens, again when the pause gets longer.
type Held struct {
	Provider string
	Until    time.Time
	Reason   string // the provider's rate; the provider fails
}

func (Held) event()              {}
func (Started) event()           {}
func (ConversationEnded) event() {}
func (CaseEnded) event()         {}

// caseResult is the record of a case.
type caseResult = result.Case

// Costs are what calls cost, by the ledger's names for them (exchange.Call.Settle).
type Costs = map[string]credit.Cost
