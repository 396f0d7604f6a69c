package disk

import (
	"fmt"
	"io/fs"
)

// ReplaceFile is WriteFile for a file of a person's that is there: it keeps its
// permissions, and one that nobody may write is not replaced behind their back.
func (f *Folder) ReplaceFile(name string, data []byte) error {
	info, err := f.Lstat(name)
	switch {
	case err != nil:
		return fmt.Errorf("write %s: %w", name, err)
	case !info.Mode().IsRegular() || info.Mode().Perm()&0o222 == 0:
		return fmt.Errorf("write %s: %w", name, fs.ErrPermission)
	}
	return f.replace(name, data, info.Mode().Perm())
}
