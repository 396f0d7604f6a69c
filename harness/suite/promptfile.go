package suite

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// promptFiles keeps what was parsed of prompt files: many cases share one.
type promptFiles struct {
	templates map[string]*expr.Template
	filled    map[string]*filledPrompt // by file and delimiters
}

// readNamedFile reads the file that a key names; src is nil when that failed.
func (r *suiteReader) readNamedFile(o *spec.Object, key string) (name string, src []byte, place diag.Range) {
	n := o.Node(key)
	if n == nil {
		o.Require(key)
		return "", nil, place
	}
	place = n.Range
	if name = r.locate(n, key); name == "" {
		return "", nil, place
	}
	src, err := r.project.Files.Read(name)
	if err != nil {
		r.project.Files.unreadable(&r.ds, place, n.Value, name, err)
		return "", nil, place
	}
	if src == nil {
		src = []byte{}
	}
	return name, src, place
}

// locate gives the file that a scalar names, or reports why it names none.
func (r *suiteReader) locate(n *spec.Node, what string) string {
	switch {
	case !n.Scalar():
		r.ds.Add(diag.WrongType, n.Range, what+" is a path, not "+n.Kind.String(), "")
		return ""
	case strings.Contains(n.Value, "${"):
		r.ds.Add(diag.BadValue, n.Range, what+" is a path, and no template", "Write the path out, so that it can be checked before anything runs.")
		return ""
	}
	name, err := Locate(r.dir, n.Value)
	if err != nil {
		r.project.Files.unreadable(&r.ds, n.Range, n.Value, n.Value, err)
		return ""
	}
	return name
}

// readPrompt reads {file, template, vars, delimiters}.
func (r *suiteReader) readPrompt(role Role, n *spec.Node) Content {
	o := spec.NewObject(n, "content", &r.ds)
	name, src, place := r.readNamedFile(o, "file")
	isTemplate := !o.Has("template") || o.Bool("template")
	vars := r.readVars(o.Map("vars"))
	delimiters := o.Node("delimiters")
	if n.Get("raw") != nil {
		o.Node("raw")
		r.ds.Add(diag.TurnShape, n.Range, "the content is raw and a file at once", contentForms)
	}
	o.Close()
	if !isTemplate && (o.Has("vars") || delimiters != nil) {
		r.ds.Add(diag.BadValue, o.Node("template").Range, "template: false leaves nothing to fill in", "Remove vars and delimiters, or template: false.")
		return Content{}
	}
	c := Content{File: name, Vars: vars, base: r.suite.base}
	switch {
	case src == nil:
		return Content{File: name}
	case len(src) == 0:
		r.emptyContent(place, fmt.Sprintf("file %q of %s", name, role))
		return c
	case !utf8.Valid(src):
		r.ds.Add(diag.FileUnreadable, place, fmt.Sprintf("file %q is not UTF-8", name), fmt.Sprintf("The first byte that is not stands in line %d. Save it as UTF-8.", invalidLine(src)))
		return c
	case !isTemplate:
		c.Text = expr.Literal(string(src))
	case delimiters != nil:
		r.readDelimited(&c, string(src), delimiters)
	default:
		c.Text = r.promptTemplate(name, src)
	}
	return c
}

func invalidLine(src []byte) int {
	line := 1
	for len(src) > 0 {
		c, size := utf8.DecodeRune(src)
		if c == utf8.RuneError && size == 1 {
			break
		}
		if c == '\n' {
			line++
		}
		src = src[size:]
	}
	return line
}

// promptTemplate parses a prompt file once for all the turns that name it.
func (r *suiteReader) promptTemplate(name string, src []byte) *expr.Template {
	if t, ok := r.prompts.templates[name]; ok {
		return t
	}
	t, more := expr.ParseTemplateText(name, string(src))
	r.ds = append(r.ds, more...)
	if r.prompts.templates == nil {
		r.prompts.templates = map[string]*expr.Template{}
	}
	r.prompts.templates[name] = t
	return t
}

func (r *suiteReader) readVars(n *spec.Node) []NamedTemplate {
	if n == nil {
		return nil
	}
	vars := make([]NamedTemplate, 0, len(n.Pairs))
	for _, pair := range n.Pairs {
		name := pair.Key.Value
		if !isPlaceholder(name) {
			r.ds.Add(diag.BadName, pair.Key.Range, fmt.Sprintf("vars name %q is no name", name), nameRule)
			continue
		}
		if t := textTemplate(&r.ds, pair.Value, "vars "+name); t != nil {
			vars = append(vars, NamedTemplate{Name: name, Text: t, Range: pair.Key.Range})
		}
	}
	return vars
}

