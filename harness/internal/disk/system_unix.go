//go:build !windows

package disk

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
)

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }

// lockError says when it is the file system that has no locks.
func lockError(err error) error {
	if errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.EOPNOTSUPP) {
		return fmt.Errorf("%w: %w", ErrNoLocks, err)
	}
	return err
}

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
