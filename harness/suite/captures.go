package suite

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Capture takes a value from a reply: exactly one of Text, Regex, Header is set.
type Capture struct {
	Name    string
	Text    *expr.Template
	Regex   string
	Pattern *regexp.Regexp // Regex, compiled
	Group   int            // of Pattern; 0 is the whole match
	Header  string         // in lower case
	Range   diag.Range
}

func (r *suiteReader) readCaptures(n *spec.Node) []Capture {
	if n == nil {
		return nil
	}
	captures := make([]Capture, 0, len(n.Pairs))
	for _, pair := range n.Pairs {
		c := Capture{Name: named(&r.ds, pair.Key, "capture name"), Range: pair.Key.Range}
		switch {
		case pair.Value.Kind == spec.Map:
			r.readPattern(&c, pair.Value)
		case pair.Value.Scalar():
			r.readCaptureText(&c, pair.Value)
		default:
			r.ds.Add(diag.BadCapture, pair.Value.Range, fmt.Sprintf("capture %q is %s", c.Name, pair.Value.Kind.String()), captureForms)
		}
		if c.Name != "" {
			captures = append(captures, c)
		}
	}
	return captures
}

const captureForms = "A capture is '${self.text}' or another template, {regex: …, group: 1}, or {header: x-request-id}."

func (r *suiteReader) readCaptureText(c *Capture, n *spec.Node) {
	c.Text = textTemplate(&r.ds, n, "capture "+c.Name)
	if text, ok := literal(c.Text); ok {
		detail := captureForms
		if strings.HasPrefix(strings.TrimSpace(text), "self.") {
			detail = fmt.Sprintf("Write '${%s}'.", strings.TrimSpace(text))
		}
		r.ds.Add(diag.BadCapture, n.Range, fmt.Sprintf("capture %q takes nothing from the reply", c.Name), detail)
	}
}

func (r *suiteReader) readPattern(c *Capture, n *spec.Node) {
	o := spec.NewObject(n, "capture", &r.ds)
	o.Reserve("json", "path", "tool_call", "judge")
	pattern, header := o.Node("regex"), o.Node("header")
	group := o.Int("group", 0, 1000)
	o.Close()
	switch {
	case pattern != nil && header != nil, pattern == nil && header == nil:
		reserved := n.Get("json") != nil || n.Get("path") != nil || n.Get("tool_call") != nil || n.Get("judge") != nil
		if !reserved && !o.Misspelt() {
			r.ds.Add(diag.BadCapture, n.Range, fmt.Sprintf("capture %q has not exactly one of regex and header", c.Name), captureForms)
		}
	case pattern != nil:
		r.compile(c, pattern)
		r.pickGroup(c, o, group)
	case o.Has("group"):
		r.ds.Add(diag.BadCapture, o.Node("group").Range, "group belongs to regex", "A header is captured whole: remove group.")
	case !header.Scalar() || !isToken(header.Value):
		r.ds.Add(diag.BadCapture, header.Range, fmt.Sprintf("%q is no header name", header.Value), "Write a name such as x-request-id.")
	default:
		c.Header = strings.ToLower(header.Value)
	}
}

// compile compiles the pattern. It is no template, but $${ means ${ in it as in
// every other text.
func (r *suiteReader) compile(c *Capture, n *spec.Node) {
	t := textTemplate(&r.ds, n, "regex")
	if t == nil {
		return
	}
	text, ok := fixedText(n, t)
	if !ok {
		r.ds.Add(diag.BadCapture, n.Range, fmt.Sprintf("the pattern of capture %q is an expression", c.Name),
			"Write it out. To build a pattern, capture with a template: '${regex(…, self.text)}'.")
		return
	}
	pattern, err := regexp.Compile(text)
	switch {
	case err != nil:
		r.ds.Add(diag.BadPattern, n.Range, "the pattern does not compile", capital(patternFault(err))+".")
	case text == "":
		r.ds.Add(diag.BadCapture, n.Range, "the pattern is empty", "It would match everywhere and capture nothing.")
	default:
		c.Regex, c.Pattern = text, pattern
	}
}

// patternFault says what is wrong with a pattern, and what RE2 lacks.
func patternFault(err error) string {
	fault := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	if strings.Contains(fault, "(?") || strings.Contains(fault, `\`) {
		fault += ": RE2 has no look-ahead, no look-behind and no back-references"
	}
	return fault
}

// pickGroup takes the written group, else the first one, else the whole match.
func (r *suiteReader) pickGroup(c *Capture, o *spec.Object, group int) {
	if c.Pattern == nil {
		return
	}
	groups := c.Pattern.NumSubexp()
	if !o.Has("group") {
		c.Group = min(1, groups)
		return
	}
	if group > groups {
		r.ds.Add(diag.BadCapture, o.Node("group").Range, fmt.Sprintf("the pattern has no group %d", group),
			fmt.Sprintf("It has %d. Groups are counted by their ( from 1; 0 is the whole match.", groups))
		return
	}
	c.Group = group
}
