package mock

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Script is a list of replies for questions that were never recorded:
//
//	script: 1
//	replies:
//	  - when: {path: /grok-2, last_user: {contains: dogs}}
//	    text: "You said: ${last_user}"
//	    credits: 0.0031
//	    latency: 250ms
//	  - when: {last_user: {equals: break}}
//	    status: 500
//	    text: Server had some issue with processing
//
// The first reply whose conditions all hold is given; one without conditions
// always. It is immutable.
type Script struct{ replies []scripted }

// scripted is one entry of replies.
type scripted struct {
	path string // "" for any
	says func(lastUser string) bool

	text    *expr.Template
	body    []byte // in place of text, where not nil
	status  int
	header  []exchange.Field
	credits *credit.Amount // nil: the server's price
	latency time.Duration
}

// scriptVersion is the only version of the format there is.
const scriptVersion = "1"

// ParseScript reads a script. The Script is usable only when there is no error.
func ParseScript(filename string, src []byte) (*Script, diag.Diagnostics) {
	root, ds := spec.Parse(filename, src)
	if ds.HasErrors() {
		return nil, ds
	}
	o := spec.NewObject(root, "the script", &ds)
	if o.Require("script", "replies"); o.Has("script") && o.Text("script") != scriptVersion {
		ds.Add(diag.BadScript, o.Node("script").Range, fmt.Sprintf("version %q of scripts is not known", o.Text("script")), "This version of assay reads `script: 1`.")
	}
	script := &Script{}
	for _, n := range o.List("replies") {
		script.replies = append(script.replies, parseReply(n, &ds))
	}
	o.Close()
	return script, ds
}

func parseReply(n *spec.Node, ds *diag.Diagnostics) scripted {
	o := spec.NewObject(n, "a reply", ds)
	r := scripted{status: http.StatusOK, latency: o.Duration("latency")}
	if when := o.Map("when"); when != nil {
		r.parseWhen(when, ds)
	}
	if o.Has("status") {
		r.status = o.Int("status", 200, 599)
	}
	r.parseText(o, ds)
	r.parseHeaders(o.Map("headers"), ds)
	r.parseCredits(o, ds)
	o.Close()
	return r
}

func (r *scripted) parseWhen(n *spec.Node, ds *diag.Diagnostics) {
	o := spec.NewObject(n, "when", ds)
	if o.Has("path") {
		if r.path = o.Text("path"); !strings.HasPrefix(r.path, "/") {
			ds.Add(diag.BadScript, o.Node("path").Range, fmt.Sprintf("the path %q does not start with a slash", r.path), "It is the path below the base URL, such as /grok-2.")
		}
	}
	if says := o.Map("last_user"); says != nil {
		r.parseSays(says, ds)
	}
	o.Close()
}

// parseSays reads {contains: …}, {equals: …} or {regex: …}.
func (r *scripted) parseSays(n *spec.Node, ds *diag.Diagnostics) {
	o := spec.NewObject(n, "last_user", ds)
	count := 0
	for _, key := range []string{"contains", "equals", "regex"} {
		if !o.Has(key) {
			continue
		}
		count++
		want := o.Text(key)
		switch key {
		case "contains":
			r.says = func(text string) bool { return strings.Contains(text, want) }
		case "equals":
			r.says = func(text string) bool { return text == want }
		case "regex":
			r.says = parsePattern(o.Node(key), want, ds)
		}
	}
	if o.Close(); count != 1 {
		ds.Add(diag.BadScript, n.Range, fmt.Sprintf("last_user has %d conditions", count), "It takes exactly one of contains, equals and regex.")
	}
}

func parsePattern(n *spec.Node, pattern string, ds *diag.Diagnostics) func(string) bool {
	re, err := regexp.Compile(pattern)
	if err != nil {
		ds.Add(diag.BadPattern, n.Range, fmt.Sprintf("the pattern %q can't be read", pattern), err.Error()+". Patterns are RE2's: without look-around and back-references.")
		return nil
	}
	return re.MatchString
}

