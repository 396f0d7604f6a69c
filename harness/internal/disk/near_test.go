package disk_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestReadingManyFilesOfManyFolders(t *testing.T) {
	dir := t.TempDir()
	folder := open(t, dir)
	for i := range 20 {
		for k := range 3 {
			if err := folder.WriteFile(fmt.Sprintf("d/%d/f%d", i, k), fmt.Append(nil, i, k)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 2 {
		for i := range 20 {
			for k := range 3 {
				if got, err := folder.ReadFile(fmt.Sprintf("d/%d/f%d", i, k)); err != nil || string(got) != fmt.Sprint(i, k) {
					t.Fatalf("d/%d/f%d: %q, %v", i, k, got, err)
				}
			}
		}
	}
	// A folder that was removed and made again is found again.
	for range 3 {
		if _, err := folder.ReadFile("d/7/f1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "d/7")); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.ReadFile("d/7/f1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a removed file: %v", err)
	}
	if err := folder.WriteFile("d/7/f1", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got, err := folder.ReadFile("d/7/f1"); err != nil || string(got) != "new" {
		t.Errorf("got %q, %v", got, err)
	}
	// A link to another folder of the project is followed from an open folder too.
	if err := os.Symlink("../3/f2", filepath.Join(dir, "d/4/link")); err != nil {
		t.Skip(err)
	}
	for range 3 {
		if got, err := folder.ReadFile("d/4/link"); err != nil || string(got) != "3 2" {
			t.Errorf("got %q, %v", got, err)
		}
	}
}
