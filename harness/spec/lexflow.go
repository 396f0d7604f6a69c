package spec

// flow skips a flow collection, over as many lines as it takes.
func (l *lexer) flow() {
	l.stack = l.stack[:0]
	for l.p < len(l.text) {
		switch c := l.text[l.p]; {
		case isSpace(c) || c == ',' || c == ':' || c == '?':
			l.p++
		case c == '#': // at the start of a token, always a comment
			l.skipComment()
		case c == '"' || c == '\'':
			l.quoted()
		case c == '[' || c == '{':
			l.stack = append(l.stack, l.p)
			l.most = max(l.most, len(l.stack))
			if len(l.stack) > MaxDepth {
				l.deep = l.p
				return
			}
			l.p++
		case c == ']' || c == '}':
			l.stack = l.stack[:len(l.stack)-1]
			l.p++
			if len(l.stack) == 0 {
				return
			}
		default:
			l.flowText()
		}
	}
}

func (l *lexer) skipComment() {
	l.p = lineEnd(l.text, l.p)
}

// flowText reads plain text in a flow collection.
func (l *lexer) flowText() {
	start := l.p
	if l.text[l.p] == '!' {
		l.trap(trapLeading, l.p, true)
		for l.p < len(l.text) && !isSpace(l.text[l.p]) { // only white space ends a tag
			l.p++
		}
		return
	}
	for ; l.p < len(l.text); l.p++ {
		switch c := l.text[l.p]; c {
		case ',', ']', '}', '\n', '\r':
			return
		case '[', '{':
			if l.p > start && (l.text[l.p-1] == '$' || l.text[l.p-1] == '%') {
				l.trap(trapTemplate, start, true)
			}
			return
		case '?':
			l.trap(trapQuestion, start, true)
			return
		case ':':
			if l.p+1 < len(l.text) && isSpace(l.text[l.p+1]) {
				return
			}
		case ' ', '\t':
			if l.p+1 < len(l.text) && l.text[l.p+1] == '#' {
				l.trap(trapComment, start, true)
				return
			}
		}
	}
}
