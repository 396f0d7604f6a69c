package drift

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Write writes a report as JSON, a case a line.
func Write(w io.Writer, r *Report) error {
	head := *r
	head.Format, head.Cases = Version, nil
	data, err := encode(head)
	if err != nil {
		return err
	}
	// The cases come last, and stand on lines of their own: a report is read by
	// people with grep, too.
	data = bytes.TrimSuffix(data, []byte(`"cases":null}`))
	data = append(data, `"cases":[`...)
	for i := range r.Cases {
		line, err := encode(&r.Cases[i])
		if err != nil {
			return err
		}
		if i > 0 {
			data = append(data, ',')
		}
		data = append(append(data, '\n'), line...)
	}
	data = append(data, "\n]}\n"...)
	_, err = w.Write(data)
	return err
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// The faults of a report as it is read.
var (
	ErrNoReport = errors.New("this is no drift report")
	ErrVersion  = errors.New("it was written by another version of assay")
	ErrDamaged  = errors.New("the report is damaged")
)

// Is reports whether a file that begins so is a drift report.
func Is(start []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(start, " \t\r\n"), []byte(`{"assay_drift":`))
}

// Read reads a report that Write wrote. Fields that this version does not know
// are let through.
func Read(r io.Reader) (*Report, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if !Is(data) {
		return nil, ErrNoReport
	}
	var format struct {
		Format int `json:"assay_drift"`
	}
	out := new(Report)
	d := json.NewDecoder(bytes.NewReader(data))
	if json.Unmarshal(data, &format) == nil && format.Format != Version {
		return nil, fmt.Errorf("%w: version %d, this one reads version %d", ErrVersion, format.Format, Version)
	}
	if err := d.Decode(out); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: there is more behind its end", ErrDamaged)
	}
	if err := out.plausible(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return out, nil
}

// plausible refuses what is valid JSON and no report: what reads it may rely on
// these.
func (r *Report) plausible() error {
	for i := range r.Cases {
		c := &r.Cases[i]
		switch c.State {
		case Compared:
			if !c.Recorded.plausible() || !c.Live.plausible() {
				return fmt.Errorf("%s was compared with nothing", c.Address)
			}
			if !slices.Contains([]Level{Same, TextLevel, Shape, Verdict}, c.Level) {
				return fmt.Errorf("%s has the unknown level %.40q", c.Address, c.Level)
			}
		case NotRecorded, NotAsked, NotServed, Skipped:
		default:
			return fmt.Errorf("%s has the unknown state %.40q", c.Address, c.State)
		}
	}
	if got := countCases(r.Cases); got != r.Sum.onlyCounts() {
		return errors.New("its sums are not those of its cases")
	}
	return nil
}

func (s *Side) plausible() bool {
	return s != nil && s.Samples > 0 && s.Passed >= 0 && s.Passed <= s.Samples &&
		slices.Contains([]Outcome{Pass, Fail, Error, Known}, s.Verdict)
}
