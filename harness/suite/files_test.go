package suite_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/suite"
)

func TestLocate(t *testing.T) {
	tests := []struct {
		dir, written, want string
		err                error
	}{
		{"suites/a", "prompts/x.md", "prompts/x.md", nil},
		{"suites/a", "./x.md", "suites/a/x.md", nil},
		{"suites/a", "../x.md", "suites/x.md", nil},
		{"suites/a", "../../x.md", "x.md", nil},
		{"suites/a", "a/../b.md", "b.md", nil},
		{".", "./x.md", "x.md", nil},
		{"suites/a", "../../../x.md", "", suite.ErrOutside},
		{"suites", "a/../../x.md", "", suite.ErrOutside},
		{"suites", "/etc/passwd", "", suite.ErrOutside},
		{"suites", "", "", errors.New("any")},
	}
	for _, test := range tests {
		got, err := suite.Locate(test.dir, test.written)
		if got != test.want || (err != nil) != (test.err != nil) || errors.Is(test.err, suite.ErrOutside) && !errors.Is(err, suite.ErrOutside) {
			t.Errorf("%s, %s: got %q, %v; want %q, %v", test.dir, test.written, got, err, test.want, test.err)
		}
	}
}

// tree writes files and links below a temporary folder; a content that begins
// with -> is a link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, isLink := strings.CutPrefix(content, "-> "); isLink {
			err = os.Symlink(strings.ReplaceAll(target, "ROOT", root), at)
		} else {
			err = os.WriteFile(at, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// hidden is a file system that says nothing of links.
type hidden struct{ fs.FS }

func TestLinks(t *testing.T) {
	root := tree(t, map[string]string{
		"secret.txt":              "outside",
		"p/suites/s.yaml":         turnText("- system: {file: prompts/PROMPT}\n- user: hi"),
		"p/prompts/plain.md":      "inside",
		"p/prompts/inside.md":     "-> plain.md",
		"p/prompts/twice.md":      "-> ../linked/inside.md",
		"p/linked":                "-> prompts",
		"p/prompts/outside.md":    "-> ../../secret.txt",
		"p/prompts/absolute.md":   "-> ROOT/p/prompts/plain.md",
		"p/prompts/round.md":      "-> round.md",
		"p/prompts/dangling.md":   "-> nowhere.md",
		"p/prompts/up":            "-> ../..",
		"p/prompts/back":          "-> ../prompts",
		"p/prompts/through/it.md": "-> ../up/secret.txt",
	})
	tests := []struct {
		prompt string
		code   diag.Code // "" for none
	}{
		{"plain.md", ""},
		{"inside.md", ""},
		{"twice.md", ""},
		{"back/plain.md", ""},
		{"outside.md", diag.OutsideProject},
		{"absolute.md", diag.OutsideProject},
		{"up/secret.txt", diag.OutsideProject},
		{"through/it.md", diag.OutsideProject},
		{"dangling.md", diag.FileUnreadable},
		{"round.md", diag.FileUnreadable},
	}
	dir := filepath.Join(root, "p")
	opened, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	source, err := os.ReadFile(filepath.Join(dir, "suites", "s.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, fsys := range map[string]fs.FS{"DirFS": os.DirFS(dir), "Root": opened.FS(), "hidden Root": hidden{opened.FS()}} {
		for _, test := range tests {
			src := strings.Replace(string(source), "PROMPT", test.prompt, 1)
			if err := os.WriteFile(filepath.Join(dir, "suites", "s.yaml"), []byte(src), 0o644); err != nil {
				t.Fatal(err)
			}
			_, ds := suite.Load(suite.Options{FS: fsys})
			if test.code == "" && ds.HasErrors() || test.code != "" && !has(ds, test.code) {
				t.Errorf("%s, %s: want %q, got\n%s", name, test.prompt, test.code, describe(ds))
			}
		}
	}
}

func TestLinkedSuites(t *testing.T) {
	ok := "cases: [{name: c, conversation: [user: hi]}]\n"
	root := tree(t, map[string]string{
		"out.yaml":          ok,
		"p/shared/one.yaml": ok,
		"p/suites/two.yaml": "-> ../shared/one.yaml",
	})
	dir := filepath.Join(root, "p")
	p, ds := suite.Load(suite.Options{FS: os.DirFS(dir)})
	if ds.HasErrors() || len(p.Suites) != 1 || p.Suites[0].Name != "two" {
		t.Errorf("a linked suite: got\n%s", describe(ds))
	}
	if err := os.Symlink("../shared", filepath.Join(dir, "suites", "folder")); err != nil {
		t.Fatal(err)
	}
	if _, ds := suite.Load(suite.Options{FS: os.DirFS(dir)}); !has(ds, diag.FileUnreadable) {
		t.Errorf("a linked folder: got\n%s", describe(ds))
	}
	if err := os.Remove(filepath.Join(dir, "suites", "folder")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../out.yaml", filepath.Join(dir, "suites", "out.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, ds := suite.Load(suite.Options{FS: os.DirFS(dir)}); !has(ds, diag.OutsideProject) {
		t.Errorf("a suite linked from outside: got\n%s", describe(ds))
	}
}

func TestLinkedSuitesFolder(t *testing.T) {
	root := tree(t, map[string]string{
		"p/real/s.yaml": "cases: [{name: c, conversation: [user: hi]}]\n",
		"p/suites":      "-> real",
	})
	p, ds := suite.Load(suite.Options{FS: os.DirFS(filepath.Join(root, "p"))})
	if ds.HasErrors() || len(p.Suites) != 1 || p.Suites[0].File != "suites/s.yaml" || p.Suites[0].Name != "s" {
		t.Errorf("got\n%s", describe(ds))
	}
}

func TestFileFunction(t *testing.T) {
	p := load(t, map[string]string{
		"suites/a/s.yaml": "locals: {near: '${file(\"./n.txt\")}', far: '${file(\"data/f.txt\")}'}\n" + turnText("- system: '${local.near}'\n- user: '${local.far} ${file(\"../n.txt\")}'"),
		"suites/a/n.txt":  "near", "suites/n.txt": "above", "data/f.txt": "far",
	})
	got, ds := say(t, p, nil)
	if ds.HasErrors() || got[0].Text != "near" || got[1].Text != "far above" {
		t.Errorf("got %v\n%s", got, describe(ds))
	}
}

func TestSources(t *testing.T) {
	p := load(t, map[string]string{"suites/s.yaml": turnText("- user: {file: p.md}"), "p.md": "hi", "data/x.csv": "id\n"})
	for name, want := range map[string]string{"p.md": "hi", "data/x.csv": "id\n", "nowhere": "", "../x": "", "": ""} {
		if got := string(p.Files.Source(name)); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// denied is a file system with a file that may not be opened.
type denied struct {
	fs.FS
	name string
}

func (d denied) Open(name string) (fs.File, error) {
	if name == d.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.FS.Open(name)
}

func TestUnreadableFile(t *testing.T) {
	files := project(map[string]string{"suites/s.yaml": turnText("- user: {file: p.md}"), "p.md": "hi"})
	_, ds := suite.Load(suite.Options{FS: denied{files, "p.md"}})
	if !has(ds, diag.FileUnreadable) || !strings.Contains(describe(ds), "permissions") {
		t.Errorf("got\n%s", describe(ds))
	}
}
