package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/report"
)

type watchFlags struct {
	selectFlags
	all bool
}

func newWatch(c *command) *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "watch [SELECTOR…]",
		Short: "Validate and replay whenever a file is saved",
		Long: `Checks the suites and replays the recordings as assay test does, and again
whenever a file of the project changes: suites, prompts, data, schemas,
recordings, assay.yaml. What is wrong is shown, and the watch goes on.

No socket is opened, nothing is spent, and no report is written. Hidden files,
the folder of reports, node_modules and editors' spare files are not watched.
An interrupt (Ctrl-C) ends it.`,
		Example: `  assay watch
  assay watch jokes --tags '!slow'`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.watch(cmd.Context(), &f, args) },
	}
	f.selectFlags.add(cmd)
	cmd.Flags().BoolVar(&f.all, "all", false, "show every passing case in the table")
	return cmd
}

// How long it must be quiet after a change before it is looked at, and how long
// changes that never stop may put that off.
const (
	settled    = 100 * time.Millisecond
	neverQuiet = 2 * time.Second
)

func (c *command) watch(ctx context.Context, f *watchFlags, args []string) error {
	folder, root, config, err := c.open(&f.selectFlags, args)
	if err != nil {
		return err
	}
	defer closing(folder)
	w, err := newWatcher(root)
	if err != nil {
		return err
	}
	defer closing(w)
	for {
		reports := c.look(ctx, config, f)
		w.ignore(reports)
		c.note("Watching %s. Interrupt to stop.", quoted(root))
		changed, err := w.wait(ctx, c.drain)
		if changed == "" || err != nil {
			return err
		}
		c.again(changed)
	}
}

// again separates what follows from what was there: on a terminal it is cleared.
func (c *command) again(changed string) {
	if c.StdoutColumns > 0 && c.Env("TERM") != "dumb" {
		fmt.Fprint(c.Stdout, "\x1b[H\x1b[2J")
	}
	fmt.Fprintf(c.Stdout, "\n%s %s changed\n\n", c.Now().Format(time.TimeOnly), diag.Visible(changed))
}

// look checks and replays once, and shows what comes of it. Whatever is wrong
// is shown too: the next save may mend it. It gives the folder of reports.
func (c *command) look(ctx context.Context, config harness.Config, f *watchFlags) (reports string) {
	p, err := c.load(config)
	if err != nil {
		c.exit(err)
		return ""
	}
	ran, err := p.Test(ctx)
	if err != nil {
		c.exit(err)
		return p.Config().ReportsDir
	}
	w := bufio.NewWriterSize(c.Stdout, 64<<10)
	err = report.Formats()["table"].Write(w, ran, report.Options{All: f.all, Color: c.color.stdout, Width: c.StdoutColumns})
	if err = errors.Join(err, w.Flush()); err != nil {
		c.exit(err)
	}
	return p.Config().ReportsDir
}

// watcher tells when a file below a folder changed. Systems watch folders, each
// by itself: so editors may replace a file when they save it.
type watcher struct {
	*fsnotify.Watcher
	root    string
	ignored string // one more folder that is not looked at
}

func newWatcher(root string) (*watcher, error) {
	fail := func(err error) error {
		return diag.NewError(diag.FileUnreadable, fmt.Sprintf("the folder %s can't be watched", quoted(root)),
			cause(err)+". A system watches only so many folders; on Linux fs.inotify.max_user_watches says how many.")
	}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fail(err)
	}
	w := &watcher{Watcher: notify, root: root}
	if err := w.tree(root); err != nil {
		closing(notify)
		return nil, fail(err)
	}
	return w, nil
}

// ignore leaves out a folder, given as a slash path below the root.
func (w *watcher) ignore(dir string) {
	if dir != "" {
		w.ignored = filepath.Join(w.root, filepath.FromSlash(dir))
	}
}

// tree adds a folder and all below it. What vanishes meanwhile is no error.
func (w *watcher) tree(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path != w.root:
			return nil
		case err != nil:
			return err
		case !entry.IsDir():
			return nil
		case !w.watched(path):
			return filepath.SkipDir
		}
		if err := w.Add(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// watched reports whether a path is one whose change matters.
func (w *watcher) watched(path string) bool {
	rel, err := filepath.Rel(w.root, path)
	if err != nil || rel == "." {
		return err == nil
	}
	if w.ignored != "" && (path == w.ignored || strings.HasPrefix(path, w.ignored+string(filepath.Separator))) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(rel, string(filepath.Separator)), isSpare)
}

// isSpare knows what no project is made of: hidden files, what editors and
// version control leave for a moment, what package managers install.
func isSpare(name string) bool {
	switch {
	case strings.HasPrefix(name, "."), strings.HasSuffix(name, "~"), strings.HasPrefix(name, "#"):
		return true
	case name == "node_modules", name == "4913": // vim tries with it whether it may write
		return true
	}
	return slices.Contains([]string{".swp", ".swx", ".tmp", ".bak", ".orig"}, filepath.Ext(name))
}

// wait waits for a change and then until it is quiet. It gives one of the
// changed files, below the root; "" when the watch is over.
func (w *watcher) wait(ctx context.Context, over <-chan struct{}) (changed string, err error) {
	var quiet, enough <-chan time.Time
	for {
		select {
		case <-over:
			return "", nil
		case <-ctx.Done():
			return "", nil
		case err := <-w.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return "", fmt.Errorf("watch %s: %w", w.root, err)
			}
			changed = "much" // more than the system could tell
		case e := <-w.Events:
			name, matters := w.change(e)
			if !matters {
				continue
			}
			changed = name
		case <-quiet:
			return changed, nil
		case <-enough:
			return changed, nil
		}
		quiet = time.After(settled)
		if enough == nil {
			enough = time.After(neverQuiet)
		}
	}
}

// change tells whether an event matters, and watches folders that are new.
func (w *watcher) change(e fsnotify.Event) (name string, matters bool) {
	if e.Op == fsnotify.Chmod || !w.watched(e.Name) {
		return "", false
	}
	if info, err := os.Stat(e.Name); err == nil && info.IsDir() {
		if !e.Has(fsnotify.Create) {
			return "", false
		}
		_ = w.tree(e.Name) // what can't be watched there is read all the same
	}
	rel, err := filepath.Rel(w.root, e.Name)
	return filepath.ToSlash(rel), err == nil
}
