package harness

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/suite"
)

// CauseKind says what kind of edit is behind a change.
type CauseKind string

// The kinds.
const (
	NewCase        CauseKind = "new case"
	NewSample      CauseKind = "new sample"
	NewTurn        CauseKind = "new turn"
	Ambiguous      CauseKind = "ambiguous" // several recordings could have been moved here
	PromptChanged  CauseKind = "prompt"
	SystemChanged  CauseKind = "system"
	FileChanged    CauseKind = "file"
	VariableEdited CauseKind = "variable"
	LocalEdited    CauseKind = "local"
	ParamChanged   CauseKind = "param"
	ModelChanged   CauseKind = "model"
	RequestChanged CauseKind = "request"
	ReplyChanged   CauseKind = "reply"     // an earlier reply of the conversation is not what it was
	RecordEdited   CauseKind = "recording" // the file or its key was edited by hand
	Replaced       CauseKind = "replace"   // the command says so
	PaidBefore     CauseKind = "paid before"
	OutcomeUnknown CauseKind = "outcome unknown"
)

// Cause is the one edit behind changes, with its place.
type Cause struct {
	Kind  CauseKind
	Name  string // of the variable, the local, the parameter or the file
	Place diag.Range
}

// key tells causes apart: two turns that were edited in one line have one.
func (c Cause) key() string {
	place := c.Place.Filename
	if c.Kind != NewCase { // a suite's new cases are one paragraph
		place += ":" + strconv.Itoa(c.Place.Start.Line)
	}
	return string(c.Kind) + "\x00" + c.Name + "\x00" + place
}

// cause finds what was edited, from what the store said of a turn.
func (w *walker) cause(s *Step, state *fixture.StateError, f *findings) Cause {
	c := s.Ask.Turn.Source
	switch {
	case state.State == fixture.Stale && len(state.Diff) > 0:
		return w.edited(s, state)
	case state.State == fixture.Stale && s.Ask.Number > 1:
		return Cause{Kind: ReplyChanged, Place: c.Range}
	case state.State == fixture.Stale && !state.Edited: // the messages are the same, and so is the file
		return Cause{Kind: ModelChanged, Place: configPlace(w.suites.Config.Provider(s.Ask.Address.Provider))}
	case state.State == fixture.Stale:
		return Cause{Kind: RecordEdited, Place: diag.Range{Filename: w.store.Path(f.from(s.Ask.Address).Instance())}}
	case state.State == fixture.Ambiguous:
		return Cause{Kind: Ambiguous, Place: w.caseRange(s)}
	}
	held, err := w.store.Load(f.from(s.Ask.Address))
	switch {
	case err != nil || len(held.Exchanges) == 0:
		return Cause{Kind: NewCase, Place: w.caseRange(s)}
	case hasSample(held, s.Ask.Address.Sample):
		return Cause{Kind: NewTurn, Place: c.Range}
	default:
		return Cause{Kind: NewSample, Place: w.caseRange(s)}
	}
}

func hasSample(held *fixture.Case, sample int) bool {
	for i := range held.Exchanges {
		if held.Exchanges[i].Address.Sample == sample {
			return true
		}
	}
	return false
}

// edited finds the edit behind a question that is not what it was.
func (w *walker) edited(s *Step, state *fixture.StateError) Cause {
	for _, d := range state.Diff {
		if rest, ok := strings.CutPrefix(d.Path, "messages["); ok {
			digits, _, _ := strings.Cut(rest, "]")
			at, _ := strconv.Atoi(digits)
			return w.editedMessage(s, at-(len(s.Ask.Question.Messages)-len(s.Ask.Adds)), d)
		}
	}
	return w.editedRequest(s, state.Diff[0].Path)
}

// editedMessage finds where a message comes from: what a turn says, or what that
// is made of.
func (w *walker) editedMessage(s *Step, at int, d fixture.Difference) Cause {
	if at < 0 || at >= len(s.Ask.Said) {
		return Cause{Kind: PromptChanged, Place: s.Ask.Turn.Source.Range}
	}
	turn := s.Ask.Said[at]
	if turn.Content.File != "" {
		return w.editedFile(turn.Content.File, d)
	}
	if made, ok := w.madeOf(s, turn, d); ok {
		return made
	}
	if turn.Role == suite.System {
		return Cause{Kind: SystemChanged, Place: turn.Range}
	}
	return Cause{Kind: PromptChanged, Place: turn.Range}
}

