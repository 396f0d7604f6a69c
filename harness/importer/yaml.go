package importer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/spec"
)

// page writes a suite line by line.
type page struct{ out []byte }

func (p *page) line(indent int, text string) {
	p.out = append(append(p.indent(indent), text...), '\n')
}

func (p *page) indent(n int) []byte {
	for range n {
		p.out = append(p.out, ' ')
	}
	return p.out
}

// scalar writes `head text`, the text as a scalar that reads back as it is.
func (p *page) scalar(indent int, head, text string) {
	p.out = append(append(p.indent(indent), head...), ' ')
	p.out = append(spec.AppendScalar(p.out, text, deeper(indent, head)), '\n')
}

// deeper gives the indentation of a block below a key that may stand behind a dash.
func deeper(indent int, head string) int {
	if strings.HasPrefix(head, "- ") {
		return indent + 4
	}
	return indent + 2
}

// said writes what somebody says: a text, a raw one where a template would read
// it in another way, or parts.
func (p *page) said(indent int, head string, m exchange.Message) {
	switch {
	case m.Parts != nil:
		p.line(indent, head)
		for _, part := range m.Parts {
			p.scalar(deeper(indent, head), "- text:", template(part.Text))
		}
	case isTemplate(m.Text):
		p.line(indent, head)
		p.scalar(deeper(indent, head), "raw:", m.Text)
	default:
		p.scalar(indent, head, m.Text)
	}
}

func isTemplate(text string) bool {
	return strings.Contains(text, "${") || strings.Contains(text, "%{")
}

// template writes a text so that a template gives it back.
func template(text string) string {
	if !isTemplate(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if (c != '$' && c != '%') || i+1 == len(text) || text[i+1] != '{' {
			b.WriteByte(c)
			continue
		}
		if i > 0 && (text[i-1] == '$' || text[i-1] == '%') {
			b.WriteString(`${"` + string(c) + `"}`) // a run of signs is read in its own way
		} else {
			b.WriteByte(c)
			b.WriteByte(c)
		}
	}
	return b.String()
}

// flowWidth is how long a map may be to stand on one line.
const flowWidth = 90

// fields writes `name:` and a map of JSON values: on one line where that is
// short and plain, else as a block.
func (p *page) fields(indent int, name string, fields []Param) {
	if len(fields) == 0 {
		return
	}
	flow := make([]string, 0, len(fields))
	for _, f := range fields {
		if isObject(f.Value) || isList(f.Value) {
			flow = nil
			break
		}
		flow = append(flow, string(spec.AppendFlowScalar(nil, f.Name))+": "+flowValue(f.Value))
	}
	line := name + ": {" + strings.Join(flow, ", ") + "}"
	if len(flow) > 0 && indent+utf8.RuneCountInString(line) <= flowWidth {
		p.line(indent, line)
		return
	}
	p.line(indent, name+":")
	for _, f := range fields {
		p.value(indent+2, keyHead(indent+2, f.Name), f.Value)
	}
}

// keyHead writes a map's key with its colon. YAML reads no key of over 1,024
// characters that does not stand behind a question mark, on a line of its own.
func keyHead(indent int, name string) string {
	key := string(spec.AppendFlowScalar(nil, name))
	if len(key) <= spec.MaxSimpleKey {
		return key + ":"
	}
	return "? " + key + "\n" + strings.Repeat(" ", indent) + ":"
}

// flowValue writes a scalar in one line.
func flowValue(raw []byte) string {
	if isText(raw) {
		text, _ := exchange.Text(raw)
		return string(spec.AppendFlowScalar(nil, template(text)))
	}
	return string(raw)
}

// value writes `head value`, the value in blocks.
func (p *page) value(indent int, head string, raw []byte) {
	switch {
	case isText(raw):
		text, _ := exchange.Text(raw)
		p.scalar(indent, head, template(text))
	case isObject(raw):
		list, _ := members(raw)
		if len(list) == 0 {
			p.line(indent, head+" {}")
			return
		}
		p.line(indent, head)
		for _, m := range list {
			p.value(deeper(indent, head), keyHead(deeper(indent, head), m.Name), m.Value)
		}
	case isList(raw):
		p.list(indent, head, raw)
	default:
		p.line(indent, head+" "+string(raw))
	}
}

func (p *page) list(indent int, head string, raw []byte) {
	items, _ := exchange.Elements(raw)
	plain := !slices.ContainsFunc(items, func(item []byte) bool { return isObject(item) || isList(item) })
	if plain {
		flow := make([]string, len(items))
		for i, item := range items {
			flow[i] = flowValue(item)
		}
		if line := head + " [" + strings.Join(flow, ", ") + "]"; len(items) == 0 || indent+utf8.RuneCountInString(line) <= flowWidth {
			p.line(indent, line)
			return
		}
	}
	p.line(indent, head)
	for _, item := range items {
		p.item(deeper(indent, head), item)
	}
}

// item writes one entry of a list: of an object, its first field stands behind
// the dash.
func (p *page) item(indent int, raw []byte) {
	list, _ := members(raw)
	if !isObject(raw) || len(list) == 0 {
		p.value(indent, "-", raw)
		return
	}
	for i, m := range list {
		key := keyHead(indent+2, m.Name)
		if i == 0 {
			p.value(indent, "- "+key, m.Value)
		} else {
			p.value(indent+2, key, m.Value)
		}
	}
}
