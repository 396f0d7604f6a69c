package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// Suite is what was imported, ready to be written.
type Suite struct {
	Name string
	YAML []byte
	// Data are the files that the suite reads its rows from, by path below the
	// project's root.
	Data map[string][]byte
	// Cases, Questions and Replies count what is in it.
	Cases, Questions, Replies int

	replies map[asked]*Reply
}

// asked names a turn.
type asked struct {
	name, key string
	number    int
}

// Reply gives the reply to a turn of a case, nil if there is none.
func (s *Suite) Reply(name, key string, number int) *Reply {
	return s.replies[asked{name, key, number}]
}

// Layout says how a suite is written.
type Layout struct {
	Name string
	From string // what was imported, for the comment at the top
	// MostCases is how many conversations stand in the suite itself; what is more
	// than that, and all alike, becomes rows of a file. 0: any number.
	MostCases int
	// DataDir is the folder of the rows' files.
	DataDir string
}

// Write makes the suite of bound questions.
func Write(questions []*Question, o Layout) *Suite {
	s := &Suite{Name: o.Name, Data: map[string][]byte{}, replies: map[asked]*Reply{}, Questions: len(questions)}
	w := suiteWriter{suite: s, layout: o}
	if o.MostCases > 0 && len(questions) > o.MostCases {
		questions = w.takeTables(questions)
	}
	list := conversations(questions)
	named(list)
	w.avoidTables(list)
	s.Cases += len(list)
	w.write(list)
	s.YAML = w.out
	for _, r := range s.replies {
		if r != nil {
			s.Replies++
		}
	}
	return s
}

type suiteWriter struct {
	page
	suite  *Suite
	layout Layout
	tables []*table
	shared string  // the provider of all
	params []Param // the fields of all
	common bool    // whether params are those of all
}

func (w *suiteWriter) write(list []*conversation) {
	w.line(0, "# Imported from "+comment(w.layout.From)+". The checks only say that there was an answer:")
	w.line(0, "# add what each must say, such as `- icontains: …`.")
	w.scalar(0, "suite:", w.layout.Name)
	w.head(list)
	w.line(0, "")
	w.line(0, "cases:")
	for i, t := range w.tables {
		if i > 0 {
			w.line(0, "")
		}
		w.table(t)
	}
	for i, c := range list {
		if i > 0 || len(w.tables) > 0 {
			w.line(0, "")
		}
		w.conversation(c)
	}
}

// comment makes a file's name fit for a comment.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 || r == 0x85 || r == 0xfeff {
			return '?'
		}
		return r
	}, clip(text))
}

// head writes what is the same for all.
func (w *suiteWriter) head(list []*conversation) {
	var providers []string
	for _, t := range w.tables {
		providers = append(providers, t.provider)
	}
	for _, c := range list {
		providers = append(providers, c.first().provider)
	}
	slices.Sort(providers)
	if providers = slices.Compact(providers); len(providers) == 1 {
		w.shared = providers[0]
		w.scalar(0, "provider:", w.shared)
	}
	if len(w.tables) > 0 {
		return
	}
	if w.params, w.common = sameParams(list); w.common {
		w.fields(0, "params", w.params)
	}
}

func (w *suiteWriter) conversation(c *conversation) {
	q := c.first()
	w.line(2, "# "+comment(c.places()))
	w.scalar(2, "- name:", c.name)
	if q.setting.Offline {
		w.line(4, "live: false")
	}
	if w.shared == "" {
		w.scalar(4, "provider:", q.provider)
	}
	if !w.common {
		w.fields(4, "params", q.Params)
	}
	w.request(q)
	w.line(4, "conversation:")
	for i, q := range c.questions {
		w.turns(q, c.said[i])
		w.suite.replies[asked{c.name, "", i + 1}] = q.Reply
	}
}

// request writes what bends the request.
func (w *suiteWriter) request(q *Question) {
	s := q.setting
	if s.APIKey == nil && s.Method == "" && s.Path == "" && len(s.Header) == 0 && q.body == nil {
		return
	}
	w.line(4, "request:")
	if s.APIKey != nil {
		w.scalar(6, "api_key:", *s.APIKey)
	}
	if s.Method != "" {
		w.scalar(6, "method:", s.Method)
	}
	if s.Path != "" {
		w.scalar(6, "path:", template(s.Path))
	}
	if len(s.Header) > 0 {
		w.line(6, "headers:")
		for _, f := range s.Header {
			w.scalar(8, keyHead(8, f.Name), template(f.Value))
		}
	}
	if q.body != nil {
		w.scalar(6, "body:", template(*q.body))
	}
}

// turns writes a question's messages but those that were said before.
func (w *suiteWriter) turns(q *Question, said int) {
	for i := said; i < len(q.Messages); i++ {
		m := q.Messages[i]
		w.said(6, "- "+m.Role+":", m)
		last := i == len(q.Messages)-1
		if !last && m.Role == "user" && q.Messages[i+1].Role != "assistant" {
			w.line(8, "ask: false")
		}
		if last {
			w.line(8, "expect:")
			for _, e := range q.expectations() {
				w.expectation(10, e)
			}
		}
	}
}

func (w *suiteWriter) expectation(indent int, e expectation) {
	switch {
	case e.texts == nil:
		w.line(indent, "- "+e.check)
	case e.key == "equals":
		w.scalar(indent, "- equals:", template(e.texts[0]))
	default:
		var list []byte
		for i, text := range e.texts {
			if i > 0 {
				list = append(list, ',')
			}
			list = exchange.AppendString(list, text)
		}
		w.list(indent, "- "+e.key+":", append(append([]byte("["), list...), ']'))
	}
}

// avoidTables renames what is called like a case of rows.
func (w *suiteWriter) avoidTables(list []*conversation) {
	for _, t := range w.tables {
		for _, c := range list {
			if strings.EqualFold(c.name, t.name) {
				c.name += "_alone"
			}
		}
	}
}

// String says what is in the suite.
func (s *Suite) String() string {
	replies := "1 reply"
	if s.Replies != 1 {
		replies = fmt.Sprintf("%d replies", s.Replies)
	}
	return fmt.Sprintf("%s, %s, %s", counted(s.Cases, "case"), counted(s.Questions, "question"), replies)
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
