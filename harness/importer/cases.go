package importer

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
)

// conversation is one case: questions of which each carries on the one before.
type conversation struct {
	name      string
	questions []*Question
	said      []int // how many of a question's messages stood there before it
}

func (c *conversation) first() *Question { return c.questions[0] }

// digest names what was said so far.
type digest [sha256.Size]byte

func (d digest) and(m exchange.Message) digest {
	if len(m.Parts) == 1 {
		m = exchange.Message{Role: m.Role, Text: m.Parts[0].Text} // the same to a recording's key
	}
	return sha256.Sum256(m.AppendJSON(d[:]))
}

// start names the circumstances of a question.
func (q *Question) start() digest {
	var b []byte
	b = append(append(b, q.provider...), 0)
	for _, p := range q.Params {
		value, ok := exchange.Canonical(p.Value) // 0.20 is 0.2 to a recording's key
		if !ok {
			value = p.Value
		}
		b = append(append(append(append(b, p.Name...), 0), value...), 0)
	}
	return sha256.Sum256(b)
}

// conversations puts questions together: one that repeats what was said in
// another, with its reply, and goes on from there, is that one's next turn.
func conversations(questions []*Question) []*conversation {
	var out []*conversation
	open := map[digest]*conversation{} // by what was said at their ends
	for _, q := range questions {
		d := q.start()
		var found *conversation
		var at digest
		said := 0
		for i, m := range q.Messages {
			d = d.and(m)
			if c := open[d]; c != nil && i+1 < len(q.Messages) && q.Messages[i+1].Role != "assistant" && c.goesOnWith(q) {
				found, at, said = c, d, i+1
			}
		}
		if found == nil {
			found = &conversation{}
			out = append(out, found)
		} else {
			delete(open, at)
		}
		found.questions, found.said = append(found.questions, q), append(found.said, said)
		if text := q.replyText(); text != "" {
			open[d.and(exchange.Message{Role: "assistant", Text: text})] = found
		}
	}
	return out
}

// goesOnWith reports whether nothing but the messages sets a question apart.
func (c *conversation) goesOnWith(q *Question) bool {
	bent := func(q *Question) bool { return q.body != nil || !reflect.DeepEqual(q.setting, setting{}) }
	return !bent(c.first()) && !bent(q)
}

// replyText gives the text that a model answered; "" for none.
func (q *Question) replyText() string {
	if q.Reply == nil || q.Reply.Status/100 != 2 {
		return ""
	}
	return provider.ReadReply(&exchange.Response{Status: q.Reply.Status, Body: q.Reply.Body}).Text
}

// longestName is the most characters of a name made from a text.
const longestName = 40

// named gives each conversation a name: what the source calls it, else the words
// of its first question, else its place.
func named(list []*conversation) {
	taken := map[string]bool{}
	for _, c := range list {
		name := c.first().label()
		for i, stem := 2, name; taken[strings.ToLower(name)]; i++ {
			name = stem + "_" + strconv.Itoa(i)
		}
		taken[strings.ToLower(name)] = true
		c.name = name
	}
}

// label gives a name for a question.
func (q *Question) label() string {
	if q.Name != "" {
		return nameOf(cut(q.Name))
	}
	if name := slug(q.Messages[len(q.Messages)-1].Content()); name != "" {
		return name
	}
	if place := q.Place.short(); place != "" {
		return nameOf(strings.ReplaceAll(place, " ", "_"))
	}
	return "question"
}

func cut(s string) string {
	if r := []rune(s); len(r) > longestName {
		return string(r[:longestName])
	}
	return s
}

// slug makes a name of the first words of a text; "" where it has too few
// letters that names know.
func slug(text string) string {
	var b strings.Builder
	letters := 0
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' }) {
		plain := strings.Map(func(r rune) rune {
			switch {
			case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
				letters++
				return unicode.ToLower(r)
			case r == '\'':
				return -1
			}
			return '_'
		}, word)
		if b.Len() > 0 && b.Len()+1+len(plain) > longestName {
			break
		}
		if b.Len() > 0 {
			b.WriteByte('_')
		}
		b.WriteString(plain)
	}
	name := b.String()
	if len(name) > longestName {
		name = strings.ToValidUTF8(name[:longestName], "")
	}
	if name = strings.Trim(name, "_"); letters < 3 || letters*2 < len(name) {
		return ""
	}
	return nameOf(name)
}

// expectation is one check of an imported turn.
type expectation struct {
	check string // its YAML in one line, where texts is nil
	key   string // equals or one_of
	texts []string
}

// expectations gives what can fail: what the source expects, else that there is
// an answer, or the very status that was answered.
func (q *Question) expectations() []expectation {
	var out []expectation
	switch {
	case q.Reply != nil && q.Reply.Status != 200:
		return []expectation{{check: fmt.Sprintf("status: %d", q.Reply.Status)}}
	case len(q.Ideal) == 1:
		out = append(out, expectation{key: "equals", texts: q.Ideal})
	case len(q.Ideal) > 1:
		out = append(out, expectation{key: "one_of", texts: q.Ideal})
	case q.Reply != nil && q.replyText() == "":
		out = append(out, expectation{check: "status: 200"})
	default:
		out = append(out, expectation{check: "length: {min: 1}"})
	}
	return out
}

// places lists where the questions of a conversation stand.
func (c *conversation) places() string {
	note := Note{}
	for _, q := range c.questions {
		note.Places = append(note.Places, q.Place)
	}
	return note.Where(5)
}

// sameParams reports whether all questions have one list of fields, and gives it.
func sameParams(list []*conversation) ([]Param, bool) {
	if len(list) == 0 {
		return nil, false
	}
	first := list[0].first().Params
	for _, c := range list[1:] {
		same := slices.EqualFunc(first, c.first().Params, func(a, b Param) bool { return a.Name == b.Name && sameJSON(a.Value, b.Value) })
		if !same {
			return nil, false
		}
	}
	return first, true
}
