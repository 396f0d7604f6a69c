package suite

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
)

// Sources are the files of a project that people write in YAML: assay.yaml
// and the suites, for who works on their text and not on what it means.
type Sources struct {
	Files *Files
	Names []string // sorted, each once
	dirs  *Config
}

// FindSources lists those that the paths name (files or folders below the
// root), else assay.yaml and all suites. What is wrong inside of them is no
// concern of it.
func FindSources(fsys fs.FS, paths []string) (*Sources, diag.Diagnostics) {
	p := &Project{Files: &Files{FS: fsys}}
	if p.Config, _ = readConfig(p.Files); p.Config == nil {
		p.Config, _ = parseConfig(p.Files, "built in", []byte(builtin))
	}
	s := &Sources{Files: p.Files, dirs: p.Config}
	f := &suiteFinder{files: p.Files}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, written := range paths {
		switch {
		case s.IsGenerated(written):
			f.ds.Add(diag.BadFlag, diag.Range{}, fmt.Sprintf("%q is written by assay, not by people", written), "Recordings and reports have a layout of their own. Name suites or assay.yaml.")
		case written == ".":
			s.addConfig(f)
			f.folder(p.Config.SuitesDir, p.Config.SuitesDir)
		default:
			p.findPath(f, written)
		}
	}
	if len(f.found) == 0 && !f.ds.HasErrors() {
		f.ds.Add(diag.NoSuites, diag.Range{}, "there is nothing to format", nothingFound(paths, p.Config.SuitesDir))
	}
	slices.Sort(f.found)
	s.Names = slices.Compact(f.found)
	return s, f.ds
}

// nothingFound says where no file was found.
func nothingFound(paths []string, suites string) string {
	if slices.Contains(paths, ".") {
		return "There is no assay.yaml, and no .yaml file in " + suites + "/."
	}
	return "There is no .yaml file in " + strings.Join(paths, " and ") + "."
}

// IsSuite tells whether a file is one of the suites by its place.
func (s *Sources) IsSuite(name string) bool { return contains(s.dirs.SuitesDir, name) }

// Read gives a file's text, or says why it can't be read.
func (s *Sources) Read(name string) ([]byte, diag.Diagnostics) {
	var ds diag.Diagnostics
	src, err := s.Files.Read(name)
	if err != nil {
		s.Files.unreadable(&ds, diag.Range{Filename: name}, name, name, err)
	}
	return src, ds
}

// IsGenerated tells whether a file is written by assay: a recording, a report.
func (s *Sources) IsGenerated(name string) bool {
	return contains(s.dirs.FixturesDir, name) || contains(s.dirs.ReportsDir, name) || contains(".assay", name)
}

// addConfig adds assay.yaml where there is one.
func (s *Sources) addConfig(f *suiteFinder) {
	if _, err := fs.Stat(s.Files.FS, ConfigFile); err == nil || !errors.Is(err, fs.ErrNotExist) || s.Files.isLink(ConfigFile) {
		f.found = append(f.found, ConfigFile)
	}
}