// filledPrompt is a prompt file cut at its own delimiters: text, name, text, …
type filledPrompt struct {
	texts  []string // one more than names
	names  []string
	ranges []diag.Range
}

// readDelimited cuts the file at its delimiters, and compares its names with vars.
func (r *suiteReader) readDelimited(c *Content, text string, n *spec.Node) {
	fields := strings.Fields(n.Value)
	if !n.Scalar() || len(fields) != 2 {
		r.ds.Add(diag.PromptDelimiters, n.Range, fmt.Sprintf("%q is no pair of delimiters", n.Value), `Write the opening and the closing one with a space between, such as "{{ }}".`)
		return
	}
	key := c.File + "\x00" + n.Value
	p := r.prompts.filled[key]
	if p == nil {
		p = cutPrompt(c.File, text, fields[0], fields[1])
		if r.prompts.filled == nil {
			r.prompts.filled = map[string]*filledPrompt{}
		}
		r.prompts.filled[key] = p
	}
	if c.Vars == nil {
		c.Vars = []NamedTemplate{}
	}
	r.compareVars(c, p, n)
	c.Fill = p.fill
}

func (r *suiteReader) compareVars(c *Content, p *filledPrompt, n *spec.Node) {
	var given []string
	for _, v := range c.Vars {
		given = append(given, v.Name)
		if !slices.Contains(p.names, v.Name) {
			r.ds.Add(diag.PromptDelimiters, v.Range, fmt.Sprintf("%q is not used in %s", v.Name, c.File),
				"Remove it from vars, or write it between the delimiters "+n.Value+" in the file."+diag.Suggest(v.Name, p.names))
		}
	}
	reported := map[string]bool{}
	for i, name := range p.names {
		if !slices.Contains(given, name) && !reported[name] {
			reported[name] = true
			r.ds.Add(diag.PromptDelimiters, p.ranges[i], fmt.Sprintf("%q is not in vars", name),
				fmt.Sprintf("The suite gives this file its names at %s. Add it there.", placeText(n.Range))+diag.Suggest(name, given))
		}
	}
}

const maxPlaceholder = 200

// cutPrompt finds the names between delimiters. Whatever else stands between
// them is text: it belongs to the application that shares the file.
func cutPrompt(file, text, opening, closing string) *filledPrompt {
	p := &filledPrompt{}
	places := &placeFinder{file: file, src: []byte(text), pos: hcl.InitialPos}
	start, at := 0, 0
	for {
		open := strings.Index(text[at:], opening)
		if open < 0 {
			break
		}
		open += at
		inside := open + len(opening)
		// A name is short: looking no further keeps a long file from being read
		// again at every opening delimiter.
		end := strings.Index(text[inside:min(len(text), inside+maxPlaceholder)], closing)
		if end < 0 {
			at = open + 1
			continue
		}
		end += inside
		name := strings.Trim(text[inside:end], " \t")
		if !isPlaceholder(name) {
			at = open + 1
			continue
		}
		p.texts = append(p.texts, text[start:open])
		p.names = append(p.names, name)
		p.ranges = append(p.ranges, places.between(open, end+len(closing)))
		start = end + len(closing)
		at = start
	}
	p.texts = append(p.texts, text[start:])
	return p
}

// fill gives the text with its names filled in.
func (p *filledPrompt) fill(values map[string]string) (string, error) {
	var b strings.Builder
	for i, name := range p.names {
		value, ok := values[name]
		if !ok {
			return "", errors.New("there is no value for " + name)
		}
		b.WriteString(p.texts[i])
		b.WriteString(value)
	}
	b.WriteString(p.texts[len(p.texts)-1])
	return b.String(), nil
}

// isPlaceholder reports whether s may name what is filled in: a name, with
// dots too, since applications write {{user.name}}.
func isPlaceholder(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !ValidName(part) {
			return false
		}
	}
	return true
}

// placeFinder turns ascending offsets of a file into places.
type placeFinder struct {
	file string
	src  []byte
	pos  diag.Pos
}

func (f *placeFinder) between(start, end int) diag.Range {
	from := f.to(start)
	return diag.Range{Filename: f.file, Start: from, End: f.to(end)}
}

// to moves to an offset, counting columns as HCL does.
func (f *placeFinder) to(offset int) diag.Pos {
	between := f.src[f.pos.Byte:offset]
	if len(between) == 0 {
		return f.pos
	}
	// The scanner takes positions for offsets into what it is given.
	from := diag.Pos{Line: f.pos.Line, Column: f.pos.Column}
	whole := func(data []byte, _ bool) (int, []byte, error) { return len(data), data, nil }
	if scanner := hcl.NewRangeScannerFragment(between, f.file, from, whole); scanner.Scan() {
		f.pos = scanner.Range().End
	}
	f.pos.Byte = offset
	return f.pos
}
