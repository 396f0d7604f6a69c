package cli

import (
	"regexp"
	"strconv"
)

// counted says how many there are: "1 question", "3 questions".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// shellWord quotes what a shell would read in another way.
func shellWord(s string) string {
	if plain, _ := regexp.MatchString(`^[A-Za-z0-9._/:@%+=-]+$`, s); plain {
		return s
	}
	return shellQuote(s)
}
