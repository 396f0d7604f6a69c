package spec

import "gopkg.in/yaml.v3"

// flow reads a flow collection from bracket to bracket.
func (b *layouter) flow(p *element, y *yaml.Node, owner *entry) {
	open, shut := byte('['), byte(']')
	if p.kind == Map {
		open, shut = '{', '}'
	}
	single := !b.has(b.skipSpace(b.at), open) && p.kind == Map // [a: b] has no braces
	if !single {
		start := b.indicator(open, len(b.text))
		b.gap(start, &owner.head)
		b.at = start + 1
	}
	step := 1
	if p.kind == Map {
		step = 2
	}
	p.entries = make([]entry, len(y.Content)/step)
	for i := range p.entries {
		e := &p.entries[i]
		b.flowEntry(p, e, y.Content[i*step:(i+1)*step])
		p.tied = p.tied || e.value.tied || e.key != nil && e.key.tied
		b.last, e.ended = e, true
	}
	if single {
		return
	}
	end := b.indicator(shut, len(b.text))
	b.gap(end, &p.foot)
	b.at = end + 1
}

func (b *layouter) flowEntry(p *element, e *entry, content []*yaml.Node) {
	first := content[0]
	if !b.absent(first) {
		b.gap(b.offset(first), &e.head)
	}
	if p.kind == List {
		e.value = b.value(first, e)
		return
	}
	e.key = b.keyOf(first, b.offset(first))
	b.last = e
	colon := b.skipSpace(b.at)
	if !b.has(colon, ':') {
		e.value = b.newElement()
		e.value.from, e.value.to = b.at, b.at
		return
	}
	b.gap(colon, &e.head)
	b.at = colon + 1
	if b.absent(content[1]) {
		e.value = b.newElement()
		e.value.from, e.value.to = b.at, b.at
		return
	}
	b.gap(b.offset(content[1]), &e.head)
	e.value = b.value(content[1], e)
}
