// Package disk is a folder of the real file system that nothing leaves, by
// path or by link. Writes are atomic and durable. It knows nothing of what the
// files hold.
package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Errors that callers tell apart, beside those of io/fs.
var (
	// ErrFull means that there is no room left, or that a quota is used up.
	ErrFull = errors.New("the disk is full")
	// ErrReadOnly means that the file system takes no writes.
	ErrReadOnly = errors.New("the file system is read-only")
	// ErrOutside means that a path, or a link on it, leads out of the folder.
	ErrOutside = errors.New("the path leads out of the project")
)

// Folder is an open folder. Paths are slash paths below it, as io/fs has them.
// It is safe for many goroutines.
type Folder struct {
	root *os.Root
	fsys fs.FS
	near near
}

// Open opens a folder that is there.
func Open(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder: %w", err)
	}
	return &Folder{root: root, fsys: root.FS()}, nil
}

// Close frees the folder. Files that are open stay so.
func (f *Folder) Close() error {
	f.near.close()
	return f.root.Close()
}

// Open opens a file or folder for reading.
func (f *Folder) Open(name string) (fs.File, error) {
	file, err := f.fsys.Open(name)
	return file, explain(err)
}

// ReadFile reads a whole file. A folder that was replaced as a whole since
// the last reads may be read as it was.
func (f *Folder) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: ErrOutside}
	}
	if data, ok := f.near.read(f.root, name); ok {
		return data, nil
	}
	data, err := f.root.ReadFile(filepath.FromSlash(name))
	return data, explain(err)
}

// ReadDir lists a folder, sorted by name.
func (f *Folder) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.fsys, name)
	return entries, explain(err)
}

// Stat describes a file or folder.
func (f *Folder) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(f.fsys, name)
	return info, explain(err)
}

// Lstat describes a file, folder or link, without following it.
func (f *Folder) Lstat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: ErrOutside}
	}
	info, err := f.root.Lstat(filepath.FromSlash(name))
	return info, explain(err)
}

// MkdirAll makes a folder and those above it.
func (f *Folder) MkdirAll(name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: "mkdir", Path: name, Err: ErrOutside}
	}
	if err := f.root.MkdirAll(filepath.FromSlash(name), 0o777); err != nil {
		return explain(err)
	}
	// A new folder lasts only when the one that lists it is on the disk too.
	for name != "." {
		name = path.Dir(name)
		if err := f.syncFolder(name); err != nil {
			return err
		}
	}
	return nil
}

// Remove removes a file, and sees to it that it does not come back after a crash.
func (f *Folder) Remove(name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: "remove", Path: name, Err: ErrOutside}
	}
	if err := f.root.Remove(filepath.FromSlash(name)); err != nil {
		return explain(err)
	}
	return f.syncFolder(path.Dir(name))
}

// create opens a file for writing, making its folder when that is missing.
func (f *Folder) create(name string, flag int) (*os.File, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: ErrOutside}
	}
	local := filepath.FromSlash(name)
	file, err := f.root.OpenFile(local, flag, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		if err := f.MkdirAll(path.Dir(name)); err != nil {
			return nil, err
		}
		file, err = f.root.OpenFile(local, flag, 0o666)
	}
	return file, explain(err)
}

// Append opens a file for appending; it and its folder are made if absent, and
// last from then on.
func (f *Folder) Append(name string) (interface {
	io.Writer
	Sync() error
	Close() error
}, error,
) {
	file, err := f.create(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY)
	if err != nil {
		return nil, err
	}
	if err := f.syncFolder(path.Dir(name)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &log{file}, nil
}

// log is a file that only grows, with errors that say what is wrong.
type log struct{ file *os.File }

// Write appends.
func (l *log) Write(b []byte) (int, error) {
	n, err := l.file.Write(b)
	return n, explain(err)
}

// Sync returns when all that was written is on the disk.
func (l *log) Sync() error { return explain(l.file.Sync()) }

// Close closes the file.
func (l *log) Close() error { return explain(l.file.Close()) }

// explain adds the sentinel that says what an error of the system means.
func explain(err error) error {
	var have error
	switch {
	case err == nil || errors.Is(err, fs.ErrNotExist):
		return err
	case isFull(err):
		have = ErrFull
	case isReadOnly(err):
		have = ErrReadOnly
	case isOutside(err):
		have = ErrOutside
	default:
		return err
	}
	return fmt.Errorf("%w: %w", have, err)
}

// isOutside reports whether os.Root refused a path or link. Its error has no
// exported value, only a text inside a path error.
func isOutside(err error) bool {
	var at *fs.PathError
	return errors.As(err, &at) && at.Err.Error() == "path escapes from parent"
}
