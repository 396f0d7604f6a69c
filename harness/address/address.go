// Package address names one thing for ever, in every report, flag and fixture:
//
//	jokes.changes_topic["dogs"]@grok-2#2.turn[1]
//
// An address is data: this package knows no suites and reads no files.
package address

import (
	"strconv"
	"strings"
)

// Address is a parsed address. The zero value of a field means that the part
// is absent: an address of a suite has only Suite, one of a case instance has
// Suite, Case, perhaps a key, and Provider.
type Address struct {
	Suite    string
	Case     string
	Key      string // the for_each or rows key, any text
	Keyed    bool   // whether there is a key: it may be empty
	Provider string
	Sample   int  // from 1
	Turn     Turn // the asked turn
}

// Turn is one asked turn of a conversation: its name if it has one, else its
// number from 1 among the asked turns.
type Turn struct {
	Number int
	Name   string
}

// IsZero reports whether the address names no turn.
func (t Turn) IsZero() bool { return t.Number == 0 && t.Name == "" }

// String gives turn[1] or turn["name"].
func (t Turn) String() string {
	if t.Name != "" {
		return "turn[" + quote(t.Name) + "]"
	}
	return "turn[" + strconv.Itoa(t.Number) + "]"
}

// String gives the whole address, the stored form.
func (a Address) String() string {
	var b strings.Builder
	b.WriteString(a.Suite)
	if a.Case != "" {
		b.WriteByte('.')
		b.WriteString(a.Case)
	}
	if a.Keyed {
		b.WriteByte('[')
		b.WriteString(quote(a.Key))
		b.WriteByte(']')
	}
	if a.Provider != "" {
		b.WriteByte('@')
		b.WriteString(a.Provider)
	}
	if a.Sample != 0 {
		b.WriteByte('#')
		b.WriteString(strconv.Itoa(a.Sample))
	}
	if !a.Turn.IsZero() {
		b.WriteByte('.')
		b.WriteString(a.Turn.String())
	}
	return b.String()
}

// Instance gives the address of the case instance with its provider: what one
// fixture file holds.
func (a Address) Instance() Address {
	a.Sample, a.Turn = 0, Turn{}
	return a
}

// Conversation gives the address without its turn.
func (a Address) Conversation() Address {
	a.Turn = Turn{}
	return a
}

// WithTurn gives the address of a turn of the conversation.
func (a Address) WithTurn(t Turn) Address {
	a.Turn = t
	return a
}

// CaseName gives the case and its key, changes_topic["dogs"], as reports name
// a case within its suite.
func (a Address) CaseName() string {
	return Address{Case: a.Case, Key: a.Key, Keyed: a.Keyed}.String()[1:]
}
