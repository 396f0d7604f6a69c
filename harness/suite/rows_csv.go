package suite

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// csvReader reads RFC 4180. encoding/csv is not used because it turns the CRLF
// within a quoted field into LF, and prompts must keep their bytes.
type csvReader struct {
	in     *bufio.Reader
	line   int    // of the next byte
	field  []byte // the field being read
	size   int    // bytes of the record so far
	quoted bool   // whether the field just read had quotes
}

// csvFault is a fault of the file's form.
type csvFault struct {
	line   int
	what   string
	advice string
}

func (f *csvFault) Error() string { return f.what }

// csvRows gives the rows below the header, each a map from column to text.
func csvRows(t *textReader, yield func(row, diag.Diagnostics) bool) {
	r := &csvReader{in: bufio.NewReaderSize(t, 32<<10), line: 1}
	header, line, err := r.record()
	switch {
	case errors.Is(err, io.EOF):
		yield(row{}, t.fault(diag.BadData, 1, fmt.Sprintf("%q is empty", t.name), headerRule))
		return
	case err != nil:
		yield(row{}, csvProblem(t, line, err))
		return
	}
	if what := headerFault(header); what != "" {
		yield(row{}, t.fault(diag.BadData, line, what, headerRule))
		return
	}
	for {
		fields, line, err := r.record()
		switch {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			yield(row{}, csvProblem(t, line, err))
			return
		case len(fields) != len(header):
			if !yield(row{}, t.fault(diag.RaggedCSV, line, fmt.Sprintf("a row has %s, and the header has %d", count(len(fields), "field"), len(header)),
				"The columns are "+strings.Join(header, ", ")+". A comma or a line break within a field needs quotes around the field.")) {
				return
			}
			continue
		}
		t.forgetLines() // they are counted here
		if !yield(row{value: csvRow(header, fields), place: t.at(line), needsKey: true}, nil) {
			return
		}
	}
}

// count says how many there are.
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

const headerRule = "The first line of a CSV file names its columns, each once."

func csvRow(header, fields []string) *spec.OrderedMap {
	m := &spec.OrderedMap{Keys: header, Values: make(map[string]any, len(header))}
	for i, name := range header {
		m.Values[name] = fields[i]
	}
	return m
}

func csvProblem(t *textReader, line int, err error) diag.Diagnostics {
	var fault *csvFault
	if errors.As(err, &fault) {
		return t.fault(diag.BadData, fault.line, fault.what, fault.advice)
	}
	return t.broken(line, err)
}

func headerFault(header []string) string {
	seen := make(map[string]bool, len(header))
	for i, name := range header {
		switch {
		case name == "":
			return fmt.Sprintf("column %d has no name", i+1)
		case seen[name]:
			return fmt.Sprintf("column %q is there twice", name)
		}
		seen[name] = true
	}
	return ""
}

// record gives the next record that is no empty line, and the line in which it
// begins. Its error is io.EOF at the end.
func (r *csvReader) record() (fields []string, line int, err error) {
	for {
		line, r.size, fields = r.line, 0, nil
		last := false
		for !last {
			if last, err = r.next(); err != nil {
				return nil, line, err
			}
			fields = append(fields, string(r.field))
		}
		if len(fields) > 1 || fields[0] != "" || r.quoted {
			return fields, line, nil
		}
	}
}

// next reads one field and what ends it; last is true at the end of a record.
func (r *csvReader) next() (last bool, err error) {
	r.field, r.quoted = r.field[:0], false
	c, err := r.read()
	if errors.Is(err, io.EOF) && r.size > 0 {
		return true, nil // behind a comma
	}
	if err != nil {
		return false, err
	}
	if c == '"' {
		return r.quotedField()
	}
	for {
		switch c {
		case ',':
			return false, nil
		case '\n':
			r.field = trimReturn(r.field)
			return true, nil
		case '"':
			return false, &csvFault{r.line, "a quote stands within a field that does not begin with one", `Put the whole field in quotes, and write each quote in it twice: "say ""hi""".`}
		}
		r.field = append(r.field, c)
		if c, err = r.read(); errors.Is(err, io.EOF) {
			return true, nil
		} else if err != nil {
			return false, err
		}
	}
}

// quotedField reads on behind an opening quote.
func (r *csvReader) quotedField() (last bool, err error) {
	r.quoted = true
	opened := r.line
	for {
		c, err := r.read()
		switch {
		case errors.Is(err, io.EOF):
			return false, &csvFault{opened, "a quote is never closed", "The field begins here. Close it with a quote; a quote within a field is written twice."}
		case err != nil:
			return false, err
		case c != '"':
			r.field = append(r.field, c)
			continue
		}
		c, err = r.read()
		if c == '\r' && err == nil {
			if c, err = r.read(); err == nil && c != '\n' {
				c = 0
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, err
		case c == '"':
			r.field = append(r.field, c)
		case c == ',':
			return false, nil
		case c == '\n':
			return true, nil
		default:
			return false, &csvFault{r.line, "text stands behind a closing quote", "A quote within a field is written twice; behind the closing one stands a comma or the end of the line."}
		}
	}
}

// read gives the next byte, and counts lines and bytes.
func (r *csvReader) read() (byte, error) {
	c, err := r.in.ReadByte()
	if err != nil {
		return 0, err
	}
	if r.size++; r.size > maxRow {
		return 0, errDataTooLarge
	}
	if c == '\n' {
		r.line++
	}
	return c, nil
}

func trimReturn(field []byte) []byte {
	if n := len(field); n > 0 && field[n-1] == '\r' {
		return field[:n-1]
	}
	return field
}
