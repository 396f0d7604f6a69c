package plan

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/suite"
)

// Dialogue is one conversation as it unfolds: it gives the next question,
// takes the reply, and goes on. It belongs to one goroutine.
type Dialogue struct {
	instance *Instance
	sample   int
	next     int // index of the next turn
	messages []exchange.Message
	captures map[string]any
	replies  []any
	adds     int           // index of the first message that is not yet sent
	said     []*suite.Turn // of each message from adds on, the turn that says it
}

// Ask is the next question.
type Ask struct {
	Turn     *Turn
	Address  address.Address
	Display  string // Address, without what is unambiguous
	Number   int    // among the asked turns, from 1
	Question provider.Question
	Adds     []exchange.Message
	Said     []*suite.Turn // of each of Adds, the turn that says it
	// Problems say why there is no question: a fault of the suite, or a
	// capture that failed (Blocked).
	Problems diag.Diagnostics
	Blocked  bool
}

// Dialogue starts a conversation.
func (i *Instance) Dialogue(sample int) *Dialogue {
	return &Dialogue{instance: i, sample: sample, captures: map[string]any{}}
}

// Next gives the next question; ok is false at the end of the conversation.
func (d *Dialogue) Next() (ask *Ask, ok bool) {
	turns := d.instance.Case.Turns
	for d.next < len(turns) {
		t := turns[d.next]
		d.next++
		scope := d.scope()
		asked, ds := d.say(t, scope)
		switch {
		case ds.HasErrors():
			return d.refuse(t, ds), true
		case asked:
			return d.ask(t, scope), true
		}
	}
	return nil, false
}

// Rest gives the asked turns that are left, for a conversation that stops early.
func (d *Dialogue) Rest() []*Ask {
	var out []*Ask
	turns := d.instance.Case.Turns
	for ; d.next < len(turns); d.next++ {
		if t := turns[d.next]; t.mayBeAsked() {
			ask := d.about(t)
			out = append(out, &ask)
		}
	}
	return out
}

// about names a turn.
func (d *Dialogue) about(t *Turn) Ask {
	a := d.address(t)
	return Ask{Turn: t, Number: t.Source.Number, Address: a, Display: a.Display(d.instance.Ambiguity)}
}

func (d *Dialogue) address(t *Turn) address.Address {
	return d.instance.Conversation(d.sample).WithTurn(address.Turn{Number: t.Source.Number, Name: t.Source.Name})
}

// refuse gives an Ask without a question. A problem in a turn that is not
// asked is reported with the next asked one.
func (d *Dialogue) refuse(t *Turn, ds diag.Diagnostics) *Ask {
	for !t.mayBeAsked() && d.next < len(d.instance.Case.Turns) {
		t = d.instance.Case.Turns[d.next]
		d.next++
	}
	about := d.about(t)
	ask := &about
	ask.Problems = ds
	for _, p := range ds {
		ask.Blocked = ask.Blocked || p.Code == diag.CaptureFailed
	}
	return ask
}

func (d *Dialogue) ask(t *Turn, scope *expr.Scope) *Ask {
	params, ds := evalParams(t.params, scope)
	override, more := t.request.eval(scope)
	if ds = append(ds, more...); ds.HasErrors() {
		return d.refuse(t, ds)
	}
	ask := d.about(t)
	ask.Question = provider.Question{Messages: d.messages[:len(d.messages):len(d.messages)], Params: params, Override: override}
	ask.Adds = d.messages[d.adds:len(d.messages):len(d.messages)]
	ask.Said = d.said
	d.adds, d.said = len(d.messages), nil
	return &ask
}

func evalParams(params []suite.Param, scope *expr.Scope) ([]provider.Param, diag.Diagnostics) {
	if len(params) == 0 {
		return nil, nil
	}
	out := make([]provider.Param, 0, len(params))
	for _, p := range params {
		if p.Value == nil {
			out = append(out, provider.Param{Name: p.Name, Value: []byte("null")})
			continue
		}
		v, ds := p.Value.Value(scope)
		if ds.HasErrors() {
			return nil, ds
		}
		raw, err := AppendJSON(nil, v)
		if err != nil {
			ds.Add(diag.BadValue, p.Range, fmt.Sprintf("parameter %q can't be sent as JSON", p.Name), err.Error())
			return nil, ds
		}
		out = append(out, provider.Param{Name: p.Name, Value: raw})
	}
	return out, nil
}

