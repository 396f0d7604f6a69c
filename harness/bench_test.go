package harness_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/internal/disk"
)

// benchCases is how many cases the benchmarks' project has.
const benchCases = 1000

const benchReply = `{"id":"1","object":"chat.completion","model":"grok-2-1212","choices":[{"index":0,"message":{"role":"assistant",` +
	`"content":"Here is the answer to the question: it is short, it is polite, and it stops here.","refusal":null},"finish_reason":"stop"}],` +
	`"usage":{"prompt_tokens":24,"completion_tokens":18,"total_tokens":42}}`

// instantly answers at once, without a socket.
type instantly struct{}

func (instantly) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Request: req,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(strings.NewReader(benchReply)),
		ContentLength: int64(len(benchReply)),
	}, nil
}

// benchProject writes a project of n cases, a hundred in a file.
func benchProject(b *testing.B, n int) *disk.Folder {
	b.Helper()
	dir := b.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "suites"), 0o755); err != nil {
		b.Fatal(err)
	}
	for first := 0; first < n; first += 100 {
		var file bytes.Buffer
		fmt.Fprintf(&file, "suite: s%04d\ncases:\n", first/100)
		for i := first; i < min(first+100, n); i++ {
			fmt.Fprintf(&file, "  - name: c%06d\n    conversation:\n      - user: question %d\n        expect:\n"+
				"          - icontains: answer\n          - words: {min: 3, max: 60}\n          - finish_reason: stop\n", i, i)
		}
		if err := os.WriteFile(filepath.Join(dir, "suites", fmt.Sprintf("s%04d.yaml", first/100)), file.Bytes(), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	folder, err := disk.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = folder.Close() })
	return folder
}

func benchLive() *harness.Live {
	return &harness.Live{
		BaseURL: "http://127.0.0.1:1/v1", Transport: instantly{},
		Env: func(string) string { return "bench-key-0123456789" },
	}
}

// load loads a project that must be valid.
func load(b *testing.B, c harness.Config) *harness.Project {
	b.Helper()
	p, ds := harness.Load(c)
	if ds.HasErrors() {
		b.Fatal(ds.Err())
	}
	return p
}

// test runs a project that must be green.
func test(b *testing.B, c harness.Config) {
	b.Helper()
	c.Record = io.Discard
	report, err := load(b, c).Test(context.Background())
	if err != nil || report.Exit() != 0 {
		b.Fatalf("exit %v, %v", report, err)
	}
}

// perCase adds what one case takes: the figure that should not grow with their number.
func perCase(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*benchCases), "µs/case")
}

func BenchmarkLoad(b *testing.B) {
	folder := benchProject(b, benchCases)
	b.ReportAllocs()
	var kept *harness.Project
	for b.Loop() {
		kept = load(b, harness.Config{FS: folder})
	}
	perCase(b)
	b.ReportMetric(float64(heldBy(&kept))/benchCases, "held-B/case")
}

// heldBy measures what a project keeps in memory, by letting it go.
func heldBy(p **harness.Project) uint64 {
	var with, without runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&with)
	runtime.KeepAlive(*p)
	*p = nil
	runtime.GC()
	runtime.ReadMemStats(&without)
	return with.HeapAlloc - without.HeapAlloc
}

func BenchmarkLive(b *testing.B) {
	folder := benchProject(b, benchCases)
	b.ReportAllocs()
	for b.Loop() {
		test(b, harness.Config{FS: folder, Live: benchLive(), Concurrency: 64})
	}
	perCase(b)
}

func BenchmarkReplay(b *testing.B) {
	folder := benchProject(b, benchCases)
	record(b, folder)
	b.ReportAllocs()
	for b.Loop() {
		test(b, harness.Config{FS: folder})
	}
	perCase(b)
}

func BenchmarkApply(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		folder := benchProject(b, benchCases)
		b.StartTimer()
		record(b, folder)
	}
	perCase(b)
}

// record asks everything and records it.
func record(b *testing.B, folder *disk.Folder) {
	b.Helper()
	p := load(b, harness.Config{FS: folder, Live: benchLive(), Concurrency: 64, Record: io.Discard})
	survey, err := p.Survey(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := p.Apply(context.Background(), survey, harness.Recording{Folder: folder}); err != nil {
		b.Fatal(err)
	}
}
