package check

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/expr"
)

// maxShown is how many bytes of one text a line for people holds: enough for
// every report, and no megabyte in the record for each failed check.
const maxShown = 4 << 10

// cut shortens a text that is longer than a line may hold.
func cut(text string) string {
	if len(text) <= maxShown {
		return text
	}
	end := maxShown
	for end > maxShown-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// quote shows a text in double quotes, control and invisible characters as
// escapes.
func quote(text string) string { return strconv.Quote(cut(text)) }

// quoteAll shows texts, separated by commas.
func quoteAll(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = quote(text)
	}
	return commas(quoted)
}

// commas joins parts, as many as a line may hold.
func commas(parts []string) string {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteString(", ")
		}
		if b.Len()+len(part) > 2*maxShown {
			b.WriteString("…")
			break
		}
		b.WriteString(part)
	}
	return b.String()
}

// withSize shows a text and how long it is.
func withSize(text string) string {
	return quote(text) + " (" + count(graphemes(text), "character") + ")"
}

// count says a number of things: 1 word, 2 words.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}

// scalar gives the text of data that is one: a string, a number or a bool. A
// plain reference to a list gives its items as the scope holds them, wrapped.
func scalar(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	case int:
		return strconv.Itoa(v), true
	case expr.Sensitive:
		return scalar(v.Value)
	case expr.Lazy:
		return scalar(v())
	}
	return "", false
}

// sentences joins two sentences of which either may be empty.
func sentences(a, b string) string { return strings.TrimSpace(strings.TrimSpace(a) + " " + b) }
