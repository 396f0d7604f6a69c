package importer

import "strings"

// isCmd reports whether a command line is written for cmd.exe, as browsers copy
// it on Windows: lines end in a caret.
func isCmd(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasSuffix(line, " ^") || strings.Contains(line, `^"`) || strings.Contains(line, `"{""`) {
			return true
		}
	}
	return false
}

// escapedWithin reports whether carets also escape between quotes. To cmd they
// do not, but Chrome wrote "^{^\^"messages^\^":…^}" for years and meant it so.
func escapedWithin(text string) bool {
	return strings.Contains(text, `^\^"`) && !strings.Contains(text, ` ^"`)
}

// splitCmd splits text into commands and words as cmd.exe and the C library of
// Windows do.
func splitCmd(text string) []shellCommand {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var commands []shellCommand
	for _, one := range cmdLines(text) {
		if words := windowsWords(one.text, one.line); len(words) > 0 {
			commands = append(commands, shellCommand{words: words})
		}
	}
	return commands
}

type cmdLine struct {
	text string
	line int
}

// cmdLines takes cmd's carets away: one escapes the next character, also a line
// break, which is then no end of the command.
func cmdLines(text string) []cmdLine {
	var out []cmdLine
	var b strings.Builder
	line, start, quoted := 1, 1, false
	within := escapedWithin(text)
	end := func() {
		if strings.TrimSpace(b.String()) != "" {
			out = append(out, cmdLine{b.String(), start})
		}
		b.Reset()
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '^' && !quoted && i+1 < len(text):
			i++
			if text[i] == '\n' { // what follows stands as it is, be it another line break
				line++
				if i++; i == len(text) {
					break
				}
			}
			if text[i] == '\n' {
				line++
			}
			b.WriteByte(text[i])
		case c == '\n' || (c == '&' || c == '|') && !quoted:
			if c == '\n' {
				line++
				quoted = false
			}
			end()
			start = line
		default:
			if c == '"' {
				quoted = !quoted && !within
			}
			b.WriteByte(c)
		}
	}
	end()
	return out
}

// windowsWords splits a command line as Windows programs do: quotes enclose, \"
// is a quote, and backslashes count only before one.
func windowsWords(text string, line int) []word {
	var out []word
	var b strings.Builder
	inWord, quoted := false, false
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '\\':
			n := len(text[i:]) - len(strings.TrimLeft(text[i:], `\`))
			inWord = true
			i += n
			if i >= len(text) || text[i] != '"' {
				b.WriteString(strings.Repeat(`\`, n))
				continue
			}
			b.WriteString(strings.Repeat(`\`, n/2))
			if n%2 == 1 {
				b.WriteByte('"')
				i++
			}
		case c == '"' && quoted && strings.HasPrefix(text[i+1:], `"`):
			b.WriteByte('"')
			i += 2
		case c == '"':
			inWord, quoted = true, !quoted
			i++
		case !quoted && (c == ' ' || c == '\t' || c == '\n'):
			if inWord {
				out = append(out, word{text: b.String(), line: line})
			}
			b.Reset()
			inWord = false
			i++
		default:
			inWord = true
			b.WriteByte(c)
			i++
		}
	}
	if inWord {
		out = append(out, word{text: b.String(), line: line})
	}
	return out
}
