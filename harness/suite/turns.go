package suite

import (
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Role is a turn's.
type Role string

// The roles of turns.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
	History   Role = "history"
)

// Turn is one entry of a conversation.
type Turn struct {
	Role    Role
	Content Content
	Asked   bool
	// MaybeAsked is a history that comes from an expression: it is asked if its
	// last message is a user's, which only its value tells (see Asks). Asked is
	// false then, and Number is what it is when asked, so that the numbers of
	// later turns never depend on a value.
	MaybeAsked bool
	Number     int // of an asked turn, from 1
	Name       string
	Captures   []Capture
	Level
	Range diag.Range // of the content

	before []string // captures of the turns before
}

// Asks reports whether the turn is asked, given the messages that it adds. Of a
// turn that may be asked, is not, and has an expect or the like, that is a diagnostic.
func (t *Turn) Asks(messages []Message) (bool, diag.Diagnostics) {
	if !t.MaybeAsked {
		return t.Asked, nil
	}
	if len(messages) > 0 && messages[len(messages)-1].Role == User {
		return true, nil
	}
	var ds diag.Diagnostics
	if key, place, found := t.needsAsking(); found {
		reportNotAsked(&ds, key, place, "this history does not end in a user message")
	}
	return false, ds
}

// needsAsking finds a key of the turn that makes sense only when it is asked.
func (t *Turn) needsAsking() (key string, place diag.Range, found bool) {
	if key, place, found = t.says(); found {
		return key, place, found
	}
	if len(t.Captures) > 0 {
		return "capture", t.Captures[0].Range, true
	}
	if t.Name != "" {
		return "name", t.Range, true
	}
	return "", diag.Range{}, false
}

func reportNotAsked(ds *diag.Diagnostics, key string, place diag.Range, why string) {
	ds.Add(diag.ExpectNotAsked, place, fmt.Sprintf("%s stands at a turn that is not asked", key),
		capital(why)+": no reply comes back here. Move it to a turn that is asked, or remove it.")
}

// asking is what a turn says of being asked: nothing, or ask: true or false.
type asking uint8

const (
	unsaid asking = iota
	askThis
	dontAsk
)

// turnNotes is what is needed of a turn until it is known which are asked.
type turnNotes struct {
	asking asking
	place  diag.Range // of ask
	node   *spec.Node
	name   *spec.Node
}

func (r *suiteReader) readConversation(c *Case, o *spec.Object) {
	nodes := o.List("conversation")
	conversation := o.Node("conversation")
	c.Turns = make([]*Turn, 0, len(nodes))
	notes := make([]turnNotes, 0, len(nodes))
	turns := make([]Turn, len(nodes)) // one allocation for all
	errorsBefore := len(r.ds)
	for i, n := range nodes {
		c.Turns = append(c.Turns, &turns[i])
		if note, ok := r.readTurn(&turns[i], n); ok {
			notes = append(notes, note)
		}
	}
	c.noteCaptures(turns)
	if len(notes) == len(nodes) {
		r.markAsked(c, notes)
		if conversation != nil && conversation.Kind == spec.List && !hasAsked(c.Turns) && len(r.ds) == errorsBefore {
			r.ds.Add(diag.NothingAsked, conversation.Range, fmt.Sprintf("nothing is asked in case %q", c.Name),
				"A user turn is asked, unless an assistant turn follows it or it says ask: false. Add one.")
		}
	}
	r.checkNames(c)
}

// noteCaptures tells each turn what is captured before it. A turn that could
// not be read counts: what it captures is no second mistake.
func (c *Case) noteCaptures(turns []Turn) {
	var captured []string
	for i := range turns {
		turns[i].before = captured[:len(captured):len(captured)]
		for _, capture := range turns[i].Captures {
			captured = append(captured, capture.Name)
		}
	}
	c.captures = captured
}

func hasAsked(turns []*Turn) bool {
	for _, t := range turns {
		if t.Number > 0 {
			return true
		}
	}
	return false
}

// readTurn reads all of a turn that doesn't depend on its neighbours.
func (r *suiteReader) readTurn(t *Turn, n *spec.Node) (turnNotes, bool) {
	note := turnNotes{node: n}
	if n.Kind != spec.Map {
		r.ds.Add(diag.WrongType, n.Range, "a turn is a map, not "+n.Kind.String(), n.MapHint("It has exactly one of system, user, assistant, history."))
		return note, false
	}
	o := spec.NewObject(n, "turn", &r.ds)
	content := r.readRole(t, o, n)
	if n := o.Node("ask"); n != nil {
		note.place = n.Range
		note.asking = dontAsk
		if o.Bool("ask") {
			note.asking = askThis
		}
	}
	if note.name = o.Node("name"); note.name != nil {
		t.Name = r.readTurnName(note.name)
	}
	t.Captures = r.readCaptures(o.Map("capture"))
	t.Level = readLevel(&r.ds, o)
	o.Reserve("tool", "tools", "tool_call", "tool_calls", "matrix", "gate", "judge")
	r.checkRole(t, o, n)
	o.Close()
	if content == nil {
		return note, false
	}
	t.Range = content.Range
	t.Content = r.readContent(t.Role, content)
	return note, true
}

