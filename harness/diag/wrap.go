package diag

import "strings"

// Wrap breaks a line at its spaces into lines of at most so many columns.
// Further lines are indented as the first is; behind a label and two spaces
// ("expected  text …") they stand under the text. What cannot be broken stays whole.
func Wrap(line string, columns int) []string {
	line = strings.ReplaceAll(line, "\t", strings.Repeat(" ", tabWidth))
	if textWidth(line) <= columns {
		return []string{line}
	}
	hang := hanging(line)
	indent := strings.Repeat(" ", hang)
	var out []string
	current, rest := line[:hang], line[hang:]
	used, empty := textWidth(current), true
	for rest != "" {
		word := firstWord(rest)
		rest = rest[len(word):]
		bare := strings.TrimLeft(word, " ")
		if !empty && used+textWidth(word) > columns {
			out = append(out, current)
			current, used, empty = indent, hang, true
		}
		if empty && current == indent && len(out) > 0 {
			word = bare
		}
		current += word
		used += textWidth(word)
		empty = empty && bare == ""
	}
	return append(out, current)
}

// firstWord gives the spaces and the word that a text starts with.
func firstWord(text string) string {
	start := len(text) - len(strings.TrimLeft(text, " "))
	if i := strings.IndexByte(text[start:], ' '); i >= 0 {
		return text[:start+i]
	}
	return text
}

// hanging gives the bytes after which a line's text begins: its indentation,
// and a short ASCII label that two spaces set off.
func hanging(line string) int {
	start := len(line) - len(strings.TrimLeft(line, " "))
	label := line[start:]
	i := strings.Index(label, "  ")
	if i <= 0 || i > 12 || strings.ContainsFunc(label[:i], func(r rune) bool { return r > 0x7e || r == ' ' }) {
		return start
	}
	return start + i + len(label[i:]) - len(strings.TrimLeft(label[i:], " "))
}
