package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/assay-harness/assay/harness/internal/hostile"
	"github.com/assay-harness/assay/harness/report"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// checkTerminal fails on anything that acts on a terminal instead of showing.
func checkTerminal(t testing.TB, data []byte) {
	t.Helper()
	if !utf8.Valid(data) {
		t.Errorf("the output is not UTF-8")
	}
	for _, r := range string(data) {
		acts := r != '\n' && unicode.IsControl(r) || r != 0x200d && unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029
		if acts {
			t.Fatalf("U+%04X is sent to the terminal", r)
		}
	}
}

func TestTableOfHostileRun(t *testing.T) {
	for _, all := range []bool{false, true} {
		data := write(t, "table", hostile.Run(), report.Options{Width: 80, All: all})
		checkTerminal(t, data)
		if len(data) > 4<<20 && !all {
			t.Errorf("%d bytes for a terminal: long texts are not cut", len(data))
		}
	}
}

// tableLines gives the lines of the table itself.
func tableLines(data []byte) []string {
	lines := strings.Split(string(data), "\n")
	from, to := -1, -1
	for i, line := range lines {
		if strings.HasPrefix(line, "────") {
			if from < 0 {
				from = i - 1
			}
			to = i + 1
		}
	}
	if from < 0 {
		return nil
	}
	return lines[from : to+1]
}

func TestTableFitsTheTerminal(t *testing.T) {
	runs := map[string]result.Memory{"jokes": jokes(), "everything": everything(), "folded": folded(), "live": live(), "hostile": hostile.Run()}
	for name, run := range runs {
		for _, width := range []int{40, 60, 80, 100, 200} {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				table := tableLines(write(t, "table", run, report.Options{Width: width}))
				if len(table) < 4 {
					t.Fatalf("no table: %q", table)
				}
				for _, line := range table {
					if got := twwidth.WidthWithOptions(line, twwidth.Options{}); got > width {
						t.Errorf("%d columns: %q", got, line)
					}
					if strings.HasSuffix(line, " ") {
						t.Errorf("spaces at the end of %q", line)
					}
				}
			})
		}
	}
}

