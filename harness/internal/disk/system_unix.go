//go:build !windows

package disk

import (
	"errors"
	"path/filepath"
	"syscall"
)

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }

// syncFolder brings a folder's list of names to the disk. File systems that
// can't do that say EINVAL or ENOTSUP: they have nothing to be brought.
func (f *Folder) syncFolder(name string) error {
	dir, err := f.root.Open(filepath.FromSlash(name))
	if err != nil {
		return explain(err)
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return explain(errors.Join(err, dir.Close()))
}
