package spec

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// flowWidth is how many characters a line with a flow collection may have.
const flowWidth = 120

// settle decides the layout: the order of keys, what stays on one line, where
// each comment stands.
func (l *layout) settle(order *Order) {
	s := &settler{layout: l}
	root := l.root.value
	first := firstOf(root)
	root.sort(order, outermost)
	s.element(root, order, 0, 0)
	if root.isBlock() {
		// Behind a closing bracket that is gone.
		for _, r := range []remark{l.root.open, l.root.close} {
			if r.text != "" {
				l.head = append(l.head, r.text)
			}
		}
		l.root.open, l.root.close = remark{}, remark{}
	}
	l.head = append(l.head, l.root.head...)
	l.root.head = nil
	s.header(root, first)
	if root.isBlock() && root.props == "" {
		// What stands before the first entry stands before all.
		l.head = append(l.head, root.entries[0].head...)
		root.entries[0].head = nil
	}
	l.head = trimLeadingBlank(l.head)
}

type settler struct {
	layout  *layout
	scratch []byte
}

// keys gives those of the root.
func (l *layout) keys() []string {
	var keys []string
	if root := l.root.value; root.kind == Map && !root.alias {
		for i := range root.entries {
			keys = append(keys, root.entries[i].keyText())
		}
	}
	return keys
}

// firstOf gives the key that a block map starts with.
func firstOf(p *element) *element {
	if p.kind == Map && !p.alias && len(p.entries) > 0 {
		return p.entries[0].key
	}
	return nil
}

// header keeps what heads the file at its top. Comment lines right above the
// first key go with it where it goes, but those that speak to programs.
func (s *settler) header(root, first *element) {
	head := s.layout.head
	if firstOf(root) == first || len(head) == 0 {
		return
	}
	from := len(head)
	for from > 0 && strings.HasPrefix(head[from-1], "#") && !isModeline(head[from-1]) {
		from--
	}
	i := slices.IndexFunc(root.entries, func(e entry) bool { return e.key == first })
	root.entries[i].head = slices.Concat(head[from:], root.entries[i].head)
	s.layout.head = head[:from]
}

func isModeline(comment string) bool {
	return strings.Contains(comment, "yaml-language-server:") || strings.HasPrefix(comment, "#!") || strings.Contains(comment, "-*-")
}

// element settles a value whose entries, in block style, stand at indent, and
// which, in flow style, starts at column.
func (s *settler) element(p *element, order *Order, indent, column int) {
	if p.isScalar() {
		return
	}
	if p.flow && s.fits(p, column) {
		return
	}
	p.flow = false
	for i := range p.entries {
		s.entry(p, &p.entries[i], order, indent)
	}
	if len(p.entries) > 0 {
		p.entries[0].head = trimLeadingBlank(p.entries[0].head)
	}
	if p.kind == List && order.apart() {
		p.setApart()
	}
}

// fits tells whether a flow collection, written as one, stands on its line.
func (s *settler) fits(p *element, column int) bool {
	if len(p.entries) > 0 && p.remarks() {
		return false
	}
	w := writer{layout: s.layout, out: s.scratch[:0]}
	ok := w.flow(p, 4*(flowWidth-column))
	s.scratch = w.out
	if len(p.entries) > 0 && (!ok || column+utf8.RuneCount(w.out) > flowWidth) {
		return false
	}
	p.text = string(w.out)
	return true
}

// remarks tells whether there are comments in a flow collection.
func (p *element) remarks() bool {
	if len(p.foot) > 0 {
		return true
	}
	for i := range p.entries {
		e := &p.entries[i]
		if len(e.head) > 0 || e.open.text != "" || e.close.text != "" || e.value.remarks() {
			return true
		}
	}
	return false
}

func (s *settler) entry(in *element, e *entry, order *Order, indent int) {
	column := indent + 2
	inner := indent + 2
	below := order
	if in.kind == Map {
		column = indent + s.keyWidth(e.key) + 2
		below = order.below(e.keyText())
	}
	if n := utf8.RuneCountInString(e.value.props); n > 0 {
		column += n + 1
	}
	s.element(e.value, below, inner, column)
	if !e.value.isBlock() {
		e.settleScalar()
		return
	}
	if e.open.text == "" {
		e.open, e.close = e.close, remark{}
	}
	if e.close.text != "" {
		e.head = append(e.head, e.close.text)
		e.close = remark{}
	}
	if in.kind == List && e.value.props == "" {
		e.settleItem()
	}
}

