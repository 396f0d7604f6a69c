package cli

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/report"
)

var updateReference = flag.Bool("update", false, "write docs/reference.md anew")

// TestReference holds docs/reference.md to the code it is made from.
func TestReference(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "reference.md")
	want := reference(t)
	if *updateReference {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))
	if diff := cmp.Diff(strings.Split(string(got), "\n"), strings.Split(string(want), "\n")); diff != "" {
		t.Errorf("docs/reference.md is stale: run make docs\n%s", diff)
	}
}

func reference(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("# Reference\n\n" +
		"Made from the code by `make docs`; a test fails when it is stale. The guide is [language.md](language.md).\n\n" +
		"- [Checks](#checks)\n- [Functions](#functions)\n- [Commands](#commands)\n- [Report formats](#report-formats)\n" +
		"- [Exit codes](#exit-codes)\n- [Diagnostics](#diagnostics)\n")
	writeChecks(t, &b)
	writeFunctions(&b)
	writeCommands(&b)
	writeFormats(&b)
	writeExits(&b)
	writeDiagnostics(&b)
	return b.Bytes()
}

func writeChecks(t *testing.T, b *bytes.Buffer) {
	b.WriteString("\n## Checks\n\n" +
		"One stands in each entry of an `expect` list. Beside it may stand `of` (what is looked at; the text by default), `when`, " +
		"`severity` and `message`. Wherever a text or a bound is wanted, a template may stand.\n")
	kinds := harness.DefaultChecks()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		kind := kinds[name]
		fmt.Fprintf(b, "\n### `%s`\n\n%s\n\nArgument: %s.", name, kind.Doc, argument(t, kind.Schema))
		if kind.Fixed {
			b.WriteString(" It takes no `of`.")
		}
		fmt.Fprintf(b, "\n\n```yaml expect\n- %s\n```\n", strings.ReplaceAll(kind.Example, "\n", "\n  "))
	}
}

func writeFunctions(b *bytes.Buffer) {
	b.WriteString("\n## Functions\n\nThey carry Terraform's names and meaning. None reads the clock, the network or the environment.\n\n" +
		"| function | gives | example | result |\n| --- | --- | --- | --- |\n")
	for _, f := range expr.Functions() {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", cell(f.Signature), cell(f.Doc), code(f.Example), code(f.Result))
	}
}

// cell fits a text into a table: a bar would end it.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// code gives a table cell in code style, whatever backticks are in it.
func code(s string) string {
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + cell(s) + " " + fence
	}
	return fence + cell(s) + fence
}

func writeCommands(b *bytes.Buffer) {
	root := newRoot(&command{Process: &Process{
		Env: func(string) string { return "" }, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard,
	}})
	fmt.Fprintf(b, "\n## Commands\n\n%s\n\nEvery command takes:\n\n```text\n%s```\n", prose(root.Long), root.PersistentFlags().FlagUsages())
	for _, cmd := range root.Commands() {
		if cmd.Hidden || cmd.Name() == "help" {
			continue
		}
		writeCommand(b, cmd)
	}
}

func writeCommand(b *bytes.Buffer, cmd *cobra.Command) {
	fmt.Fprintf(b, "\n### `assay %s`\n\n%s.\n", cmd.Use, strings.TrimSuffix(cmd.Short, "."))
	if cmd.Name() == "completion" {
		for _, sub := range cmd.Commands() {
			fmt.Fprintf(b, "\n- `assay completion %s`", sub.Name())
		}
		b.WriteString("\n")
		return
	}
	if cmd.Long != "" {
		b.WriteString("\n" + prose(cmd.Long) + "\n")
	}
	if cmd.Example != "" {
		b.WriteString("\n```sh\n")
		for line := range strings.Lines(cmd.Example) {
			b.WriteString(strings.TrimPrefix(line, "  "))
		}
		b.WriteString("\n```\n")
	}
	if usages := cmd.LocalNonPersistentFlags().FlagUsages(); usages != "" {
		b.WriteString("\n```text\n" + usages + "```\n")
	}
	for _, sub := range cmd.Commands() {
		writeSubcommand(b, cmd, sub)
	}
}

func writeSubcommand(b *bytes.Buffer, cmd, sub *cobra.Command) {
	fmt.Fprintf(b, "\n#### `assay %s %s`\n\n%s.\n", cmd.Name(), sub.Use, strings.TrimSuffix(sub.Short, "."))
	if sub.Long != "" {
		b.WriteString("\n" + prose(sub.Long) + "\n")
	}
	if usages := sub.LocalNonPersistentFlags().FlagUsages(); usages != "" {
		b.WriteString("\n```text\n" + usages + "```\n")
	}
}

// prose puts indented parts of a help text, and lines that are YAML comments,
// into blocks: Markdown would read them otherwise.
func prose(text string) string {
	var b strings.Builder
	inBlock := false
	for line := range strings.Lines(text + "\n") {
		indented := strings.HasPrefix(line, "  ")
		switch {
		case indented && !inBlock:
			b.WriteString("```text\n")
		case !indented && inBlock:
			b.WriteString("```\n")
		}
		inBlock = indented
		b.WriteString(strings.TrimPrefix(line, "  "))
	}
	if inBlock {
		b.WriteString("```")
	}
	return strings.TrimRight(b.String(), "\n")
}

func writeFormats(b *bytes.Buffer) {
	b.WriteString("\n## Report formats\n\nFor `--format` (stdout) and `--report FORMAT[=FILE]`. There is an example of each in [reports/examples](../reports/examples).\n\n" +
		"| format | what |\n| --- | --- |\n")
	formats := report.Formats()
	for _, name := range slices.Sorted(maps.Keys(formats)) {
		fmt.Fprintf(b, "| `%s` | %s |\n", name, cell(formats[name].Doc))
	}
}

func writeExits(b *bytes.Buffer) {
	b.WriteString("\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n")
	codes := []int{}
	for _, e := range diag.Exits() {
		fmt.Fprintf(b, "| %d | %s |\n", e.Code, cell(e.Meaning))
		codes = append(codes, e.Code)
	}
	b.WriteString("\nWhere several apply, the first of these wins: ")
	for i := 0; len(codes) > 0; i++ { // the worst of those that are left
		worst := diag.WorstExit(codes...)
		if worst == diag.ExitOK {
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(b, worst)
		codes = slices.DeleteFunc(codes, func(c int) bool { return c == worst })
	}
	b.WriteString(".\n")
}

func writeDiagnostics(b *bytes.Buffer) {
	b.WriteString("\n## Diagnostics\n\nThe first digit of a code is the exit code; `ASY0…` is a fault in assay (exit 11). `assay explain CODE` says the same.\n")
	for _, e := range diag.Explanations() {
		fmt.Fprintf(b, "\n### %s: %s\n\n%s\n\n**Cure:** %s\n", e.Code, e.Title, plainText(e.Cause), plainText(e.Cure))
	}
}

// plainText keeps what is meant literally from being read as Markdown.
func plainText(s string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(s)
}
