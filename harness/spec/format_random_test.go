package spec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Files that a careless hand writes: any indentation, comments and blank lines
// anywhere, every style of scalar, flow over several lines, anchors.
func TestFormatCarelessFiles(t *testing.T) {
	rounds := 400
	if testing.Short() {
		rounds = 100
	}
	read := 0
	for seed := range uint64(rounds) {
		hand := &carelessHand{rand: rand.New(rand.NewPCG(seed, 1))}
		src := hand.file()
		if _, ds := Parse("f.yaml", []byte(src)); !ds.HasErrors() {
			read++
		}
		for _, order := range []*Order{nil, tried()} {
			checkFormat(t, []byte(src), order)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if read < rounds*2/3 {
		t.Errorf("only %d of %d files could be read", read, rounds)
	}
}

type carelessHand struct {
	rand    *rand.Rand
	out     strings.Builder
	anchors []string
	numbers int
}

func (h *carelessHand) chance(percent int) bool { return h.rand.IntN(100) < percent }

func (h *carelessHand) pick(from ...string) string { return from[h.rand.IntN(len(from))] }

func (h *carelessHand) write(parts ...string) {
	for _, part := range parts {
		h.out.WriteString(part)
	}
}

// number makes a name that no other has.
func (h *carelessHand) number() string {
	h.numbers++
	return fmt.Sprint(h.numbers)
}

func (h *carelessHand) file() string {
	if h.chance(10) {
		h.write("\ufeff")
	}
	h.between(0)
	if h.chance(10) {
		h.write("---", h.pick("", "  # start"), "\n")
		h.between(0)
	}
	h.mapping(0, 0, "suite", "description", "tags", "locals", "cases", "zzz", "on")
	h.between(0)
	if h.chance(5) {
		h.write("...\n# end\n")
	}
	text := h.out.String()
	if h.chance(15) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// between writes comments and blank lines.
func (h *carelessHand) between(indent int) {
	for h.chance(25) {
		switch h.rand.IntN(3) {
		case 0:
			h.write(h.pick("", "", "   "), "\n")
		default:
			h.write(strings.Repeat(" ", max(0, indent+h.rand.IntN(5)-2)), "# note ", h.number(), h.pick("", ": x", " - y é", "   "), "\n")
		}
	}
}

// endLine writes perhaps a comment, and the break.
func (h *carelessHand) endLine() {
	if h.chance(15) {
		h.write(h.pick("  ", "   ", "\t", "        "), "# remark ", h.number())
	}
	h.write(h.pick("", "", "", "  "), "\n")
}

// props writes perhaps an anchor or a tag.
func (h *carelessHand) props() {
	if h.chance(6) {
		name := "a" + h.number()
		h.write("&", name, " ")
		h.anchors = append(h.anchors, name)
	}
}

func (h *carelessHand) mapping(indent, depth int, names ...string) {
	if len(names) == 0 {
		names = []string{"name", "user", "expect", "of", "conversation", "x" + h.number(), "'q k'", `"d\tk"`, "message", "007", "yes"}
	}
	h.rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	pad := strings.Repeat(" ", indent)
	for i, name := range names[:1+h.rand.IntN(min(4, len(names)))] {
		if i > 0 {
			h.between(indent)
			h.write(pad)
		}
		h.write(name, h.pick(":", ":", ":", " :"))
		h.value(indent, depth+1, indent)
	}
}

func (h *carelessHand) list(indent, depth int) {
	pad := strings.Repeat(" ", indent)
	for i := range 1 + h.rand.IntN(3) {
		if i > 0 {
			h.between(indent)
			h.write(pad)
		}
		h.write("-")
		if depth < 5 && h.chance(40) {
			gap := 1 + h.rand.IntN(3)
			h.write(strings.Repeat(" ", gap))
			if h.chance(70) {
				h.mapping(indent+1+gap, depth+1)
			} else {
				h.list(indent+1+gap, depth+1)
			}
			continue
		}
		h.value(indent, depth+1, indent+1)
	}
}

// value writes what stands behind a colon or dash at indent; lists may start
// at listIndent.
func (h *carelessHand) value(indent, depth, listIndent int) {
	inner := indent + 1 + h.rand.IntN(4)
	if depth < 5 && h.chance(40) {
		if h.chance(10) {
			h.write(" ")
			h.props()
		}
		h.endLine()
		h.between(inner)
		if h.chance(50) {
			h.write(strings.Repeat(" ", inner))
			h.mapping(inner, depth)
			return
		}
		start := listIndent + h.rand.IntN(3)
		h.write(strings.Repeat(" ", start))
		h.list(start, depth)
		return
	}
	switch h.rand.IntN(12) {
	case 0:
		h.endLine()
	case 1:
		h.write(" ")
		h.block(indent)
	case 2, 3, 4:
		h.write(" ")
		h.props()
		h.flow(indent+1, depth)
		h.endLine()
	case 5:
		if len(h.anchors) > 0 {
			h.write(" *", h.pick(h.anchors...))
			h.endLine()
			return
		}
		h.write(" ~")
		h.endLine()
	case 6:
		h.endLine()
		h.between(inner)
		h.write(strings.Repeat(" ", inner))
		h.scalar(inner, false)
		h.endLine()
	default:
		h.write(h.pick(" ", "  ", "\t"))
		h.props()
		h.scalar(indent+1, false)
		h.endLine()
	}
}

// block writes a literal or folded scalar.
func (h *carelessHand) block(indent int) {
	inner := indent + 1 + h.rand.IntN(4)
	pad := strings.Repeat(" ", inner)
	header := h.pick("|", ">") + h.pick("", fmt.Sprint(inner-indent)) + h.pick("", "-", "+")
	h.write(header, h.pick("", "", "  # header"), "\n")
	indented := strings.ContainsAny(header, "123456789")
	for i := range h.rand.IntN(5) {
		text := h.pick("text", "# no comment", "- a: b", "", "  more", "end  ", "\ttab", "   ", "é 🦜")
		if i == 0 && !indented {
			text = "first"
		}
		if text == "" {
			h.write("\n")
		} else {
			h.write(pad, text, "\n")
		}
	}
}

// scalar writes plain or quoted text, perhaps over lines that stand at indent.
func (h *carelessHand) scalar(indent int, inFlow bool) {
	text := h.pick("text", "a b", "5", "3.10", "yes", "007", "2026-11-22", "it's", "no: way", "a #b", "${each.value}", "é 日本", "-", "", "true", "null", "x,y", "a\tb", "12:30", "{a}", "n")
	fold := func(open string) {
		h.write(open, "one", h.pick(" ", ""), "\n", strings.Repeat(" ", indent), h.pick("two", "é", "- x"))
		if h.chance(30) {
			h.write("\n\n", strings.Repeat(" ", indent+h.rand.IntN(3)), "three", h.pick("", "\n"+strings.Repeat(" ", indent)+"four"))
		}
		h.write(open)
	}
	switch h.rand.IntN(7) {
	case 0:
		h.write("'", strings.ReplaceAll(text, "'", "''"), "'")
	case 1:
		h.write(string(appendQuoted(nil, text)))
	case 2:
		fold(h.pick("'", `"`))
	case 3:
		if inFlow {
			h.write("plain")
			return
		}
		fold("")
	case 4:
		h.write("\"a \\\n", strings.Repeat(" ", indent), "\\  b\\\\ \n", strings.Repeat(" ", indent), "c\"")
	default:
		if inFlow {
			h.write(string(AppendFlowScalar(nil, text)))
			return
		}
		h.write(string(AppendScalar(nil, text, 0)))
	}
}

// flow writes a flow collection, perhaps over several lines.
func (h *carelessHand) flow(indent, depth int) {
	pad := strings.Repeat(" ", indent+h.rand.IntN(3))
	gap := func() {
		switch {
		case h.chance(10):
			h.write("\n", pad)
		case h.chance(4):
			h.write("  # in flow ", h.number(), "\n", pad)
		case h.chance(40):
			h.write(h.pick(" ", "  "))
		}
	}
	isMap := h.chance(50)
	h.write(map[bool]string{true: "{", false: "["}[isMap])
	keys := []string{"of", "contains", "message", "k" + h.number(), "'q'", "max"}
	h.rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	for i := range h.rand.IntN(5) {
		if i > 0 {
			h.write(",")
		}
		gap()
		if isMap {
			h.write(" ", keys[i], ": ")
		}
		switch {
		case depth < 6 && h.chance(25):
			h.flow(indent, depth+1)
		case h.chance(5) && len(h.anchors) > 0:
			h.write("*", h.pick(h.anchors...), " ")
		default:
			h.scalar(indent, true)
		}
		gap()
	}
	h.write(map[bool]string{true: "}", false: "]"}[isMap])
}
