package disk_test

import (
	"bytes"
	"errors"
	"syscall"
	"testing"

	"github.com/assay-harness/assay/harness/internal/disk"
)

// mount gives a folder on a small file system of its own.
func mount(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no right to mount: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := mount(t)
	folder := open(t, dir)
	if err := folder.WriteFile("kept", []byte("as it was")); err != nil {
		t.Fatal(err)
	}
	if err := folder.WriteFile("kept", bytes.Repeat([]byte("x"), 1<<20)); !errors.Is(err, disk.ErrFull) {
		t.Errorf("WriteFile = %v, want ErrFull", err)
	}
	if got, _ := folder.ReadFile("kept"); string(got) != "as it was" || len(names(t, dir)) != 1 {
		t.Errorf("kept = %q, files = %q", got, names(t, dir))
	}
	log, err := folder.Append("log")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Write(bytes.Repeat([]byte("x"), 1<<20)); !errors.Is(err, disk.ErrFull) {
		t.Errorf("Write = %v, want ErrFull", err)
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyDisk(t *testing.T) {
	dir := mount(t)
	folder := open(t, dir)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skip(err)
	}
	if err := folder.WriteFile("a/b", nil); !errors.Is(err, disk.ErrReadOnly) {
		t.Errorf("WriteFile = %v, want ErrReadOnly", err)
	}
	if _, err := folder.Append("log"); !errors.Is(err, disk.ErrReadOnly) {
		t.Errorf("Append = %v, want ErrReadOnly", err)
	}
	if _, err := folder.Lock("lock", holder); !errors.Is(err, disk.ErrReadOnly) {
		t.Errorf("Lock = %v, want ErrReadOnly", err)
	}
}
