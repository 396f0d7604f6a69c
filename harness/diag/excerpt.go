package diag

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// lineBounds gives the bytes of a line, from 1, without its end. Lines end at
// LF, CR LF and CR, as YAML's do.
func lineBounds(src []byte, line int) (start, end int, ok bool) {
	if src == nil {
		return 0, 0, false
	}
	if line == 1 {
		start = len(bom(src))
	}
	for n := 1; n < line; n++ {
		i := bytes.IndexAny(src[start:], "\r\n")
		if i < 0 {
			return 0, 0, false
		}
		start += i + 1
		if src[start-1] == '\r' && start < len(src) && src[start] == '\n' {
			start++
		}
	}
	if i := bytes.IndexAny(src[start:], "\r\n"); i >= 0 {
		return start, start + i, true
	}
	return start, len(src), true
}

// bom gives the byte order mark that src starts with: no column counts it.
func bom(src []byte) []byte {
	mark := []byte("\ufeff")
	if bytes.HasPrefix(src, mark) {
		return mark
	}
	return nil
}

// offsetIn gives a position's byte offset in its line: by Byte where that
// points into the line, else by Column, for those who know no byte.
func offsetIn(line []byte, lineStart int, at Pos) int {
	if at.Byte >= lineStart && at.Byte <= lineStart+len(line) && (at.Byte > 0 || at.Column <= 1) {
		return at.Byte - lineStart
	}
	column := 1
	for _, c := range cells(line) {
		if column >= at.Column {
			return c.from
		}
		column++
	}
	return len(line)
}

// margin is how many bytes around the mark are looked at: a line may be a
// megabyte, a page is not.
const margin = 4096

// cut gives what of the line is shown in so many columns, and the carets.
func cut(line []byte, from, to, columns int) (shown, marks string) {
	left, right := max(0, from-margin), min(len(line), from+margin)
	for left > 0 && left < len(line) && !utf8.RuneStart(line[left]) {
		left--
	}
	for right < len(line) && !utf8.RuneStart(line[right]) {
		right++
	}
	row := cells(line[left:right])
	first := len(row) // the cell of the first caret
	for i := range row {
		if cellEnd(row, i, right-left) > from-left {
			first = i
			break
		}
	}
	begin, end := window(row, first, columns, left > 0, right < len(line))
	var text, carets strings.Builder
	if begin > 0 || left > 0 {
		text.WriteString("…")
		carets.WriteByte(' ')
	}
	for i := begin; i < end; i++ {
		text.WriteString(row[i].text)
		mark := " "
		if at := row[i].from + left; i >= first && (at < to || i == first) {
			mark = "^"
		}
		carets.WriteString(strings.Repeat(mark, row[i].width))
	}
	if first == len(row) {
		carets.WriteByte('^')
	}
	if end < len(row) || right < len(line) {
		text.WriteString("…")
	}
	return text.String(), strings.TrimRight(carets.String(), " ")
}

func cellEnd(row []cell, i, length int) int {
	if i+1 < len(row) {
		return row[i+1].from
	}
	return length
}

// window picks the cells to show: all if they fit, else those around the first
// caret, which stands in the first third so that what follows can be read.
func window(row []cell, first, columns int, moreLeft, moreRight bool) (begin, end int) {
	total := 0
	for _, c := range row {
		total += c.width
	}
	if total <= columns && !moreLeft && !moreRight {
		return 0, len(row)
	}
	columns -= 3 // an ellipsis on both sides, and a caret behind the end
	begin = first
	for used := 0; begin > 0; begin-- {
		used += row[begin-1].width
		if used > columns/3 {
			break
		}
	}
	end = begin
	for used := 0; end < len(row); end++ {
		used += row[end].width
		if used > columns {
			break
		}
	}
	// Room that the end of the line leaves free shows more of its beginning.
	spare := columns
	for _, c := range row[begin:end] {
		spare -= c.width
	}
	for begin > 0 && row[begin-1].width <= spare {
		begin--
		spare -= row[begin].width
	}
	return begin, end
}