func (d *Dialogue) scope() *expr.Scope {
	return expr.NewScope(d.instance.scope, expr.Roots{"sample": d.sample, "capture": d.captures})
}

// Answer takes the reply to the last question: it joins the history, and what
// the turn captures is taken. It gives the scope for the turn's expectations,
// and why captures failed.
func (d *Dialogue) Answer(ask *Ask, reply *provider.Reply) (*expr.Scope, diag.Diagnostics) {
	self := check.SelfValue(reply)
	d.replies = append(d.replies, self)
	if reply.Error == nil {
		d.messages = append(d.messages, exchange.Message{Role: "assistant", Text: reply.Text})
		d.adds, d.said = len(d.messages), nil
	}
	roots := expr.Roots{"self": self, "replies": d.replies[:len(d.replies):len(d.replies)]}
	var ds diag.Diagnostics
	if len(ask.Turn.Source.Captures) > 0 {
		ds = d.capture(ask, reply, expr.NewScope(d.scope(), roots))
	}
	return expr.NewScope(d.scope(), roots), ds
}

// capture takes the turn's captures. The map is made anew: scopes that were
// given out keep the old one.
func (d *Dialogue) capture(ask *Ask, reply *provider.Reply, scope *expr.Scope) diag.Diagnostics {
	taken := make(map[string]any, len(d.captures)+len(ask.Turn.Source.Captures))
	for name, v := range d.captures {
		taken[name] = v
	}
	var ds diag.Diagnostics
	for _, c := range ask.Turn.Source.Captures {
		v, err := take(c, reply, scope)
		if err != nil {
			ds.Add(diag.CaptureFailed, c.Range, fmt.Sprintf("capture %q failed", c.Name), err.Error())
			v = expr.Missing{Code: diag.CaptureFailed, Reason: fmt.Sprintf("capture %q of %s failed", c.Name, ask.Address.Turn)}
		}
		taken[c.Name] = v
	}
	d.captures = taken
	return ds
}

func take(c suite.Capture, reply *provider.Reply, scope *expr.Scope) (any, error) {
	switch {
	case c.Header != "":
		for _, f := range reply.Header {
			if f.Name == c.Header {
				return f.Value, nil
			}
		}
		return nil, fmt.Errorf("the reply has no header %s (recordings keep only some headers)", c.Header)
	case c.Pattern != nil:
		return takeMatch(c.Pattern, c.Group, reply.Text)
	default:
		v, ds := c.Text.Value(scope)
		if ds.HasErrors() {
			return nil, errors.New(sentence(ds[0]))
		}
		return v, nil
	}
}

func takeMatch(re *regexp.Regexp, group int, text string) (any, error) {
	m := re.FindStringSubmatchIndex(text)
	if m == nil {
		return nil, fmt.Errorf("the text does not match %s", re)
	}
	if m[2*group] < 0 {
		return nil, fmt.Errorf("group %d of %s took no part in the match", group, re)
	}
	return text[m[2*group]:m[2*group+1]], nil
}

func sentence(d diag.Diagnostic) string {
	if d.Detail != "" {
		return d.Summary + ": " + d.Detail
	}
	return d.Summary
}

// say adds what a turn says to the messages, and tells whether it is asked.
func (d *Dialogue) say(t *Turn, scope *expr.Scope) (asked bool, ds diag.Diagnostics) {
	said, ds := t.Source.Messages(scope)
	if ds.HasErrors() {
		return t.mayBeAsked(), ds
	}
	for _, m := range said {
		d.messages, d.said = append(d.messages, messageOf(m)), append(d.said, t.Source)
	}
	asked, more := t.Source.Asks(said)
	return asked || more.HasErrors(), append(ds, more...)
}

func messageOf(m suite.Message) exchange.Message {
	out := exchange.Message{Role: string(m.Role), Text: m.Text}
	for _, part := range m.Parts {
		out.Parts = append(out.Parts, exchange.Part{Text: part})
	}
	return out
}
