package suite_test

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// TestFormatShapes holds for suites as people write them: none is left alone.
func TestFormatShapes(t *testing.T) {
	for _, src := range slices.Concat(shapes, misshapes) {
		_, ds := spec.Format("suites/s.yaml", []byte(src), func([]string) *spec.Order { return suite.Order() })
		if slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Code == diag.FormatUnfaithful }) {
			t.Errorf("%q: %v", src, ds.Err())
		}
	}
}

// FuzzFormatSuite holds for any suite: formatted, it loads as the same, or is
// refused for the same reasons; what the formatter leaves alone is as it was.
func FuzzFormatSuite(f *testing.F) {
	for _, src := range slices.Concat(shapes, misshapes) {
		f.Add(src)
	}
	f.Add("cases:\n- conversation:\n  - expect: [{of: error, contains: 'no'}, {message: a, any: [{of: body, regex: x}]}]\n    user: &t |+\n     a ${var.b}\n\n    # c\n  - {user: *t, name: d}\n  name: e # f\nvariables:\n  b: {default: 007, type: string}\n")
	f.Fuzz(func(t *testing.T, src string) {
		out, ds := spec.Format("suites/s.yaml", []byte(src), func([]string) *spec.Order { return suite.Order() })
		if ds.HasErrors() {
			return
		}
		sameProject(t, around(src), around(string(out)))
	})
}

// sameProject compares what two projects are, apart from the places.
func sameProject(t *testing.T, before, after map[string]string) {
	t.Helper()
	a, ds := suite.Load(suite.Options{FS: project(before)})
	b, more := suite.Load(suite.Options{FS: project(after)})
	if diff := cmp.Diff(summaries(ds), summaries(more)); diff != "" {
		t.Fatalf("%q\nbecame\n%q\nwith other problems, -before +after:\n%s", before["suites/s.yaml"], after["suites/s.yaml"], diff)
	}
	if ds.HasErrors() {
		return
	}
	if diff := cmp.Diff(dump(a), dump(b)); diff != "" {
		t.Fatalf("%q\nbecame\n%q\n-before +after:\n%s", before["suites/s.yaml"], after["suites/s.yaml"], diff)
	}
}

func summaries(ds diag.Diagnostics) []string {
	var out []string
	for _, d := range ds {
		out = append(out, string(d.Code)+" "+d.Summary)
	}
	slices.Sort(out)
	return out
}

// dump shows all that a loaded project holds, in fields that are exported and
// in others, but places and sources.
func dump(p *suite.Project) []string {
	d := dumper{seen: map[uintptr]bool{}}
	for _, s := range p.Suites {
		d.value(s.Name, reflect.ValueOf(s))
	}
	d.value("config", reflect.ValueOf(p.Config))
	return d.lines
}

type dumper struct {
	lines []string
	seen  map[uintptr]bool
}

var (
	placeTypes = []reflect.Type{reflect.TypeFor[hcl.Range](), reflect.TypeFor[hcl.Pos](), reflect.TypeFor[*suite.Files](), reflect.TypeFor[*suite.Project]()}
	nodeType   = reflect.TypeFor[spec.Node]()
	regexpType = reflect.TypeFor[regexp.Regexp]()
)

func (d *dumper) add(path, format string, args ...any) {
	d.lines = append(d.lines, path+": "+fmt.Sprintf(format, args...))
}

func (d *dumper) value(path string, v reflect.Value) {
	if !v.IsValid() || slices.Contains(placeTypes, v.Type()) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || v.Type().Elem() == nodeType && d.node(path, v.Elem()) {
			return
		}
		if d.seen[v.Pointer()] || v.Type().Elem() == regexpType {
			return
		}
		d.seen[v.Pointer()] = true
		d.value(path, v.Elem())
	case reflect.Interface:
		if !v.IsNil() {
			d.value(path+"("+v.Elem().Type().String()+")", v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			d.value(path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			d.value(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Map:
		d.mapping(path, v)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr:
	default:
		d.add(path, "%v", v)
	}
}

func (d *dumper) mapping(path string, v reflect.Value) {
	byKey := map[string]reflect.Value{}
	for _, key := range v.MapKeys() {
		byKey[fmt.Sprint(key)] = v.MapIndex(key)
	}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		d.value(path+"["+key+"]", byKey[key])
	}
}

// node shows a tree of YAML: what it says, the keys of maps sorted.
func (d *dumper) node(path string, v reflect.Value) bool {
	kind := spec.Kind(v.FieldByName("Kind").Uint())
	switch kind {
	case spec.List:
		d.value(path, v.FieldByName("Items"))
	case spec.Map:
		pairs := v.FieldByName("Pairs")
		byKey := map[string]reflect.Value{}
		for i := range pairs.Len() {
			pair := pairs.Index(i)
			byKey[pair.FieldByName("Key").Elem().FieldByName("Value").String()] = pair.FieldByName("Value")
		}
		for _, key := range slices.Sorted(maps.Keys(byKey)) {
			d.value(path+"{"+key+"}", byKey[key])
		}
	default:
		d.add(path, "%d %q", kind, v.FieldByName("Value").String())
	}
	return true
}

// The dump is of use only if it shows what differs.
func TestDumpShowsDifferences(t *testing.T) {
	base := "cases: [{name: c, tags: [a], conversation: [{user: 'hi ${1 + 1}', expect: [{contains: x}]}]}]\n"
	a := dump(load(t, around(base)))
	for _, edit := range [][2]string{{"c,", "d,"}, {"[a]", "[b]"}, {"1 + 1", "1 + 2"}, {"contains", "icontains"}, {"x}", "y}"}, {"user", "system"}} {
		other := around(strings.Replace(base, edit[0], edit[1], 1))
		p, _ := suite.Load(suite.Options{FS: project(other)})
		if cmp.Equal(a, dump(p)) {
			t.Errorf("a change of %s to %s does not show", edit[0], edit[1])
		}
	}
	if len(a) < 20 {
		t.Errorf("a dump of %d lines", len(a))
	}
}