// editedFile gives the line of a prompt file from which on it differs, where
// that can be told.
func (w *walker) editedFile(file string, d fixture.Difference) Cause {
	cause := Cause{Kind: FileChanged, Name: file, Place: diag.Range{Filename: file}}
	from, to := plainText(d.From), plainText(d.To)
	same := sameStart(from, to)
	start := strings.LastIndexByte(to[:same], '\n') + 1
	line, _, _ := strings.Cut(to[start:], "\n")
	source := string(w.Source(file))
	if line != "" && strings.Count(source, line) == 1 {
		cause.Place.Start.Line = strings.Count(source[:strings.Index(source, line)], "\n") + 1
	}
	return cause
}

// editedRequest finds the level at which a field of the request is written: the
// nearest counts.
func (w *walker) editedRequest(s *Step, path string) Cause {
	name, _, _ := strings.Cut(path, ".")
	name, _, _ = strings.Cut(name, "[")
	levels := w.levels(s)
	for _, l := range levels {
		for _, field := range l.Fields {
			if field.Name == name {
				return Cause{Kind: ParamChanged, Name: name, Place: field.Range}
			}
		}
	}
	source := w.suites.Config.Provider(s.Ask.Address.Provider)
	for _, field := range source.Fields {
		if field.Name == name {
			return Cause{Kind: ParamChanged, Name: name, Place: field.Range}
		}
	}
	for _, l := range levels {
		if l.Request != nil {
			return Cause{Kind: RequestChanged, Place: l.Request.Range}
		}
	}
	switch name {
	case "model":
		return Cause{Kind: ModelChanged, Place: configPlace(source)}
	case "method", "path", "query", "headers", "body", "api_key":
		return Cause{Kind: RequestChanged, Place: w.caseRange(s)}
	}
	return Cause{Kind: ParamChanged, Name: name, Place: w.caseRange(s)}
}

// configPlace gives the place of a provider; the built-in one has none.
func configPlace(p *suite.Provider) diag.Range {
	if p.Range.Filename != suite.ConfigFile {
		return diag.Range{}
	}
	return p.Range
}

// levels gives what bends a turn's request, the nearest first.
func (w *walker) levels(s *Step) []suite.Level {
	out := []suite.Level{s.Ask.Turn.Source.Level}
	in, c := w.caseOf(s)
	if c != nil {
		out = append(out, c.Level)
	}
	if in != nil && (c == nil || c.Inherit) {
		out = append(out, in.Level, w.suites.Config.Defaults.Level)
	}
	return out
}

func (w *walker) caseRange(s *Step) diag.Range {
	in, c := w.caseOf(s)
	switch {
	case c != nil:
		return c.Range
	case in != nil:
		return in.Range
	default:
		return s.Ask.Turn.Source.Range
	}
}

// caseOf finds the suite and the case that a step belongs to.
func (w *walker) caseOf(s *Step) (*suite.Suite, *suite.Case) {
	for in := range w.plan.Suites() {
		if in.Name != s.Ask.Address.Suite {
			continue
		}
		for _, c := range in.Cases {
			if c.Name == s.Ask.Address.Case {
				return in, c
			}
		}
		return in, nil
	}
	return nil, nil
}

// plainText gives a quoted text as it is.
func plainText(quoted string) string {
	var text string
	if json.Unmarshal([]byte(quoted), &text) != nil {
		return quoted
	}
	return text
}

// sameStart counts the leading bytes that two texts share.
func sameStart(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// Group is what one cause makes necessary, in plan order.
type Group struct {
	Cause   Cause
	Changes []*Change
}

// Groups gives the changes by their cause, in the order in which the causes
// come first.
func Groups(changes []Change) []Group {
	var out []Group
	at := map[string]int{}
	for i := range changes {
		c := &changes[i]
		key := c.Cause.key() + "\x00" + cmp.Or(map[bool]string{true: "again"}[c.IsAgain()], "new")
		n, ok := at[key]
		if !ok {
			n = len(out)
			at[key] = n
			out = append(out, Group{Cause: c.Cause})
		}
		out[n].Changes = append(out[n].Changes, c)
	}
	return out
}
