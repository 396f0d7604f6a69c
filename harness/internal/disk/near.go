package disk

import (
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
)

// near keeps the last few folders open that files were read from. os.Root walks
// a path part by part, so that reading thousands of files of one deep folder
// would open that folder thousands of times: half of what a read costs.
type near struct {
	mu    sync.Mutex
	open  []nearFolder // the oldest first
	asked string       // the last folder that was not open
}

type nearFolder struct {
	dir  string
	root *os.Root
}

const nearFolders = 16

// read reads a file through its open folder. ok is false when that did not
// work, for whatever reason: the caller then goes the whole way.
func (n *near) read(whole *os.Root, name string) (data []byte, ok bool) {
	dir, base := path.Split(name)
	root := n.folder(whole, dir)
	if root == nil {
		return nil, false
	}
	data, err := root.ReadFile(base)
	if err != nil {
		n.drop(dir)
	}
	return data, err == nil
}

// folder gives an open folder. It is opened when two reads in a row want it,
// and not on Windows, where an open folder can't be renamed.
func (n *near) folder(whole *os.Root, dir string) *os.Root {
	if dir == "" || runtime.GOOS == "windows" {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range n.open {
		if f.dir == dir {
			return f.root
		}
	}
	if n.asked != dir {
		n.asked = dir
		return nil
	}
	root, err := whole.OpenRoot(filepath.FromSlash(path.Clean(dir)))
	if err != nil {
		return nil
	}
	if len(n.open) == nearFolders {
		// Who still reads through it gets an error and goes the whole way.
		_ = n.open[0].root.Close()
		n.open = slices.Delete(n.open, 0, 1)
	}
	n.open = append(n.open, nearFolder{dir, root})
	return root
}

// drop closes a folder that is not what it was.
func (n *near) drop(dir string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open = slices.DeleteFunc(n.open, func(f nearFolder) bool {
		if f.dir == dir {
			_ = f.root.Close()
		}
		return f.dir == dir
	})
}

// close closes all folders.
func (n *near) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range n.open {
		_ = f.root.Close()
	}
	n.open = nil
}
