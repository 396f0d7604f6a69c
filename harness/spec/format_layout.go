package spec

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/assay-harness/assay/harness/diag"
)

// layout is a document as it is laid out: its values with the comments around
// them, aliases as aliases, and every scalar's own source.
type layout struct {
	source  string
	newline string
	bom     bool
	root    *entry
	head    []string // before the root: comments, directives, ---
	tail    []string // behind it: ...
}

// element of a layout: a list, a map, a scalar or an alias.
type element struct {
	kind     Kind
	style    style
	flow     bool
	alias    bool
	below    bool   // it starts on a line below its key or dash
	tied     bool   // an anchor or an alias stands in it
	props    string // anchor and tag
	from, to int    // the scalar's source
	value    string
	entries  []entry
	foot     []string // comment lines behind the last entry
	column   int      // what a comment line needs at least to be part of it
	text     string   // the whole as flow, once that is decided
}

// entry is a key with its value, or an item of a list (key is nil).
type entry struct {
	key   *element
	value *element
	head  []string // the lines before it: comments, and "" for blank ones
	open  remark   // behind the key or dash, its value on the lines below
	close remark   // behind the value
	ended bool     // the value was read: a remark is about it
}

// remark is a comment at the end of a line.
type remark struct {
	text   string
	column int // where it stood, in runes
}

func (p *element) isScalar() bool { return p.kind != List && p.kind != Map || p.alias }

func (p *element) isBlock() bool { return !p.isScalar() && !p.flow }

// isAbsent tells whether there is nothing to be seen of it.
func (p *element) isAbsent() bool {
	return p.isScalar() && !p.alias && p.style == plain && p.from == p.to
}

// layoutOf reads a document into its layout, and says all that is wrong with it.
func layoutOf(filename string, src []byte) (*layout, diag.Diagnostics) {
	var found *layout
	r := &reader{cutIsError: true, after: func(r *reader, root *yaml.Node) { found = newLayout(r, root.Content[0]) }}
	_, ds := r.parse(filename, src)
	return found, ds
}

func newLayout(r *reader, root *yaml.Node) *layout {
	l := &layout{source: r.text, bom: strings.HasPrefix(r.text, bom), newline: newlineOf(r.text)}
	b := &layouter{reader: r, layout: l}
	b.decoder.text = r.text
	l.root = &entry{}
	b.last = l.root
	b.document(root)
	return l
}

// newlineOf gives how a file ends its lines: as it ends the first.
func newlineOf(text string) string {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 && text[i] == '\r' && breakAt(text, i) == 2 {
		return "\r\n"
	}
	return "\n"
}

// layouter makes a layout in one walk over yaml.v3's nodes, with the source
// between them.
type layouter struct {
	*reader
	layout *layout
	at     int        // what is before it is part of the layout
	last   *entry     // whom a comment on the same line is about
	closed []*element // what ended since the last lines of comments, innermost first
	slab   []element
}

func (b *layouter) newElement() *element {
	if len(b.slab) == 0 {
		b.slab = make([]element, 256)
	}
	p := &b.slab[0]
	b.slab = b.slab[1:]
	return p
}

func (b *layouter) document(y *yaml.Node) {
	b.at = b.lines.starts[0]
	start := b.offset(y)
	b.prologue(start)
	root := b.layout.root
	root.value = b.value(y, root)
	var rest []string
	b.epilogue(&rest)
	b.layout.tail = append(b.layout.tail, rest...)
}

func (b *layouter) offset(y *yaml.Node) int { return b.reader.lines.offset(y.Line, y.Column) }

// prologue takes the lines before the root that are comments, directives or
// the mark of the document's start; what stands behind the mark stays.
func (b *layouter) prologue(start int) {
	head := &b.layout.head
	for b.at <= start {
		end := lineEnd(b.text, b.at)
		line := strings.TrimRight(b.text[b.at:end], " \t")
		switch {
		case strings.HasPrefix(line, "---") && (len(line) == 3 || isBlank(line[3])):
			rest := b.at + 3
			for rest < end && isBlank(b.text[rest]) {
				rest++
			}
			if rest < end && b.text[rest] != '#' {
				*head, b.at = append(*head, "---"), rest
				return
			}
			*head = append(*head, "---"+spaced(strings.TrimLeft(line[3:], " \t")))
		case strings.TrimLeft(line, " \t") == "":
			*head = appendBlankLine(*head)
		case strings.HasPrefix(line, "%"):
			*head = append(*head, line)
		case line[strings.IndexFunc(line, notBlank)] == '#':
			*head = append(*head, strings.TrimLeft(line, " \t"))
		default:
			return
		}
		b.at = min(len(b.text), end+breakAt(b.text, end))
		if end == len(b.text) {
			return
		}
	}
}

