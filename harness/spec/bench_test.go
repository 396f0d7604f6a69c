package spec

import (
	"bytes"
	"fmt"
	"testing"
)

// benchSuite makes a suite of about so many bytes, of cases as people write them.
func benchSuite(size int) []byte {
	var b bytes.Buffer
	b.WriteString("suite: bench\nprovider: grok-2\ncases:\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `  - name: case_%d
    tags: [smoke, bench]
    conversation:
      - system: You are a comedian for ${var.audience}.
      - user: |
          Tell me a joke about number %d.
          Make it short, please.
        expect:
          - icontains: ${each.value}
          - regex: '(?i)\b(why|what)\b'
          - length: {max: 600}  # characters
`, i, i)
	}
	return b.Bytes()
}

func BenchmarkParse(b *testing.B) {
	src := benchSuite(1 << 20)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ds := Parse("bench.yaml", src); ds.HasErrors() {
			b.Fatal(ds.Err())
		}
	}
}

func BenchmarkLex(b *testing.B) {
	src := string(benchSuite(1 << 20))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		lex(src)
	}
}

func BenchmarkAt(b *testing.B) {
	n, ds := Parse("bench.yaml", benchSuite(1<<10))
	if ds.HasErrors() {
		b.Fatal(ds.Err())
	}
	text := n.Get("cases").Items[0].Get("conversation").Items[1].Get("user")
	for b.Loop() {
		text.At(10, 20)
	}
}
