package harness_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/assay-harness/assay/"

// root is the project's folder, seen from this package's.
const root = ".."

// goFile is what a file of this project imports.
type goFile struct {
	path    string // below the project's root
	pkg     string // harness, spec, provider/openai, cmd/assay
	test    bool
	imports []string
}

// TestImportTable holds ARCHITECTURE.md's table to the code: an arrow that is
// not in the table fails, and so does one that no code needs any more.
func TestImportTable(t *testing.T) {
	table := importTable(t)
	code := map[string]map[string]bool{}
	for _, f := range goFiles(t) {
		if f.test || !strings.HasPrefix(f.path, "harness/") {
			continue
		}
		if code[f.pkg] == nil {
			code[f.pkg] = map[string]bool{}
		}
		for _, imported := range f.imports {
			if rest, ok := strings.CutPrefix(imported, module); ok {
				code[f.pkg][roomOf(rest)] = true
			}
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(code)) {
		row, ok := table[pkg]
		if !ok {
			t.Errorf("ARCHITECTURE.md's table has no row for %s, which imports %s", pkg, list(code[pkg]))
			continue
		}
		for imported := range code[pkg] {
			if !row[imported] {
				t.Errorf("%s imports %s: ARCHITECTURE.md does not allow it", pkg, imported)
			}
		}
		for allowed := range row {
			if !code[pkg][allowed] {
				t.Errorf("ARCHITECTURE.md says that %s imports %s: it does not", pkg, allowed)
			}
		}
	}
	for pkg := range table {
		if code[pkg] == nil {
			t.Errorf("ARCHITECTURE.md has a row for %s: there is no such package", pkg)
		}
	}
	if cycle := cycleIn(table); cycle != nil {
		t.Errorf("ARCHITECTURE.md's table goes in a circle: %s", strings.Join(cycle, " → "))
	}
}

// TestOnlyImporters holds packages that one room alone may use to that room.
func TestOnlyImporters(t *testing.T) {
	only := map[string][]string{
		"gopkg.in/yaml.v3":                      {"spec"},
		"go.yaml.in/yaml/v4":                    {"spec"},
		"github.com/spf13/cobra":                {"cli"},
		"github.com/spf13/cobra/doc":            {},
		"github.com/olekukonko/tablewriter":     {"report"},
		"golang.org/x/term":                     {"cli"},
		"github.com/fsnotify/fsnotify":          {"cli"},
		"os":                                    {"cli", "internal/disk", "cmd/assay"},
		"os/signal":                             {"cli"},
		"os/exec":                               {},
		"flag":                                  {},
		"log":                                   {},
		"testing":                               {"harnesstest"},
		"unsafe":                                {},
		module + "harness/internal/hostile":     {},
		module + "harness/internal/disk":        {"cli"},
		"github.com/hashicorp/hcl/v2/hclsyntax": {"expr"},
		"github.com/zclconf/go-cty/cty":         {"expr"},
		"github.com/santhosh-tekuri/jsonschema/v6":   {},
		"github.com/rogpeppe/go-internal/testscript": {},
	}
	for _, f := range goFiles(t) {
		if f.test || strings.HasPrefix(f.path, "cmd/assay-bench/") {
			continue
		}
		for _, imported := range f.imports {
			if rooms, ok := only[imported]; ok && !slices.Contains(rooms, f.pkg) {
				t.Errorf("%s imports %s; only %q may", f.path, imported, rooms)
			}
		}
	}
}

// TestNeverImports holds the two rules that the whole shape rests on: a run
// knows no modes, and a report is a function of the record. Nothing that these
// packages import may lead there either.
func TestNeverImports(t *testing.T) {
	table := importTable(t)
	never := map[string][]string{
		"run":    {"fixture", "mock", "report", "internal/disk"},
		"plan":   {"fixture", "run", "mock"},
		"report": {"run", "plan", "fixture", "suite", "provider"},
		"result": {"run", "report"},
		"check":  {"run", "plan", "fixture", "suite"},
	}
	for pkg, rooms := range never {
		reached := reach(table, pkg)
		for _, room := range rooms {
			if reached[room] {
				t.Errorf("%s reaches %s", pkg, room)
			}
		}
	}
}

// TestNoInit finds init functions: nothing happens because a package is imported.
func TestNoInit(t *testing.T) {
	initFunc := regexp.MustCompile(`(?m)^func init\(\)`)
	for _, f := range goFiles(t) {
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(f.path)))
		if err != nil {
			t.Fatal(err)
		}
		if initFunc.Match(source) {
			t.Errorf("%s has an init function", f.path)
		}
	}
}

var tableRow = regexp.MustCompile("^\\| `([a-z/]+)` \\| (.*) \\|$")

// importTable reads the table of ARCHITECTURE.md.
func importTable(t *testing.T) map[string]map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## Who may import whom\n")
	if !found {
		t.Fatal("ARCHITECTURE.md has no section `Who may import whom`")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	table := map[string]map[string]bool{}
	for line := range strings.Lines(section) {
		row := tableRow.FindStringSubmatch(strings.TrimSpace(line))
		if row == nil {
			continue
		}
		if table[row[1]] != nil {
			t.Errorf("ARCHITECTURE.md has two rows for %s", row[1])
		}
		table[row[1]] = map[string]bool{}
		if row[2] == "nothing" {
			continue
		}
		for name := range strings.SplitSeq(row[2], ", ") {
			table[row[1]][name] = true
		}
	}
	if len(table) < 10 {
		t.Fatalf("found %d rows in ARCHITECTURE.md's table", len(table))
	}
	return table
}

// goFiles gives all Go files of the project.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var out []goFile
	for _, top := range []string{"harness", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() && entry.Name() == "testdata" {
				return orSkip(err)
			}
			if entry.IsDir() || !strings.HasSuffix(name, ".go") {
				return nil
			}
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			f := goFile{path: filepath.ToSlash(rel), test: strings.HasSuffix(name, "_test.go")}
			f.pkg = roomOf(path.Dir(f.path))
			parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range parsed.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return err
				}
				f.imports = append(f.imports, imported)
			}
			out = append(out, f)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < 100 {
		t.Fatalf("found %d Go files", len(out))
	}
	return out
}

func orSkip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}

// roomOf names a package as the table does.
func roomOf(dir string) string { return strings.TrimPrefix(dir, "harness/") }

func list(set map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(set)), ", ") }

// reach gives all that a package imports, and what that imports.
func reach(table map[string]map[string]bool, from string) map[string]bool {
	seen := map[string]bool{}
	for next := []string{from}; len(next) > 0; next = next[1:] {
		for imported := range table[next[0]] {
			if !seen[imported] {
				seen[imported] = true
				next = append(next, imported)
			}
		}
	}
	return seen
}

// cycleIn gives a package that reaches itself, with what lies between.
func cycleIn(table map[string]map[string]bool) []string {
	for _, pkg := range slices.Sorted(maps.Keys(table)) {
		for imported := range table[pkg] {
			if imported == pkg || reach(table, imported)[pkg] {
				return []string{pkg, imported, "…", pkg}
			}
		}
	}
	return nil
}

func TestCycleIn(t *testing.T) {
	line := map[string]map[string]bool{"a": {"b": true}, "b": {"c": true}, "c": {}}
	if got := cycleIn(line); got != nil {
		t.Errorf("found the circle %q where there is none", got)
	}
	line["c"]["a"] = true
	if got := cycleIn(line); got == nil {
		t.Error("did not find the circle")
	}
}
