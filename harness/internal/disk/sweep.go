package disk

import (
	"errors"
	"io/fs"
	"path"
)

// Sweep removes the temporary files that writers left below a folder because
// they were killed. The caller sees to it that nobody is writing there now.
func (f *Folder) Sweep(dir string) error {
	return fs.WalkDir(f, dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
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
