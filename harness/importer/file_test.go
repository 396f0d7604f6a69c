package importer_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
)

// TestFilingFails wants all recordings of an import or none: the next try must
// not find half of them there. What was there before stays.
func TestFilingFails(t *testing.T) {
	var text strings.Builder
	for _, name := range []string{"first", "second", "third", "fourth"} {
		text.WriteString(`{"messages":[{"role":"user","content":"` + name + ` question"},{"role":"assistant","content":"yes"}]}` + "\n")
	}
	w := mustImport(t, "jsonl", text.String(), options{})
	recorded := func() (names []string) {
		for name := range w.folder.files {
			if strings.HasPrefix(name, "fixtures/") {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	file := func(replace harness.Replacing) error {
		p, ds := harness.Load(harness.Config{FS: w.folder})
		if ds.HasErrors() {
			t.Fatal(ds.Err())
		}
		_, err := p.File(t.Context(), harness.Filing{Folder: w.folder, Replace: replace, Find: func(a address.Address, number int) *harness.Answer {
			return (*harness.Answer)(w.suite.Reply(a.Case, a.Key, number))
		}})
		return err
	}
	if got := recorded(); len(got) != 4 {
		t.Fatalf("got %q, want four recordings", got)
	}
	if err := file(harness.KeepRecordings); !errors.Is(err, harness.ErrRecorded) {
		t.Fatalf("got %v, want %v", err, harness.ErrRecorded)
	}
	if err := file(harness.ReplaceRecordings); err != nil {
		t.Fatal(err)
	}
	for _, name := range recorded() {
		delete(w.folder.files, name)
	}
	w.folder.room = 3
	if err := file(harness.KeepRecordings); !errors.Is(err, errFull) {
		t.Fatalf("got %v, want %v", err, errFull)
	}
	if got := recorded(); len(got) > 0 {
		t.Errorf("after a failed import there are %q", got)
	}
	w.folder.room = 0
	if err := file(harness.KeepRecordings); err != nil {
		t.Fatal(err)
	}
	if got := recorded(); len(got) != 4 {
		t.Errorf("got %q, want four recordings", got)
	}
}
