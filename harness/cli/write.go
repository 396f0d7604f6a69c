package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
)

var errNoFile = errors.New("there is a folder, a device or a pipe of that name")

// writeFile writes atomically: readers see the old file or the whole new one. A
// link is followed. A device or a pipe is written to as it stands: it must not
// be replaced by a file.
func writeFile(path string, write func(io.Writer) error) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return errors.New("it is a folder")
	case err == nil && !info.Mode().IsRegular():
		return writeDevice(path, write)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".assay-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := writeTo(tmp, write); err != nil {
		return err
	}
	if err := os.Chmod(tmp.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

func writeDevice(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return writeTo(file, write)
}

// cause gives the innermost words of a file's error, as the start of a
// sentence: the names in it are those of temporary files.
func cause(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

// writeTo writes through a buffer and closes the file.
func writeTo(file *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(file, 64<<10)
	err := write(w)
	if err == nil {
		err = w.Flush()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

// inside refuses a folder of the project that a link puts outside: what writes
// there by default would write where nobody expects it.
func inside(root, dir string) error {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil //nolint:nilerr // it is open already: whatever this is, it is told when it is written to
	}
	for at := dir; at != root && at != filepath.Dir(at); at = filepath.Dir(at) {
		where, err := filepath.EvalSymlinks(at)
		if err != nil {
			continue // not there yet: the folder above decides
		}
		if where != real && !strings.HasPrefix(where, real+string(filepath.Separator)) {
			return diag.NewError(diag.OutsideProject, fmt.Sprintf("the folder %s is a link that leaves the project", quoted(at)),
				"Reports stand inside the project: remove the link, or name another folder with `reports:` in assay.yaml. A report may go elsewhere with --junit FILE and --report FORMAT=FILE.")
		}
		return nil
	}
	return nil
}

// cannotBegin says why nothing can be recorded, before anything is sent. An
// error that says by itself what it is stays so.
func cannotBegin(err error) error {
	d := diag.FromError(diag.CannotRecord, err)
	if d.Code == diag.CannotRecord {
		d.Summary = "nothing can be recorded: the folder .assay can't be used"
		d.Detail = cause(err) + ". Nothing was sent. Free some space, or make the folder writable."
	}
	return &diag.Failure{Diagnostics: diag.Diagnostics{d}}
}

// checkedStdout makes a failure of stdout a diagnostic: a full disk is no
// internal error.
type checkedStdout struct{ io.Writer }

func (s checkedStdout) Write(b []byte) (int, error) {
	n, err := s.Writer.Write(b)
	if err != nil {
		d := diag.Diagnostic{Code: diag.CannotWrite, Summary: "stdout can't be written to", Detail: cause(err) + "."}
		err = &diag.Failure{Diagnostics: diag.Diagnostics{d}}
	}
	return n, err
}

// diagnosticsOf gives what an error carries, or makes one of it.
func diagnosticsOf(err error) diag.Diagnostics {
	if failure := new(diag.Failure); errors.As(err, &failure) {
		return failure.Diagnostics
	}
	return diag.Diagnostics{diag.FromError(diag.Internal, err)}
}
