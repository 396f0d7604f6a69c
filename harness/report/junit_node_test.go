package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/assay-harness/assay/harness/internal/hostile"
	"github.com/assay-harness/assay/harness/report"
)

// TestNodeReadsHostileRun has npm's junit2json and xml2js read what the other
// readers of this package read. cmd/assay/e2e lists them and .ci/run installs them.
func TestNodeReadsHostileRun(t *testing.T) {
	installed := os.Getenv("ASSAY_E2E_NODE")
	if installed == "" {
		t.Skip("ASSAY_E2E_NODE does not say where npm has installed the packages of cmd/assay/e2e (make e2e does)")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "cmd", "assay", "e2e"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	for level, name := range map[report.Level]string{report.CaseLevel: "case", report.TurnLevel: "turn"} {
		t.Run(name, func(t *testing.T) {
			data := write(t, "junit", hostile.Run(), report.Options{JUnitLevel: level})
			want := checkJUnit(t, data).withoutTime()
			path := filepath.Join(dir, name+".xml")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			readWithNode(t, dir, path, want)
		})
	}
}

func readWithNode(t *testing.T, dir, path string, want xmlCounts) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "junit_counts.mjs", path)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	readers := 0
	for lines := json.NewDecoder(bytes.NewReader(out)); ; readers++ {
		var got struct {
			Reader                 string
			Root, Suites, Elements xmlCounts
		}
		if err := lines.Decode(&got); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if got.Root != want || got.Suites != want || got.Elements != want {
			t.Errorf("%s: root %+v, suites %+v, elements %+v, want %+v", got.Reader, got.Root, got.Suites, got.Elements, want)
		}
	}
	if readers != 2 {
		t.Errorf("read by %d readers, want 2", readers)
	}
}
