package disk

import (
	"errors"
	"io/fs"
	"path"
	"slices"
)

// Sweep removes the temporary files that writers left below a folder because
// they were killed. The caller sees to it that nobody is writing there now, but
// for the folders that are left alone.
func (f *Folder) Sweep(dir string, leave ...string) error {
	return fs.WalkDir(f, dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(leave, name):
			return fs.SkipDir
		case entry.Type().IsRegular() && isTemp(entry.Name()):
			return f.Remove(name)
		}
		return nil
	})
}

// isTemp reports whether tempName makes such names.
func isTemp(name string) bool {
	ours, err := path.Match(".assay-????????????????.tmp", name)
	return ours && err == nil
}
