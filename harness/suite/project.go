package suite

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/internal/fanout"
)

// Project is all that was loaded, immutable.
type Project struct {
	Config *Config
	Suites []*Suite // by file
	Files  *Files
}

// Options say what to load.
type Options struct {
	FS        fs.FS                    // the project's root
	Paths     []string                 // suites to load (files or folders below the root); empty: the suites folder
	Variables map[string]VariableValue // from --var and --var-file, the one that wins
}

// Load reads assay.yaml and the suites, and reports all problems of all files,
// sorted. The Project is usable only when there is no error; its Files always are.
func Load(o Options) (*Project, diag.Diagnostics) {
	p := &Project{Files: &Files{FS: o.FS}}
	config, ds := readConfig(p.Files)
	if config == nil {
		return p, append(ds, p.withoutConfig(o)...).Sorted()
	}
	p.Config = config
	files, more := p.findSuites(o.Paths)
	ds = append(ds, more...)
	in := &inputs{values: o.Variables}
	ds = append(ds, p.readSuites(files, in)...)
	ds = append(ds, p.checkSuiteNames()...)
	if len(files) > 0 && !ds.HasErrors() {
		ds = append(ds, p.checkInputs(in, scopeOf(o.Paths))...)
	}
	return p, ds.Sorted()
}

// withoutConfig reads the suites where assay.yaml can't be read, to say what is
// wrong with them in the same go: all but what may be right with an assay.yaml.
func (p *Project) withoutConfig(o Options) diag.Diagnostics {
	p.Config, _ = parseConfig(p.Files, "built in", []byte(builtin))
	p.Config.Unread = true
	files, _ := p.findSuites(o.Paths)
	ds := p.readSuites(files, &inputs{values: o.Variables})
	return slices.DeleteFunc(ds, func(d diag.Diagnostic) bool {
		return d.Code == diag.UnknownProvider || d.Code == diag.BadVariable
	})
}

// coverage says how much of the project is loaded.
type coverage uint8

const (
	someSuites coverage = iota
	allSuites
)

func scopeOf(paths []string) coverage {
	if len(paths) == 0 {
		return allSuites
	}
	return someSuites
}

// readSuites reads the files, several at once, and keeps their order.
func (p *Project) readSuites(files []string, in *inputs) diag.Diagnostics {
	suites := make([]*Suite, len(files))
	found := make([]diag.Diagnostics, len(files))
	fanout.Each(len(files), func(i int) { suites[i], found[i] = readSuite(p, in, files[i]) })
	p.Suites = slices.DeleteFunc(suites, func(s *Suite) bool { return s == nil })
	return slices.Concat(found...)
}

func (p *Project) checkSuiteNames() diag.Diagnostics {
	var ds diag.Diagnostics
	names := firsts{}
	for _, s := range p.Suites {
		if s.Name != "" {
			names.claim(&ds, s.Name, "suite", s.Range)
		}
	}
	return ds
}

// findSuites lists the suite files, sorted, each once.
func (p *Project) findSuites(paths []string) ([]string, diag.Diagnostics) {
	f := &suiteFinder{files: p.Files}
	if len(paths) == 0 {
		f.folder(p.Config.SuitesDir, p.Config.SuitesDir)
	}
	for _, written := range paths {
		p.findPath(f, written)
	}
	slices.Sort(f.found)
	f.found = slices.Compact(f.found)
	if len(f.found) == 0 && !f.ds.HasErrors() {
		where := p.Config.SuitesDir + "/"
		if len(paths) > 0 {
			where = strings.Join(paths, ", ")
		}
		f.ds.Add(diag.NoSuites, diag.Range{}, "there are no suites in "+where, "A suite is a .yaml file there. assay init writes a first one.")
	}
	return f.found, f.ds
}

// findPath adds a file, or the files of a folder, that a person named.
func (p *Project) findPath(f *suiteFinder, written string) {
	name, err := Locate(".", strings.TrimSuffix(written, "/"))
	if err != nil {
		p.Files.unreadable(&f.ds, diag.Range{}, written, written, err)
		return
	}
	if contains(name, p.Config.SuitesDir) || name == "." {
		// The whole project was named: its suites are meant, not its data.
		f.folder(p.Config.SuitesDir, p.Config.SuitesDir)
		return
	}
	where, err := p.Files.follow(name)
	var info fs.FileInfo
	if err == nil {
		info, err = fs.Stat(p.Files.FS, where)
	}
	switch {
	case err != nil:
		p.Files.unreadable(&f.ds, diag.Range{}, written, name, outside(err))
	case info.IsDir():
		f.folder(name, where)
	case !isSuiteFile(name):
		f.ds.Add(diag.BadValue, diag.Range{}, fmt.Sprintf("%q is no suite", written), "A suite's file ends in .yaml or .yml.")
	default:
		f.found = append(f.found, name)
	}
}

// suiteFinder collects suite files.
type suiteFinder struct {
	files *Files
	found []string
	ds    diag.Diagnostics
}

func isSuiteFile(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// folder adds the suites below a folder; where is the folder behind its links.
func (f *suiteFinder) folder(name, where string) {
	if name == where {
		followed, err := f.files.follow(name)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				f.files.unreadable(&f.ds, diag.Range{}, name, name, err)
			}
			return
		}
		where = followed
	}
	entries, err := fs.ReadDir(f.files.FS, where)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		f.files.unreadable(&f.ds, diag.Range{}, name, name, outside(err))
		return
	}
	for _, entry := range entries {
		f.entry(path.Join(name, entry.Name()), path.Join(where, entry.Name()), entry)
	}
}

func (f *suiteFinder) entry(name, where string, entry fs.DirEntry) {
	switch {
	case strings.HasPrefix(entry.Name(), "."):
	case entry.IsDir() && isSuiteFile(name):
		f.ds.Add(diag.FileUnreadable, diag.Range{Filename: name}, fmt.Sprintf("%q is a folder, not a suite", name), "A suite's file ends in .yaml or .yml. Rename the folder.")
	case entry.IsDir():
		f.folder(name, where)
	case entry.Type()&fs.ModeSymlink != 0:
		f.link(name)
	case isSuiteFile(name):
		f.found = append(f.found, name)
	}
}

// link adds a linked file. A linked folder is refused: left out in silence, its
// suites would seem green.
func (f *suiteFinder) link(name string) {
	followed, err := f.files.follow(name)
	var info fs.FileInfo
	if err == nil {
		info, err = fs.Stat(f.files.FS, followed)
	}
	switch {
	case err != nil:
		f.files.unreadable(&f.ds, diag.Range{Filename: name}, name, name, outside(err))
	case info.IsDir():
		f.ds.Add(diag.FileUnreadable, diag.Range{Filename: name}, fmt.Sprintf("%q is a link to a folder", name), "Links to folders are not followed among suites, since they may lead in circles. Name that folder on the command line, or copy its suites here.")
	case isSuiteFile(name):
		f.found = append(f.found, name)
	}
}
