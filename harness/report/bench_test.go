package report_test

import (
	"io"
	"testing"

	"github.com/assay-harness/assay/harness/report"
)

func BenchmarkJUnit(b *testing.B) {
	run := newEndless(10_000, 100)
	for b.Loop() {
		if err := report.Formats()["junit"].Write(io.Discard, run, report.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTable(b *testing.B) {
	run := newEndless(10_000, 100)
	for b.Loop() {
		if err := report.Formats()["table"].Write(io.Discard, run, report.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTableAll(b *testing.B) {
	run := newEndless(10_000, 0)
	for b.Loop() {
		if err := report.Formats()["table"].Write(io.Discard, run, report.Options{All: true}); err != nil {
			b.Fatal(err)
		}
	}
}
