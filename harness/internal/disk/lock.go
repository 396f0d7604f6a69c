package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/assay-harness/assay/harness/diag"
)

// Holder says who holds a lock.
type Holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// String describes the holder in a few words; the zero Holder is unknown.
func (h Holder) String() string {
	if h.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("%q (process %d on %s, since %s)", h.Command, h.PID, h.Host, h.Since.UTC().Format(time.RFC3339))
}

// LockedError says that somebody else holds a lock.
type LockedError struct {
	Path   string
	Holder Holder
}

// ErrNoLocks means that the file system knows no locks, as some network file
// systems do not: without one, two writers would not see each other.
var ErrNoLocks = errors.New("the file system takes no locks")

// Error says who.
func (e *LockedError) Error() string { return "the project is locked by " + e.Holder.String() }

// Diagnostic gives it for people.
func (e *LockedError) Diagnostic() diag.Diagnostic {
	return diag.Diagnostic{
		Code:    diag.Locked,
		Summary: e.Error(),
		Detail:  "Only one command at a time writes recordings. Wait until it has ended, or let this one wait: --lock-timeout 10m. The lock ends with its process, so " + e.Path + " need not be removed by hand.",
	}
}

// Lock is a lock that is held.
type Lock struct {
	folder *Folder
	path   string
	guard  *flock.Flock
	left   Holder
}

// Left gives who held the lock before and did not give it back: it was killed,
// or its machine went down. The zero Holder: nobody.
func (l *Lock) Left() Holder { return l.left }

// Lock takes the lock at a path or gives a *LockedError at once. The file at
// path says who holds it; the lock itself is on a file beside it, because
// Windows lets nobody read a locked file.
func (f *Folder) Lock(path string, holder Holder) (*Lock, error) {
	// Made through the root first, so that a link can't carry the lock elsewhere.
	file, err := f.create(path+".guard", os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, fmt.Errorf("lock the project: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("lock the project: %w", explain(err))
	}
	guard := flock.New(filepath.Join(f.root.Name(), filepath.FromSlash(path+".guard")), flock.SetFlag(os.O_RDWR))
	held, err := guard.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock the project: %w", explain(lockError(err)))
	case !held:
		return nil, &LockedError{Path: path, Holder: f.holder(path)}
	}
	lock := &Lock{folder: f, path: path, guard: guard, left: f.holder(path)}
	if err := lock.sign(holder); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the project: %w", err), guard.Unlock())
	}
	return lock, nil
}

// sign writes who holds the lock.
func (l *Lock) sign(holder Holder) error {
	text, err := json.Marshal(holder)
	if err != nil {
		return err
	}
	return l.folder.WriteFile(l.path, append(text, '\n'))
}

// holder reads who holds a lock. It may be the zero Holder: between taking
// the lock and signing it there is nothing to read.
func (f *Folder) holder(path string) (h Holder) {
	text, err := f.ReadFile(path)
	if err == nil && json.Unmarshal(text, &h) != nil {
		h = Holder{}
	}
	return h
}

// Unlock gives the lock back. The file of the lock itself stays: removing it
// would let two processes hold locks on two files of one name.
func (l *Lock) Unlock() error {
	err := l.folder.Remove(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, l.guard.Unlock())
}
