package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/joshdk/go-junit"

	"github.com/assay-harness/assay/harness/internal/hostile"
	"github.com/assay-harness/assay/harness/report"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// The file as encoding/xml reads it.
type (
	xmlSuites struct {
		xmlCounts
		Suites []xmlSuite `xml:"testsuite"`
	}
	xmlSuite struct {
		xmlCounts
		Name      string        `xml:"name,attr"`
		Timestamp string        `xml:"timestamp,attr"`
		Props     []xmlProperty `xml:"properties>property"`
		Cases     []xmlCase     `xml:"testcase"`
	}
	xmlCounts struct {
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Errors   int     `xml:"errors,attr"`
		Skipped  int     `xml:"skipped,attr"`
		Time     float64 `xml:"time,attr"`
	}
	xmlCase struct {
		Class    string        `xml:"classname,attr"`
		Name     string        `xml:"name,attr"`
		Time     string        `xml:"time,attr"`
		File     string        `xml:"file,attr"`
		Line     string        `xml:"line,attr"`
		Props    []xmlProperty `xml:"properties>property"`
		Failures []xmlText     `xml:"failure"`
		Errors   []xmlText     `xml:"error"`
		Skipped  []xmlText     `xml:"skipped"`
		Flaky    []xmlText     `xml:"flakyFailure"`
		Rerun    []xmlText     `xml:"rerunFailure"`
		Out      []string      `xml:"system-out"`
	}
	xmlText struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
		Stack   string `xml:"stackTrace"`
	}
	xmlProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
)

func (c *xmlCounts) count(one xmlCase) {
	c.Tests++
	c.Failures += len(one.Failures)
	c.Errors += len(one.Errors)
	c.Skipped += len(one.Skipped)
}

func (c xmlCounts) withoutTime() xmlCounts { c.Time = 0; return c }

func parse(t testing.TB, data []byte) xmlSuites {
	t.Helper()
	var out xmlSuites
	d := xml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&out); err != nil {
		t.Fatalf("encoding/xml: %v", err)
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if space, ok := token.(xml.CharData); err != nil || !ok || len(bytes.TrimSpace(space)) > 0 {
			t.Fatalf("encoding/xml: more behind the root: %v %v", token, err)
		}
	}
}

// checkJUnit holds a file to what is promised of every one.
func checkJUnit(t testing.TB, data []byte) xmlSuites {
	t.Helper()
	if !utf8.Valid(data) {
		t.Errorf("the file is not UTF-8")
	}
	if i := bytes.IndexFunc(data, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 }); i >= 0 {
		t.Errorf("a raw control character %q at byte %d", data[i], i)
	}
	if bytes.Contains(data, []byte("<![CDATA[")) {
		t.Errorf("CDATA is used")
	}
	file := parse(t, data)
	var all xmlCounts
	for _, s := range file.Suites {
		checkSuite(t, s, &all)
	}
	if got, want := file.withoutTime(), all; got != want {
		t.Errorf("root counts %+v, elements %+v", got, want)
	}
	checkGoJUnit(t, data, file)
	return file
}

func checkSuite(t testing.TB, s xmlSuite, all *xmlCounts) {
	t.Helper()
	var own xmlCounts
	names := map[string]bool{}
	for _, c := range s.Cases {
		own.count(c)
		all.count(c)
		checkCase(t, c)
		if names[c.Class+"\x00"+c.Name] {
			t.Errorf("suite %.40q has %.80q twice", s.Name, c.Name)
		}
		names[c.Class+"\x00"+c.Name] = true
	}
	if got := s.withoutTime(); got != own {
		t.Errorf("suite %.40q counts %+v, elements %+v", s.Name, got, own)
	}
	if s.Timestamp != "" {
		if _, err := time.Parse("2006-01-02T15:04:05", s.Timestamp); err != nil {
			t.Errorf("timestamp: %v", err)
		}
	}
}

func checkCase(t testing.TB, c xmlCase) {
	t.Helper()
	if n := len(c.Failures) + len(c.Errors) + len(c.Skipped); n > 1 {
		t.Errorf("%.80q has %d outcomes, want at most one", c.Name, n)
	}
	if len(c.Name) > 512 || len(c.Class) > 512 {
		t.Errorf("a name of %d bytes in a class of %d", len(c.Name), len(c.Class))
	}
	if _, err := strconv.ParseFloat(c.Time, 64); err != nil || strings.ContainsAny(c.Time, "eE,") {
		t.Errorf("time %q is not in fixed point", c.Time)
	}
	texts := append(append(append(append([]xmlText{}, c.Failures...), c.Errors...), c.Flaky...), c.Rerun...)
	for _, text := range texts {
		if len(text.Text) > 65<<10 || len(text.Stack) > 65<<10 {
			t.Errorf("a text of %d bytes", len(text.Text))
		}
		if !strings.HasPrefix(text.Type, "assay.") || len(text.Message) == 0 {
			t.Errorf("type %q, message %q", text.Type, text.Message)
		}
	}
	for _, out := range c.Out {
		if !strings.HasPrefix(out, "[[PROPERTY|credits=") || len(out) > 65<<10 {
			t.Errorf("system-out of %d bytes begins %.60q", len(out), out)
		}
	}
}