func TestTableIgnoresTheEnvironment(t *testing.T) {
	want := write(t, "table", everything(), report.Options{Width: 80})
	t.Setenv("RUNEWIDTH_EASTASIAN", "1")
	t.Setenv("LC_ALL", "ja_JP.UTF-8")
	if got := write(t, "table", everything(), report.Options{Width: 80}); !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestColorOnlyWhenAsked(t *testing.T) {
	plain := write(t, "table", everything(), report.Options{})
	if bytes.ContainsRune(plain, 0x1b) {
		t.Errorf("escape sequences without colour")
	}
	colored := string(write(t, "table", everything(), report.Options{Color: true}))
	for _, code := range []string{"\x1b[1;31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"} {
		colored = strings.ReplaceAll(colored, code, "")
	}
	if colored != string(plain) {
		t.Errorf("colour changes more than colours:\n%s", colored)
	}
}

// endless gives so many cases without holding any; every hundredth failed when
// red is wanted.
type endless struct {
	head  result.Run
	n     int
	bad   int
	reads *int
}

func newEndless(n, bad int) endless {
	var tally result.Tally
	e := endless{n: n, bad: bad, reads: new(int)}
	for c := range e.Cases() {
		tally.Add(c)
	}
	*e.reads = 0
	e.head = result.Run{Mode: result.Replay, Suites: tally.Suites(), Sum: tally.Sum()}
	return e
}

func (e endless) Run() result.Run { return e.head }

func (e endless) Cases() iter.Seq2[*result.Case, error] {
	return func(yield func(*result.Case, error) bool) {
		*e.reads++
		good, bad := passing("big", "row", 1, "0.0031", time.Second), failing("big", "row", 1)
		for i := range e.n {
			from := good
			if e.bad > 0 && i%e.bad == 0 {
				from = bad
			}
			c := *from
			c.Name = fmt.Sprintf("row[%q]", fmt.Sprint(i))
			c.Suite = fmt.Sprintf("big-%d", i*10/e.n)
			if !yield(&c, nil) {
				return
			}
		}
	}
}

func TestAHundredThousandPassesAreALineASuite(t *testing.T) {
	run := newEndless(100_000, 0)
	data := write(t, "table", run, report.Options{Width: 80})
	if *run.reads != 0 {
		t.Errorf("the cases were read %d times, want the sums alone", *run.reads)
	}
	if got := len(tableLines(data)); got != 10+4 {
		t.Errorf("got %d lines, want one for each of 10 suites and 4:\n%s", got, data)
	}
}

func TestFailuresAreShownAmongAHundredThousand(t *testing.T) {
	run := newEndless(100_000, 1000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	data := write(t, "table", run, report.Options{Width: 80})
	runtime.GC()
	runtime.ReadMemStats(&after)
	if got := strings.Count(string(data), "  FAIL  "); got != 100 {
		t.Errorf("got %d rows of failures, want 100", got)
	}
	if got := strings.Count(string(data), "Error: expectation not met"); got != 50 {
		t.Errorf("got %d pages, want 50", got)
	}
	if !strings.Contains(string(data), "and 50 more failures") {
		t.Errorf("what is left out is not said")
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 5<<20 {
		t.Errorf("%d bytes are kept", grown)
	}
}

func TestAllShowsEveryCaseAndEveryFailure(t *testing.T) {
	run := newEndless(200, 2)
	data := string(write(t, "table", run, report.Options{Width: 80, All: true}))
	if got := strings.Count(data, "\nbig-"); got != 200 {
		t.Errorf("got %d rows, want 200", got)
	}
	if got := strings.Count(data, "Error: expectation not met"); got != 100 {
		t.Errorf("got %d pages, want 100", got)
	}
}

func TestProblemsOfOneCauseShareAPage(t *testing.T) {
	var cases []*result.Case
	for i := range 100 {
		cases = append(cases, change(passing("jokes", fmt.Sprintf("row[%q]", fmt.Sprint(i)), 5, "0", 0), func(c *result.Case, turn *result.Turn) {
			c.Verdict, c.Samples[0].Verdict = verdict.Error, verdict.Error
			*turn = result.Turn{Number: 1, Address: turn.Address, Display: turn.Display, Verdict: verdict.Error, Problem: &result.Problem{Code: "ASY6001", Summary: "no recording of " + turn.Address}}
		}))
	}
	var b bytes.Buffer
	if err := report.Failures(&b, replay(cases...), report.Options{}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(b.String(), "Error:"); got != 1 {
		t.Errorf("got %d pages, want 1:\n%s", got, b.String())
	}
	if want := `also      jokes.row["1"].turn[1], jokes.row["2"].turn[1] and 97 more`; !strings.Contains(b.String(), want) {
		t.Errorf("got\n%s\nwant %q in it", b.String(), want)
	}
	for i, c := range cases { // now each for a reason of its own
		c.Samples[0].Turns[0].Problem.Summary = fmt.Sprintf("reason %d", i)
	}
	b.Reset()
	if err := report.Failures(&b, replay(cases...), report.Options{}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(b.String(), "Error:"); got != 5 || !strings.Contains(b.String(), "and 95 more problems (ASY6001)") {
		t.Errorf("got %d pages, want 5 and a count:\n%s", got, b.String())
	}
}

func TestLongTextsAreCutWithACount(t *testing.T) {
	c := failing("jokes", "long", 1)
	c.Samples[0].Turns[0].Checks[0].Actual = `"` + strings.Repeat("ä", 100_000) + `" (100000 characters)`
	data := string(write(t, "table", replay(c), report.Options{}))
	if len(data) > 3000 {
		t.Errorf("%d bytes for a page", len(data))
	}
	if !strings.Contains(data, `characters left out`) || !strings.Contains(data, `" (100000 characters)`) {
		t.Errorf("the counts are missing:\n%s", data)
	}
}

func TestCaretStandsUnderTheArgument(t *testing.T) {
	tests := []struct {
		name, source string
		column, end  int
		want         string // what the caret marks, as the columns of the screen show it
	}{
		{"plain", "    - contains: dogs", 17, 21, "dogs"},
		{"wide characters before", "    - {日本: 1, contains: dogs}", 25, 29, "dogs"},
		{"emoji of several runes before", "    - {👩‍👩‍👧: 1, contains: dogs}", 24, 28, "dogs"},
		{"an end before the start", "    - contains: dogs", 17, 3, "d"},
		{"behind the line", "    - x", 40, 50, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := failing("jokes", "caret", 1)
			check := &c.Samples[0].Turns[0].Checks[0]
			check.Source, check.Place = test.source, result.Place{File: "suites/jokes.yaml", Line: 7, Column: test.column, EndLine: 7, End: test.end}
			lines := strings.Split(string(write(t, "table", replay(c), report.Options{})), "\n")
			source, caret := lines[3], lines[4]
			before := strings.Repeat(" ", twwidth.WidthWithOptions(source[:max(strings.Index(source, test.want), 0)], twwidth.Options{}))
			if test.want != "" && !strings.HasPrefix(caret, before+strings.Repeat("^", min(len(test.want), max(test.end-test.column, 1)))) {
				t.Errorf("got\n%s\n%s", source, caret)
			}
			if !strings.Contains(caret, "^") {
				t.Errorf("no caret below %q", source)
			}
		})
	}
}

func TestLongSourceLinesShowWhatIsMarked(t *testing.T) {
	c := failing("jokes", "caret", 1)
	check := &c.Samples[0].Turns[0].Checks[0]
	check.Source = "    - one_of: [" + strings.Repeat("x, ", 500) + "HERE" + strings.Repeat(", y", 500) + "]"
	check.Place = result.Place{File: "s.yaml", Line: 7, Column: 1516, EndLine: 7, End: 1520}
	lines := strings.Split(string(write(t, "table", replay(c), report.Options{Width: 80})), "\n")
	source, caret := lines[3], lines[4]
	if at := twwidth.WidthWithOptions(source[:strings.Index(source, "HERE")], twwidth.Options{}); strings.Index(caret, "^^^^") != at {
		t.Errorf("got\n%s\n%s", source, caret)
	}
	if got := twwidth.WidthWithOptions(source, twwidth.Options{}); got > 80 {
		t.Errorf("%d columns", got)
	}
}

func TestCommandsAreQuotedForAShell(t *testing.T) {
	c := failing("jokes", `row["it's $HOME"]`, 1)
	c.Display = `jokes.row["it's $HOME"]`
	data := string(write(t, "table", replay(c), report.Options{}))
	if want := `again: assay test 'jokes.row["it'\''s $HOME"]'`; !strings.Contains(data, want) {
		t.Errorf("got\n%s\nwant %s", data, want)
	}
}

func TestErrorsComeThrough(t *testing.T) {
	full := errors.New("no space left")
	for name, format := range report.Formats() {
		if err := format.Write(fullDisk{full}, everything(), report.Options{}); !errors.Is(err, full) {
			t.Errorf("%s: got %v, want %v", name, err, full)
		}
		broken := brokenReader{everything().Run(), errors.New("damaged")}
		if err := format.Write(io.Discard, broken, report.Options{}); !errors.Is(err, broken.err) {
			t.Errorf("%s: got %v, want %v", name, err, broken.err)
		}
	}
}

type fullDisk struct{ err error }

func (f fullDisk) Write([]byte) (int, error) { return 0, f.err }

// brokenReader fails at its second case.
type brokenReader struct {
	run result.Run
	err error
}

func (b brokenReader) Run() result.Run { return b.run }

func (b brokenReader) Cases() iter.Seq2[*result.Case, error] {
	return func(yield func(*result.Case, error) bool) {
		if yield(failing("jokes", "one", 1), nil) {
			yield(nil, b.err)
		}
	}
}
