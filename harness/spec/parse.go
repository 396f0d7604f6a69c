package spec

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/assay-harness/assay/harness/diag"
)

// Limits of a file.
const (
	MaxSize  = 32 << 20  // bytes
	MaxDepth = 100       // lists and maps within each other
	maxAlias = 1_000_000 // values that aliases and merges may add
)

// Parse reads one YAML document. The result is nil when there is an error, and
// then says all that is wrong, as far as YAML lets one read on. src may not be
// changed afterwards.
//
// Stricter than YAML: a key stands once in a map, tags other than YAML's own are
// refused, and so is plain text that ends at a single space and a comment.
func Parse(filename string, src []byte) (*Node, diag.Diagnostics) {
	n, ds := Read(filename, src)
	if ds.HasErrors() {
		return nil, ds
	}
	return n, ds
}

// Read is Parse, but gives what could be read beside the errors, so that all
// else that is wrong in the file can be said in the same go: a key that stands
// twice has its first value, say. It is nil where nothing could be read.
func Read(filename string, src []byte) (*Node, diag.Diagnostics) {
	return (&reader{cutIsError: true}).parse(filename, src)
}

// ParseData reads one YAML document that is data, not a suite: comments may
// follow plain text by one space. All else is as in Parse.
func ParseData(filename string, src []byte) (*Node, diag.Diagnostics) {
	n, ds := (&reader{}).parse(filename, src)
	if ds.HasErrors() {
		return nil, ds
	}
	return n, ds
}

func (r *reader) parse(filename string, src []byte) (*Node, diag.Diagnostics) {
	var ds diag.Diagnostics
	if len(src) > MaxSize {
		ds.Add(diag.YAMLTooLarge, wholeFile(filename), fmt.Sprintf("the file has %d MB, more than %d", len(src)>>20, MaxSize>>20),
			"Split it, or move its data into a CSV or JSONL file and read that with rows.")
		return nil, ds
	}
	file := &source{filename: filename, text: string(src)}
	r.source, r.lines, r.ds = file, newLines(file.text), &ds
	if !r.encoding() {
		return nil, ds
	}
	// Before yaml.v3 sees it: its time grows with the square of the depth.
	lexed := lex(file.text)
	if lexed.deep > 0 {
		r.tooDeep(lexed.deep)
		return nil, ds
	}
	text := r.substitute()
	root, err := r.load(text)
	if err != nil {
		r.syntax(err, text, lexed)
		return nil, ds
	}
	if root == nil {
		return nil, ds
	}
	n := r.document(root)
	if r.stopped {
		return nil, ds
	}
	if r.after != nil && !ds.HasErrors() {
		r.after(r, root)
	}
	return n, ds
}

// wholeFile is a place for what concerns no line more than another.
func wholeFile(filename string) diag.Range {
	start := diag.Pos{Line: 1, Column: 1}
	return diag.Range{Filename: filename, Start: start, End: start}
}

// load lets yaml.v3 read the only document. Its own panics become errors.
func (r *reader) load(text string) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			root, err = nil, fmt.Errorf("yaml: the parser broke off: %v", p)
		}
	}()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var first, second yaml.Node
	if err := decoder.Decode(&first); errors.Is(err, io.EOF) {
		r.add(diag.YAMLEmpty, 0, 0, "the file is empty", "It holds nothing, or only comments.")
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); err == nil {
		at := r.lines.offset(second.Line, second.Column)
		r.add(diag.YAMLDocuments, at, min(at+3, len(r.text)), "the file holds several documents",
			"One file is one document: put what follows --- into a file of its own.")
		return nil, nil
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return &first, nil
}