// checkGoJUnit reads the file with another reader.
func checkGoJUnit(t testing.TB, data []byte, file xmlSuites) {
	t.Helper()
	suites, err := junit.Ingest(data)
	if err != nil {
		t.Fatalf("go-junit: %v", err)
	}
	var got xmlCounts
	for _, s := range suites {
		got.Tests += s.Totals.Tests
		got.Failures += s.Totals.Failed
		got.Errors += s.Totals.Error
		got.Skipped += s.Totals.Skipped
	}
	if want := file.withoutTime(); got != want {
		t.Errorf("go-junit counts %+v, the file says %+v", got, want)
	}
}

func TestJUnitOfHostileRun(t *testing.T) {
	for _, level := range []report.Level{report.CaseLevel, report.TurnLevel} {
		data := write(t, "junit", hostile.Run(), report.Options{JUnitLevel: level})
		file := checkJUnit(t, data)
		sum := hostile.Run().Run().Sum
		if level == report.CaseLevel && (file.Failures != sum.Failed || file.Errors != sum.Errored+1 || file.Skipped != sum.Skipped) {
			t.Errorf("got %+v, want the sums %+v and one problem", file.xmlCounts, sum)
		}
		t.Run(fmt.Sprintf("libxml2/%d", level), func(t *testing.T) { xmllint(t, data) })
	}
}

// xmllint is libxml2, which Jenkins' and many other readers are as strict as.
func xmllint(t *testing.T, data []byte) {
	t.Helper()
	program, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed: libxml2 did not read the file")
	}
	path := filepath.Join(t.TempDir(), "junit.xml")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), program, "--noout", path).CombinedOutput(); err != nil {
		t.Errorf("xmllint: %v\n%.2000s", err, out)
	}
}

// randomRun makes a run of cases with any mixture of verdicts.
func randomRun(seed uint64) result.Memory {
	rng := rand.New(rand.NewPCG(seed, 1))
	some := func() verdict.Verdict { return verdict.Verdict(rng.IntN(4)) }
	var cases []*result.Case
	for i := range rng.IntN(12) {
		name := fmt.Sprintf("case_%d", i)
		c := samples(fmt.Sprintf("suite-%d", i/3), name, rng.IntN(4), rng.IntN(3), some())
		c.Flaky, c.KnownFailure, c.Provider = rng.IntN(2) == 0, rng.IntN(3) == 0, fmt.Sprintf("p%d", rng.IntN(2))
		for j := range c.Samples {
			s := &c.Samples[j]
			s.Verdict = some()
			s.Turns[0].Verdict = some()
			if rng.IntN(2) == 0 {
				s.Total = []result.Check{{Name: "total.latency", Verdict: some()}}
			}
			if rng.IntN(4) == 0 {
				s.Turns = nil
			}
		}
		if rng.IntN(5) == 0 {
			c.Problem = &result.Problem{Code: "ASY6001", Summary: "gone"}
		}
		c.AddUp()
		cases = append(cases, c)
	}
	if seed%3 == 0 { // a suite's cases apart from each other
		rng.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
	}
	return result.NewMemory(result.Run{Mode: result.Replay}, cases)
}

func TestJUnitCountsAreItsElements(t *testing.T) {
	for seed := range uint64(120) {
		run := randomRun(seed)
		file := checkJUnit(t, write(t, "junit", run, report.Options{}))
		if s := run.Run().Sum; file.withoutTime() != (xmlCounts{Tests: s.Cases, Failures: s.Failed, Errors: s.Errored, Skipped: s.Skipped}) {
			t.Errorf("seed %d: got %+v, want %+v", seed, file.xmlCounts, s)
		}
		turns := checkJUnit(t, write(t, "junit", run, report.Options{JUnitLevel: report.TurnLevel}))
		green := run.Run().Sum.Failed+run.Run().Sum.Errored == 0
		if (turns.Failures+turns.Errors == 0) != green {
			t.Errorf("seed %d: turn level is red %d times, the run says %+v", seed, turns.Failures+turns.Errors, run.Run().Sum)
		}
		if t.Failed() {
			return
		}
	}
}

