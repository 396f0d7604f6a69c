// Package verdict holds the four words for how something ended. One value
// feeds the exit code, the table, JUnit and JSON; nothing computes it twice.
package verdict

import "fmt"

// Verdict says how an expectation, a turn, a sample or a case ended. The order
// is the order of gravity: of several verdicts the greatest is the whole's.
type Verdict uint8

const (
	// Skip means that nothing was judged.
	Skip Verdict = iota
	// Pass means that all that was judged is as expected.
	Pass
	// Fail means that the reply is not as expected.
	Fail
	// Error means a fault of the suite or of the run: nothing is known of the model.
	Error
)

var names = [...]string{Skip: "skip", Pass: "pass", Fail: "fail", Error: "error"}

// Merge gives the verdict of a whole from those of its parts; of no parts it
// is Skip.
func Merge(parts ...Verdict) Verdict {
	whole := Skip
	for _, v := range parts {
		whole = max(whole, v)
	}
	return whole
}

// String gives the word: skip, pass, fail or error.
func (v Verdict) String() string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("verdict(%d)", uint8(v))
}

// MarshalText writes the word.
func (v Verdict) MarshalText() ([]byte, error) {
	if int(v) >= len(names) {
		return nil, fmt.Errorf("verdict: no word for %d", uint8(v))
	}
	return []byte(names[v]), nil
}

// UnmarshalText reads the word.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, name := range names {
		if name == string(text) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("verdict: unknown word %q", text)
}
