package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/internal/disk"
)

// ready sees to it, before anything is sent, that what is paid for can be kept:
// the journal, the kept replies, and the folders of the recordings.
func (c *command) ready(folder *disk.Folder, p *harness.Project, s *harness.Survey) error {
	dirs := map[string]int{journalDir: roomFor(len(s.Changes))}
	if p.KeepsReplies() {
		dirs[harness.RepliesDir] = fewestBytes
	}
	for i := range s.Changes {
		dir := nearestFolder(folder, path.Dir(p.Store().Path(s.Changes[i].Address.Instance())))
		dirs[dir] = fewestBytes
	}
	var ds diag.Diagnostics
	for dir, room := range dirs {
		if err := folder.Probe(dir, room); err != nil {
			ds.Add(diag.CannotRecord, diag.Range{}, fmt.Sprintf("nothing can be recorded: the folder %s can't be written to", dir),
				cause(err)+". Nothing was sent. Free some space, or make the folder writable.")
		}
	}
	return ds.Sorted().Err()
}

const journalDir = ".assay/journal"

// roomFor is how much room so many questions are expected to take.
func roomFor(questions int) int {
	const each, most = 8 << 10, 16 << 20
	return min(fewestBytes+each*questions, most)
}

// nearestFolder gives the folder, or the nearest one above it that is there:
// where the others are made.
func nearestFolder(folder *disk.Folder, dir string) string {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, err := folder.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return dir
}

// reportable sees to it that reports can be written, before anything is paid for.
func reportable(outputs []output) error {
	var ds diag.Diagnostics
	for _, o := range outputs {
		if o.path == "" {
			continue
		}
		if err := takesFile(o.path); err != nil {
			ds = append(ds, cannotWrite(o.path, err))
		}
	}
	return ds.Err()
}

// takesFile tries whether a file can be put there.
func takesFile(name string) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return errors.New("it is a folder")
	case err == nil && !info.Mode().IsRegular():
		return nil // a device or a pipe
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	probe, err := os.CreateTemp(filepath.Dir(name), ".assay-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// onlyReports refuses to write over a file that is no report.
func onlyReports(outputs []output) error {
	for _, o := range outputs {
		if o.path == "" || isReport(o.path) {
			continue
		}
		return usage(fmt.Sprintf("the report would take the place of %s, which is no report", quoted(o.path)),
			"If that file is not needed, remove it; else write the report to another one.")
	}
	return nil
}

// looksLikeReport tells reports from other files by how they begin.
func looksLikeReport(text string) bool {
	for _, start := range []string{`{"assay_run"`, `{"assay_drift"`, "suite ", "Error: ", "Warning: ", "\x1b["} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return text == "" || strings.HasPrefix(text, "<") && strings.Contains(text, "<testsuite")
}

// isReport reports whether a file may be replaced by a report: there is none, it
// is empty or a device, or it begins as a report does. What can't be read is told
// when it is written.
func isReport(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return true
	}
	file, err := os.Open(name)
	if err != nil {
		return true
	}
	defer closing(file)
	head := make([]byte, 512)
	n, _ := io.ReadFull(file, head)
	text := string(bytes.TrimLeft(bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf")), " \t\r\n"))
	return looksLikeReport(text)
}
