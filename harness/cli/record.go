package cli

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/result"
)

// record is the run record, written while the run goes on. When its folder
// takes no more, it goes on in the system's folder for temporary files: what was
// judged is shown, and that it could not be kept is said at the end.
type record struct {
	path    string // where it belongs
	tmp     *os.File
	free    func() // of the lock that tells a record under way from one that a killed run left
	written int64
	failed  error // why it can't be where it belongs; nil: it can
}

// recordTemp is the pattern of a record under way.
const recordTemp = ".assay-record-*"

// newRecord begins a record. With room set, that there is some is made sure of
// now, and an error: before anything is paid for, not after.
func newRecord(path string, room bool) (*record, error) {
	r := &record{path: path, free: func() {}}
	err := r.begin()
	if err == nil && room {
		err = r.reserve()
	}
	switch {
	case err == nil:
		return r, nil
	case room:
		r.abandon()
		return nil, r.cannot(err)
	}
	if spilled := r.spill(err); spilled != nil {
		return nil, r.cannot(err)
	}
	return r, nil
}

func (r *record) cannot(err error) error {
	return &diag.Failure{Diagnostics: diag.Diagnostics{cannotWrite(r.path, err)}}
}

// begin makes the temporary file beside the record's place, and sweeps those
// that killed runs left there.
func (r *record) begin() error {
	if info, err := os.Stat(r.path); err == nil && !info.Mode().IsRegular() {
		return errNoFile
	}
	dir := filepath.Dir(r.path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	disk.SweepReports(dir)
	tmp, err := os.CreateTemp(dir, recordTemp)
	if err != nil {
		return err
	}
	r.tmp = tmp
	r.free = disk.Mark(tmp.Name())
	return nil
}

// fewestBytes is how much room a run needs at least for its record.
const fewestBytes = 64 << 10

// reserve makes sure that there is room.
func (r *record) reserve() error {
	probe := make([]byte, fewestBytes)
	_, _ = rand.Read(probe) // never fails; some file systems store zeros for free
	_, err := r.tmp.WriteAt(probe, 0)
	if err == nil {
		err = r.tmp.Sync()
	}
	return errors.Join(err, r.tmp.Truncate(0))
}

// Write adds to the record.
func (r *record) Write(b []byte) (int, error) {
	n, err := r.tmp.Write(b)
	if err != nil && r.failed == nil && r.spill(err) == nil {
		n, err = r.tmp.Write(b)
	}
	if err != nil {
		return n, r.cannot(err)
	}
	r.written += int64(n)
	return n, nil
}

// spill goes on elsewhere, with what was written so far.
func (r *record) spill(because error) error {
	other, err := os.CreateTemp("", recordTemp)
	if err != nil {
		return err
	}
	if r.tmp != nil {
		_, err = io.Copy(other, io.NewSectionReader(r.tmp, 0, r.written))
	}
	if err != nil {
		_ = other.Close()
		_ = os.Remove(other.Name())
		return err
	}
	r.abandon()
	r.tmp, r.failed = other, because
	return nil
}

// keep gives the finished record its name.
func (r *record) keep() error {
	r.free()
	err := r.tmp.Close()
	if err != nil {
		return r.cannot(err)
	}
	if r.failed != nil {
		return nil //nolint:nilerr // it is told where the reports are written
	}
	if err = os.Chmod(r.tmp.Name(), 0o644); err == nil {
		err = os.Rename(r.tmp.Name(), r.path)
	}
	if err != nil {
		r.failed = err // it can be read where it is
	}
	return nil
}

// problem says that the record could not be put where it belongs.
func (r *record) problem() diag.Diagnostics {
	if r.failed == nil {
		return nil
	}
	return diag.Diagnostics{cannotWrite(r.path, r.failed)}
}

// abandon removes what was not kept.
func (r *record) abandon() {
	if r.tmp == nil {
		return
	}
	r.free()
	_ = r.tmp.Close()
	_ = os.Remove(r.tmp.Name())
}

// reader reads the record as often as reports want it.
func (r *record) reader() (result.Reader, error) {
	path := r.path
	if r.failed != nil {
		path = r.tmp.Name()
	}
	return result.Open(path, func() (io.ReadCloser, error) { return os.Open(path) })
}
