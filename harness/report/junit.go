package report

import (
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// writeJUnit writes the dialect that all known readers understand: flat
// testsuites > testsuite > testcase, as the schemas of Surefire and Jenkins
// have it, streaming. A replay gives the same bytes each time: its times are
// those of the recorded replies.
func writeJUnit(w io.Writer, r result.Reader, o Options) error {
	run := r.Run()
	totals, err := countUnits(r, o.JUnitLevel)
	if err != nil {
		return err
	}
	faults := slices.DeleteFunc(slices.Clone(run.Problems), func(p result.Problem) bool { return p.Warning })
	all := tally{tests: len(faults), errors: len(faults)}
	for _, t := range totals {
		all.add(t)
	}
	j := &junit{x: newXMLWriter(w), run: run, level: o.JUnitLevel}
	j.x.header()
	j.x.start("testsuites", append([]attr{{"name", "assay"}}, all.attrs(run.Sum.Latency)...)...)
	j.problems(faults)
	if err := j.suites(r, totals); err != nil {
		return err
	}
	j.x.end("testsuites")
	return j.x.w.Flush()
}

// junit is a file that is being written.
type junit struct {
	x     *xmlWriter
	run   result.Run
	level Level
}

// tally counts testcases as the attributes do.
type tally struct{ tests, failures, errors, skipped int }

func (t *tally) add(o tally) {
	t.tests += o.tests
	t.failures += o.failures
	t.errors += o.errors
	t.skipped += o.skipped
}

func (t *tally) count(v verdict.Verdict) {
	t.tests++
	switch v {
	case verdict.Pass:
	case verdict.Skip:
		t.skipped++
	case verdict.Fail:
		t.failures++
	default:
		t.errors++
	}
}

func (t tally) attrs(took time.Duration) []attr {
	return []attr{
		{"tests", strconv.Itoa(t.tests)},
		{"failures", strconv.Itoa(t.failures)},
		{"errors", strconv.Itoa(t.errors)},
		{"skipped", strconv.Itoa(t.skipped)},
		{"time", seconds(took)},
	}
}

// countUnits gives the counts of each suite before its cases are read: at case
// level they are the sums, at turn level they take a reading of their own.
func countUnits(r result.Reader, level Level) ([]tally, error) {
	run := r.Run()
	out := make([]tally, len(run.Suites))
	at := make(map[string]int, len(run.Suites))
	cases := 0
	for i, s := range run.Suites {
		cases += s.Cases
		at[s.Name] = i
		if level == CaseLevel {
			out[i] = tally{tests: s.Cases, failures: s.Failed, errors: s.Errored, skipped: s.Skipped}
		}
	}
	if cases != run.Sum.Cases {
		return nil, fmt.Errorf("report: the suites count %d cases, the run counts %d", cases, run.Sum.Cases)
	}
	if level == CaseLevel {
		return out, nil
	}
	for c, err := range r.Cases() {
		if err != nil {
			return nil, err
		}
		i, known := at[c.Suite]
		if !known {
			return nil, fmt.Errorf("report: the record has no sums of suite %q", c.Suite)
		}
		for _, u := range units(c, level) {
			out[i].count(u.verdict)
		}
	}
	return out, nil
}

// problems puts faults that belong to no case into a suite of their own: a run
// that could not be made must not look green.
func (j *junit) problems(faults []result.Problem) {
	if len(faults) == 0 {
		return
	}
	count := tally{tests: len(faults), errors: len(faults)}
	j.x.start("testsuite", append([]attr{{"name", "assay run"}}, count.attrs(0)...)...)
	for i := range faults {
		p := &faults[i]
		j.x.start("testcase", attr{"classname", "assay run"}, attr{"name", fmt.Sprintf("%d %s", i+1, xmlName(p.Code))}, attr{"time", seconds(0)}, attr{"file", p.Place.File}, attr{"line", line(p.Place)})
		text := filePage()
		text.problem(p, p.Place, "")
		j.x.text("error", text.String(), attr{"message", message(p.Summary)}, attr{"type", dotted(p.Code)})
		j.x.end("testcase")
	}
	j.x.end("testsuite")
}

// suites writes suite by suite. Their cases follow each other in a record; where
// they do not, the missing ones are looked for in a reading of their own.
func (j *junit) suites(r result.Reader, totals []tally) error {
	next, stop := iter.Pull2(r.Cases())
	defer stop()
	c, err, more := next()
	for i, s := range j.run.Suites {
		j.openSuite(s, totals[i])
		var got tally
		cases := 0
		for more && err == nil && c.Suite == s.Name {
			got.add(j.testcases(c, s))
			cases++
			c, err, more = next()
		}
		if err == nil && cases < s.Cases {
			err = j.scattered(r, s, cases, &got)
		}
		if err != nil {
			return err
		}
		if got != totals[i] {
			return fmt.Errorf("report: suite %q: the sums %+v are not those of its cases %+v", s.Name, totals[i], got)
		}
		j.x.end("testsuite")
	}
	return err
}

// scattered writes the cases of a suite behind the first so many.
func (j *junit) scattered(r result.Reader, s result.SuiteSum, skip int, got *tally) error {
	for c, err := range r.Cases() {
		if err != nil {
			return err
		}
		if c.Suite != s.Name {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		got.add(j.testcases(c, s))
	}
	return nil
}

func (j *junit) openSuite(s result.SuiteSum, t tally) {
	attrs := append([]attr{{"name", xmlName(s.Name)}}, t.attrs(s.Latency)...)
	j.x.start("testsuite", append(attrs, attr{"timestamp", j.timestamp(s)}, attr{"file", s.File})...)
	j.x.start("properties")
	j.property("mode", string(j.run.Mode))
	j.property("credits", amount(j.run.Mode.Credits(s.Spent, s.Recorded), s.Unknown))
	j.property("credits.spent", s.Spent.String())
	j.property("credits.recorded", s.Recorded.String())
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		m := s.Providers[name]
		j.property("credits.provider."+xmlName(name), amount(j.run.Mode.Credits(m.Spent, m.Recorded), m.Unknown))
	}
	for _, name := range slices.Sorted(maps.Keys(j.run.Balance)) {
		j.property("balance."+xmlName(name), j.run.Balance[name].String())
	}
	j.x.end("properties")
}

func (j *junit) property(name, value string) {
	j.x.empty("property", attr{"name", name}, attr{"value", value})
}

// timestamp is when the newest reply was recorded; only a run that asked has a
// time of its own.
func (j *junit) timestamp(s result.SuiteSum) string {
	at := j.run.Clock.Started
	switch {
	case s.RecordedAt != nil:
		at = *s.RecordedAt
	case j.run.Mode == result.Replay || at.IsZero():
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05")
}

// seconds writes a time in fixed point, as every reader takes it.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', 3, 64)
}

func line(p result.Place) string {
	if p.Line == 0 {
		return ""
	}
	return strconv.Itoa(p.Line)
}

// dotted makes a type: GitLab gives bare words such as yaml a meaning.
func dotted(name string) string {
	return "assay." + strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '.' {
			return r
		}
		return '_'
	}, front(name, 100))
}

// message makes one line of bounded length.
func message(s string) string {
	return cut(strings.Join(strings.Fields(cut(s, 2000)), " "), 400)
}
