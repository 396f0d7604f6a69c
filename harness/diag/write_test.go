package diag_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
)

// at gives the range of the first occurrence of mark in src, as spec would.
func at(src, mark string) diag.Range {
	i := strings.Index(src, mark)
	return diag.Range{Filename: "suites/a.yaml", Start: posOf(src, i), End: posOf(src, i+len(mark))}
}

// posOf counts columns in runes only: Byte decides where the carets stand.
func posOf(src string, i int) diag.Pos {
	head := src[:i]
	return diag.Pos{Line: strings.Count(head, "\n") + 1, Column: len([]rune(head[strings.LastIndexByte(head, '\n')+1:])) + 1, Byte: i}
}

func show(src string, d diag.Diagnostic, o diag.WriterOptions) string {
	var b strings.Builder
	diag.Write(&b, diag.Diagnostics{d}, func(string) []byte { return []byte(src) }, o)
	return b.String()
}

func TestWrite(t *testing.T) {
	long := "key: " + strings.Repeat("abcdefghi ", 50) + "HERE" + strings.Repeat(" abcdefghi", 50) + "\n"
	tests := map[string]struct {
		src   string
		place func(src string) diag.Range
		d     diag.Diagnostic
		want  string
	}{
		"page": {
			src: "cases:\n    - icontains: ${each.value}\n",
			d:   diag.Diagnostic{Code: diag.ExpectationFailed, Summary: "expectation not met", Address: `jokes.a["dogs"].turn[1]`, Detail: "expected  text contains \"dogs\"\nactual    \"Why\""},
			place: func(src string) diag.Range {
				return at(src, "${each.value}")
			},
			want: `Error: expectation not met [ASY1001]

  on suites/a.yaml line 2, in jokes.a["dogs"].turn[1]:
  2:     - icontains: ${each.value}
                      ^^^^^^^^^^^^^
  expected  text contains "dogs"
  actual    "Why"
`,
		},
		"warning without a place": {
			d:    diag.Diagnostic{Severity: diag.Warning, Code: diag.RecordingOrphan, Summary: "orphan", Detail: "Delete it."},
			want: "Warning: orphan [ASY6012]\n\n  Delete it.\n",
		},
		"address only": {
			d:    diag.Diagnostic{Code: diag.RecordingMissing, Summary: "not recorded", Address: "jokes.a", Detail: "Record it."},
			want: "Error: not recorded [ASY6001]\n\n  in jokes.a:\n  Record it.\n",
		},
		"summary only": {d: diag.Diagnostic{Summary: "x"}, want: "Error: x\n"},
		"tabs": {
			src: "a:\t\tb", place: func(src string) diag.Range { return at(src, "b") },
			d: diag.Diagnostic{Summary: "s"}, want: "Error: s\n\n  on suites/a.yaml line 1:\n  1: a:        b\n               ^\n",
		},
		"wide, emoji and combining": {
			src: "日本: 👩‍👩‍👧e\u0301🇩🇪 x❤️y", place: func(src string) diag.Range { return at(src, "y") },
			d: diag.Diagnostic{Summary: "s"}, want: "Error: s\n\n  on suites/a.yaml line 1:\n  1: 日本: 👩‍👩‍👧e\u0301🇩🇪 x❤️y\n" + strings.Repeat(" ", 5+4+2+2+1+2+1+1+2) + "^\n",
		},
		"under wide characters": {
			src: "a: 日本", place: func(src string) diag.Range { return at(src, "日本") },
			d: diag.Diagnostic{Summary: "s"}, want: "Error: s\n\n  on suites/a.yaml line 1:\n  1: a: 日本\n        ^^^^\n",
		},
		"several lines": {
			src: "a: |\n  b\n  c\n", place: func(src string) diag.Range { return at(src, "|\n  b") },
			d: diag.Diagnostic{Summary: "s"}, want: "Error: s\n\n  on suites/a.yaml line 1:\n  1: a: |\n        ^\n",
		},
		"empty range at the end of a line": {
			src: "a:\r\nb: c", place: func(string) diag.Range {
				p := diag.Pos{Line: 1, Column: 3, Byte: 2}
				return diag.Range{Filename: "suites/a.yaml", Start: p, End: p}
			},
			d: diag.Diagnostic{Summary: "s"}, want: "Error: s\n\n  on suites/a.yaml line 1:\n  1: a:\n       ^\n",
		},
		"byte order mark": {
			src: "\ufeffa: b", place: func(src string) diag.Range { return at(src, "a") },
			d: diag.Diagnostic{Summary: "s"}, want: "Error: s\n\n  on suites/a.yaml line 1:\n  1: a: b\n     ^\n",
		},
		"hostile": {
			src: "a: \x1b[31m\u202e\x80é\u009bz", place: func(src string) diag.Range { return at(src, "z") },
			d: diag.Diagnostic{Summary: "red \x1b[31m\nline\ttab", Detail: "\x1b]0;title\a", Address: "a\x07"},
			want: "Error: red ␛[31m␊line    tab\n\n  on suites/a.yaml line 1, in a␇:\n  1: a: ␛[31m<U+202E>\ufffdé<U+009B>z\n" +
				strings.Repeat(" ", 5+3+5+8+1+1+8) + "^\n  ␛]0;title␇\n",
		},
		"column without byte": {
			src: "x\na: b", place: func(string) diag.Range {
				return diag.Range{Filename: "suites/a.yaml", Start: diag.Pos{Line: 2, Column: 4}, End: diag.Pos{Line: 2, Column: 5}}
			},
			d: diag.Diagnostic{Summary: "s"}, want: "Error: s\n\n  on suites/a.yaml line 2:\n  2: a: b\n        ^\n",
		},
		"line that is not there": {
			src: "x", place: func(string) diag.Range {
				return diag.Range{Filename: "suites/a.yaml", Start: diag.Pos{Line: 9, Column: 4}}
			},
			d: diag.Diagnostic{Summary: "s"}, want: "Error: s\n\n  on suites/a.yaml line 9:\n",
		},
		"long line": {
			src: long, place: func(src string) diag.Range { return at(src, "HERE") },
			d:    diag.Diagnostic{Summary: "s"},
			want: "Error: s\n\n  on suites/a.yaml line 1:\n  1: …defghi abcdefghi HERE abcdefghi abcdefghi abcdefghi …\n" + strings.Repeat(" ", 23) + "^^^^\n",
		},
		"wrapped": {
			d:    diag.Diagnostic{Summary: "s", Detail: "The quick brown fox jumps over the lazy dog and runs away from it.\nexpected  one two three four five six seven eight nine ten eleven twelve\nhttps://example.com/" + strings.Repeat("x", 60)},
			want: "Error: s\n\n  The quick brown fox jumps over the lazy dog and runs away\n  from it.\n  expected  one two three four five six seven eight nine ten\n            eleven twelve\n  https://example.com/" + strings.Repeat("x", 60) + "\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.place != nil {
				test.d.Range = test.place(test.src)
			}
			if got := show(test.src, test.d, diag.WriterOptions{Width: 60}); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestWriteColor(t *testing.T) {
	got := show("a: b", diag.Diagnostic{Code: diag.UnknownKey, Summary: "s", Range: at("a: b", "b")}, diag.WriterOptions{Color: true})
	want := "\x1b[1;31mError:\x1b[0m \x1b[1ms\x1b[0m [ASY4012]\n\n  on suites/a.yaml line 1:\n  1: a: b\n        \x1b[1;31m^\x1b[0m\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWriteSeveralAndNoSource(t *testing.T) {
	var b strings.Builder
	place := at("a: b", "b")
	diag.Write(&b, diag.Diagnostics{{Summary: "one", Range: place}, {Summary: "two"}}, nil, diag.WriterOptions{})
	if got, want := b.String(), "Error: one\n\n  on suites/a.yaml line 1:\n\nError: two\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte("a: \x1b[0m日本\r\nb"), 1, 2, 3, 1, 9, 7, 40)
	f.Add([]byte("\ufeffa\tb\xff"), 1, 1, 0, 0, 0, 0, 1)
	f.Fuzz(func(t *testing.T, src []byte, line, column, from, endLine, endColumn, to, width int) {
		r := diag.Range{Filename: "f", Start: diag.Pos{Line: line, Column: column, Byte: from}, End: diag.Pos{Line: endLine, Column: endColumn, Byte: to}}
		var b strings.Builder
		d := diag.Diagnostic{Summary: string(src), Detail: string(src), Range: r}
		diag.Write(&b, diag.Diagnostics{d}, func(string) []byte { return src }, diag.WriterOptions{Width: width % 200})
		for _, c := range b.String() {
			if c < ' ' && c != '\n' || c >= 0x7f && c < 0xa0 {
				t.Fatalf("the control character %U reaches the terminal: %q", c, b.String())
			}
		}
	})
}
