package disk_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/assay-harness/assay/harness/internal/disk"
)

func TestSweepTakesNothingButTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a/b/.assay-0123456789abcdef.tmp", "a/.assay-0123456789abcdef.tmp", "a/b/kept.yaml", "a/.assay-x.tmp", "a/x.tmp", "other/.assay-0123456789abcdef.tmp"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	folder, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	for _, below := range []string{"a", "not-there"} {
		if err := folder.Sweep(below); err != nil {
			t.Fatalf("Sweep(%q): %v", below, err)
		}
	}
	var got []string
	_ = fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, _ error) error {
		if !entry.IsDir() {
			got = append(got, name)
		}
		return nil
	})
	want := []string{"a/.assay-x.tmp", "a/b/kept.yaml", "a/x.tmp", "other/.assay-0123456789abcdef.tmp"}
	if !slices.Equal(got, want) {
		t.Errorf("left:\n got %q\nwant %q", got, want)
	}
}
