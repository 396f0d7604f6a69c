package report_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/report"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// TestFormatsAgree sends every verdict, in every number, through every format:
// rows of the table, elements of JUnit, sums of the record, and the exit code
// say the same.
func TestFormatsAgree(t *testing.T) {
	for _, mix := range mixes() {
		t.Run(fmt.Sprint(mix), func(t *testing.T) {
			run := mixed(mix)
			want := xmlCounts{Tests: sum(mix), Failures: mix[verdict.Fail], Errors: mix[verdict.Error], Skipped: mix[verdict.Skip]}
			if got := tableCounts(t, run); got != want {
				t.Errorf("the table shows %+v, want %+v", got, want)
			}
			for _, level := range []report.Level{report.CaseLevel, report.TurnLevel} {
				file := checkJUnit(t, write(t, "junit", run, report.Options{JUnitLevel: level}))
				if got := file.withoutTime(); got != want {
					t.Errorf("JUnit (level %d) counts %+v, want %+v", level, got, want)
				}
			}
			read, exit := recordCounts(t, run)
			if read != want {
				t.Errorf("the record counts %+v, want %+v", read, want)
			}
			wantExit := diag.ExitOK
			if want.Failures+want.Errors > 0 {
				wantExit = diag.ExitFailed
			}
			if exit != wantExit {
				t.Errorf("exit %d, want %d", exit, wantExit)
			}
			var pages bytes.Buffer
			if err := report.Failures(&pages, run, report.Options{}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(pages.String(), "Error:"); got != want.Failures+want.Errors {
				t.Errorf("%d pages, want one for each of %+v", got, want)
			}
		})
	}
}

// mixes gives how often each verdict comes, indexed by verdict.
func mixes() (out [][4]int) {
	for i := range 81 {
		out = append(out, [4]int{i % 3, i / 3 % 3, i / 9 % 3, i / 27})
	}
	return out
}

func sum(mix [4]int) int { return mix[0] + mix[1] + mix[2] + mix[3] }

func mixed(mix [4]int) result.Memory {
	var cases []*result.Case
	for v, n := range mix {
		for i := range n {
			c := passing(fmt.Sprintf("suite_%d", v), fmt.Sprintf("case_%d", i), 1, "0.1", time.Second)
			c.Verdict = verdict.Verdict(v)
			c.Samples[0].Verdict, c.Samples[0].Turns[0].Verdict, c.Samples[0].Turns[0].Checks[0].Verdict = c.Verdict, c.Verdict, c.Verdict
			c.AddUp()
			cases = append(cases, c)
		}
	}
	return replay(cases...)
}

// tableCounts reads the rows of a table.
func tableCounts(t *testing.T, run result.Reader) (out xmlCounts) {
	t.Helper()
	lines := tableLines(write(t, "table", run, report.Options{}))
	for i, line := range lines {
		if i < 2 || i >= len(lines)-2 {
			continue
		}
		out.Tests++
		switch {
		case strings.Contains(line, "  FAIL "):
			out.Failures++
		case strings.Contains(line, "  ERROR "):
			out.Errors++
		case strings.Contains(line, "  skip "):
			out.Skipped++
		case !strings.Contains(line, "  pass "):
			t.Errorf("no verdict in %q", line)
		}
	}
	return out
}

// recordCounts writes the record, reads it, and counts its sums.
func recordCounts(t *testing.T, run result.Reader) (xmlCounts, int) {
	t.Helper()
	data := write(t, "json", run, report.Options{})
	r, err := result.Open("run.json", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
	if err != nil {
		t.Fatal(err)
	}
	s := r.Run().Sum
	return xmlCounts{Tests: s.Cases, Failures: s.Failed, Errors: s.Errored, Skipped: s.Skipped}, result.ExitOf(r.Run(), result.Strictness{})
}

// TestStoredRunsReportTheSame makes each report from memory and from the file.
func TestStoredRunsReportTheSame(t *testing.T) {
	for name, run := range map[string]result.Memory{"everything": everything(), "folded": folded(), "live": live()} {
		data := write(t, "json", run, report.Options{})
		r, err := result.Open("run.json", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
		if err != nil {
			t.Fatal(err)
		}
		for format := range report.Formats() {
			for _, o := range []report.Options{{}, {All: true, Color: true, JUnitLevel: report.TurnLevel}} {
				if got, want := write(t, format, r, o), write(t, format, run, o); !bytes.Equal(got, want) {
					t.Errorf("%s of %s differs:\n%s\nwant\n%s", format, name, got, want)
				}
			}
		}
	}
}

func TestFormatsAreDocumented(t *testing.T) {
	for name, f := range report.Formats() {
		if f.Name != name || f.Doc == "" {
			t.Errorf("%s: got %+v", name, f)
		}
	}
}
