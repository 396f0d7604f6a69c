package importer

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// word is one word of a command line, without its quotes.
type word struct {
	text string
	line int
	// expands says that a shell would have put something else in its place.
	expands bool
}

// shellCommand is the words of one command, and what is fed to it.
type shellCommand struct {
	words []word
	stdin *string // of a here-document
	open  bool    // its last quote is not closed
}

// shellWords splits text into commands and words as sh does. Nothing is
// expanded: $X stays as it is, and is marked.
type shellWords struct {
	text     string
	pos      int
	line     int
	commands []shellCommand
	current  shellCommand
	word     strings.Builder
	inWord   bool
	expands  bool
	wordLine int
	heredocs []heredoc
}

// heredoc is a here-document whose text is still to come.
type heredoc struct {
	end  string
	tabs bool // <<- takes tabs away
}

// splitShell gives the commands of a text.
func splitShell(text string) []shellCommand {
	s := &shellWords{text: strings.ReplaceAll(text, "\r\n", "\n"), line: 1}
	for s.pos < len(s.text) {
		s.step()
	}
	s.endCommand()
	return s.commands
}

func (s *shellWords) step() {
	c := s.text[s.pos]
	rest := s.text[s.pos:]
	switch {
	case strings.HasPrefix(rest, "\\\n"):
		s.skip(2)
	case c == '\n':
		s.endWord()
		s.skip(1)
		if len(s.heredocs) > 0 {
			s.readHeredocs()
		}
		s.endCommand()
	case c == ' ' || c == '\t' || c == '\r':
		s.endWord()
		s.skip(1)
	case c == '#' && !s.inWord:
		s.skip(len(rest) - len(strings.TrimLeft(rest, "#")))
		for s.pos < len(s.text) && s.text[s.pos] != '\n' {
			s.skip(1)
		}
	case strings.HasPrefix(rest, "<<") && !strings.HasPrefix(rest, "<<<"):
		s.heredoc()
	case c == '&' && strings.HasSuffix(s.word.String(), ">"): // 2>&1
		s.take()
	case c == ';' || c == '|' || c == '&' || c == '(' || c == ')':
		s.endCommand()
		s.skip(1)
	case c == '\'':
		s.single()
	case strings.HasPrefix(rest, "$'"):
		s.ansi()
	case c == '"':
		s.double()
	case c == '\\':
		s.begin()
		s.skip(1)
		s.take()
	default:
		s.dollar()
		s.begin()
		s.take()
	}
}

func (s *shellWords) skip(n int) {
	n = min(n, len(s.text)-s.pos)
	s.line += strings.Count(s.text[s.pos:s.pos+n], "\n")
	s.pos += n
}

// take puts the next character into the word.
func (s *shellWords) take() {
	if s.pos < len(s.text) {
		_, size := utf8.DecodeRuneInString(s.text[s.pos:])
		s.word.WriteString(s.text[s.pos : s.pos+size])
		s.skip(size)
	}
}

func (s *shellWords) begin() {
	if !s.inWord {
		s.inWord, s.wordLine = true, s.line
	}
}

func (s *shellWords) endWord() {
	if s.inWord {
		s.current.words = append(s.current.words, word{s.word.String(), s.wordLine, s.expands})
	}
	s.word.Reset()
	s.inWord, s.expands = false, false
}

func (s *shellWords) endCommand() {
	s.endWord()
	if len(s.current.words) > 0 {
		s.commands = append(s.commands, s.current)
	}
	s.current = shellCommand{}
}

// dollar marks a word that a shell would fill in.
func (s *shellWords) dollar() {
	rest := s.text[s.pos:]
	if rest[0] == '`' || rest[0] == '$' && len(rest) > 1 && (rest[1] == '{' || rest[1] == '(' || rest[1] == '_' || isLetter(rest[1])) {
		s.expands = true
	}
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func (s *shellWords) single() {
	s.begin()
	s.skip(1)
	end := strings.IndexByte(s.text[s.pos:], '\'')
	if end < 0 {
		end = len(s.text) - s.pos
		s.current.open = true
	}
	s.word.WriteString(s.text[s.pos : s.pos+end])
	s.skip(end + 1)
}

func (s *shellWords) double() {
	s.begin()
	s.skip(1)
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		switch {
		case c == '"':
			s.skip(1)
			return
		case strings.HasPrefix(s.text[s.pos:], "\\\n"):
			s.skip(2)
		case c == '\\' && s.pos+1 < len(s.text) && strings.IndexByte("$`\"\\", s.text[s.pos+1]) >= 0:
			s.skip(1)
			s.take()
		default:
			s.dollar()
			s.take()
		}
	}
	s.current.open = true
}

