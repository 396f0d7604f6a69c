package suite

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/assay-harness/assay/harness/diag"
)

// MaxFileSize bounds every file that is read whole. Rows of CSV, JSON and
// JSONL are streamed, and are not bound by it.
const MaxFileSize = 32 << 20

// What is wrong with a path; errors of Files wrap these or those of io/fs.
var (
	// ErrOutside is a path, or a link on its way, that leaves the project.
	ErrOutside = errors.New("it leaves the project")
	// ErrNotFile is a folder, a device or a pipe.
	ErrNotFile = errors.New("it is no file")
	// ErrTooLarge is a file over MaxFileSize.
	ErrTooLarge = errors.New("it is larger than 32 MB")
)

// Files reads inside the project and never outside, by path or by link, and
// keeps sources for diagnostics. Methods may be called by many goroutines.
type Files struct {
	FS fs.FS

	mu      sync.Mutex
	sources map[string][]byte
	folders map[string]string // folders already followed, and where they are
	opened  map[string]bool   // files that were read, whole or in part
}

// Opened gives the names of all files that were read so far, sorted.
func (f *Files) Opened() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.opened))
}

// Locate gives the name below the project's root of a path as written in a file
// of the folder dir: relative to the root, or to dir when it starts with ./ or ../.
// A path that leaves the project is ErrOutside.
func Locate(dir, written string) (string, error) {
	if written == "" {
		return "", &fs.PathError{Op: "open", Path: written, Err: errors.New("the path is empty")}
	}
	name := path.Clean(written)
	if written == "." || written == ".." || strings.HasPrefix(written, "./") || strings.HasPrefix(written, "../") {
		name = path.Join(dir, written)
	}
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: "open", Path: written, Err: ErrOutside}
	}
	return name, nil
}

// Read gives a file's content, at most MaxFileSize, and keeps it as a source.
// The caller must not change it.
func (f *Files) Read(name string) ([]byte, error) {
	f.mu.Lock()
	kept, ok := f.sources[name]
	f.mu.Unlock()
	if ok {
		return kept, nil
	}
	src, err := f.read(name)
	if err != nil {
		return nil, err
	}
	f.keep(name, src)
	return src, nil
}

// Source gives the text of a file that was read, for diagnostics; of one that
// was not, or cannot be, nil.
func (f *Files) Source(name string) []byte {
	f.mu.Lock()
	src, ok := f.sources[name]
	f.mu.Unlock()
	if ok || !fs.ValidPath(name) {
		return src
	}
	src, _ = f.read(name)
	return src
}

// Open opens a file of any size for streaming.
func (f *Files) Open(name string) (fs.File, error) {
	file, _, err := f.open(name)
	return file, err
}

func (f *Files) open(name string) (fs.File, fs.FileInfo, error) {
	where, err := f.follow(name)
	if err != nil {
		return nil, nil, err
	}
	// A pipe would block when it is opened: look before.
	info, err := fs.Stat(f.FS, where)
	switch {
	case err != nil:
		return nil, nil, outside(err)
	case !info.Mode().IsRegular():
		return nil, nil, &fs.PathError{Op: "open", Path: name, Err: ErrNotFile}
	}
	file, err := f.FS.Open(where)
	if err != nil {
		return nil, nil, outside(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.opened == nil {
		f.opened = map[string]bool{}
	}
	f.opened[name] = true
	return file, info, nil
}

func (f *Files) read(name string) ([]byte, error) {
	file, info, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	tooLarge := &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	if info.Size() > MaxFileSize {
		return nil, tooLarge
	}
	// The size may be wrong, or change: /proc says 0. One byte more shows the end.
	src := make([]byte, 0, info.Size()+512)
	for {
		if len(src) == cap(src) {
			src = append(src, 0)[:len(src)]
		}
		n, err := file.Read(src[len(src):cap(src)])
		src = src[:len(src)+n]
		switch {
		case len(src) > MaxFileSize:
			return nil, tooLarge
		case errors.Is(err, io.EOF):
			return src, nil
		case err != nil:
			return nil, err
		}
	}
}

func (f *Files) keep(name string, src []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sources == nil {
		f.sources = map[string][]byte{}
	}
	f.sources[name] = src
}

// hide masks a piece of a source, so that no diagnostic shows the secret that
// somebody wrote into a file.
func (f *Files) hide(r diag.Range) {
	f.mu.Lock()
	defer f.mu.Unlock()
	src := slices.Clone(f.sources[r.Filename])
	for i := r.Start.Byte; i < min(r.End.Byte, len(src)); i++ {
		if src[i] != '\n' && src[i] != '\r' {
			src[i] = '*'
		}
	}
	if src != nil {
		f.sources[r.Filename] = src
	}
}

// follow resolves the links on the way to a file by itself, because a plain
// fs.FS such as os.DirFS follows them out of the project.
func (f *Files) follow(name string) (string, error) {
	links, ok := f.FS.(fs.ReadLinkFS)
	if !ok {
		return name, nil
	}
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: "open", Path: name, Err: ErrOutside}
	}
	return f.followFrom(links, name, 0)
}

