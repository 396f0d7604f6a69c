package drift

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// What is shown of two texts.
const (
	diffBytes = 32 << 10 // of each text
	wordsFrom = 0.5      // less alike, a diff by words is confetti
)

// Diff shows what differs between two texts: by words where they are much alike,
// [-gone-]{+new+}, else by lines, with - and + in front. Of very long texts it
// looks at the start.
func Diff(recorded, live string) string {
	before, now := start(recorded), start(live)
	if similarity(newBag(before), newBag(now)) >= wordsFrom {
		return wordDiff(before, now)
	}
	return lineDiff(before, now)
}

// start gives as much of a text as is shown, up to the end of a line or a word.
func start(text string) string {
	if len(text) <= diffBytes {
		return text
	}
	text = text[:diffBytes]
	if i := strings.LastIndexAny(text, "\n "); i > diffBytes/2 {
		text = text[:i]
	}
	return strings.ToValidUTF8(text, "") + " …"
}

// lineDiff is a unified diff without its heads.
func lineDiff(before, now string) string {
	diff := udiff.Unified("", "", closed(before), closed(now))
	var b strings.Builder
	for line := range strings.Lines(diff) {
		if !strings.HasPrefix(line, "--- ") && !strings.HasPrefix(line, "+++ ") && !strings.HasPrefix(line, "@@") {
			b.WriteString(line)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func closed(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// wordDiff puts each word, and each run of white space, on a line of its own and
// has the lines compared.
func wordDiff(before, now string) string {
	a, b := tokens(before), tokens(now)
	edits := udiff.Lines(lined(a), lined(b))
	var out strings.Builder
	at := 0 // in the lined text
	old := lined(a)
	for _, e := range edits {
		out.WriteString(unlined(old[at:e.Start]))
		gone, fresh := unlined(old[e.Start:e.End]), unlined(e.New)
		if gone != "" {
			out.WriteString("[-" + gone + "-]")
		}
		if fresh != "" {
			out.WriteString("{+" + fresh + "+}")
		}
		at = e.End
	}
	out.WriteString(unlined(old[at:]))
	return out.String()
}

// tokens cuts a text into words and what stands between them.
func tokens(text string) []string {
	var out []string
	at := 0
	for word := range words(text) {
		i := at + strings.Index(text[at:], word)
		if i > at {
			out = append(out, text[at:i])
		}
		out = append(out, word)
		at = i + len(word)
	}
	if at < len(text) {
		out = append(out, text[at:])
	}
	return out
}

// In the lined text a newline ends a token; newlines of the text itself are
// written as another character, and that one as a third.
var (
	escaper   = strings.NewReplacer("\n", "\x01n", "\x01", "\x01e")
	unescaper = strings.NewReplacer("\n", "", "\x01n", "\n", "\x01e", "\x01")
)

func lined(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(escaper.Replace(t))
		b.WriteByte('\n')
	}
	return b.String()
}

func unlined(text string) string { return unescaper.Replace(text) }