func notBlank(c rune) bool { return c != ' ' && c != '\t' }

func spaced(comment string) string {
	if comment == "" {
		return ""
	}
	return "  " + comment
}

// appendBlankLine adds a blank line where the last is none.
func appendBlankLine(lines []string) []string {
	if len(lines) > 0 && lines[len(lines)-1] == "" {
		return lines
	}
	return append(lines, "")
}

// value reads what belongs to an entry.
func (b *layouter) value(y *yaml.Node, owner *entry) *element {
	p := b.newElement()
	start := b.offset(y)
	switch y.Kind {
	case yaml.AliasNode:
		p.alias, p.tied, p.from, p.to = true, true, start, start+1+len(y.Value)
		b.at = p.to
	case yaml.SequenceNode:
		p.kind = List
		b.collection(p, y, owner)
	case yaml.MappingNode:
		p.kind = Map
		b.collection(p, y, owner)
	default:
		b.scalar(p, y, start)
		if p.style == literal || p.style == folded {
			owner.close = b.headerComment(p)
		}
	}
	if !p.isBlock() {
		b.last, owner.ended = owner, true
	}
	return p
}

// scalar finds a scalar's source and its text.
func (b *layouter) scalar(p *element, y *yaml.Node, start int) {
	p.style = styleOf(y)
	p.kind = Text
	at := b.props(p, y, start)
	value, ok := b.sameText(p.style, at, y.Value)
	if !ok {
		value = b.decode(p.style, at, y.Value)
	}
	p.value, p.from, p.to = value, at, b.decoder.end
	if p.style == plain && value == "" {
		p.from, p.to = b.at, b.at
		if p.props != "" {
			p.from, p.to = at, at
		}
	}
	if p.style == plain && !strings.Contains(p.props, "!") {
		p.kind = plainKind(value)
	}
	b.at = max(b.at, p.to)
	if p.style == literal || p.style == folded {
		b.at = b.blockEnd(p)
	}
}

// props takes the anchor and the tag that stand at a byte; it gives where the
// value itself starts.
func (b *layouter) props(p *element, y *yaml.Node, at int) int {
	p.tied = y.Anchor != ""
	if !p.tied && y.Style&yaml.TaggedStyle == 0 && !b.has(at, '!') {
		return at
	}
	var found []string
	b.at = max(b.at, at)
	anchor, tag := y.Anchor != "", true // what may still come, one of each
	for anchor && b.has(b.at, '&') || tag && b.has(b.at, '!') {
		from := b.at
		isTag := b.text[from] == '!'
		for b.at++; b.at < len(b.text) && !isSpace(b.text[b.at]) && (isTag || isAnchor(b.text[b.at])); {
			b.at++
		}
		anchor, tag = anchor && isTag, tag && !isTag
		found = append(found, b.text[from:b.at])
		next := b.skipSpace(b.at)
		if anchor && b.has(next, '&') || tag && b.has(next, '!') || y.Kind == yaml.ScalarNode && (y.Value != "" || styleOf(y) != plain) {
			var below []string
			b.gap(next, &below) // a comment between an anchor and its value
			b.last.head = append(b.last.head, below...)
			b.at = next
		}
	}
	p.props = strings.Join(found, " ")
	return b.at
}

// collection reads a list or a map.
func (b *layouter) collection(p *element, y *yaml.Node, owner *entry) {
	start := b.offset(y)
	p.flow = y.Style&yaml.FlowStyle != 0
	switch {
	case y.Anchor != "" || y.Style&yaml.TaggedStyle != 0:
		b.props(p, y, start)
	case b.has(start, '!') && !b.firstKeyAt(y, start):
		b.props(p, y, start)
	}
	switch {
	case !p.flow && p.kind == List:
		b.blockList(p, y)
	case !p.flow:
		b.blockMap(p, y)
	default:
		b.flow(p, y, owner)
	}
}

