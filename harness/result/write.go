package result

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Head is what is known of a run before it starts.
type Head struct {
	Assay string // the version that writes
	Mode  Mode
}

// Writer writes a record while the run goes on: one valid JSON document, one
// line a case, the sums after the cases. Only the clock differs between two
// replays. It is for one goroutine.
type Writer struct {
	out     *bufio.Writer
	head    Head
	scratch []byte
	started bool
	cases   int
	err     error // the first failure of the underlying writer: all later calls give it
}

// NewWriter makes a Writer. Nothing is written before the first Write or Close.
func NewWriter(w io.Writer, head Head) *Writer {
	return &Writer{out: bufio.NewWriterSize(w, 64<<10), head: head}
}

// Write adds a case. Its Sum must be there (AddUp).
func (w *Writer) Write(c *Case) error {
	w.start()
	if w.cases > 0 {
		w.raw(",")
	}
	w.raw("\n")
	w.cases++
	if w.err == nil {
		w.scratch, w.err = appendValue(w.scratch[:0], c)
		w.bytes(w.scratch)
	}
	return w.err
}

// Close writes what is known at the end. Of r, Format, Assay and Mode are not
// looked at: they were written first. It does not close the underlying writer.
func (w *Writer) Close(r Run) error {
	w.start()
	if w.err == nil && r.Sum.Cases != w.cases {
		w.err = fmt.Errorf("result: the sums count %d cases, %d were written", r.Sum.Cases, w.cases)
	}
	if r.Suites == nil {
		r.Suites = []SuiteSum{}
	}
	if w.cases > 0 {
		w.raw("\n")
	}
	w.raw("]")
	if r.Interrupted {
		w.field("interrupted", true)
	}
	if len(r.Balance) > 0 {
		w.field("balance", r.Balance)
	}
	w.field("suites", r.Suites)
	w.field("sum", r.Sum)
	if len(r.Notes) > 0 {
		w.field("notes", r.Notes)
	}
	if len(r.Problems) > 0 {
		w.field("problems", r.Problems)
	}
	w.field("clock", r.Clock)
	w.raw("}\n")
	if w.err == nil {
		w.err = w.out.Flush()
	}
	err := w.err
	w.err = errClosed
	return err
}

var errClosed = errors.New("result: the record is closed")

func (w *Writer) start() {
	if w.started {
		return
	}
	w.started = true
	w.raw(fmt.Sprintf(`{"assay_run":%d,`+"\n", Version))
	w.value("assay", w.head.Assay)
	w.raw(",\n")
	w.value("mode", w.head.Mode)
	w.raw(",\n" + `"cases":[`)
}

// field writes one more field of the document, on a line of its own.
func (w *Writer) field(name string, value any) {
	w.raw(",\n")
	w.value(name, value)
}

func (w *Writer) value(name string, value any) {
	data, err := encode(value)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("result: %s: %w", name, err)
	}
	w.raw(`"` + name + `":`)
	w.bytes(data)
}

func (w *Writer) raw(s string) {
	if w.err == nil {
		_, w.err = w.out.WriteString(s)
	}
}

func (w *Writer) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}

// encode is json.Marshal without HTML escaping.
func encode(value any) ([]byte, error) { return appendValue(nil, value) }

// appendValue is encode, into memory that the caller has.
func appendValue(dst []byte, value any) ([]byte, error) {
	b := bytes.NewBuffer(dst)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return dst, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Copy writes a whole run that a Reader gives, as the Writer would have.
func Copy(w io.Writer, r Reader) error {
	run := r.Run()
	out := NewWriter(w, Head{Assay: run.Assay, Mode: run.Mode})
	for c, err := range r.Cases() {
		if err != nil {
			return err
		}
		if err := out.Write(c); err != nil {
			return err
		}
	}
	return out.Close(run)
}
