package credit

// Held counts what a ledger remembers.
func Held(l *Ledger) int {
	return len(l.calls) + len(l.order) + len(l.queue) + len(l.levels) + len(l.blind.spots) + len(l.untold)
}