// firstKeyAt tells whether a block map starts with its first key: what stands
// there then is the key's own.
func (b *layouter) firstKeyAt(y *yaml.Node, start int) bool {
	return y.Kind == yaml.MappingNode && y.Style&yaml.FlowStyle == 0 && len(y.Content) > 0 && b.offset(y.Content[0]) == start
}

func (b *layouter) blockList(p *element, y *yaml.Node) {
	p.entries = make([]entry, len(y.Content))
	for i, item := range y.Content {
		e := &p.entries[i]
		dash := b.indicator('-', len(b.text))
		if i == 0 {
			p.column = b.column(dash)
		}
		b.comments(dash, &e.head)
		b.at, b.last = dash+1, e
		b.valueOf(e, item, p.column+1)
		p.tied = p.tied || e.value.tied
	}
	b.closed = append(b.closed, p)
}

func (b *layouter) blockMap(p *element, y *yaml.Node) {
	p.entries = make([]entry, len(y.Content)/2)
	for i := range p.entries {
		e := &p.entries[i]
		key, value := y.Content[2*i], y.Content[2*i+1]
		start := b.offset(key)
		if i == 0 {
			p.column = b.column(b.keyStart(start))
		}
		b.comments(start, &e.head)
		b.last = e
		e.key = b.keyOf(key, start)
		if colon := b.skipSpace(b.at); b.has(colon, ':') {
			b.comments(colon, &e.head)
			b.at = colon + 1
			b.valueOf(e, value, p.column+1)
		} else {
			e.value, e.ended = b.newElement(), true
			e.value.from, e.value.to = b.at, b.at
		}
		p.tied = p.tied || e.key.tied || e.value.tied
	}
	b.closed = append(b.closed, p)
}

// keyStart steps back to the question mark before an explicit key.
func (b *layouter) keyStart(start int) int {
	for at := start - 1; at >= b.at; at-- {
		if b.text[at] == '?' {
			return at
		}
		if !isBlank(b.text[at]) {
			break
		}
	}
	return start
}

func (b *layouter) keyOf(y *yaml.Node, start int) *element {
	b.at = max(b.at, start)
	p := b.newElement()
	if y.Kind == yaml.AliasNode {
		p.alias, p.tied, p.from, p.to = true, true, start, start+1+len(y.Value)
		b.at = p.to
		return p
	}
	b.scalar(p, y, start)
	return p
}

// valueOf reads the value behind a colon or a dash, and the comments on the way.
func (b *layouter) valueOf(e *entry, y *yaml.Node, inner int) {
	if y.Kind == yaml.ScalarNode && y.Value == "" && styleOf(y) == plain && y.Anchor == "" && y.Style&yaml.TaggedStyle == 0 && !b.has(b.offset(y), '!') {
		e.value, e.ended = b.newElement(), true
		e.value.from, e.value.to = b.at, b.at
		e.value.column = inner
		b.closed = append(b.closed, e.value)
		return
	}
	from := b.at
	b.below(e, y)
	e.value = b.value(y, e)
	e.value.below = e.value.to > from && strings.ContainsAny(b.text[from:max(from, e.value.from)], "\r\n")
	if list := e.value; list.kind == List && list.isBlock() && list.column < inner {
		list.column = inner // a list below its key: comments there are about what follows
	}
}

// below takes the lines between a key or dash and its value. The first entry
// of a list or map on further lines has them; of another value, the entry.
func (b *layouter) below(e *entry, y *yaml.Node) {
	if y.Kind != yaml.AliasNode && y.Kind != yaml.ScalarNode && y.Style&yaml.FlowStyle == 0 {
		// The comments are taken with the first entry, unless props come first.
		if y.Anchor != "" || y.Style&yaml.TaggedStyle != 0 || b.has(b.offset(y), '!') && !b.firstKeyAt(y, b.offset(y)) {
			b.comments(b.offset(y), &e.head)
		}
		return
	}
	b.comments(b.offset(y), &e.head)
}

// absent tells whether nothing is written for a value.
func (b *layouter) absent(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Value == "" && styleOf(y) == plain && y.Anchor == "" && y.Style&yaml.TaggedStyle == 0 && !b.has(b.offset(y), '!')
}
