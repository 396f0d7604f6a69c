package spec

import (
	"sort"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v15/textseg"

	"github.com/assay-harness/assay/harness/diag"
)

// source is what all nodes of a file share.
type source struct {
	filename string
	text     string
	// mapped is the scalar that At was last asked for: questions come in runs
	// about one template, and most scalars are never asked about.
	mapped atomic.Pointer[mapping]
}

// bom may start a file; no column counts it.
const bom = "\ufeff"

// Line gives the text of a line of src, from 1, without its end; "" if there
// is no such line. Lines end at LF, CR LF and CR.
func Line(src []byte, n int) string {
	text := strings.TrimPrefix(string(src), bom)
	for ; n > 1; n-- {
		i := strings.IndexAny(text, "\r\n")
		if i < 0 {
			return ""
		}
		text = text[i+breakAt(text, i):]
	}
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	return text
}

// breakAt gives the length of the line break at i, or 0.
func breakAt(text string, i int) int {
	switch {
	case i >= len(text):
		return 0
	case text[i] == '\n':
		return 1
	case text[i] != '\r':
		return 0
	case i+1 < len(text) && text[i+1] == '\n':
		return 2
	}
	return 1
}

// lineEnd gives where the line that at stands in ends, before its break.
func lineEnd(text string, at int) int {
	if i := strings.IndexAny(text[at:], "\r\n"); i >= 0 {
		return at + i
	}
	return len(text)
}

// lines finds places in a source. Its caches make a walk in source order linear,
// on one line of a megabyte too.
type lines struct {
	text   string
	ascii  bool
	tabs   bool  // there are some
	starts []int // the byte at which each line starts

	runeLine, runeCount, runeAt int // offset: so many runes of that line end here
	last                        diag.Pos
}

func newLines(text string) *lines {
	l := &lines{text: text, ascii: true, starts: make([]int, 1, strings.Count(text, "\n")+2)}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n', c == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			l.starts = append(l.starts, i+1)
		case c == '\t':
			l.tabs = true
		case c >= utf8.RuneSelf:
			l.ascii = false
		}
	}
	if strings.HasPrefix(text, bom) {
		l.starts[0] = len(bom)
	}
	return l
}

// offset gives the byte of a line and a column that counts runes, both from 1:
// how yaml.v3 and yaml/v4 tell places.
func (l *lines) offset(line, column int) int {
	if line < 1 {
		return l.starts[0]
	}
	if line > len(l.starts) {
		return len(l.text)
	}
	at, n := l.starts[line-1], 1
	if l.ascii {
		return min(at+column-1, len(l.text))
	}
	if l.runeLine == line && l.runeCount <= column {
		at, n = l.runeAt, l.runeCount
	}
	for ; n < column && at < len(l.text); n++ {
		_, size := utf8.DecodeRuneInString(l.text[at:])
		at += size
	}
	l.runeLine, l.runeCount, l.runeAt = line, n, at
	return at
}

// pos gives the position of a byte.
func (l *lines) pos(at int) diag.Pos {
	at = max(at, l.starts[0])
	line := l.last.Line
	if line == 0 || at < l.starts[line-1] || line < len(l.starts) && at >= l.starts[line] {
		line = l.lineOf(at)
	}
	from := diag.Pos{Line: line, Column: 1, Byte: l.starts[line-1]}
	if !l.ascii && l.last.Line == line && l.last.Byte <= at {
		from = l.last
	}
	if l.ascii {
		from.Column += at - from.Byte
	} else {
		from.Column += characters(l.text[from.Byte:at])
	}
	from.Byte = at
	if l.ascii || l.boundary(at) {
		l.last = from
	}
	return from
}

// boundary reports whether a character surely starts at: a count that starts
// within one would be off by one for the rest of its line.
func (l *lines) boundary(at int) bool {
	return (at == len(l.text) || l.text[at] < utf8.RuneSelf) && (at == 0 || l.text[at-1] < utf8.RuneSelf)
}

// lineOf gives the line, from 1, that a byte stands in. The next line is tried
// first: that is where a walk in source order goes.
func (l *lines) lineOf(at int) int {
	if next := l.last.Line + 1; next < len(l.starts) && at >= l.starts[next-1] && at < l.starts[next] {
		return next
	}
	return max(1, sort.SearchInts(l.starts, at+1))
}

// advance moves a position over the text from its byte to at.
func advance(text string, from diag.Pos, at int) diag.Pos {
	for {
		i := strings.IndexAny(text[from.Byte:at], "\r\n")
		if i < 0 || from.Byte+i+breakAt(text, from.Byte+i) > at {
			from.Column += characters(text[from.Byte:at])
			from.Byte = at
			return from
		}
		from.Byte += i + breakAt(text, from.Byte+i)
		from.Line++
		from.Column = 1
	}
}

// characters counts grapheme clusters, as HCL does.
func characters(s string) int {
	n := 0
	for s != "" {
		plain := 0
		for plain < len(s) && s[plain] < utf8.RuneSelf {
			plain++
		}
		if plain == len(s) {
			return n + plain
		}
		if plain > 1 { // the last one may carry a mark
			n += plain - 1
			s = s[plain-1:]
		}
		n++
		s = s[clusterSize(s):]
	}
	return n
}

// clusterSize gives the bytes of the grapheme cluster that s starts with. A
// cluster is short, so only a piece of s is copied at first.
func clusterSize(s string) int {
	const piece = 64
	for _, length := range [...]int{min(len(s), piece), len(s)} {
		size, _, err := textseg.ScanGraphemeClusters([]byte(s[:length]), true)
		if err == nil && size > 0 && (size < length-utf8.UTFMax || length == len(s)) {
			return size
		}
	}
	return 1
}
