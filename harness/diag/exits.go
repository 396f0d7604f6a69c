package diag

// ExitMeaning says what an exit code stands for.
type ExitMeaning struct {
	Code    int
	Meaning string
}

// Exits lists the exit codes with their meaning, in order: the reference is
// made from it.
func Exits() []ExitMeaning {
	return []ExitMeaning{
		{ExitOK, "done; every selected case passed"},
		{ExitFailed, "ran to the end and found failures: failed cases, or a suite's own error in a check"},
		{ExitChanges, "changes are present (kept for a later `plan --detailed-exitcode`)"},
		{ExitFormat, "files need formatting: `fmt --check`"},
		{ExitInvalid, "a suite or the configuration is invalid"},
		{ExitUsage, "usage: a bad flag, or a selection that matches nothing"},
		{ExitRecordings, "recordings are missing, stale or damaged"},
		{ExitLive, "a live call could not be made, was refused, or nobody knows how it ended"},
		{ExitBudget, "the budget or the account is exhausted, or approval was refused"},
		{ExitLocked, "another apply holds the lock"},
		{ExitInternal, "a fault in assay itself"},
		{ExitInterrupted, "interrupted"},
	}
}
