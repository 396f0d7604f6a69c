package suite_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/suite"
)

// manyCases makes a suite as large ones are: a turn and three expectations a case.
func manyCases(n int) string {
	var b strings.Builder
	b.WriteString("suite: many\ntags: [nightly]\nvariables: {who: {default: Ann}}\ncases:\n")
	for i := range n {
		fmt.Fprintf(&b, `  - name: case_%d
    tags: [smoke]
    conversation:
      - user: Tell %s something about number %d.
        expect:
          - icontains: number
          - length: {max: 2000}
          - latency: {max: 20s}
`, i, "${var.who}", i)
	}
	return b.String()
}

func BenchmarkLoad10000Cases(b *testing.B) {
	fsys := project(map[string]string{"suites/s.yaml": manyCases(10_000)})
	b.ReportAllocs()
	var p *suite.Project
	for b.Loop() {
		var ds any
		p, ds = suite.Load(suite.Options{FS: fsys})
		_ = ds
	}
	b.StopTimer()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-live")
	runtime.KeepAlive(p)
}

func BenchmarkCSVRows(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("id,animal,text\n")
	for i := range 10_000 {
		fmt.Fprintf(&csv, "%d,dog,\"a text, with a comma, number %d\"\n", i, i)
	}
	p, ds := suite.Load(suite.Options{FS: project(map[string]string{
		"suites/s.yaml": caseText("rows: data/a.csv\nkey: '${each.value.id}'"), "data/a.csv": csv.String(),
	})})
	if ds.HasErrors() {
		b.Fatal(describe(ds))
	}
	scope, _ := p.Suites[0].Scope(p)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, ds := range p.Suites[0].Cases[0].Instances(p, scope) {
			if n++; ds.HasErrors() {
				b.Fatal(describe(ds))
			}
		}
		if n != 10_000 {
			b.Fatalf("got %d rows", n)
		}
	}
}

func BenchmarkLoadSmall(b *testing.B) {
	fsys := project(map[string]string{"suites/s.yaml": okSuite})
	b.ReportAllocs()
	for b.Loop() {
		suite.Load(suite.Options{FS: fsys})
	}
}

func BenchmarkMessages(b *testing.B) {
	p, ds := suite.Load(suite.Options{FS: project(map[string]string{"suites/s.yaml": manyCases(1)})})
	if ds.HasErrors() {
		b.Fatal(describe(ds))
	}
	scope, _ := p.Suites[0].Scope(p)
	b.ReportAllocs()
	for b.Loop() {
		p.Suites[0].Cases[0].Turns[0].Messages(scope)
	}
}
