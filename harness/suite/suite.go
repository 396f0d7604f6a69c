// Package suite turns YAML into typed suites and the project's configuration:
// names checked, templates parsed, references resolved, nothing run. What an
// expectation means is package check's; here it stays a node.
package suite

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Suite is one suite file.
type Suite struct {
	Name, Description string
	File              string // slash path below the project's root
	Tags              []string
	Providers         []string // own or the defaults'
	Level
	Variables []*Variable
	Locals    []*Local // in an order in which each only needs earlier ones
	Cases     []*Case
	Moved     []Move
	Range     diag.Range // of the name, or the file's start
	// Faulty says that there are errors in the file. What is complete in it can
	// still be checked, so that all problems are said at once.
	Faulty bool

	base      *expr.Scope // functions, with file
	unscoped  bool        // variables or locals are faulty: there is no scope
	scopeOnce sync.Once
	scope     *expr.Scope
	scopeDiag diag.Diagnostics
	known     knownNames
}

// suiteReader reads one suite file. It writes to its own suite and diagnostics
// alone, so that several files can be read at once.
type suiteReader struct {
	project *Project
	inputs  *inputs
	suite   *Suite
	dir     string // folder of the file
	ds      diag.Diagnostics
	tags    map[string][]string // merged, by a case's own
	cases   firsts
	prompts promptFiles
}

// readSuite reads one suite file; the Suite is incomplete when there are errors.
func readSuite(p *Project, in *inputs, file string) (*Suite, diag.Diagnostics) {
	r := &suiteReader{project: p, inputs: in, dir: path.Dir(file), cases: firsts{}, tags: map[string][]string{}}
	r.suite = &Suite{File: file}
	src, err := p.Files.Read(file)
	if err != nil {
		p.Files.unreadable(&r.ds, diag.Range{Filename: file}, file, file, err)
		return nil, r.ds
	}
	root, ds := spec.Read(file, src)
	r.ds = ds
	if root == nil {
		return nil, r.ds
	}
	r.suite.base = expr.NewScope(nil, nil).WithFile(p.Files.reader(r.dir))
	r.read(root)
	_, ds = r.suite.Scope(p)
	r.ds = append(r.ds, ds...)
	r.suite.Faulty = r.ds.HasErrors()
	return r.suite, r.ds
}

func (r *suiteReader) read(root *spec.Node) {
	s, config := r.suite, r.project.Config
	o := spec.NewObject(root, "suite", &r.ds)
	r.readName(o, root)
	s.Description = o.Text("description")
	own := readTags(&r.ds, o)
	s.Tags = mergeTags(config.Defaults.Tags, own)
	s.Providers = readProviders(&r.ds, o, config)
	if s.Providers == nil {
		s.Providers = config.defaultProviders()
	}
	before := len(r.ds)
	s.Variables = r.readVariables(o.Map("variables"))
	locals := r.readLocals(o.Map("locals"))
	s.known = newKnownNames(s.Variables, locals)
	r.orderLocals(locals)
	s.unscoped = r.ds[before:].HasErrors()
	s.Level = readLevel(&r.ds, o)
	o.Require("cases")
	r.readCases(o)
	s.Moved = r.readMoved(o.List("moved"))
	o.Reserve("matrix", "gate")
	o.Close()
	r.checkLevels()
}

// readName takes the name that is written, or makes one from the file's path.
func (r *suiteReader) readName(o *spec.Object, root *spec.Node) {
	if n := o.Node("suite"); n != nil {
		r.suite.Range = n.Range
		r.suite.Name = named(&r.ds, n, "suite name")
		return
	}
	r.suite.Range = diag.Range{Filename: root.Range.Filename, Start: root.Range.Start, End: root.Range.Start}
	name := r.suite.File
	if below, ok := strings.CutPrefix(name, r.project.Config.SuitesDir+"/"); ok {
		name = below
	}
	name = strings.ReplaceAll(strings.TrimSuffix(name, path.Ext(name)), "/", "-")
	if !ValidName(name) {
		r.ds.Add(diag.BadName, r.suite.Range, fmt.Sprintf("the suite's name from its path, %q, is no name", name),
			nameRule+" Rename the file, or write suite: and a name at its top.")
		return
	}
	r.suite.Name = name
}

// checkLevels checks the templates of the suite's own level and of the project's
// defaults, which mean what the suite's names mean.
func (r *suiteReader) checkLevels() {
	known := r.suite.knownToAll()
	r.ds = append(r.ds, r.suite.checkLevel(known)...)
	r.ds = append(r.ds, r.project.Config.Defaults.checkLevel(known)...)
}

// tagsOf merges a case's tags with the suite's. Most cases have the same: they
// share one list.
func (r *suiteReader) tagsOf(own []string) []string {
	if len(own) == 0 {
		return r.suite.Tags
	}
	key := strings.Join(own, " ")
	if merged, ok := r.tags[key]; ok {
		return merged
	}
	merged := mergeTags(r.suite.Tags, own)
	r.tags[key] = merged
	return merged
}

// mergeTags adds own tags to the outer ones, each once.
func mergeTags(outer, own []string) []string {
	if len(own) == 0 {
		return outer
	}
	merged := slices.Clone(outer)
	for _, tag := range own {
		if !slices.Contains(merged, tag) {
			merged = append(merged, tag)
		}
	}
	return slices.Clip(merged)
}

// readTags reads the tags of a suite, a case or the defaults.
func readTags(ds *diag.Diagnostics, o *spec.Object) []string {
	nodes := o.Texts("tags")
	if len(nodes) == 0 {
		return nil
	}
	tags := make([]string, 0, len(nodes))
	for _, n := range nodes {
		tag := named(ds, n, "tag")
		switch {
		case tag == "":
		case slices.Contains(tags, tag):
			ds.Add(diag.DuplicateName, n.Range, fmt.Sprintf("tag %q is there twice", tag), "Remove one of them.")
		default:
			tags = append(tags, tag)
		}
	}
	return tags
}

// readProviders reads a provider's name, or a list of names; nil when there is none.
func readProviders(ds *diag.Diagnostics, o *spec.Object, config *Config) []string {
	nodes := o.Texts("provider")
	if len(nodes) == 0 {
		if n := o.Node("provider"); n != nil && n.Kind == spec.List {
			ds.Add(diag.BadValue, n.Range, "provider is an empty list", "Name at least one provider, or leave the key out.")
		}
		return nil
	}
	var names []string
	for _, n := range nodes {
		name := named(ds, n, "provider")
		switch {
		case name == "":
		case slices.Contains(names, name):
			ds.Add(diag.DuplicateName, n.Range, fmt.Sprintf("provider %q is there twice", name), "Each case would be asked twice. Remove one of them.")
		case config.Provider(name) == nil:
			ds.Add(diag.UnknownProvider, n.Range, fmt.Sprintf("there is no provider %q", name), config.providersHint(name))
		default:
			names = append(names, name)
		}
	}
	return names
}
