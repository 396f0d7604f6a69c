package check

import (
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/spec"
)

// Of is what a check looks at: the text, the error message, the body, the
// finish reason, a header, or what a template gives.
type Of struct {
	name     string // as lines for people say it
	read     func(*Subject) (string, error)
	template *Text // nil of all but a template
}

// String names it, as lines for people do.
func (o *Of) String() string { return o.name }

// looked is what Of gave.
type looked struct {
	done bool
	text string
	err  error
}

// Target gives the text that is looked at: what `of` says, the reply's text
// without it. An error says why there is none; give it to Unjudged.
func (s *Subject) Target() (string, error) {
	if s.Of == nil {
		return s.Reply.Text, nil
	}
	if !s.once {
		return s.Of.read(s)
	}
	if !s.looked.done {
		text, err := s.Of.read(s)
		s.looked = looked{done: true, text: text, err: err}
	}
	return s.looked.text, s.looked.err
}

// TargetName names what is looked at, for lines for people.
func (s *Subject) TargetName() string {
	if s.Of == nil {
		return "text"
	}
	return s.Of.name
}

// shownTarget gives the text that is looked at, where there is one that may be
// shown; of a sensitive one what stands for it, and false.
func (s *Subject) shownTarget() (text string, shown bool) {
	if s.Of != nil && s.Of.template != nil {
		return s.Of.template.plain(s)
	}
	text, err := s.Target()
	return text, err == nil
}

// actual is the line of a check on the text that is looked at.
func (s *Subject) actual() string {
	if _, err := s.Target(); err != nil {
		return ""
	}
	text, shown := s.shownTarget()
	if !shown {
		return text
	}
	return withSize(text)
}

// ofNames are the plain words that `of` knows, besides header.NAME.
var ofNames = []string{"text", "error", "body", "finish_reason"}

// of reads what is looked at; nil when it is wrong.
func (p *Parser) of(n *spec.Node) *Of {
	if n.Kind != spec.Text {
		p.add(diag.WrongType, n.Range, "of can't be "+shortly(n), ofHelp)
		return nil
	}
	q := *p
	q.kind = "of"
	t := q.text(n)
	if t == nil {
		return nil
	}
	if !t.literal {
		return &Of{name: "the value of " + cut(n.Value), read: t.Eval, template: t}
	}
	if name, is := strings.CutPrefix(t.value, "header."); is && isToken(name) {
		return ofHeader(name)
	}
	switch t.value {
	case "text":
		return &Of{name: "text", read: func(s *Subject) (string, error) { return s.Reply.Text, nil }}
	case "error":
		return &Of{name: "error message", read: errorMessage}
	case "body":
		return &Of{name: "body", read: func(s *Subject) (string, error) { return string(s.Reply.Body), nil }}
	case "finish_reason":
		return &Of{name: "finish_reason", read: finishReason}
	}
	p.add(diag.BadValue, n.Range, fmt.Sprintf("of can't be %q", n.Value), sentences(diag.Suggest(n.Value, ofNames), ofHelp))
	return nil
}

const ofHelp = "It is text (the default), error, body, finish_reason, header.NAME, or a template such as '${self.json.title}'."

func ofHeader(name string) *Of {
	name = strings.ToLower(name)
	return &Of{name: "header " + name, read: func(s *Subject) (string, error) {
		value, found := header(s.Reply, name)
		if !found {
			return "", &ReplyError{Reason: "the reply has no header " + name}
		}
		return value, nil
	}}
}

func errorMessage(s *Subject) (string, error) {
	if s.Reply.Error == nil {
		return "", &ReplyError{Reason: "the reply is no error"}
	}
	return s.Reply.Error.Message, nil
}

func finishReason(s *Subject) (string, error) {
	if s.Reply.FinishReason == "" {
		return "", &ReplyError{Reason: noFinishReason}
	}
	return s.Reply.FinishReason, nil
}

const noFinishReason = "the reply gives no finish_reason"

// header gives a header's value; several of one name are joined by commas, as
// HTTP reads them. name is lower-case.
func header(r *provider.Reply, name string) (value string, found bool) {
	for _, field := range r.Header {
		if !strings.EqualFold(field.Name, name) {
			continue
		}
		if found {
			value += ", "
		}
		value += field.Value
		found = true
	}
	return value, found
}

// isToken reports whether a name is one that HTTP allows for a header.
func isToken(name string) bool {
	for i := range len(name) {
		c := name[i]
		alnum := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !alnum && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return name != ""
}
