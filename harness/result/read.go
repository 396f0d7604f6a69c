package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/assay-harness/assay/harness/diag"
)

// Open reads the head and the sums of a record, and walks once through the
// rest: what is cut short or no record at all is found here, before a report
// is half written. open gives the bytes from the start, as often as it is
// called; name is the file's name in diagnostics. Cases are decoded one by one
// when they are asked for, and never held.
//
// Errors are a *diag.Failure with diag.BadRunRecord and a place. Unknown fields
// are let through; another version is an error.
func Open(name string, open func() (io.ReadCloser, error)) (Reader, error) {
	f := &file{name: name, open: open}
	src, err := open()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	if err := f.readRun(newScanner(src)); err != nil {
		return nil, f.failure(err)
	}
	return f, nil
}

// file is a Reader over a stored record.
type file struct {
	name string
	open func() (io.ReadCloser, error)
	run  Run
}

// Run gives head and sums.
func (f *file) Run() Run { return f.run }

// Cases decodes case by case.
func (f *file) Cases() iter.Seq2[*Case, error] {
	return f.cases(func([]byte) bool { return true })
}

// Remarkable decodes only the cases that did not simply pass.
func (f *file) Remarkable() iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		for c, err := range f.cases(maybeRemarkable) {
			if err == nil && !c.Remarkable() {
				continue
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

// readRun walks through the whole document.
func (f *file) readRun(s *scanner) error {
	var rest bytes.Buffer // all fields but the cases, as a document
	cases, seen := 0, map[string]bool{}
	err := s.fields(func(key string) error {
		if len(seen) == 0 && key != "assay_run" {
			return s.fault("this is no run record: it does not begin with assay_run")
		}
		if seen[key] {
			return s.fault("%q stands there twice", key)
		}
		if rest.Len() > maxValue || len(seen) > 1000 {
			return s.fault("this is no run record: there is too much beside the cases")
		}
		seen[key] = true
		if key == "cases" {
			return s.elements(func() error { cases++; return s.skip() })
		}
		return copyField(&rest, s, key)
	})
	if err != nil {
		return err
	}
	if !s.atEnd() {
		return s.fault("there is more behind the end of the record")
	}
	rest.WriteByte('}')
	if err := json.Unmarshal(rest.Bytes(), &f.run); err != nil {
		return s.here("%v", err)
	}
	return f.plausible(s, seen, cases)
}

// copyField moves one field into the document that is decoded into Run, and
// stops at a version this code does not know before anything else is read.
func copyField(rest *bytes.Buffer, s *scanner, key string) error {
	line, column := s.line, s.column+1
	raw, err := s.value(nil)
	if err != nil {
		return err
	}
	if key == "assay_run" && string(raw) != fmt.Sprint(Version) {
		return &faultAt{line: line, column: column, what: fmt.Sprintf("run record of version %.40q; this assay reads version %d", raw, Version), err: errVersion}
	}
	if rest.Len() == 0 {
		rest.WriteByte('{')
	} else {
		rest.WriteByte(',')
	}
	name, err := encode(key)
	if err != nil {
		return err
	}
	rest.Write(name)
	rest.WriteByte(':')
	rest.Write(raw)
	return nil
}

var errVersion = errors.New("unknown version")

// plausible refuses a record whose parts do not fit together.
func (f *file) plausible(s *scanner, seen map[string]bool, cases int) error {
	for _, key := range []string{"mode", "cases", "suites", "sum"} {
		if !seen[key] {
			return s.here("the record has no %q", key)
		}
	}
	switch f.run.Mode {
	case Replay, LiveRun, Apply:
	default:
		return s.here("unknown mode %.40q", f.run.Mode)
	}
	sum := f.run.Sum
	if sum.Cases != cases || sum.Passed+sum.Failed+sum.Errored+sum.Skipped != cases {
		return s.here("the sums count %d cases, the record holds %d", sum.Cases, cases)
	}
	for _, one := range f.run.Suites {
		cases -= one.Cases
	}
	if cases != 0 {
		return s.here("the sums of the suites are not the run's")
	}
	return nil
}

// cases decodes what keep wants.
func (f *file) cases(keep func(raw []byte) bool) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		src, err := f.open()
		if err != nil {
			yield(nil, err)
			return
		}
		defer src.Close()
		if err := walkCases(newScanner(src), keep, yield); err != nil && !errors.Is(err, errStop) {
			yield(nil, f.failure(err))
		}
	}
}

// errStop ends a walk because the consumer has enough.
var errStop = errors.New("stop")

func walkCases(s *scanner, keep func([]byte) bool, yield func(*Case, error) bool) error {
	var raw []byte
	var d decoder
	return s.fields(func(key string) error {
		if key != "cases" {
			return s.skip()
		}
		err := s.elements(func() (err error) {
			line, column := s.line, s.column+1
			if raw, err = s.value(raw[:0]); err != nil || !keep(raw) {
				return err
			}
			c := new(Case)
			if err := d.decodeCase(raw, c); err != nil {
				return &faultAt{line: line, column: column, what: err.Error(), err: err}
			}
			if !yield(c, nil) {
				return errStop
			}
			return nil
		})
		if err == nil {
			err = errStop // what stands behind the cases is known
		}
		return err
	})
}

// failure puts a fault into a diagnostic.
func (f *file) failure(err error) error {
	var at *faultAt
	if !errors.As(err, &at) {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	var ds diag.Diagnostics
	place := diag.Range{Filename: f.name}
	place.Start = diag.Pos{Line: at.line, Column: at.column}
	place.End = diag.Pos{Line: at.line, Column: at.column + 1}
	ds.Add(diag.BadRunRecord, place, at.what, cure(at.err))
	return ds.Err()
}

func cure(err error) string {
	switch {
	case errors.Is(err, errVersion):
		return "It was written by another version of assay: read it with that one, or run `assay test` to write it anew."
	case errors.Is(err, errCut):
		return "The run that wrote it was killed, or the file was cut. Run `assay test` to write it anew."
	default:
		return "The file is damaged or was edited. Run `assay test` to write it anew."
	}
}

// fields walks over an object; each must consume the value.
func (s *scanner) fields(each func(key string) error) error {
	if s.peek() != '{' {
		return s.fault("this is no run record: it is no JSON object")
	}
	s.advance(1)
	if s.peek() == '}' {
		return s.fault("this is no run record: it is empty")
	}
	for more := true; more; {
		if s.peek() != '"' {
			return s.fault("found %q where a name should be", string(rune(s.peek())))
		}
		raw, err := s.value(nil)
		if err != nil {
			return err
		}
		var key string
		if err := json.Unmarshal(raw, &key); err != nil {
			return s.fault("%v", err)
		}
		if err := s.take(':'); err != nil {
			return err
		}
		s.peek()
		if err := each(key); err != nil {
			return err
		}
		if more, err = s.more('}'); err != nil {
			return err
		}
	}
	return nil
}

// elements walks over a list; each must consume the value.
func (s *scanner) elements(each func() error) error {
	if err := s.take('['); err != nil {
		return err
	}
	if s.peek() == ']' {
		s.advance(1)
		return nil
	}
	for more := true; more; {
		s.peek()
		if err := each(); err != nil {
			return err
		}
		var err error
		if more, err = s.more(']'); err != nil {
			return err
		}
	}
	return nil
}
