package spec

import "strings"

// lexed is what a quick look at the source tells before (depth) and beside
// (what YAML will trip over) the parser.
type lexed struct {
	deep   int // where flow collections nest deeper than MaxDepth, or 0
	most   int // how deep they nest
	traps  []trap
	opened []int // brackets that are never closed
	quote  int   // a quote that is never closed, or -1
}

// trapKind is a way in which YAML does not read what was meant.
type trapKind uint8

const (
	trapTemplate trapKind = iota // ${…} in a flow collection
	trapQuestion                 // a question mark in a flow collection
	trapComment                  // text cut by " #"
	trapColon                    // a second ": " in a value
	trapAfter                    // text behind a closing quote or bracket
	trapLeading                  // a value that starts with an indicator
	trapIndent                   // a key that is indented like more of the text above it
)

// trap is a place where one stands: the value's bytes, to the end of its line.
type trap struct {
	kind     trapKind
	from, to int
	noticed  int // where that shows
	inFlow   bool
}

const maxTraps = 256

// lex looks through a source. It follows YAML closely enough to know text from
// structure in valid files; in invalid ones it may be wrong, which costs a hint.
func lex(text string) lexed {
	l := lexer{text: text, lexed: lexed{quote: -1}, parent: -1, textParent: -2}
	if len(text) >= len(bom) && text[:len(bom)] == bom {
		l.p = len(bom)
	}
	for l.p < len(text) && l.deep == 0 {
		l.line()
	}
	l.opened = l.stack
	return l.lexed
}

type lexer struct {
	lexed
	text       string
	p          int
	lineStart  int
	lineEnd    int
	parent     int // the column of the innermost key or dash before p
	textParent int // that of plain text which the next line may continue; -2: none
	stack      []int
}

// line reads one line of block structure, and whatever longer starts on it.
func (l *lexer) line() {
	l.setLine(l.p)
	for l.p < l.lineEnd && isBlank(l.text[l.p]) {
		l.p++
	}
	column := l.p - l.lineStart
	switch {
	case l.p == l.lineEnd || l.text[l.p] == '#':
		l.nextLine()
		return
	case column == 0 && l.documentMark():
		l.parent, l.textParent = -1, -2
		l.p += 3
	case column == 0 && l.text[l.p] == '%':
		l.nextLine()
		return
	case l.textParent > -2 && column > l.textParent:
		l.continued()
		return
	}
	l.textParent = -2
	if column <= l.parent {
		l.parent = column - 1 // at most: the next key or dash says it exactly
	}
	l.tokens()
}

func (l *lexer) setLine(start int) {
	l.lineStart, l.lineEnd = start, len(l.text)
	if i := strings.IndexAny(l.text[start:], "\r\n"); i >= 0 {
		l.lineEnd = start + i
	}
}

func (l *lexer) nextLine() { l.p = l.lineEnd + breakAt(l.text, l.lineEnd) }

func (l *lexer) documentMark() bool {
	rest := l.text[l.p:l.lineEnd]
	return (strings.HasPrefix(rest, "---") || strings.HasPrefix(rest, "...")) && (len(rest) == 3 || isBlank(rest[3]))
}

// continued reads a further line of plain text.
func (l *lexer) continued() {
	rest := l.text[l.p:l.lineEnd]
	if i := strings.Index(rest, " #"); i >= 0 {
		l.trap(trapComment, l.p, false)
		l.textParent = -2
	} else if strings.Contains(rest, ": ") {
		l.trap(trapIndent, l.p, false)
	}
	l.nextLine()
}

func (l *lexer) trap(kind trapKind, from int, inFlow bool) {
	if len(l.traps) < maxTraps {
		to := lineEnd(l.text, from)
		l.traps = append(l.traps, trap{kind, from, to, l.p, inFlow})
	}
}

