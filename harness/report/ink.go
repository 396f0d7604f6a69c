package report

import "github.com/assay-harness/assay/harness/verdict"

// The colours, as SGR parameters: readable on light and dark.
const (
	red    = "1;31"
	green  = "32"
	yellow = "33"
	faint  = "2"
)

// ink colours a text, where colour is wanted.
func ink(wanted bool, sgr, text string) string {
	if !wanted || sgr == "" || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

func verdictInk(v verdict.Verdict) string {
	switch v {
	case verdict.Pass:
		return green
	case verdict.Skip:
		return yellow
	default:
		return red
	}
}
