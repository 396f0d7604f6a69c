package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/internal/disk"
)

// lockPath is the lock of all that writes recordings.
const lockPath = ".assay/lock"

// lockEvery is how often a lock that somebody else holds is tried again.
const lockEvery = 100 * time.Millisecond

// lockFlags say how long a command waits for the project's lock.
type lockFlags struct{ timeout time.Duration }

func (l *lockFlags) add(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&l.timeout, "lock-timeout", 0, "wait so long, `DURATION` such as 10m, when another command writes recordings")
}

// lock takes the project's lock for a command, waiting at most so long for who
// holds it. The lock ends with unlock, or with the process. An interrupt ends
// the wait.
func (c *command) lock(folder *disk.Folder, command string, wait time.Duration) (unlock func(), err error) {
	if wait < 0 {
		return nil, usage("--lock-timeout can't be negative", "")
	}
	me := disk.Holder{PID: os.Getpid(), Host: hostname(), Command: "assay " + command, Since: c.Now()}
	lock, err := folder.Lock(lockPath, me)
	if held := (*disk.LockedError)(nil); errors.As(err, &held) && wait > 0 {
		lock, err = c.waitForLock(folder, me, wait)
	}
	if err != nil {
		return nil, notLocked(err)
	}
	if left := lock.Left(); left != (disk.Holder{}) {
		c.say(diag.Diagnostics{takenOver(left, me)})
	}
	return func() { _ = lock.Unlock() }, nil // the process ends, and with it the lock
}

// waitForLock tries until the lock is free, saying who holds it.
func (c *command) waitForLock(folder *disk.Folder, me disk.Holder, wait time.Duration) (*disk.Lock, error) {
	tick := time.NewTicker(lockEvery)
	defer tick.Stop()
	late := time.NewTimer(wait)
	defer late.Stop()
	told, over := "", false
	for {
		me.Since = c.Now()
		lock, err := folder.Lock(lockPath, me)
		held := (*disk.LockedError)(nil)
		if !errors.As(err, &held) || over {
			return lock, err
		}
		if who := held.Holder.String(); who != told && held.Holder.PID != 0 {
			told = who
			c.note("Waiting for the lock, up to %s: it is held by %s.", wait, who)
		}
		select {
		case <-tick.C:
		case <-late.C:
			over = true // once more: who waits so long must not miss it by a tick
		case <-c.drain:
			return nil, fmt.Errorf("waiting for the lock: %w", context.Canceled)
		}
	}
}

// takenOver says that the last holder was killed.
func takenOver(left, me disk.Holder) diag.Diagnostic {
	d := diag.Diagnostic{
		Severity: diag.Warning, Code: diag.LockLeft,
		Summary: fmt.Sprintf("a process that is gone, %s, left its lock: it is taken over", left),
		Detail:  "It was killed, or its machine went down. Replies that it had received are in .assay/journal: they are recorded, and not asked for again.",
	}
	if left.Host != me.Host {
		d.Detail += fmt.Sprintf(" It ran on another machine, %s: where that shares this folder, see that it has really ended.", cmp.Or(left.Host, "unknown"))
	}
	return d
}

// notLocked says why the lock can't be taken. Nothing was sent or written.
func notLocked(err error) error {
	if errors.Is(err, disk.ErrNoLocks) {
		return diag.NewError(diag.CannotRecord, "the project can't be locked: its file system takes no locks",
			"Without a lock two commands could write recordings at once and lose some, so nothing was sent or written. Move the project to a local disk, or mount the network folder with locks.")
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return cannotBegin(err)
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
