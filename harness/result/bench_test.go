package result_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

// plainCase is a case as a large suite has thousands: one turn, three
// expectations that passed, a short reply from a recording.
func plainCase(i int) *result.Case {
	cost, err := credit.ParseAmount("0.0031")
	if err != nil {
		panic(err)
	}
	latency, in, out := 812*time.Millisecond, 31, 54
	name := fmt.Sprintf("changes_topic[%q]", fmt.Sprint("row-", i))
	place := result.Place{File: "suites/jokes.yaml", Line: 24, Column: 24, EndLine: 24, End: 37}
	check := func(kind, expected string) result.Check {
		return result.Check{Name: kind, Place: place, Verdict: verdict.Pass, Expected: expected}
	}
	c := &result.Case{
		Address: "jokes." + name + "@grok-2", Display: "jokes." + name, Suite: "jokes", Name: name, Provider: "grok-2",
		Tags: []string{"smoke"}, Place: place, Verdict: verdict.Pass, Pass: 1,
		Samples: []result.Sample{{Number: 1, Verdict: verdict.Pass, Turns: []result.Turn{{
			Number: 1, Address: "jokes." + name + "@grok-2#1.turn[1]", Display: "jokes." + name + ".turn[1]", Place: place, Verdict: verdict.Pass,
			Sent:   []result.Message{{Role: "system", Text: "You are a comedian for adults."}, {Role: "user", Text: "now a joke on dogs"}},
			Status: 200, Text: "Why did the dog sit in the shade?\nIt didn't want to be a hot dog. 🌭", Model: "grok-2-1212", Finish: "stop",
			Latency: &latency, Credits: &cost, Tokens: &result.Tokens{Input: &in, Output: &out},
			Recording: &result.Recording{File: "fixtures/jokes/grok-2/changes_topic/dogs.yaml", At: time.Date(2026, 11, 22, 14, 3, 11, 0, time.UTC), Origin: "live"},
			Checks: []result.Check{
				check("icontains", `text contains "dogs" (ignoring case)`), check("regex", `text matches (?i)\b(why|what)\b`), check("length", "length at most 600"),
			},
		}}}},
	}
	c.AddUp()
	return c
}

func plainRun(cases int) result.Memory {
	list := make([]*result.Case, cases)
	for i := range list {
		list[i] = plainCase(i)
	}
	return result.NewMemory(result.Run{Assay: "1.0.0", Mode: result.Replay}, list)
}

func BenchmarkWrite(b *testing.B) {
	run := plainRun(1000)
	for b.Loop() {
		if err := result.Copy(io.Discard, run); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/case")
}

func stored(b testing.TB, run result.Reader) (data []byte, open func() (io.ReadCloser, error)) {
	b.Helper()
	var buf bytes.Buffer
	if err := result.Copy(&buf, run); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes(), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil }
}

func BenchmarkRead(b *testing.B) {
	_, open := stored(b, plainRun(1000))
	for b.Loop() {
		r, err := result.Open("run.json", open)
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range r.Cases() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/case")
}

// BenchmarkRemarkable reads what a folded table needs.
func BenchmarkRemarkable(b *testing.B) {
	_, open := stored(b, plainRun(1000))
	for b.Loop() {
		r, err := result.Open("run.json", open)
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range result.Remarkable(r) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/case")
}

func BenchmarkTally(b *testing.B) {
	run := plainRun(1000)
	for b.Loop() {
		var t result.Tally
		for _, c := range run.List {
			c.AddUp()
			t.Add(c)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/case")
}
