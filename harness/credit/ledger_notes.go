package credit

import "fmt"

// findings are what a ledger noticed, counted so that a long run has few notes.
type findings struct {
	balances int // replies with a balance
	topUps   int
	rise     Amount // at least, all top-ups together
	shared   bool   // somebody else spends from the account
	others   Amount // what they spent, as far as it was seen
	lost     int

	ties           int
	withoutBalance int // billed replies without a balance
}

// sentences gives the notes.
func (f *findings) sentences() []string {
	var notes []string
	add := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if f.topUps > 0 {
		add("the balance rose by at least %s during the run, a top-up: what the calls around it cost is not known", f.rise)
	}
	if f.shared {
		add("the balance fell by %s that no call of this run explains: somebody else spends from the account, so costs found from the balance are unsure", f.others)
	}
	if f.lost > 0 {
		add("%s: it may have been charged, and costs found next to it are unsure", plural(f.lost, "call has no known outcome", "calls have no known outcome"))
	}
	if f.ties > 0 {
		add("%s the same balance as another: their costs are unsure", plural(f.ties, "billed reply carried", "billed replies carried"))
	}
	if f.withoutBalance > 0 && f.balances > 0 {
		add("%s no balance: costs found next to it are unsure", plural(f.withoutBalance, "billed reply carried", "billed replies carried"))
	}
	return notes
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
