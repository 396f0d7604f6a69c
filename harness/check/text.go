package check

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Text is an argument that is a template, read once and evaluated for each
// reply; one without ${…} costs nothing then.
type Text struct {
	template *expr.Template
	literal  bool
	value    string       // of a literal
	source   string       // as written
	gives    gives        // what it is read for
	reply    []diag.Range // where it reads what a reply said: self, replies, capture
	others   []diag.Range // where it reads something else
}

// gives is what a template is read for.
type gives uint8

const (
	anything gives = iota // a kind of somebody's own may want a list
	aText
	aBool
)

// Text reads a text argument; nil when it is none. Numbers and bools are their
// source text.
func (p *Parser) Text(n *spec.Node) *Text {
	if !isText(n) {
		p.wrongType(n, "a text")
		return nil
	}
	template, ds := expr.ParseTemplate(n)
	return p.template(n, template, ds)
}

// text is Text for what takes no list: that can be said before any reply.
func (p *Parser) text(n *spec.Node) *Text {
	t := p.Text(n)
	if t != nil {
		t.gives = aText
	}
	return t
}

// NonEmpty is Text for a check to which the empty text says nothing.
func (p *Parser) NonEmpty(n *spec.Node) *Text {
	t := p.text(n)
	if t != nil && t.literal && t.value == "" {
		p.alwaysPasses(n, p.kind+" looks for the empty text")
		return nil
	}
	return t
}

// Condition reads a bare expression that is true or false; nil when it is none.
func (p *Parser) Condition(n *spec.Node) *Text {
	if !isText(n) {
		p.add(diag.WrongType, n.Range, "a condition is an expression, not "+kindWord(n),
			"Write it as text, such as 'length(self.text) < 600'; in quotes when it starts with [, {, ! or a quote.")
		return nil
	}
	template, ds := expr.ParseExpression(n)
	t := p.template(n, template, ds)
	if t != nil {
		t.literal, t.gives = false, aBool
	}
	return t
}

// template checks the names of what was parsed.
func (p *Parser) template(n *spec.Node, template *expr.Template, ds diag.Diagnostics) *Text {
	if !ds.HasErrors() && p.known != nil {
		ds = append(ds, template.Check(p.known)...)
	}
	*p.ds = append(*p.ds, ds...)
	if ds.HasErrors() || template == nil {
		return nil
	}
	t := newText(template)
	t.source = n.Value
	if readsCredits(template, n.Value) {
		p.Late()
	}
	if p.fixed != nil && len(t.reply) == 0 && !t.literal {
		*p.fixed = append(*p.fixed, t)
	}
	return t
}

func newText(template *expr.Template) *Text {
	t := &Text{template: template}
	t.value, t.literal = template.IsLiteral()
	for _, ref := range template.References() {
		if ref.Root == "self" || ref.Root == "replies" || ref.Root == "capture" {
			t.reply = append(t.reply, ref.Range)
		} else {
			t.others = append(t.others, ref.Range)
		}
	}
	return t
}

// Literal gives the text of a template without ${…}.
func (t *Text) Literal() (string, bool) { return t.value, t.literal }

// Eval gives the text for a reply. A *ReplyError means that the reply is why
// there is none.
func (t *Text) Eval(s *Subject) (string, error) {
	if t.literal {
		return t.value, nil
	}
	text, ds := t.template.Text(s.Scope)
	if ds.HasErrors() {
		return "", t.blame(ds)
	}
	return text, nil
}

var errEmpty = errors.New("the value came out empty, so the check would always pass")

// evalNonEmpty is Eval where the empty text is the suite's fault.
func (t *Text) evalNonEmpty(s *Subject) (string, error) {
	text, err := t.Eval(s)
	if err == nil && text == "" {
		return "", errEmpty
	}
	return text, err
}

// Value gives the data for a reply: what an expression alone gives, else text.
func (t *Text) Value(s *Subject) (any, error) {
	value, ds := t.template.Value(s.Scope)
	if ds.HasErrors() {
		return nil, t.blame(ds)
	}
	return value, nil
}

// Bool gives what a condition says of a reply.
func (t *Text) Bool(s *Subject) (bool, error) {
	ok, ds := t.template.Bool(s.Scope)
	if ds.HasErrors() {
		return false, t.blame(ds)
	}
	return ok, nil
}

// shown gives the value for a line for people: quoted; as written where it
// can't be evaluated; only its name where it is sensitive.
func (t *Text) shown(s *Subject) string {
	text, plain := t.plain(s)
	if !plain {
		return text
	}
	return quote(text)
}

// plain gives the text, or what stands for one that can't be shown.
func (t *Text) plain(s *Subject) (text string, plain bool) {
	value, ds := t.template.Marked(s.Scope)
	if secret, is := value.(expr.Sensitive); is {
		return masked(secret), false
	}
	if text, is := scalar(value); is && !ds.HasErrors() {
		return text, true
	}
	return cut(t.source), false
}

// masked is what stands for a sensitive value everywhere.
func masked(secret expr.Sensitive) string { return "(sensitive:" + secret.Name + ")" }

// blame tells whose fault a failed evaluation is. It is the reply's when the
// place that failed has to do with something that a reply said (self, replies,
// capture, or a name that a for-expression takes from them); the suite's when
// it has not: a wrong argument written in the suite, an unknown function, a
// secret.
func (t *Text) blame(ds diag.Diagnostics) error {
	for _, d := range ds {
		if d.Severity != diag.Error {
			continue
		}
		reason := d.Summary
		if d.Detail != "" {
			reason = strings.TrimSuffix(d.Summary, ".") + ": " + d.Detail
		}
		if t.fromReply(d) {
			return &ReplyError{Reason: reason}
		}
		return errors.New(reason)
	}
	return errors.New("it can't be evaluated")
}

func (t *Text) fromReply(d diag.Diagnostic) bool {
	switch d.Code {
	case diag.TemplateSyntax, diag.UndefinedFunc, diag.SecretUnsafe:
		return false
	}
	touches := func(r diag.Range) bool {
		return r.Filename == d.Range.Filename && r.Start.Byte <= d.Range.End.Byte && d.Range.Start.Byte <= r.End.Byte
	}
	if slices.ContainsFunc(t.reply, touches) {
		return true
	}
	// What a loop's own names hold can't be told from here. A fail for a fault
	// of the suite is better than an error for a fault of the reply.
	return len(t.reply) > 0 && loop.MatchString(t.source) && !slices.ContainsFunc(t.others, touches)
}

var loop = regexp.MustCompile(`\bfor\b`)