// ansi reads $'…', in which escapes are C's.
func (s *shellWords) ansi() {
	s.begin()
	s.skip(2)
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == '\'':
			s.skip(1)
			return
		case c == '\\' && s.pos+1 < len(s.text):
			s.skip(1)
			s.escape()
		default:
			s.take()
		}
	}
	s.current.open = true
}

var ansiEscapes = map[byte]string{
	'n': "\n", 't': "\t", 'r': "\r", 'a': "\a", 'b': "\b", 'e': "\x1b", 'E': "\x1b", 'f': "\f", 'v': "\v",
	'\\': "\\", '\'': "'", '"': "\"", '?': "?",
}

func (s *shellWords) escape() {
	c := s.text[s.pos]
	if text, ok := ansiEscapes[c]; ok {
		s.word.WriteString(text)
		s.skip(1)
		return
	}
	switch {
	case c == 'x':
		s.number(1, 2, 16, false)
	case c == 'u':
		s.number(1, 4, 16, true)
	case c == 'U':
		s.number(1, 8, 16, true)
	case c >= '0' && c <= '7':
		s.number(0, 3, 8, false)
	case c == 'c' && s.pos+1 < len(s.text):
		s.word.WriteByte(s.text[s.pos+1] & 0x1f)
		s.skip(2)
	default:
		s.word.WriteByte('\\')
		s.take()
	}
}

// number reads a character's number behind skip bytes, of at most so many digits.
// A pair of \u surrogates is one character: browsers write emoji so.
func (s *shellWords) number(skip, most, base int, isRune bool) {
	value, size := digitsAt(s.text[s.pos+skip:], most, base)
	if size == 0 {
		s.word.WriteByte('\\')
		s.take()
		return
	}
	s.skip(skip + size)
	switch {
	case !isRune:
		s.word.WriteByte(byte(value))
	case value >= 0xd800 && value < 0xdc00 && strings.HasPrefix(s.text[s.pos:], `\u`):
		low, size := digitsAt(s.text[s.pos+2:], 4, 16)
		if low >= 0xdc00 && low < 0xe000 {
			s.skip(2 + size)
			value = 0x10000 + (value-0xd800)<<10 + (low - 0xdc00)
		}
		s.word.WriteRune(rune(value))
	default:
		s.word.WriteRune(rune(value))
	}
}

func digitsAt(text string, most, base int) (value uint64, size int) {
	for size < most && size < len(text) {
		next, err := strconv.ParseUint(text[:size+1], base, 32)
		if err != nil || text[size] == '_' || text[size] == '+' || text[size] == '-' {
			break
		}
		value = next
		size++
	}
	return value, size
}

// heredoc notes a here-document, whose text begins on the next line.
func (s *shellWords) heredoc() {
	s.endWord()
	s.skip(2)
	h := heredoc{}
	if strings.HasPrefix(s.text[s.pos:], "-") {
		h.tabs = true
		s.skip(1)
	}
	for s.pos < len(s.text) && (s.text[s.pos] == ' ' || s.text[s.pos] == '\t') {
		s.skip(1)
	}
	end := strings.IndexAny(s.text[s.pos:]+"\n", " \t\n;|&")
	h.end = strings.Trim(s.text[s.pos:s.pos+end], `'"\`)
	s.skip(end)
	if h.end != "" {
		s.heredocs = append(s.heredocs, h)
	}
}

func (s *shellWords) readHeredocs() {
	for _, h := range s.heredocs {
		var text strings.Builder
		for s.pos < len(s.text) {
			line, _, _ := strings.Cut(s.text[s.pos:], "\n")
			s.skip(len(line) + 1)
			if h.tabs {
				line = strings.TrimLeft(line, "\t")
			}
			if line == h.end {
				break
			}
			text.WriteString(line + "\n")
		}
		body := text.String()
		s.current.stdin = &body
	}
	s.heredocs = nil
}
