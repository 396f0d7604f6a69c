package suite

import (
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Level is what project defaults, suite, case and turn can all say. Maps merge,
// the nearer key wins, null removes; expect adds up.
type Level struct {
	Params  *spec.Node // Map; values are data with templates in their strings
	Request *Request
	Expect  *spec.Node // List; expectations on every asked reply

	// Fields are Params, parsed, in source order.
	Fields []Param
	// NoParams and NoRequest say that the whole map is written as null: nothing
	// of the outer levels remains.
	NoParams, NoRequest bool
}

// Param is one extra field of the request body; Value nil removes what an
// outer level set.
type Param struct {
	Name  string
	Value *Data
	Range diag.Range // of the name
}

// readLevel reads params, request and expect.
func readLevel(ds *diag.Diagnostics, o *spec.Object) Level {
	l := Level{
		Params:    o.Map("params"),
		Expect:    listNode(o, "expect"),
		NoParams:  o.IsNull("params"),
		NoRequest: o.IsNull("request"),
	}
	l.Fields = readParams(ds, l.Params)
	if n := o.Node("request"); n != nil {
		l.Request = readRequest(ds, n)
	}
	return l
}

// listNode reads a list and gives its node.
func listNode(o *spec.Object, key string) *spec.Node {
	o.List(key)
	if n := o.Node(key); n != nil && n.Kind == spec.List {
		return n
	}
	return nil
}

// readParams parses the values of params. Messages are the conversation's.
func readParams(ds *diag.Diagnostics, n *spec.Node) []Param {
	if n == nil || len(n.Pairs) == 0 {
		return nil
	}
	params := make([]Param, 0, len(n.Pairs))
	for _, pair := range n.Pairs {
		p := Param{Name: pair.Key.Value, Range: pair.Key.Range}
		switch p.Name {
		case "":
			ds.Add(diag.BadValue, p.Range, "a field of params has no name", "Write the name of the request body's field.")
			continue
		case "messages":
			ds.Add(diag.BadValue, p.Range, "params cannot set messages", "The messages are the conversation. To send another body altogether, use request: {body: …}.")
			continue
		case "stream":
			if pair.Value.Kind != spec.Null && pair.Value.Value != "false" {
				ds.Add(diag.NotSupported, p.Range, "streaming is not supported yet", "Leave stream out.")
				continue
			}
		}
		if pair.Value.Kind != spec.Null {
			var more diag.Diagnostics
			p.Value, more = ParseData(pair.Value)
			*ds = append(*ds, more...)
		}
		params = append(params, p)
	}
	return params
}

// check checks the templates of params and request.
func (l *Level) checkLevel(known expr.Known) diag.Diagnostics {
	var ds diag.Diagnostics
	for _, p := range l.Fields {
		p.Value.templates(func(t *expr.Template) bool {
			checkText(&ds, t, known)
			return true
		})
	}
	for t := range l.Request.templates {
		checkText(&ds, t, known)
	}
	return ds
}

// says reports whether the level says anything: a turn that is not asked must not.
func (l *Level) says() (key string, place diag.Range, found bool) {
	switch {
	case l.Expect != nil:
		return "expect", l.Expect.Range, true
	case l.Params != nil:
		return "params", l.Params.Range, true
	case l.Request != nil:
		return "request", l.Request.Range, true
	}
	return "", diag.Range{}, false
}
