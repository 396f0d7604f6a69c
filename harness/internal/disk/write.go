package disk

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// ErrReadBack means that the disk gave back other bytes than were written.
var ErrReadBack = errors.New("what was written reads back differently")

// WriteFile replaces a file by one that holds data, or leaves it as it was:
// temporary file in the same folder, write, read back, fsync, rename, fsync
// of the folder. Folders are made. No temporary file stays behind an error.
func (f *Folder) WriteFile(name string, data []byte) error { return f.replace(name, data, 0) }

// replace does it; perm 0 leaves the permissions to the system.
func (f *Folder) replace(name string, data []byte, perm fs.FileMode) error {
	temp := path.Join(path.Dir(name), tempName())
	file, err := f.create(temp, os.O_CREATE|os.O_EXCL|os.O_RDWR)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if perm != 0 {
		err = explain(file.Chmod(perm))
	}
	err = errors.Join(err, fill(file, data), explain(file.Close()))
	if err == nil {
		err = explain(f.root.Rename(filepath.FromSlash(temp), filepath.FromSlash(name)))
	}
	if err != nil {
		err = errors.Join(err, f.root.Remove(filepath.FromSlash(temp)))
		return fmt.Errorf("write %s: %w", name, err)
	}
	return f.syncFolder(path.Dir(name))
}

// fill writes data, compares what reads back, and brings it to the disk.
func fill(file *os.File, data []byte) error {
	if _, err := file.Write(data); err != nil {
		return explain(err)
	}
	if err := compare(file, data); err != nil {
		return err
	}
	return explain(file.Sync())
}

// compare reads a file from its start against what it must hold.
func compare(file *os.File, want []byte) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return explain(err)
	}
	got, err := io.ReadAll(file)
	if err != nil {
		return explain(err)
	}
	if !bytes.Equal(got, want) {
		return ErrReadBack
	}
	return nil
}

// tempName gives a name that no other writer has and that .gitignore knows.
func tempName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return ".assay-" + hex.EncodeToString(b[:]) + ".tmp"
}
