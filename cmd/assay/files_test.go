package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

// writeKinds are files that no script can hold: write FILE KIND [N].
func writeKinds(n int) map[string]func() []byte {
	bytesOf := func(s string) func() []byte { return func() []byte { return []byte(s) } }
	return map[string]func() []byte{
		"empty":   bytesOf(""),
		"blanks":  bytesOf("\n  \n# nothing but a comment\n"),
		"binary":  bytesOf("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00\xff\xfe\x80"),
		"latin-1": bytesOf("suite: caf\xe9\ncases: []\n"),
		"utf-16":  bytesOf("\xff\xfes\x00u\x00i\x00t\x00e\x00:\x00 \x00x\x00\n\x00"),
		// A text of N MB, which is YAML all through.
		"megabytes": func() []byte {
			return append([]byte("suite: big\ndescription: |\n"), bytes.Repeat([]byte("  "+strings.Repeat("x", 61)+"\n"), n<<14)...)
		},
		// N maps, or lists, within each other, in one line or a line each.
		"deep-flow": func() []byte { return []byte("cases: " + strings.Repeat("[", n) + strings.Repeat("]", n) + "\n") },
		"deep-maps": func() []byte {
			return []byte("cases: " + strings.Repeat("{a: ", n) + "1" + strings.Repeat("}", n) + "\n")
		},
		"deep-lists": func() []byte { return []byte("cases:\n  " + strings.Repeat("- ", n) + "a\n") },
		"deep-block": func() []byte {
			var b bytes.Buffer
			for i := range n {
				fmt.Fprintf(&b, "%*sa:\n", i, "")
			}
			return b.Bytes()
		},
		// Each alias doubles N times what the one before it holds.
		"alias-bomb": func() []byte {
			var b bytes.Buffer
			b.WriteString("suite: bomb\nlocals:\n  a0: &a0 [boom, boom]\n")
			for i := 1; i <= n; i++ {
				fmt.Fprintf(&b, "  a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
			}
			return b.Bytes()
		},
	}
}

// putTabs writes a tab for each TAB: editors keep none in a script.
func putTabs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: tab FILE")
	}
	text := strings.ReplaceAll(ts.ReadFile(args[0]), "TAB", "\t")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// cutFrom cuts a file where a text first stands in it, as a full disk would.
func cutFrom(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cutfrom FILE TEXT")
	}
	kept, _, found := strings.Cut(ts.ReadFile(args[0]), args[1])
	if !found {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(kept), 0o644))
}

func writeFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: write FILE KIND [N]")
	}
	n := 1
	if len(args) == 3 {
		var err error
		n, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	content := writeKinds(n)[args[1]]
	if content == nil {
		ts.Fatalf("there is no kind of file %q", args[1])
	}
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content(), 0o644))
}

// copyShipped copies what a clone of this project holds for assay itself.
func copyShipped(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: shipped DIR")
	}
	ts.Check(copyProject(ts.MkAbs(args[0])))
}

func copyProject(dir string) error {
	root := filepath.Join("..", "..")
	for _, name := range []string{"suites", "fixtures"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			return err
		}
	}
	config, err := os.ReadFile(filepath.Join(root, "assay.yaml"))
	if os.IsNotExist(err) {
		return nil // a project needs none
	}
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "assay.yaml"), config, 0o644)
}

// unstable is what differs from run to run in what assay says.
var unstable = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d{4,5}`), "127.0.0.1:PORT"},
	{regexp.MustCompile(`\bin \d+(\.\d+)? ?(µs|ms|s|min)\b`), "in TIME"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?`), "DATE"},
	{regexp.MustCompile(`(?m)[ \t]+$`), ""},
}

func writeStable(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || args[1] != "stdout" && args[1] != "stderr" {
		ts.Fatalf("usage: stable FILE stdout|stderr")
	}
	text := strings.ReplaceAll(ts.ReadFile(args[1]), ts.Getenv("WORK"), "$WORK")
	for _, u := range unstable {
		text = u.pattern.ReplaceAllString(text, u.instead)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// plain holds an output to text that does nothing to a terminal.
func plain(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: plain stdout|stderr")
	}
	text := ts.ReadFile(args[0])
	if !utf8.ValidString(text) {
		ts.Fatalf("%s is not UTF-8", args[0])
	}
	for i, r := range text {
		control := r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
		bidi := r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
		if control || bidi {
			ts.Fatalf("%s holds the raw character %U at byte %d", args[0], r, i)
		}
	}
}