// known are the names that a text may use.
func known() expr.Known { return expr.Known{"last_user": nil, "messages": nil} }

func (r *scripted) parseText(o *spec.Object, ds *diag.Diagnostics) {
	text, body := o.Node("text"), o.Node("body")
	switch {
	case text != nil && body != nil:
		ds.Add(diag.BadScript, o.Key("body").Range, "a reply has text and body", "The text is put into a body of the API's shape; body is a whole one. Write one of them.")
	case body != nil && body.Kind == spec.Text:
		r.body = []byte(body.Value)
	case body != nil:
		r.body = appendJSON([]byte{}, body)
	case text == nil && r.status == http.StatusOK:
		ds.Add(diag.BadScript, o.Range(), "a reply has neither text nor body", "")
	case text == nil:
		r.text = expr.Literal(http.StatusText(r.status))
	case !text.Scalar():
		o.Text("text") // says what is wrong
	default:
		parsed, problems := expr.ParseTemplate(text)
		if !problems.HasErrors() {
			problems = parsed.Check(known())
		}
		*ds = append(*ds, problems...)
		r.text = parsed
	}
}

func (r *scripted) parseHeaders(n *spec.Node, ds *diag.Diagnostics) {
	if n == nil {
		return
	}
	for _, p := range n.Pairs {
		name := strings.ToLower(p.Key.Value)
		switch {
		case !p.Value.Scalar() || strings.ContainsFunc(p.Value.Value, isControl):
			ds.Add(diag.BadScript, p.Value.Range, fmt.Sprintf("the header %q has no text as its value", p.Key.Value), `One that is "" takes the header away.`)
		case !isToken(name) || isFraming(name):
			ds.Add(diag.BadScript, p.Key.Range, fmt.Sprintf("the header %q can't be set", p.Key.Value), "It is no name, or the connection's or assay's own.")
		default:
			r.header = append(r.header, exchange.Field{Name: name, Value: p.Value.Value})
		}
	}
}

func (r *scripted) parseCredits(o *spec.Object, ds *diag.Diagnostics) {
	if !o.Has("credits") {
		return
	}
	n, text := o.Node("credits"), o.Text("credits")
	a, err := credit.ParseAmount(text)
	switch {
	case text == "" && n.Kind != spec.Text: // said already
	case err != nil || a.Sign() < 0:
		ds.Add(diag.BadScript, n.Range, fmt.Sprintf("credits: %q is no amount", text), "Write a decimal such as 0.0031.")
	case r.status != http.StatusOK && !a.IsZero():
		ds.Add(diag.BadScript, n.Range, fmt.Sprintf("a reply with status %d has a cost", r.status), "Only a 200 is billed.")
	default:
		r.credits = &a
	}
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, c)
	})
}

// isFraming names the headers that would break the connection, or that assay
// itself must be able to trust.
func isFraming(name string) bool {
	switch name {
	case "connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "trailer", "te", "date":
		return true
	}
	return strings.HasPrefix(name, "x-assay-")
}

// appendJSON writes a YAML value as JSON, its keys in their order and its
// numbers with their digits.
func appendJSON(dst []byte, n *spec.Node) []byte {
	switch n.Kind {
	case spec.List:
		dst = append(dst, '[')
		for i, item := range n.Items {
			dst = appendJSON(comma(dst, i), item)
		}
		return append(dst, ']')
	case spec.Map:
		dst = append(dst, '{')
		for i, p := range n.Pairs {
			dst = append(exchange.AppendString(comma(dst, i), p.Key.Value), ':')
			dst = appendJSON(dst, p.Value)
		}
		return append(dst, '}')
	case spec.Text:
		return exchange.AppendString(dst, n.Value)
	}
	return fmt.Append(dst, plainJSON(n.Any()))
}

func comma(dst []byte, i int) []byte {
	if i == 0 {
		return dst
	}
	return append(dst, ',')
}

func plainJSON(v any) any {
	if v == nil {
		return "null"
	}
	return v // a bool, or a number's digits
}
