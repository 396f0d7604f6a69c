package suite

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// ConfigFile is the configuration's name; its folder is the project's root.
const ConfigFile = "assay.yaml"

// Config is assay.yaml, defaults filled in.
type Config struct {
	Providers    []*Provider // in order of the file; the built-in grok-2 when there is none
	Defaults     Defaults
	Variables    []*Variable // defaults for suites' variables
	Expectations map[string]*spec.Node
	MaxCredits   string // limits.credits as written, "" for none
	SuitesDir    string
	FixturesDir  string
	ReportsDir   string
	// Unread says that assay.yaml is there and could not be read: what suites
	// say of it cannot be checked.
	Unread bool
}

// Defaults are the outermost level.
type Defaults struct {
	Providers []string
	Tags      []string
	Level
}

// builtin is the configuration of a project without assay.yaml, and its providers
// are those of one without providers.
const builtin = `version: 1
providers:
  grok-2:
    kind: segmind
    model: grok-2
    base_url: https://api.segmind.com/v1
    api_key: ${env.SEGMIND_API_KEY}
    rate: 5/m
    concurrency: 4
    timeout: 120s
    retries: 2
    price: {call: 0.003, max_call: 0.02}
`

// Provider gives the configured provider of that name, or nil.
func (c *Config) Provider(name string) *Provider {
	for _, p := range c.Providers {
		if p.Name == name {
			return p
		}
	}
	return nil
}

func (c *Config) variable(name string) *Variable {
	for _, v := range c.Variables {
		if v.Name == name {
			return v
		}
	}
	return nil
}

func (c *Config) providerNames() []string {
	names := make([]string, 0, len(c.Providers))
	for _, p := range c.Providers {
		names = append(names, p.Name)
	}
	return names
}

func (c *Config) providersHint(name string) string {
	return "There are " + strings.Join(c.providerNames(), ", ") + ". Providers are configured in assay.yaml." + diag.Suggest(name, c.providerNames())
}

// defaultProviders gives those of the defaults, else the only one there is.
func (c *Config) defaultProviders() []string {
	if c.Defaults.Providers != nil {
		return c.Defaults.Providers
	}
	return c.onlyProvider()
}

// onlyProvider gives the provider's name if there is just one: nothing else can be meant.
func (c *Config) onlyProvider() []string {
	if len(c.Providers) == 1 {
		return []string{c.Providers[0].Name}
	}
	return nil
}

// readConfig reads assay.yaml, or gives the built-in configuration when there is none.
func readConfig(files *Files) (*Config, diag.Diagnostics) {
	src, err := files.Read(ConfigFile)
	var ds diag.Diagnostics
	switch {
	case errors.Is(err, fs.ErrNotExist) && !files.isLink(ConfigFile):
		if _, err := fs.Stat(files.FS, "assay.yml"); err == nil {
			ds.Add(diag.BadValue, diag.Range{Filename: "assay.yml"}, "the configuration is called assay.yaml", "Rename assay.yml: it is not read under this name.")
		}
		config, more := parseConfig(files, "built in", []byte(builtin))
		return config, append(ds, more...)
	case err != nil:
		files.unreadable(&ds, diag.Range{Filename: ConfigFile}, ConfigFile, ConfigFile, err)
		return nil, ds
	}
	config, more := parseConfig(files, ConfigFile, src)
	return config, append(ds, more...)
}

func parseConfig(files *Files, name string, src []byte) (*Config, diag.Diagnostics) {
	root, ds := spec.Read(name, src)
	if root == nil {
		return nil, ds
	}
	r := &configReader{files: files, ds: ds}
	return r.read(root), r.ds
}

// configReader reads assay.yaml.
type configReader struct {
	files *Files
	ds    diag.Diagnostics
}

