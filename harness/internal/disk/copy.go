package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// WriteCopy is WriteFile for what may be lost when the machine stops, because
// it is a copy: readers see the old file or the whole new one, and nothing
// waits for the disk. After a power failure the file may hold anything.
func (f *Folder) WriteCopy(name string, data []byte) error {
	temp := path.Join(path.Dir(name), tempName())
	file, err := f.create(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = file.Write(data)
	err = explain(errors.Join(err, file.Close()))
	if err == nil {
		err = explain(f.root.Rename(filepath.FromSlash(temp), filepath.FromSlash(name)))
	}
	if err != nil {
		err = errors.Join(err, f.root.Remove(filepath.FromSlash(temp)))
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// RemoveCopy is Remove for a file that may come back when the machine stops.
func (f *Folder) RemoveCopy(name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: "remove", Path: name, Err: ErrOutside}
	}
	return explain(f.root.Remove(filepath.FromSlash(name)))
}
