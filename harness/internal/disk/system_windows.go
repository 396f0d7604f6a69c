package disk

import (
	"errors"
	"syscall"
)

// Windows' own numbers: the syscall package has names for few of them.
const (
	errorWriteProtect   syscall.Errno = 19
	errorHandleDiskFull syscall.Errno = 39
	errorDiskFull       syscall.Errno = 112
)

func isFull(err error) bool {
	return errors.Is(err, errorDiskFull) || errors.Is(err, errorHandleDiskFull)
}

func isReadOnly(err error) bool { return errors.Is(err, errorWriteProtect) }

// lockError leaves errors as they are: every file system of Windows has locks.
func lockError(err error) error { return err }

// syncFolder does nothing: Windows can't flush a folder, and NTFS journals names.
func (f *Folder) syncFolder(string) error { return nil }
