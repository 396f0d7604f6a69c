package disk

import (
	"crypto/rand"
	"errors"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Mark holds a file as one that somebody is writing: SweepReports leaves it
// alone until release, or until the process ends. Where there are no locks it
// does nothing, nor on Windows: there nobody could write the locked file, and
// nobody can remove one that is open.
func Mark(name string) (release func()) {
	if runtime.GOOS == "windows" {
		return func() {}
	}
	mark := flock.New(name, flock.SetFlag(os.O_RDWR))
	if held, err := mark.TryLock(); err != nil || !held {
		return func() {}
	}
	return func() { _ = mark.Unlock() }
}

// freshFor is how long a temporary file that nobody marks is taken for one that
// is being written.
const freshFor = time.Minute

// untilMarked is how long a run takes at most to mark the file that it made.
const untilMarked = 2 * time.Second

// SweepReports removes the temporary files of reports that killed processes left
// in a folder: those that were marked, at once; others when they are not fresh.
// It is tidiness: what can't be removed stays.
func SweepReports(dir string) {
	names, _ := filepath.Glob(filepath.Join(dir, ".assay-*"))
	for _, name := range names {
		info, err := os.Lstat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		marked := strings.HasPrefix(filepath.Base(name), ".assay-record-")
		if marked && info.Size() == 0 && time.Since(info.ModTime()) < untilMarked {
			continue // another run may have made it just now, and be about to mark it
		}
		if !marked && time.Since(info.ModTime()) < freshFor {
			continue
		}
		removeUnmarked(name)
	}
}

func removeUnmarked(name string) {
	if runtime.GOOS == "windows" {
		_ = os.Remove(name)
		return
	}
	mark := flock.New(name, flock.SetFlag(os.O_RDWR))
	if held, err := mark.TryLock(); err == nil && held {
		_ = os.Remove(name)
		_ = mark.Unlock()
	}
}

// Probe makes sure that a folder takes a file of so many bytes, by writing one
// and removing it. The folder is made when it is missing.
func (f *Folder) Probe(dir string, size int) error {
	name := path.Join(dir, tempName())
	file, err := f.create(name, os.O_CREATE|os.O_EXCL|os.O_RDWR)
	if err != nil {
		return err
	}
	probe := make([]byte, size)
	_, _ = rand.Read(probe) // never fails; some file systems store zeros for free
	_, err = file.Write(probe)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(explain(err), explain(file.Close()))
	return errors.Join(err, f.root.Remove(filepath.FromSlash(name)))
}