// tokens reads a line from its first token on.
func (l *lexer) tokens() {
	inValue := false
	for {
		for l.p < l.lineEnd && isBlank(l.text[l.p]) {
			l.p++
		}
		if l.p >= l.lineEnd || l.text[l.p] == '#' {
			l.nextLine()
			return
		}
		start := l.p
		switch c := l.text[l.p]; {
		case strings.IndexByte("-?:", c) >= 0 && (l.p+1 == l.lineEnd || isBlank(l.text[l.p+1])):
			l.parent = l.p - l.lineStart
			l.p++
			continue
		case c == '&' || c == '!':
			if c == '!' {
				l.trap(trapLeading, l.p, false)
			}
			for l.p < l.lineEnd && !isBlank(l.text[l.p]) {
				l.p++
			}
			continue
		case c == '|' || c == '>':
			l.blockScalar()
			return
		case c == '"' || c == '\'':
			l.quoted()
		case c == '[' || c == '{':
			l.flow()
			if l.deep > 0 {
				return
			}
		default:
			if !l.plainText(inValue) {
				return
			}
			inValue = true
			continue
		}
		if !l.after(start) {
			return
		}
		inValue = true
	}
}

// after looks behind a quoted or flow value: a colon makes it a key.
func (l *lexer) after(start int) bool {
	column := start - l.lineStart
	if start < l.lineStart || l.p > l.lineEnd {
		l.setLine(l.startOfLine(l.p))
	}
	for l.p < l.lineEnd && isBlank(l.text[l.p]) {
		l.p++
	}
	switch {
	case l.p >= l.lineEnd:
		l.nextLine()
		return false
	case l.text[l.p] == ':':
		l.parent = column
		l.p++
		return true
	case l.text[l.p] != '#':
		l.trap(trapAfter, start, false)
	}
	l.nextLine()
	return false
}

func (l *lexer) startOfLine(at int) int { return strings.LastIndexAny(l.text[:at], "\r\n") + 1 }

// plainText reads plain text on its line; it tells whether that was a key.
func (l *lexer) plainText(inValue bool) bool {
	rest := l.text[l.p:l.lineEnd]
	comment := strings.Index(rest, " #")
	if tab := strings.Index(rest, "\t#"); tab >= 0 && (comment < 0 || tab < comment) {
		comment = tab
	}
	colon := keyColon(rest)
	if strings.IndexByte("@`%*", rest[0]) >= 0 {
		l.trap(trapLeading, l.p, false)
	}
	if colon >= 0 && (comment < 0 || colon < comment) {
		if inValue {
			l.trap(trapColon, l.p, false)
			l.nextLine()
			return false
		}
		l.parent = l.p - l.lineStart
		l.p += colon + 1
		return true
	}
	if comment >= 0 {
		l.trap(trapComment, l.p, false)
	} else {
		l.textParent = l.parent
	}
	l.nextLine()
	return false
}

// keyColon finds the colon that ends a key: one before a blank or the line's end.
func keyColon(s string) int {
	for i := 0; i < len(s); i++ {
		next := strings.IndexByte(s[i:], ':')
		if next < 0 {
			return -1
		}
		i += next
		if i+1 == len(s) || isBlank(s[i+1]) {
			return i
		}
	}
	return -1
}

// blockScalar skips a literal or folded scalar: all lines that are empty or
// deeper than the key or dash that it belongs to.
func (l *lexer) blockScalar() {
	l.nextLine()
	for l.p < len(l.text) {
		l.setLine(l.p)
		at := l.p
		for at < l.lineEnd && l.text[at] == ' ' {
			at++
		}
		if at < l.lineEnd && at-l.lineStart <= max(l.parent, 0) {
			return
		}
		l.nextLine()
	}
}

// quoted skips a quoted scalar, over as many lines as it takes.
func (l *lexer) quoted() {
	start, quote := l.p, l.text[l.p]
	for l.p++; l.p < len(l.text); l.p++ {
		switch c := l.text[l.p]; {
		case c == '\\' && quote == '"':
			l.p++
		case c == quote && quote == '\'' && l.p+1 < len(l.text) && l.text[l.p+1] == '\'':
			l.p++
		case c == quote:
			l.p++
			return
		}
	}
	l.p = len(l.text)
	l.quote = start
}
