package disk_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/internal/disk"
)

var _ fixture.Folder = (*disk.Folder)(nil)

func open(t *testing.T, dir string) *disk.Folder {
	t.Helper()
	folder, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// names lists all files below a folder.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWriteFileReplacesAndLeavesNothingElse(t *testing.T) {
	dir := t.TempDir()
	folder := open(t, dir)
	for _, want := range []string{"one", "two\n", ""} {
		if err := folder.WriteFile("a/b/c.yaml", []byte(want)); err != nil {
			t.Fatal(err)
		}
		got, err := folder.ReadFile("a/b/c.yaml")
		if err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if got := names(t, dir); len(got) != 1 || got[0] != "a/b/c.yaml" {
		t.Errorf("files = %q", got)
	}
}

func TestWriteFileThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	folder := open(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, "taken/by-a-folder"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := folder.WriteFile("taken", []byte("x")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("files = %q", got)
	}
}

func TestNothingLeavesTheFolder(t *testing.T) {
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for link, target := range map[string]string{"file": secret, "folder": outside, "up": "../" + filepath.Base(outside), "new": filepath.Join(outside, "new")} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	folder := open(t, dir)
	for _, path := range []string{"../" + filepath.Base(outside) + "/secret", secret, "file", "folder/secret", "up/secret"} {
		if data, err := folder.ReadFile(path); err == nil {
			t.Errorf("ReadFile(%q) = %q", path, data)
		}
		if _, err := folder.Open(path); err == nil {
			t.Errorf("Open(%q) succeeded", path)
		}
		if _, err := folder.Stat(path); err == nil {
			t.Errorf("Stat(%q) succeeded", path)
		}
	}
	for _, path := range []string{"../x", "/tmp/x", "folder/x", "up/x", "folder/y/x", "", ".", "a/../x"} {
		if err := folder.WriteFile(path, []byte("x")); err == nil {
			t.Errorf("WriteFile(%q) succeeded", path)
		}
		if _, err := folder.Append(path); err == nil {
			t.Errorf("Append(%q) succeeded", path)
		}
	}
	for _, path := range []string{"new", "file"} {
		if _, err := folder.Append(path); !errors.Is(err, disk.ErrOutside) {
			t.Errorf("Append(%q) = %v, want ErrOutside", path, err)
		}
	}
	if err := folder.Remove("folder/secret"); !errors.Is(err, disk.ErrOutside) {
		t.Errorf("Remove = %v, want ErrOutside", err)
	}
	if err := folder.WriteFile("file", []byte("replaced")); err != nil {
		t.Errorf("replacing a link by a file: %v", err)
	}
	if data, _ := os.ReadFile(secret); string(data) != "x" || len(names(t, outside)) != 1 {
		t.Errorf("outside: %q, %q", data, names(t, outside))
	}
}

func TestAppend(t *testing.T) {
	folder := open(t, t.TempDir())
	for _, line := range []string{"a\n", "b\n"} {
		log, err := folder.Append("x/log")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(log.Sync(), log.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := folder.ReadFile("x/log"); string(got) != "a\nb\n" {
		t.Errorf("got %q", got)
	}
}

func TestReading(t *testing.T) {
	folder := open(t, t.TempDir())
	if _, err := folder.ReadFile("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ReadFile = %v", err)
	}
	if err := folder.WriteFile("d/f", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.ReadFile("d"); err == nil {
		t.Error("a folder reads as a file")
	}
	entries, err := folder.ReadDir("d")
	if err != nil || len(entries) != 1 || entries[0].Name() != "f" {
		t.Errorf("ReadDir = %v, %v", entries, err)
	}
	if err := folder.Remove("d/f"); err != nil {
		t.Error(err)
	}
	if err := folder.Remove("d/f"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Remove = %v", err)
	}
	if _, err := disk.Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v", err)
	}
}

var holder = disk.Holder{PID: 4711, Host: "build-7", Command: "assay apply jokes", Since: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	folder := open(t, dir)
	lock, err := folder.Lock(".assay/lock", holder)
	if err != nil {
		t.Fatal(err)
	}
	_, err = open(t, dir).Lock(".assay/lock", disk.Holder{PID: 1})
	var locked *disk.LockedError
	if !errors.As(err, &locked) || locked.Holder != holder {
		t.Fatalf("got %v, want LockedError by %v", err, holder)
	}
	d := locked.Diagnostic()
	if d.Code.Exit() != diag.ExitLocked || !strings.Contains(d.Summary, `"assay apply jokes" (process 4711 on build-7, since 2026-11-22T14:00:00Z)`) {
		t.Errorf("diagnostic = %+v", d)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := folder.Lock(".assay/lock", holder)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestLockIgnoresWhatADeadProcessLeft(t *testing.T) {
	if dir := os.Getenv("DISK_TEST_LOCK"); dir != "" {
		if _, err := open(t, dir).Lock(".assay/lock", holder); err != nil {
			t.Fatal(err)
		}
		os.Exit(0) // without giving it back
	}
	dir := t.TempDir()
	process := exec.Command(os.Args[0], "-test.run=^TestLockIgnoresWhatADeadProcessLeft$")
	process.Env = append(os.Environ(), "DISK_TEST_LOCK="+dir)
	if out, err := process.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if data, err := os.ReadFile(filepath.Join(dir, ".assay/lock")); err != nil || !bytes.Contains(data, []byte("build-7")) {
		t.Fatalf("the dead process left %q, %v", data, err)
	}
	lock, err := open(t, dir).Lock(".assay/lock", disk.Holder{PID: 2})
	if err != nil {
		t.Fatal(err)
	}
	if lock.Left() != holder {
		t.Errorf("taken over from %v, want %v", lock.Left(), holder)
	}
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
	again, err := open(t, dir).Lock(".assay/lock", disk.Holder{PID: 3})
	if err != nil || again.Left() != (disk.Holder{}) {
		t.Errorf("taken over from %v, %v: the last one gave it back", again.Left(), err)
	}
	if err := again.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestLockStaysInside(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, ".assay")); err != nil {
		t.Skip(err)
	}
	if _, err := open(t, dir).Lock(".assay/lock", holder); !errors.Is(err, disk.ErrOutside) {
		t.Errorf("got %v, want ErrOutside", err)
	}
	if got := names(t, outside); len(got) != 0 {
		t.Errorf("outside: %q", got)
	}
}
