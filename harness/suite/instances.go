package suite

import (
	"fmt"
	"hash/maphash"
	"iter"
	"slices"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Instance is one case instance: a key and a value of for_each or rows.
type Instance struct {
	Key   string
	Keyed bool
	Value any
	Range diag.Range // where the row stands, if known
}

// Instances iterates over a case's instances, row by row; of a case without for_each and
// rows that is one. scope has var and local. An error ends the iteration, unless it
// is a row's own: the rows behind it may have some, too.
func (c *Case) Instances(p *Project, scope *expr.Scope) iter.Seq2[Instance, diag.Diagnostics] {
	return func(yield func(Instance, diag.Diagnostics) bool) {
		if !c.HasInstances() {
			yield(Instance{Range: c.Range}, nil)
			return
		}
		seen := keysSeen{seed: maphash.MakeSeed(), first: map[uint64]int{}}
		number, faults := 0, 0
		for row, ds := range c.rows(p, scope) {
			var in Instance
			number++
			if row.number = number; !ds.HasErrors() {
				in, ds = c.instance(row, scope)
			}
			if !ds.HasErrors() && seen.hit(in.Key, number) {
				ds = c.duplicate(p, scope, in, number)
			}
			if !yield(in, ds) {
				return
			}
			if !ds.HasErrors() {
				continue
			}
			if faults++; faults == maxRowFaults || !ofOneRow(ds) {
				return
			}
		}
		if number == 0 {
			yield(Instance{}, c.noRows())
		}
	}
}

// maxRowFaults is how many faults of rows are worth being told of one case.
const maxRowFaults = 10

// ofOneRow reports whether a fault says nothing of the rows that follow.
func ofOneRow(ds diag.Diagnostics) bool {
	return !slices.ContainsFunc(ds, func(d diag.Diagnostic) bool {
		return d.Code != diag.RaggedCSV && d.Code != diag.DuplicateRow && d.Code != diag.MissingRowID
	})
}

func (c *Case) noRows() diag.Diagnostics {
	var ds diag.Diagnostics
	place, what := c.RowsRange, "rows"
	if c.ForEach != nil {
		place, what = c.ForEach.Range, "for_each"
	}
	ds.Add(diag.BadData, place, what+" is empty", fmt.Sprintf("Case %q would never be asked. Give it at least one row, or skip it with a reason.", c.Name))
	return ds
}

// instance gives a row its key.
func (c *Case) instance(r row, scope *expr.Scope) (Instance, diag.Diagnostics) {
	in := Instance{Key: r.key, Keyed: true, Value: r.value, Range: r.place}
	var ds diag.Diagnostics
	switch {
	case isSensitive(r.value):
		return in, c.sensitiveKeys(r.value.(expr.Sensitive).Name)
	case r.value == nil && r.needsKey:
		ds.Add(diag.BadData, r.place, "an entry of for_each is null", "Remove it, or write the text \"null\".")
		return in, ds
	case c.Key == nil && r.needsKey:
		ds.Add(diag.MissingRowID, r.place, "an entry has no key", "Write key: '${each.value.id}', or whatever names each entry for ever, in the case.")
		return in, ds
	case c.Key == nil:
		return in, nil
	}
	each := map[string]any{"value": r.value}
	if !r.needsKey {
		each["key"] = r.key
	} else {
		each["key"] = expr.Missing{Code: diag.EvaluationFailed, Reason: "there is no each.key yet: key gives it"}
	}
	inner := expr.NewScope(scope, expr.Roots{"each": each})
	key, ds := c.Key.Text(inner)
	if ds.HasErrors() {
		return in, c.at(r, ds)
	}
	if r.number == 1 {
		if marked, _ := c.Key.Marked(inner); isSensitive(marked) {
			return in, c.sensitiveKeys(marked.(expr.Sensitive).Name)
		}
	}
	if in.Key = key; key == "" {
		ds.Add(diag.MissingRowID, r.place, "the key comes out empty", "Every row needs a text of its own to be named by. Fill it in, or choose another key.")
	}
	return in, ds
}

func isSensitive(value any) bool {
	_, ok := value.(expr.Sensitive)
	return ok
}

// at says which row a problem of the key is about: the template's place is the
// same for all.
func (c *Case) at(r row, ds diag.Diagnostics) diag.Diagnostics {
	for i := range ds {
		if r.place.Filename != "" {
			ds[i].Detail = appendSentence(ds[i].Detail, fmt.Sprintf("This is the key of the entry at %s:%d.", r.place.Filename, r.place.Start.Line))
		}
	}
	return ds
}

func appendSentence(text, sentence string) string {
	if text == "" {
		return sentence
	}
	return text + " " + sentence
}

// keysSeen remembers keys by 8 bytes each: rows may be millions.
type keysSeen struct {
	seed  maphash.Seed
	first map[uint64]int
}

// hit reports whether the key, or one with the same hash, was there before.
func (k *keysSeen) hit(key string, number int) bool {
	hash := maphash.String(k.seed, key)
	if _, ok := k.first[hash]; ok {
		return true
	}
	k.first[hash] = number
	return false
}

// duplicate reads the rows again up to the one that was there first: hashes
// only say that there may be one.
func (c *Case) duplicate(p *Project, scope *expr.Scope, in Instance, number int) diag.Diagnostics {
	at := 0
	for r, ds := range c.rows(p, scope) {
		if at++; at >= number || ds.HasErrors() {
			return nil
		}
		first, ds := c.instance(r, scope)
		if ds.HasErrors() || first.Key != in.Key {
			continue
		}
		var out diag.Diagnostics
		out.Add(diag.DuplicateRow, in.Range, fmt.Sprintf("key %q is there twice", in.Key),
			fmt.Sprintf("Entry %d (at %s:%d) and entry %d (at %s:%d) of case %q have it. Keys name entries for ever: make them differ.",
				at, first.Range.Filename, first.Range.Start.Line, number, in.Range.Filename, in.Range.Start.Line, c.Name))
		return out
	}
	return nil
}

// readInstances reads for_each, rows and key.
func (r *suiteReader) readInstances(c *Case, o *spec.Object) {
	forEach, rows := o.Node("for_each"), o.Node("rows")
	c.Key = templateOf(&r.ds, o, "key")
	switch {
	case forEach != nil && rows != nil:
		c.RowsRange = rows.Range
		r.ds.Add(diag.BadValue, rows.Range, "a case has for_each and rows at once", "Keep one of them.")
	case forEach != nil:
		r.readForEach(c, forEach)
	case rows != nil:
		r.readRows(c, rows)
	case c.Key != nil:
		r.ds.Add(diag.BadValue, c.Key.Range(), "key stands in a case without for_each and rows", "There is nothing to name. Remove it.")
	}
	r.checkKey(c)
}

func (r *suiteReader) readRows(c *Case, n *spec.Node) {
	c.RowsRange = n.Range
	name := r.locate(n, "rows")
	if name == "" {
		return
	}
	c.Rows = name
	if c.Key == nil {
		r.ds.Add(diag.MissingRowID, n.Range, "rows without key", "Write key: '${each.value.id}', or whatever column names each row for ever, beside it.")
	}
	r.ds = append(r.ds, checkRowsFile(r.project.Files, name, n)...)
}

// checkKey checks the names in key: it is about the entry alone.
func (r *suiteReader) checkKey(c *Case) {
	if c.Key == nil || !c.HasInstances() {
		return
	}
	known := expr.Known{"var": r.suite.known.locals["var"], "local": r.suite.known.locals["local"], "each": {"key", "value"}}
	if c.Rows != "" {
		known["each"] = []string{"value"}
	}
	checkText(&r.ds, c.Key, known)
	if _, ok := c.Key.IsLiteral(); ok {
		r.ds.Add(diag.BadValue, c.Key.Range(), "key is the same for every entry", "Write an expression such as '${each.value.id}'.")
	}
}
