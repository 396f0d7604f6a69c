package disk_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/internal/disk"
)

func TestSweepReports(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-time.Hour)
	files := map[string]struct{ old, marked, stays bool }{
		".assay-record-1": {},                          // of a killed run
		".assay-record-2": {marked: true, stays: true}, // of one that goes on
		".assay-3":        {stays: true},               // perhaps being written
		".assay-4":        {old: true},
		"run.json":        {old: true, stays: true},
	}
	for name, f := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		if f.old {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
		if f.marked {
			defer disk.Mark(path)()
		}
	}
	disk.SweepReports(dir)
	for name, f := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != f.stays {
			t.Errorf("%s: %v, want it to stay: %t", name, err, f.stays)
		}
	}
	disk.SweepReports(filepath.Join(dir, "nowhere"))
}

func TestProbe(t *testing.T) {
	dir := t.TempDir()
	folder := open(t, dir)
	if err := folder.Probe("a/b", 100_000); err != nil {
		t.Error(err)
	}
	if left := names(t, filepath.Join(dir, "a", "b")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := folder.Probe("file/b", 1); err == nil {
		t.Error("a file is no folder")
	}
	if err := folder.Probe("../out", 1); err == nil {
		t.Error("it left the folder")
	}
}