// settleScalar puts the comment of a value on one line behind it, and above it
// where there are two.
func (e *entry) settleScalar() {
	p := e.value
	if p.kind == List || p.kind == Map { // empty: what is written in it comes before it
		e.head = append(e.head, withoutBlank(p.foot)...)
		p.foot = nil
	}
	if e.close.text == "" {
		e.close, e.open = e.open, remark{}
	}
	if e.open.text != "" {
		e.head = append(e.head, e.open.text)
		e.open = remark{}
	}
}

// settleItem puts what stands between a dash and the first key before the dash.
func (e *entry) settleItem() {
	if e.open.text != "" {
		e.head = append(e.head, e.open.text)
		e.open = remark{}
	}
	first := &e.value.entries[0]
	e.head = append(e.head, withoutBlank(first.head)...)
	first.head = nil
}

func (s *settler) keyWidth(key *element) int {
	w := writer{layout: s.layout, out: s.scratch[:0]}
	w.key(key)
	s.scratch = w.out
	return utf8.RuneCount(w.out)
}

// setApart puts a blank line between the items of a list, unless both are a
// line each.
func (p *element) setApart() {
	for i := 1; i < len(p.entries); i++ {
		e := &p.entries[i]
		if !slices.Contains(e.head, "") && (e.value.isBlock() || p.entries[i-1].value.isBlock()) {
			e.head = slices.Insert(e.head, 0, "")
		}
	}
}

// sort puts the entries of maps in order, from here on down.
func (p *element) sort(order *Order, nested nesting) {
	if order == nil || p.isScalar() {
		return
	}
	if p.kind == Map {
		p.sortEntries(order, nested)
	}
	for i := range p.entries {
		below := order
		if e := &p.entries[i]; e.key != nil {
			below = order.below(e.keyText())
		}
		p.entries[i].value.sort(below, inner)
	}
}

// nesting tells the root, whose entries are the sections of a file.
type nesting uint8

const (
	outermost nesting = iota
	inner
)

// sortEntries sorts those of one map, unless an alias would come before its anchor.
func (p *element) sortEntries(order *Order, nested nesting) {
	compare := func(a, b entry) int { return order.rank(a.keyText()) - order.rank(b.keyText()) }
	if slices.IsSortedFunc(p.entries, compare) {
		return
	}
	sorted := slices.Clone(p.entries)
	slices.SortStableFunc(sorted, compare)
	if !slices.Equal(tied(p.entries), tied(sorted)) {
		return
	}
	before := p.entries
	p.entries = sorted
	if !p.flow {
		p.partSorted(before, nested)
	}
}

// keyText gives a key as the order knows it: an alias is nothing it knows.
func (e *entry) keyText() string {
	if e.key.alias {
		return ""
	}
	return e.key.value
}

// tied gives the keys of the entries that hold anchors and aliases, in order.
func tied(entries []entry) []*element {
	var keys []*element
	for i := range entries {
		if e := &entries[i]; e.key.tied || e.value.tied {
			keys = append(keys, e.key)
		}
	}
	return keys
}

// partSorted sets the blank lines between sorted entries. They were set for
// another order: at the top of a file what has several lines is set apart if
// anything was; else a line that moved goes without.
func (p *element) partSorted(before []entry, nested nesting) {
	previous := make(map[*element]*element, len(before))
	parted := false
	for i := 1; i < len(before); i++ {
		previous[before[i].key] = before[i-1].key
		parted = parted || len(before[i].head) > 0 && before[i].head[0] == ""
	}
	for i := 1; i < len(p.entries); i++ {
		e := &p.entries[i]
		if previous[e.key] == p.entries[i-1].key {
			continue
		}
		e.head = trimLeadingBlank(e.head)
		if nested == outermost && parted && (e.value.isBlock() || p.entries[i-1].value.isBlock()) {
			e.head = slices.Insert(e.head, 0, "")
		}
	}
}

func trimLeadingBlank(lines []string) []string {
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	return lines
}

func withoutBlank(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return line == "" })
}
