package suite

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// maxNesting bounds data as YAML is bounded.
const maxNesting = 100

// orderedJSON reads JSON values with the order of their keys and their numbers'
// digits, refusing what JSON readers read differently: keys that are there twice.
type orderedJSON struct {
	dec *json.Decoder
}

func newOrderedJSON(in io.Reader) *orderedJSON {
	dec := json.NewDecoder(in)
	dec.UseNumber()
	return &orderedJSON{dec: dec}
}

// value reads one whole value.
func (j *orderedJSON) value(depth int) (any, error) {
	token, err := j.dec.Token()
	if err != nil {
		return nil, err
	}
	return j.from(token, depth)
}

// from reads the rest of the value that begins with the token.
func (j *orderedJSON) from(token json.Token, depth int) (any, error) {
	delim, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	switch {
	case depth > maxNesting:
		return nil, fmt.Errorf("it is nested deeper than %d", maxNesting)
	case delim == '[':
		return j.list(depth)
	}
	return j.object(depth)
}

func (j *orderedJSON) list(depth int) (any, error) {
	list := []any{}
	for j.dec.More() {
		item, err := j.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	_, err := j.dec.Token()
	return list, err
}

func (j *orderedJSON) object(depth int) (any, error) {
	m := &spec.OrderedMap{Values: map[string]any{}}
	for j.dec.More() {
		token, err := j.dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		if _, twice := m.Values[key]; twice {
			return nil, fmt.Errorf("the key %q is there twice in one object", key)
		}
		value, err := j.value(depth + 1)
		if err != nil {
			return nil, err
		}
		m.Keys = append(m.Keys, key)
		m.Values[key] = value
	}
	_, err := j.dec.Token()
	return m, err
}

// jsonRows gives the objects of a JSON list, one at a time.
func jsonRows(t *textReader, yield func(row, diag.Diagnostics) bool) {
	j := newOrderedJSON(t)
	t.limit = maxRow
	token, err := j.dec.Token()
	switch {
	case errors.Is(err, io.EOF):
		yield(row{}, t.fault(diag.BadData, 1, fmt.Sprintf("%q is empty", t.name), "Rows in JSON are a list of objects."))
		return
	case err != nil:
		yield(row{}, t.jsonProblem(j.dec, err))
		return
	case token != json.Delim('['):
		yield(row{}, t.fault(diag.BadData, t.lineAt(j.dec.InputOffset()), fmt.Sprintf("%q is no list", t.name), "Rows in JSON are a list of objects. One object a line is JSONL: name the file .jsonl."))
		return
	}
	for j.dec.More() {
		token, err := j.dec.Token()
		line := t.lineAt(j.dec.InputOffset() - 1)
		t.limit = j.dec.InputOffset() + maxRow
		var value any
		if err == nil {
			value, err = j.from(token, 1)
		}
		if err != nil {
			yield(row{}, t.jsonProblem(j.dec, err))
			return
		}
		if !yield(objectRow(t, line, value)) {
			return
		}
	}
	if _, err := j.dec.Token(); err != nil {
		yield(row{}, t.jsonProblem(j.dec, err))
		return
	}
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		yield(row{}, t.fault(diag.BadData, t.lineAt(j.dec.InputOffset()), "text stands behind the list", "A JSON file is one list of objects. Remove the rest."))
	}
}

func objectRow(t *textReader, line int, value any) (row, diag.Diagnostics) {
	if _, ok := value.(*spec.OrderedMap); !ok {
		return row{}, t.fault(diag.BadData, line, "a row is no object", `Each row is written as {"id": …}.`)
	}
	return row{value: value, place: t.at(line), needsKey: true}, nil
}

// jsonProblem says where the decoder stopped.
func (t *textReader) jsonProblem(dec *json.Decoder, err error) diag.Diagnostics {
	offset := dec.InputOffset()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = max(offset, syntax.Offset-1)
	}
	switch {
	case errors.Is(err, errNotUTF8), errors.Is(err, errDataTooLarge):
		return t.broken(t.lineAt(offset), err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return t.fault(diag.BadData, t.lineAt(offset), fmt.Sprintf("%q ends too early", t.name), "A bracket or a quote is not closed.")
	}
	return t.fault(diag.BadData, t.lineAt(offset), fmt.Sprintf("%q is not valid JSON here", t.name), capital(err.Error())+".")
}

// jsonlRows gives the objects of a file with one a line.
func jsonlRows(t *textReader, yield func(row, diag.Diagnostics) bool) {
	in := bufio.NewReaderSize(t, 64<<10)
	for number := 1; ; number++ {
		line, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			yield(row{}, t.broken(number, err))
			return
		}
		t.forgetLines()
		if text := bytes.TrimSpace(line); len(text) > 0 {
			value, fault := readJSONValue(text)
			if fault != nil {
				yield(row{}, t.fault(diag.BadData, number, "this line is not one JSON value", capital(fault.Error())+". JSONL has one object a line."))
				return
			}
			if !yield(objectRow(t, number, value)) {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// readLine reads up to a line break, within maxRow.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxRow {
			return nil, errDataTooLarge
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// readJSONValue reads text that is one JSON value and nothing else.
func readJSONValue(text []byte) (any, error) {
	j := newOrderedJSON(bytes.NewReader(text))
	value, err := j.value(1)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.New("it ends too early")
	}
	if err != nil {
		return nil, err
	}
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more behind it")
	}
	return value, nil
}

// readJSONFile reads a file that is one JSON value.
func readJSONFile(name string, src []byte) (any, diag.Diagnostics) {
	t := newTextReader(name, bytes.NewReader(src))
	j := newOrderedJSON(t)
	value, err := j.value(1)
	if err != nil {
		return nil, t.jsonProblem(j.dec, err)
	}
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, t.fault(diag.BadData, t.lineAt(j.dec.InputOffset()), "text stands behind the value", "A JSON file is one value. Remove the rest.")
	}
	return value, nil
}
