package suite

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// maxRow bounds one row of a streamed file.
const maxRow = MaxFileSize

// errDataTooLarge is a row over maxRow.
var errDataTooLarge = errors.New("a row is larger than 32 MB")

// rowsExtension gives the extension of a file that rows can read, or "".
func rowsExtension(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".csv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml":
		return ext
	}
	return ""
}

// fileRows iterates over the rows of a file; named is where the suite names it.
func fileRows(files *Files, name string, named diag.Range) iter.Seq2[row, diag.Diagnostics] {
	return func(yield func(row, diag.Diagnostics) bool) {
		if ext := rowsExtension(name); ext == ".yaml" || ext == ".yml" {
			yamlRows(files, name, named, yield)
			return
		}
		file, err := files.Open(name)
		if err != nil {
			var ds diag.Diagnostics
			files.unreadable(&ds, named, name, name, err)
			yield(row{}, ds)
			return
		}
		defer func() { _ = file.Close() }()
		in := newTextReader(name, file)
		switch rowsExtension(name) {
		case ".csv":
			csvRows(in, yield)
		case ".json":
			jsonRows(in, yield)
		default:
			jsonlRows(in, yield)
		}
	}
}

// checkRowsFile checks what can be seen at once: that the file is there, is of a
// known sort, and begins as it should.
func checkRowsFile(files *Files, name string, n *spec.Node) diag.Diagnostics {
	if rowsExtension(name) == "" {
		var ds diag.Diagnostics
		ds.Add(diag.BadData, n.Range, fmt.Sprintf("rows cannot be read from %q", n.Value), "The file's name ends in .csv, .json, .jsonl, .yaml or .yml.")
		return ds
	}
	for _, ds := range fileRows(files, name, n.Range) {
		if ofOneRow(ds) {
			return nil // said with those of the other rows
		}
		return ds
	}
	var ds diag.Diagnostics
	ds.Add(diag.BadData, n.Range, fmt.Sprintf("%q has no rows", n.Value), "The case would never be asked. Give it at least one row, or skip it with a reason.")
	return ds
}

// yamlRows gives the items of a YAML list. They are data: templates in them are text.
func yamlRows(files *Files, name string, named diag.Range, yield func(row, diag.Diagnostics) bool) {
	src, err := files.Read(name)
	var ds diag.Diagnostics
	if err != nil {
		files.unreadable(&ds, named, name, name, err)
		yield(row{}, ds)
		return
	}
	root, ds := spec.Parse(name, src)
	switch {
	case root == nil:
		yield(row{}, ds)
		return
	case root.Kind != spec.List:
		ds.Add(diag.BadData, root.Range, "rows are a list, not "+root.Kind.String(), "Write each row after a dash, as a map.")
		yield(row{}, ds)
		return
	}
	for _, item := range root.Items {
		if item.Kind != spec.Map {
			ds.Add(diag.BadData, item.Range, "a row is a map, not "+item.Kind.String(), "Write its fields as key: value.")
			yield(row{}, ds)
			return
		}
		if !yield(row{value: item.Any(), place: item.Range, needsKey: true}, nil) {
			return
		}
	}
}

// textReader reads a data file as UTF-8 without its mark, and knows in which
// line each byte stands.
type textReader struct {
	name   string
	in     *bufio.Reader
	offset int64   // bytes given so far
	line   int     // of the byte before the first of breaks
	breaks []int64 // offsets behind line breaks that were given and not yet asked about
	bad    int64   // offset behind the first bad byte; 0: none
	rest   []byte  // the start of a character that the last read cut
	begun  bool
	limit  int64 // if not 0, no byte behind it is given
}

// errNotUTF8 is a file in another encoding.
var errNotUTF8 = errors.New("the file is not UTF-8")

func newTextReader(name string, in io.Reader) *textReader {
	return &textReader{name: name, in: bufio.NewReaderSize(in, 64<<10), line: 1}
}

// Read gives bytes that are valid UTF-8 up to errNotUTF8.
func (t *textReader) Read(p []byte) (int, error) {
	if !t.begun {
		t.begun = true
		if mark, _ := t.in.Peek(3); string(mark) == "\xef\xbb\xbf" {
			_, _ = t.in.Discard(3)
		}
	}
	if t.limit > 0 && t.offset >= t.limit {
		return 0, errDataTooLarge
	}
	n, err := t.in.Read(p)
	if fault := t.check(p[:n], err); fault != nil {
		return 0, fault
	}
	for i, c := range p[:n] {
		if c == '\n' {
			t.breaks = append(t.breaks, t.offset+int64(i)+1)
		}
	}
	t.offset += int64(n)
	return n, err
}

// check looks for bad UTF-8, also in a character that two reads share.
func (t *textReader) check(p []byte, err error) error {
	data := p
	if len(t.rest) > 0 {
		data = append(t.rest, p...)
	}
	if utf8.Valid(data) {
		t.rest = nil
		return nil
	}
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		if c == utf8.RuneError && size == 1 {
			if !utf8.FullRune(data) && err == nil {
				t.rest = append([]byte(nil), data...)
				return nil
			}
			t.bad = t.offset + int64(len(p)-len(data))
			for i := range int64(len(p) - len(data)) {
				if p[i] == '\n' {
					t.breaks = append(t.breaks, t.offset+i+1)
				}
			}
			return errNotUTF8
		}
		data = data[size:]
	}
	t.rest = nil
	return nil
}

// lineAt gives the line of the byte at that offset; offsets never fall.
func (t *textReader) lineAt(offset int64) int {
	n := 0
	for n < len(t.breaks) && t.breaks[n] <= offset {
		n++
	}
	t.line += n
	t.breaks = t.breaks[:copy(t.breaks, t.breaks[n:])]
	return t.line
}

// forgetLines is for readers that count lines themselves.
func (t *textReader) forgetLines() { t.lineAt(t.offset) }

// fault makes a diagnostic at a line.
func (t *textReader) fault(code diag.Code, line int, summary, detail string) diag.Diagnostics {
	var ds diag.Diagnostics
	ds.Add(code, t.at(line), summary, detail)
	return ds
}

// at gives a line as a place.
func (t *textReader) at(line int) diag.Range {
	pos := diag.Pos{Line: line, Column: 1}
	return diag.Range{Filename: t.name, Start: pos, End: pos}
}

// broken makes the diagnostic of data that cannot be read.
func (t *textReader) broken(line int, err error) diag.Diagnostics {
	var ds diag.Diagnostics
	switch {
	case errors.Is(err, errNotUTF8):
		ds.Add(diag.BadData, t.at(t.lineAt(t.bad)), fmt.Sprintf("%q is not UTF-8", t.name), "Save it as UTF-8. Spreadsheets call that \"CSV UTF-8\".")
	case errors.Is(err, errDataTooLarge):
		ds.Add(diag.BadData, t.at(line), "a row is larger than 32 MB", "A quote that is never closed looks like this. Otherwise split the row.")
	default:
		ds.Add(diag.BadData, t.at(line), fmt.Sprintf("%q cannot be read", t.name), capital(cause(err))+".")
	}
	return ds
}
