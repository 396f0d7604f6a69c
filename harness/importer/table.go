package importer

import (
	"bytes"
	"fmt"
	"path"
	"reflect"
	"strconv"

	"github.com/assay-harness/assay/harness/exchange"
)

// table is a case whose instances are rows of a file.
type table struct {
	name, file, provider string
	questions            []*Question
	keys                 []string
	params               []string // names of fields that rows have
	ideal                idealForm
}

// idealForm says what the rows expect.
type idealForm uint8

const (
	anyText  idealForm = iota
	oneText            // ideal is a text
	manyText           // ideal is a list
)

// takeTables makes tables of the questions that differ in nothing but what a row
// can hold, and gives the others back.
func (w *suiteWriter) takeTables(questions []*Question) (others []*Question) {
	type group struct {
		provider string
		ideal    idealForm
	}
	groups := map[group]*table{}
	var order []group
	for _, q := range questions {
		if !q.isRow() {
			others = append(others, q)
			continue
		}
		g := group{q.provider, q.idealForm()}
		t := groups[g]
		if t == nil {
			t = &table{provider: g.provider, ideal: g.ideal}
			groups[g], order = t, append(order, g)
		}
		t.questions = append(t.questions, q)
	}
	for i, g := range order {
		t := groups[g]
		t.name, t.file = "answers", path.Join(w.layout.DataDir, w.layout.Name+".jsonl")
		if i > 0 {
			t.name += "_" + strconv.Itoa(i+1)
			t.file = path.Join(w.layout.DataDir, w.layout.Name+"_"+strconv.Itoa(i+1)+".jsonl")
		}
		w.tables = append(w.tables, t)
		w.fill(t)
	}
	return others
}

// isRow reports whether a row can hold the question.
func (q *Question) isRow() bool {
	return q.body == nil && reflect.DeepEqual(q.setting, setting{}) &&
		(q.Reply == nil || q.Reply.Status == 200 && q.replyText() != "")
}

func (q *Question) idealForm() idealForm {
	switch len(q.Ideal) {
	case 0:
		return anyText
	case 1:
		return oneText
	default:
		return manyText
	}
}

// fill names the rows and writes their file.
func (w *suiteWriter) fill(t *table) {
	fields := map[string]bool{}
	for _, q := range t.questions {
		for _, p := range q.Params {
			if !fields[p.Name] {
				fields[p.Name] = true
				t.params = append(t.params, p.Name)
			}
		}
	}
	taken := map[string]bool{}
	var out bytes.Buffer
	for _, q := range t.questions {
		key := q.Name
		if key == "" || taken[key] {
			_, number := q.Place.unit()
			key = fmt.Sprintf("line_%d", number)
		}
		for i, stem := 2, key; taken[key]; i++ {
			key = stem + "_" + strconv.Itoa(i)
		}
		taken[key] = true
		t.keys = append(t.keys, key)
		out.Write(t.row(q, key))
		w.suite.replies[asked{t.name, key, 1}] = q.Reply
	}
	w.suite.Data[t.file] = out.Bytes()
	w.suite.Cases += len(t.questions)
}

// row writes a question as a line of JSON.
func (t *table) row(q *Question, key string) []byte {
	b := exchange.AppendString([]byte(`{"id":`), key)
	b = exchange.AppendMessages(append(b, `,"messages":`...), q.Messages)
	switch t.ideal {
	case oneText:
		b = exchange.AppendString(append(b, `,"ideal":`...), q.Ideal[0])
	case manyText:
		b = append(b, `,"ideal":[`...)
		for i, text := range q.Ideal {
			if i > 0 {
				b = append(b, ',')
			}
			b = exchange.AppendString(b, text)
		}
		b = append(b, ']')
	}
	if len(t.params) > 0 {
		b = append(b, `,"params":{`...)
		for i, name := range t.params {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(exchange.AppendString(b, name), ':'), valueOf(q.Params, name)...)
		}
		b = append(b, '}')
	}
	return append(b, "}\n"...)
}

// valueOf gives a field's value; null takes it away.
func valueOf(fields []Param, name string) []byte {
	for _, f := range fields {
		if f.Name == name {
			return bytes.ReplaceAll(f.Value, []byte("\n"), []byte(" "))
		}
	}
	return []byte("null")
}

// table writes the case of a table.
func (w *suiteWriter) table(t *table) {
	w.line(2, "- name: "+t.name)
	if w.shared == "" {
		w.scalar(4, "provider:", t.provider)
	}
	if len(t.params) > 0 {
		w.line(4, "params:")
		for _, name := range t.params {
			key := exchange.AppendString(nil, name)
			w.scalar(6, keyHead(6, name), "${each.value.params["+template(string(key))+"]}")
		}
	}
	w.scalar(4, "rows:", t.file)
	w.line(4, "key: ${each.value.id}")
	w.line(4, "conversation:")
	w.line(6, "- history: ${each.value.messages}")
	w.line(8, "expect:")
	switch t.ideal {
	case anyText:
		w.line(10, "- length: {min: 1}")
	case oneText:
		w.line(10, "- equals: ${each.value.ideal}")
	case manyText:
		w.line(10, "- one_of: ${each.value.ideal}")
	}
}
