package diag

import (
	"bytes"
	"io"
	"strconv"
	"strings"
)

// WriterOptions say how diagnostics are shown.
type WriterOptions struct {
	Color bool
	Width int // columns of the page; 0 means 100
}

const defaultWidth = 100

// Write shows diagnostics to people, one page each, in the order given:
//
//	Error: unknown key "expects" [ASY4012]
//
//	  on suites/jokes.yaml line 24, in jokes.greets:
//	  24:     expects:
//	          ^^^^^^^
//	  Did you mean "expect"?
//
// source gives a file's bytes as they were loaded, or nil if they are not at
// hand; it may be nil itself. Nothing of the source or of the texts reaches w
// that could command a terminal. An error of w is not reported: this is where
// errors end.
func Write(w io.Writer, ds Diagnostics, source func(file string) []byte, o WriterOptions) {
	p := page{options: o}
	if p.options.Width <= 0 {
		p.options.Width = defaultWidth
	}
	p.options.Width = max(p.options.Width, 30) // narrower, carets have no room
	for i, d := range ds {
		if i > 0 {
			p.out.WriteByte('\n')
		}
		p.diagnostic(d, source)
	}
	_, _ = w.Write(p.out.Bytes())
}

// page collects what is written, so that a terminal gets it at once.
type page struct {
	out     bytes.Buffer
	options WriterOptions
}

func (p *page) diagnostic(d Diagnostic, source func(string) []byte) {
	title, color := "Error", "31"
	if d.Severity == Warning {
		title, color = "Warning", "33"
	}
	p.styled("1;"+color, title+":")
	p.out.WriteByte(' ')
	p.styled("1", oneLine(d.Summary))
	if d.Code != "" {
		p.out.WriteString(" [" + string(d.Code) + "]")
	}
	p.out.WriteByte('\n')
	placed := p.place(d, source, color)
	if d.Detail == "" {
		return
	}
	if !placed {
		p.out.WriteByte('\n')
	}
	for line := range strings.SplitSeq(strings.TrimRight(d.Detail, "\n"), "\n") {
		for _, part := range Wrap(Visible(line), p.options.Width-2) {
			p.out.WriteString(strings.TrimRight("  "+part, " ") + "\n")
		}
	}
}

// place writes where it is, as far as that is known.
func (p *page) place(d Diagnostic, source func(string) []byte, color string) bool {
	var where []string
	if d.Range.Filename != "" {
		at := "on " + oneLine(d.Range.Filename)
		if d.Range.Start.Line > 0 {
			at += " line " + strconv.Itoa(d.Range.Start.Line)
		}
		where = append(where, at)
	}
	if d.Address != "" {
		where = append(where, "in "+oneLine(d.Address))
	}
	if len(where) == 0 {
		return false
	}
	p.out.WriteString("\n  " + strings.Join(where, ", ") + ":\n")
	if source != nil && d.Range.Filename != "" && d.Range.Start.Line > 0 {
		p.excerpt(source(d.Range.Filename), d.Range, color)
	}
	return true
}

// excerpt writes the source line and the carets under it.
func (p *page) excerpt(src []byte, r Range, color string) {
	start, end, ok := lineBounds(src, r.Start.Line)
	if !ok {
		return
	}
	line := src[start:end]
	from := offsetIn(line, start, r.Start)
	to := len(line)
	if r.End.Line == r.Start.Line {
		to = max(offsetIn(line, start, r.End), from)
	} else if r.End.Line < r.Start.Line {
		to = from
	}
	prefix := "  " + strconv.Itoa(r.Start.Line) + ": "
	shown, marks := cut(line, from, to, p.options.Width-len(prefix))
	p.out.WriteString(strings.TrimRight(prefix+shown, " ") + "\n")
	p.out.WriteString(strings.Repeat(" ", len(prefix)))
	blank := len(marks) - len(strings.TrimLeft(marks, " "))
	p.out.WriteString(marks[:blank])
	p.styled("1;"+color, marks[blank:])
	p.out.WriteByte('\n')
}

// styled writes text in a colour (SGR parameters) if colours are wanted.
func (p *page) styled(sgr, text string) {
	if !p.options.Color || text == "" {
		p.out.WriteString(text)
		return
	}
	p.out.WriteString("\x1b[" + sgr + "m" + text + "\x1b[0m")
}

// oneLine makes a text safe and keeps it on its line.
func oneLine(text string) string {
	return strings.NewReplacer("\n", "\u240a", "\t", "    ").Replace(Visible(text))
}