func (f *Files) followFrom(links fs.ReadLinkFS, name string, hops int) (string, error) {
	if name == "." {
		return name, nil
	}
	if hops > 40 {
		return "", &fs.PathError{Op: "open", Path: name, Err: errors.New("too many links")}
	}
	f.mu.Lock()
	known, ok := f.folders[name]
	f.mu.Unlock()
	if ok {
		return known, nil
	}
	dir, err := f.followFrom(links, path.Dir(name), hops)
	if err != nil {
		return "", err
	}
	here := path.Join(dir, path.Base(name))
	info, err := links.Lstat(here)
	if err != nil {
		return "", outside(err)
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		if info.IsDir() {
			f.remember(name, here)
		}
		return here, nil
	}
	target, err := links.ReadLink(here)
	if err != nil {
		return "", outside(err)
	}
	to := path.Join(dir, target)
	if path.IsAbs(target) || !fs.ValidPath(to) {
		return "", &fs.PathError{Op: "open", Path: name, Err: ErrOutside}
	}
	return f.followFrom(links, to, hops+1)
}

func (f *Files) remember(folder, where string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.folders == nil {
		f.folders = map[string]string{}
	}
	f.folders[folder] = where
}

// outside gives ErrOutside for what an os.Root says of a link that leaves it.
// Its error is not exported, and a wrapped FS may hide its links from follow.
func outside(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) && strings.Contains(pathError.Err.Error(), "escapes from parent") {
		return &fs.PathError{Op: pathError.Op, Path: pathError.Path, Err: ErrOutside}
	}
	return err
}

// unreadable reports a file that cannot be read, at the place that names it.
func (f *Files) unreadable(ds *diag.Diagnostics, place diag.Range, written, name string, err error) {
	switch {
	case errors.Is(err, ErrOutside):
		ds.Add(diag.OutsideProject, place, fmt.Sprintf("path %q leaves the project", written),
			"What a suite refers to is inside the project, and so is what links there point to. Copy the file into the project.")
	case errors.Is(err, fs.ErrNotExist) && f.isLink(name):
		ds.Add(diag.FileUnreadable, place, fmt.Sprintf("the link %q points to nothing", written), "What it points to is not there. Put it there, or remove the link.")
	case errors.Is(err, fs.ErrNotExist):
		detail := "A path is relative to the project's root, or to the file it stands in when it starts with ./ or ../."
		detail += diag.Suggest(name, f.siblings(name))
		ds.Add(diag.FileUnreadable, place, fmt.Sprintf("there is no file %q", written), detail)
	case errors.Is(err, ErrNotFile):
		ds.Add(diag.FileUnreadable, place, fmt.Sprintf("%q is no file", written), "It is a folder, a device or a pipe. Name a file.")
	case errors.Is(err, ErrTooLarge):
		ds.Add(diag.YAMLTooLarge, place, fmt.Sprintf("file %q is larger than 32 MB", written),
			"Split it. Rows may come from a larger CSV, JSON or JSONL file, which is read row by row.")
	case errors.Is(err, fs.ErrPermission):
		ds.Add(diag.FileUnreadable, place, fmt.Sprintf("file %q may not be read", written), "Its permissions forbid it. Change them.")
	default:
		ds.Add(diag.FileUnreadable, place, fmt.Sprintf("file %q cannot be read", written), "The system says: "+cause(err)+".")
	}
}

// isLink reports whether a name is a link, which may point to nothing.
func (f *Files) isLink(name string) bool {
	links, ok := f.FS.(interface {
		Lstat(name string) (fs.FileInfo, error)
	})
	if !ok || !fs.ValidPath(name) {
		return false
	}
	info, err := links.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// cause gives the innermost words of a file error, without the path again.
func cause(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

// siblings gives the names in the folder of a file that is not there.
func (f *Files) siblings(name string) []string {
	folder := path.Dir(name)
	dir, err := f.follow(folder)
	if err != nil {
		return nil
	}
	entries, err := fs.ReadDir(f.FS, dir)
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, path.Join(folder, entry.Name()))
	}
	return names
}

// reader gives what the file function reads with, for texts of a file in dir.
// Its errors leave the path out, which the function's own message has.
func (f *Files) reader(dir string) func(written string) ([]byte, error) {
	return func(written string) ([]byte, error) {
		name, err := Locate(dir, written)
		if err != nil {
			return nil, fileError{err}
		}
		src, err := f.Read(name)
		if err != nil {
			return nil, fileError{err}
		}
		return src, nil
	}
}

// fileError is a file's error in fewer words.
type fileError struct{ err error }

func (e fileError) Error() string { return cause(e.err) }

func (e fileError) Unwrap() error { return e.err }
