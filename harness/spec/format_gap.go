package spec

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The space between values holds indicators, comments and blank lines. Which
// indicators there must be is known: only the rest is looked at here.

// indicator finds the next one of that character, past space, comments and
// other indicators.
func (b *layouter) indicator(c byte, end int) int {
	for at := b.skipSpace(b.at); at < end; at = b.skipSpace(at + 1) {
		if b.text[at] == c {
			return at
		}
	}
	return end
}

// column gives how far a byte stands from the start of its line.
func (b *layouter) column(at int) int {
	start := strings.LastIndexAny(b.text[:at], "\r\n") + 1
	if start == 0 && b.layout.bom {
		start = len(bom)
	}
	return at - start
}

// comments takes what stands before the byte end in block context. A comment
// at the end of a line is about what that line says; one on a line of its own
// belongs to the innermost list or map that it is indented like, or comes
// before what follows.
func (b *layouter) comments(end int, head *[]string) {
	level := 0
	for b.at < end {
		blank, found := b.nextComment(end)
		if !found {
			if blank {
				*head = appendBlankLine(*head)
			}
			break
		}
		text, column := b.takeComment()
		if column < 0 {
			continue
		}
		for level < len(b.closed) && column < b.closed[level].column {
			level++
		}
		into := head
		if level < len(b.closed) {
			into = &b.closed[level].foot
		}
		if blank {
			*into = appendBlankLine(*into)
		}
		*into = append(*into, text)
	}
	b.at = max(b.at, end)
	b.closed = b.closed[:0]
}

// gap takes what stands before the byte end within a flow collection.
func (b *layouter) gap(end int, head *[]string) {
	for b.at < end {
		if _, found := b.nextComment(end); !found {
			break
		}
		if text, column := b.takeComment(); column >= 0 {
			*head = append(*head, text)
		}
	}
	b.at = max(b.at, end)
}

// nextComment moves to the next comment before the byte end; blank tells of a
// blank line on the way.
func (b *layouter) nextComment(end int) (blank, found bool) {
	breaks := 0
	for b.at < end {
		switch c := b.text[b.at]; {
		case isBlank(c):
			b.at++
		case c == '#':
			return blank, true
		case breakAt(b.text, b.at) > 0:
			b.at += breakAt(b.text, b.at)
			breaks++
			blank = blank || breaks > 1
		default:
			b.at++
			breaks, blank = 0, false
		}
	}
	return blank, false
}

// takeComment takes the comment at hand. One that ends a line goes to whom it
// is about, and the column is negative.
func (b *layouter) takeComment() (text string, column int) {
	from := b.at
	b.at = lineEnd(b.text, from)
	text = strings.TrimRight(b.text[from:b.at], " \t")
	column = b.column(from)
	before := b.text[from-column : from]
	if strings.Trim(before, " \t") == "" {
		return text, column
	}
	b.last.remark(text, utf8.RuneCountInString(before))
	return "", -1
}

// remark notes a comment at the end of a line.
func (e *entry) remark(text string, column int) {
	r := &e.open
	if e.ended {
		r = &e.close
	}
	if r.text != "" { // the second one of a value that is spread over lines
		e.head = append(e.head, text)
		return
	}
	*r = remark{text, column}
}

// headerComment takes the comment behind the indicator of a block scalar.
func (b *layouter) headerComment(p *element) remark {
	at := p.from + headerLen(b.text[p.from:])
	end := lineEnd(b.text, at)
	i := strings.IndexByte(b.text[at:end], '#')
	if i < 0 {
		return remark{}
	}
	column := b.column(at + i)
	return remark{strings.TrimRight(b.text[at+i:end], " \t"), utf8.RuneCountInString(b.text[at+i-column : at+i])}
}

// blockEnd gives where a block scalar ends: behind the blank lines that are
// part of its text, but for the last break.
func (b *layouter) blockEnd(p *element) int {
	end := p.to
	if p.value == "" || strings.Trim(p.value, "\n") == "" {
		end = lineEnd(b.text, p.from)
	}
	if !strings.Contains(b.text[p.from:p.from+headerLen(b.text[p.from:])], "+") {
		return end
	}
	keep := len(p.value) - len(strings.TrimRight(p.value, "\n"))
	if keep < len(p.value) {
		keep-- // the break that ends the last line of text
	}
	for ; keep > 0 && end < len(b.text); keep-- {
		end += breakAt(b.text, end)
		for end < len(b.text) && isBlank(b.text[end]) {
			end++
		}
	}
	return end
}

// epilogue takes what stands behind the root.
func (b *layouter) epilogue(tail *[]string) {
	end := len(b.text)
	mark := -1
	for at := b.at; at < end; {
		next := lineEnd(b.text, at)
		if rest := b.text[at:next]; strings.HasPrefix(rest, "...") && b.column(at) == 0 {
			mark = at
			break
		}
		at = next + max(1, breakAt(b.text, min(next, end-1)))
	}
	if mark >= 0 {
		end = mark
	}
	b.comments(end, tail)
	if mark < 0 {
		*tail = trimBlankLines(*tail)
		return
	}
	var after []string
	b.at = mark + 3
	b.last = &entry{ended: true}
	b.comments(len(b.text), &after)
	*tail = append(append(*tail, "..."+spaced(b.last.close.text)), after...)
	*tail = trimBlankLines(*tail)
}

// trimBlankLines cuts blank lines off the end.
func trimBlankLines(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return slices.Clip(lines)
}