func TestJUnitDoesNotDependOnTheClock(t *testing.T) {
	a, b := everything(), everything()
	b.Head.Clock = result.Clock{Started: time.Now(), Took: time.Hour}
	if !bytes.Equal(write(t, "junit", a, report.Options{}), write(t, "junit", b, report.Options{})) {
		t.Errorf("two replays give different files")
	}
}

func TestJUnitRefusesSumsThatAreNotOfTheCases(t *testing.T) {
	run := jokes()
	run.Head.Suites[0].Passed, run.Head.Suites[0].Failed = 3, 0
	if err := report.Formats()["junit"].Write(io.Discard, run, report.Options{}); err == nil {
		t.Errorf("got no error")
	}
}

func TestJUnitFlakyAndRerun(t *testing.T) {
	none := samples("jokes", "never", 3, 0, verdict.Fail)
	none.Flaky = false
	file := checkJUnit(t, write(t, "junit", replay(samples("jokes", "steady", 10, 8, verdict.Pass), none), report.Options{}))
	steady, never := file.Suites[0].Cases[0], file.Suites[0].Cases[1]
	if len(steady.Flaky) != 2 || len(steady.Failures) != 0 {
		t.Errorf("got %d flaky, %d failures, want 2 and 0", len(steady.Flaky), len(steady.Failures))
	}
	if len(never.Failures) != 1 || len(never.Rerun) != 2 {
		t.Errorf("got %d failures, %d reruns, want 1 and 2", len(never.Failures), len(never.Rerun))
	}
	if got := strings.Count(never.Failures[0].Text, "expected  text contains"); got != 3 {
		t.Errorf("the failure lists %d expectations, want all 3", got)
	}
}

func TestXMLText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "hello é 日本 👍\n\tindented", "hello é 日本 👍\n\tindented"},
		{"markup", `<a b="c">&'</a>`, `<a b="c">&'</a>`},
		{"end of CDATA", "]]>", "]]>"},
		{"controls", "a\x00b\x07c\x1fd\x7fe", "a␀b␇c␟d␡e"},
		{"C1", "a\u009bb\u0085c", "a\ufffdb\ufffdc"},
		{"colour", "\x1b[1;31mred\x1b[0m", "red"},
		{"title", "\x1b]0;evil\aleft", "left"},
		{"link", "\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "text"},
		{"device control", "\x1bPq#0\x1b\\left", "left"},
		{"charset", "\x1b(Bleft", "left"},
		{"reset", "\x1bcleft", "left"},
		{"no sequence", "a\x1b\x01b", "a␛␁b"},
		{"cut sequence", "a\x1b[12", "a␛[12"},
		{"open string", "a\x1b]0;never ended", "a␛]0;never ended"},
		{"line ends", "a\r\nb\rc", "a\nb␍c"},
		{"invalid UTF-8", "a\xffb\xed\xa0\x80", "a\ufffdb\ufffd\ufffd\ufffd"},
		{"noncharacters", "\ufffe\uffff", "\ufffd\ufffd"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := failing("s", "c", 1)
			c.Samples[0].Turns[0].Text = test.in
			file := parse(t, write(t, "junit", replay(c), report.Options{}))
			_, got, _ := strings.Cut(file.Suites[0].Cases[0].Out[0], "reply (200 OK): ")
			if got = strings.TrimSuffix(got, "\n"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestJUnitNames(t *testing.T) {
	long := strings.Repeat("x", 3000)
	var cases []*result.Case
	for _, name := range []string{long + "1", long + "2", "a\x01", "a␁", "a\nb", "a b", `<&>"'`} {
		cases = append(cases, passing("jokes", name, 1, "0.1", time.Second))
	}
	file := checkJUnit(t, write(t, "junit", replay(cases...), report.Options{}))
	if got := file.Suites[0].Cases[6].Name; got != `<&>"'` {
		t.Errorf("got %q, want the name as it is", got)
	}
}

func FuzzJUnit(f *testing.F) {
	for _, text := range hostile.Texts() {
		f.Add(text[:min(len(text), 200)])
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := failing("s", "c"+text, 1)
		turn := &c.Samples[0].Turns[0]
		turn.Text, turn.Sent[0].Text, turn.Checks[0].Source, turn.Checks[0].Name = text, text, text, text
		turn.Checks[0].Actual, turn.Checks[0].Message = text, text
		checkJUnit(t, write(t, "junit", replay(c), report.Options{}))
		checkTerminal(t, write(t, "table", replay(c), report.Options{}))
	})
}