func (r *configReader) read(root *spec.Node) *Config {
	c := &Config{}
	o := spec.NewObject(root, "assay.yaml", &r.ds)
	if n := o.Node("version"); n != nil && n.Value != "1" {
		r.ds.Add(diag.BadVersion, n.Range, fmt.Sprintf("version %q is not known", n.Value), "This assay reads version: 1. A newer project needs a newer assay.")
	}
	c.Providers = r.readProviderMap(o.Map("providers"))
	c.Defaults = r.readDefaults(o, c)
	c.Variables = r.readVariableDefaults(o.Map("variables"))
	c.Expectations = r.readExpectations(o.Map("expectations"))
	if n := o.Map("limits"); n != nil {
		limits := spec.NewObject(n, "limits", &r.ds)
		c.MaxCredits = readDecimal(&r.ds, limits, "credits")
		limits.Close()
	}
	c.SuitesDir = r.readFolder(o, "suites")
	c.FixturesDir = r.readFolder(o, "fixtures")
	c.ReportsDir = r.readFolder(o, "reports")
	r.checkFolders(o, c)
	o.Reserve("matrix", "gate")
	o.Close()
	return c
}

func (r *configReader) readDefaults(o *spec.Object, c *Config) Defaults {
	var d Defaults
	n := o.Map("defaults")
	if n == nil {
		return d
	}
	defaults := spec.NewObject(n, "defaults", &r.ds)
	d.Providers = readProviders(&r.ds, defaults, c)
	d.Tags = readTags(&r.ds, defaults)
	d.Level = readLevel(&r.ds, defaults)
	defaults.Close()
	return d
}

func (r *configReader) readVariableDefaults(n *spec.Node) []*Variable {
	if n == nil {
		return nil
	}
	var variables []*Variable
	for _, pair := range n.Pairs {
		v := &Variable{Name: named(&r.ds, pair.Key, "variable name"), Range: pair.Key.Range}
		o := spec.NewObject(pair.Value, "variable default", &r.ds)
		o.Require("default")
		v.Default, v.Description = o.Node("default"), o.Text("description")
		o.Close()
		if v.Name != "" {
			variables = append(variables, v)
		}
	}
	return variables
}

func (r *configReader) readExpectations(n *spec.Node) map[string]*spec.Node {
	if n == nil {
		return nil
	}
	lists := make(map[string]*spec.Node, len(n.Pairs))
	for _, pair := range n.Pairs {
		name := named(&r.ds, pair.Key, "expectations name")
		switch {
		case pair.Value.Kind != spec.List:
			r.ds.Add(diag.WrongType, pair.Value.Range, fmt.Sprintf("expectations %q are a list, not %s", pair.Key.Value, pair.Value.Kind.String()), "Write each expectation after a dash.")
		case name != "":
			lists[name] = pair.Value
		}
	}
	return lists
}

// readFolder reads a folder's path; its default is the key's own name.
func (r *configReader) readFolder(o *spec.Object, key string) string {
	n := o.Node(key)
	if n == nil {
		return key
	}
	written := o.Text(key)
	name, err := Locate(".", strings.TrimSuffix(written, "/"))
	switch {
	case !n.Scalar():
		return key
	case err != nil:
		r.ds.Add(diag.OutsideProject, n.Range, fmt.Sprintf("folder %q is not inside the project", written), "Write a path below the folder of assay.yaml.")
		return key
	case name == ".":
		r.ds.Add(diag.BadValue, n.Range, fmt.Sprintf("%s cannot be the project's own folder", key), "Give it a folder of its own, such as "+key+".")
		return key
	}
	return name
}

// checkFolders keeps the folders apart: a fixture among the suites would be
// read as a suite.
func (r *configReader) checkFolders(o *spec.Object, c *Config) {
	folders := []struct{ key, name string }{{"suites", c.SuitesDir}, {"fixtures", c.FixturesDir}, {"reports", c.ReportsDir}}
	for i, a := range folders {
		for _, b := range folders[i+1:] {
			if !contains(a.name, b.name) && !contains(b.name, a.name) {
				continue
			}
			n := o.Node(b.key)
			if n == nil {
				n = o.Node(a.key)
			}
			r.ds.Add(diag.BadValue, n.Range, fmt.Sprintf("%s and %s share the folder %q", a.key, b.key, path.Clean(b.name)), "One would read what the other writes. Give each a folder of its own.")
		}
	}
}

// contains reports whether a path is a folder or inside of it.
func contains(folder, name string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}