// readRole finds the one key that says who speaks, and gives its content.
func (r *suiteReader) readRole(t *Turn, o *spec.Object, n *spec.Node) *spec.Node {
	var found *spec.Pair
	for i := range n.Pairs {
		pair := &n.Pairs[i]
		switch role := Role(pair.Key.Value); role {
		case System, User, Assistant, History:
			o.Node(string(role))
			if found != nil {
				r.ds.Add(diag.TurnShape, pair.Key.Range, fmt.Sprintf("a turn is %s and %s at once", found.Key.Value, role), "Make two turns of it: one role each.")
				return nil
			}
			t.Role, found = role, pair
		}
	}
	if found == nil {
		return nil
	}
	return found.Value
}

// checkRole reports a turn in which nobody speaks, unless another key in it may
// be what was meant: that is reported by itself.
func (r *suiteReader) checkRole(t *Turn, o *spec.Object, n *spec.Node) {
	if t.Role != "" {
		return
	}
	for _, role := range []Role{System, User, Assistant, History} {
		o.Node(string(role)) // so that a misspelt one is known for what it is
	}
	if !o.Misspelt() && !hasReserved(n) {
		r.ds.Add(diag.TurnShape, n.Range, "a turn says nothing", "A turn has exactly one of system, user, assistant, history.")
	}
}

// hasReserved reports whether the turn is of a sort that comes later, which is
// said by another diagnostic.
func hasReserved(n *spec.Node) bool {
	for _, key := range []string{"tool", "tools", "tool_call", "tool_calls"} {
		if n.Get(key) != nil {
			return true
		}
	}
	return false
}

// readTurnName reads a turn's name: any text that is no number, since turn[1]
// and turn["1"] must not be two things.
func (r *suiteReader) readTurnName(n *spec.Node) string {
	switch {
	case !n.Scalar():
		r.ds.Add(diag.WrongType, n.Range, "a turn's name is text, not "+n.Kind.String(), "")
		return ""
	case n.Value == "" || strings.Trim(n.Value, "0123456789") == "" || strings.ContainsAny(n.Value, "\n\r\t") || strings.Contains(n.Value, "${"):
		r.ds.Add(diag.BadName, n.Range, fmt.Sprintf("%q is no turn's name", n.Value), "It is a line of text with more than digits in it. Names are no templates.")
		return ""
	}
	return n.Value
}

// markAsked finds out which turns are asked, and numbers them.
func (r *suiteReader) markAsked(c *Case, notes []turnNotes) {
	number := 0
	for i, t := range c.Turns {
		next := Role("")
		if i+1 < len(c.Turns) {
			next = c.Turns[i+1].Role
		}
		why := t.mark(notes[i], next)
		if t.Asked || t.MaybeAsked {
			number++
			t.Number = number
		} else {
			r.checkNotAsked(t, notes[i], why)
		}
	}
}

// mark decides whether a turn is asked, given the role of the next; it gives
// the reason why it is not.
func (t *Turn) mark(note turnNotes, next Role) (why string) {
	switch {
	case t.Role == System || t.Role == Assistant:
		return "this is a scripted turn"
	case note.asking == dontAsk:
		return "it says ask: false"
	case next == Assistant:
		return "the assistant turn after it is its scripted reply"
	case t.Role == History && next == History:
		return "the history after it is scripted"
	case t.Role == User:
		t.Asked = true
		return ""
	}
	last, known := t.Content.lastRole()
	switch {
	case !known:
		t.MaybeAsked = true
		return ""
	case last == User:
		t.Asked = true
		return ""
	}
	return "this history does not end in a user message"
}

func (r *suiteReader) checkNotAsked(t *Turn, note turnNotes, why string) {
	if note.asking == askThis || note.asking == dontAsk && (t.Role == System || t.Role == Assistant) {
		r.ds.Add(diag.TurnShape, note.place, "ask stands at a turn that cannot be asked", capital(why)+". Remove ask.")
	}
	if key, place, found := t.needsAsking(); found {
		if key == "name" {
			place = note.name.Range
		}
		reportNotAsked(&r.ds, key, place, why)
	}
}

// checkNames checks names of turns and captures, and all templates, in order.
func (r *suiteReader) checkNames(c *Case) {
	var turnNames, captureNames firsts
	for _, t := range c.Turns {
		if t.Name != "" {
			turnNames = turnNames.lazily()
			turnNames.claim(&r.ds, t.Name, "turn name", t.Range)
		}
		r.checkTurn(c, t)
		for _, capture := range t.Captures {
			captureNames = captureNames.lazily()
			captureNames.claim(&r.ds, capture.Name, "capture", capture.Range)
		}
	}
}

// lazily gives the map, made at its first use: most cases have no such names.
func (f firsts) lazily() firsts {
	if f == nil {
		return firsts{}
	}
	return f
}

func (r *suiteReader) checkTurn(c *Case, t *Turn) {
	var known expr.Known
	if t.hasTemplates() {
		known = r.suite.Known(c, t)
		t.Content.check(&r.ds, known)
		r.ds = append(r.ds, t.checkLevel(known)...)
	}
	if len(t.Captures) == 0 {
		return
	}
	known = r.suite.knownCapture(c, t)
	for _, capture := range t.Captures {
		checkText(&r.ds, capture.Text, known)
	}
}

// hasTemplates spares the check of turns that are plain text, as most are.
func (t *Turn) hasTemplates() bool {
	_, plain := literal(t.Content.Text)
	return !plain || t.Fields != nil || t.Request != nil || t.Content.Vars != nil
}
