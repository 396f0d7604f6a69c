package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestReplaceFileKeepsPermissions(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.yaml")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir).ReplaceFile("a.yaml", []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("it has the permissions %v, %v", info.Mode(), err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "new" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestReplaceFileRefuses(t *testing.T) {
	dir := t.TempDir()
	folder := open(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "readonly"), []byte("old"), 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("readonly", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	for name, want := range map[string]error{"readonly": fs.ErrPermission, "link": fs.ErrPermission, ".": fs.ErrPermission, "none": fs.ErrNotExist} {
		if err := folder.ReplaceFile(name, []byte("new")); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	if got := names(t, dir); !slices.Equal(got, []string{"link", "readonly"}) {
		t.Errorf("left behind: %v", got)
	}
}
