package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/report"
	"github.com/assay-harness/assay/harness/result"
)

var update = flag.Bool("update", false, "write the golden files anew")

func write(t testing.TB, format string, r result.Reader, o report.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.Formats()[format].Write(&b, r, o); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.Bytes()
}

func TestGoldens(t *testing.T) {
	tests := []struct {
		file, format string
		run          result.Reader
		o            report.Options
	}{
		{"jokes-80.txt", "table", jokes(), report.Options{Width: 80}},
		{"jokes-200.txt", "table", jokes(), report.Options{Width: 200}},
		{"jokes-color.txt", "table", jokes(), report.Options{Color: true}},
		{"jokes.xml", "junit", jokes(), report.Options{}},
		{"jokes.json", "json", jokes(), report.Options{}},
		{"everything-80.txt", "table", everything(), report.Options{Width: 80}},
		{"everything-50.txt", "table", everything(), report.Options{Width: 50}},
		{"everything-case.xml", "junit", everything(), report.Options{}},
		{"everything-turn.xml", "junit", everything(), report.Options{JUnitLevel: report.TurnLevel}},
		{"live-80.txt", "table", live(), report.Options{Width: 80}},
		{"live.xml", "junit", live(), report.Options{}},
		{"folded-80.txt", "table", folded(), report.Options{Width: 80}},
		{"empty.txt", "table", replay(), report.Options{Width: 80}},
		{"empty.xml", "junit", replay(), report.Options{}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			got := write(t, test.format, test.run, test.o)
			path := filepath.Join("testdata", test.file)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("-want +got (write anew with -update):\n%s", diff)
			}
		})
	}
}
