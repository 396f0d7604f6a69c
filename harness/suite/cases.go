package suite

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Case is one entry of cases.
type Case struct {
	Name, Description string
	Tags              []string // own, suite's and defaults', each once; only own without Inherit
	Skip              string
	KnownFailure      string
	MockOnly          bool // live: false
	Providers         []string
	Inherit           bool
	Level
	ForEach   *spec.Node // List, Map, or a Text that is an expression
	Rows      string     // path below the root
	RowsRange diag.Range
	Key       *expr.Template
	Samples   int
	Pass      int  // how many samples must pass
	Continue  bool // on_failure: continue
	Total     Total
	Turns     []*Turn
	Range     diag.Range // of the name
	// Faulty says that there are errors in it: it may be incomplete.
	Faulty bool

	forEach  *Data
	captures []string // of all turns
}

// HasInstances reports whether the case has for_each or rows: each exists, and
// its instances have keys.
func (c *Case) HasInstances() bool { return c.ForEach != nil || c.RowsRange.Filename != "" }

// Total bounds a whole conversation.
type Total struct {
	MaxCredits string // exact decimal, "" for none
	MaxLatency time.Duration
	MaxTokens  int // 0: none
	Range      diag.Range
	// The places of the three bounds.
	CreditsRange, LatencyRange, TokensRange diag.Range
}

const maxSamples = 10_000

func (r *suiteReader) readCases(o *spec.Object) {
	nodes := o.List("cases")
	if n := o.Node("cases"); n != nil && n.Kind == spec.List && len(nodes) == 0 {
		r.ds.Add(diag.MissingKey, n.Range, "the suite has no cases", "Write at least one, with a name and a conversation.")
	}
	r.suite.Cases = make([]*Case, 0, len(nodes))
	for _, n := range nodes {
		if c := r.readCase(n); c != nil {
			r.suite.Cases = append(r.suite.Cases, c)
		}
	}
}

func (r *suiteReader) readCase(n *spec.Node) *Case {
	if n.Kind != spec.Map {
		r.ds.Add(diag.WrongType, n.Range, "a case is a map, not "+n.Kind.String(), "It has a name and a conversation.")
		return nil
	}
	before := len(r.ds)
	o := spec.NewObject(n, "case", &r.ds)
	c := &Case{Range: n.Range}
	o.Require("name", "conversation")
	if name := o.Node("name"); name != nil {
		c.Range = name.Range
		if c.Name = named(&r.ds, name, "case name"); c.Name != "" {
			r.cases.claim(&r.ds, c.Name, "case", name.Range)
		}
	}
	c.Description = o.Text("description")
	c.Skip = r.readReason(o, "skip")
	c.KnownFailure = r.readReason(o, "known_failure")
	c.MockOnly = o.Has("live") && !o.Bool("live")
	c.Inherit = !o.Has("inherit") || o.Bool("inherit")
	r.readOuter(c, o)
	c.Level = readLevel(&r.ds, o)
	r.readInstances(c, o)
	r.readSamples(c, o)
	r.readOnFailure(c, o)
	c.Total = r.readTotal(o.Node("total"))
	known := r.suite.Known(c, nil)
	r.ds = append(r.ds, c.checkLevel(known)...)
	r.readConversation(c, o)
	o.Reserve("matrix", "gate")
	o.Close()
	c.Faulty = r.ds[before:].HasErrors()
	return c
}

// readReason reads a text that says why. A bool would be taken for a reason, and
// skip: false would skip.
func (r *suiteReader) readReason(o *spec.Object, key string) string {
	if n := o.Node(key); n != nil && n.Kind == spec.Bool {
		detail := fmt.Sprintf("Write %s: and the reason in words.", key)
		if n.Any() == false {
			detail = fmt.Sprintf("Leave %s out, or write the reason in words.", key)
		}
		r.ds.Add(diag.WrongType, n.Range, fmt.Sprintf("%s is the reason in words, not a bool", key), detail)
		return ""
	}
	return o.Text(key)
}

// readOuter reads what a case takes from suite and defaults where it doesn't say it.
func (r *suiteReader) readOuter(c *Case, o *spec.Object) {
	own := readTags(&r.ds, o)
	config := r.project.Config
	c.Providers = readProviders(&r.ds, o, config)
	if !c.Inherit {
		c.Tags = own
		if c.Providers == nil {
			c.Providers = config.onlyProvider()
		}
	} else {
		c.Tags = r.tagsOf(own)
		if c.Providers == nil {
			c.Providers = r.suite.Providers
		}
	}
	if c.Providers == nil && !o.Has("provider") && len(config.Providers) > 1 {
		r.ds.Add(diag.MissingKey, c.Range, fmt.Sprintf("case %q has no provider", c.Name),
			"There are several. Write provider: and one of "+strings.Join(config.providerNames(), ", ")+" in the case, the suite, or the defaults of assay.yaml (a case with inherit: false takes nothing from those).")
	}
}

func (r *suiteReader) readSamples(c *Case, o *spec.Object) {
	c.Samples = 1
	if o.Has("samples") {
		c.Samples = max(1, o.Int("samples", 1, maxSamples))
	}
	c.Pass = c.Samples
	n := o.Node("pass")
	if n == nil {
		return
	}
	if n.Kind == spec.Map || n.Kind == spec.Text && strings.HasSuffix(n.Value, "%") || n.Kind == spec.Number && strings.Contains(n.Value, ".") {
		r.ds.Add(diag.NotSupported, n.Range, "pass with a rate is not supported yet", "Write how many samples must pass, such as pass: 9 with samples: 10.")
		return
	}
	if pass := o.Int("pass", 1, maxSamples); pass > c.Samples {
		r.ds.Add(diag.BadValue, n.Range, fmt.Sprintf("pass is %d, and samples is %d", pass, c.Samples), "No more samples can pass than there are.")
	} else if pass > 0 {
		c.Pass = pass
	}
}

func (r *suiteReader) readOnFailure(c *Case, o *spec.Object) {
	switch written := o.Text("on_failure"); written {
	case "", "stop":
	case "continue":
		c.Continue = true
	default:
		r.ds.Add(diag.BadValue, o.Node("on_failure").Range, fmt.Sprintf("on_failure is %q", written),
			"It is stop (later turns are skipped) or continue."+diag.Suggest(written, []string{"stop", "continue"}))
	}
}

func (r *suiteReader) readTotal(n *spec.Node) Total {
	var t Total
	if n == nil {
		return t
	}
	t.Range = n.Range
	o := spec.NewObject(n, "total", &r.ds)
	if n.Kind == spec.Map && len(n.Pairs) == 0 {
		r.ds.Add(diag.MissingKey, n.Range, "total bounds nothing", "Write credits, latency or tokens, each with a max.")
	}
	if inner := o.Node("credits"); inner != nil {
		b := spec.NewObject(inner, "total credits", &r.ds)
		b.Require("max")
		t.MaxCredits, t.CreditsRange = readDecimal(&r.ds, b, "max"), inner.Range
		b.Close()
	}
	if inner := o.Node("latency"); inner != nil {
		b := spec.NewObject(inner, "total latency", &r.ds)
		b.Require("max")
		t.MaxLatency, t.LatencyRange = b.Duration("max"), inner.Range
		if n := b.Node("max"); n != nil && isZeroDuration(n.Value) {
			r.ds.Add(diag.BadValue, n.Range, "a latency of at most 0 cannot be met", "Write a duration such as 20s.")
		}
		b.Close()
	}
	if inner := o.Node("tokens"); inner != nil {
		b := spec.NewObject(inner, "total tokens", &r.ds)
		b.Require("max")
		t.MaxTokens, t.TokensRange = b.Int("max", 1, math.MaxInt32), inner.Range
		b.Close()
	}
	o.Close()
	return t
}

// readDecimal reads an amount that is not negative, digit for digit.
func readDecimal(ds *diag.Diagnostics, o *spec.Object, key string) string {
	n := o.Node(key)
	if n == nil {
		return ""
	}
	if !n.Scalar() || !isDecimal(n.Value) {
		ds.Add(diag.BadValue, n.Range, fmt.Sprintf("%s is a decimal number of credits, 0 or more, not %q", key, n.Value), "A credit is one US dollar. Write digits and a point, such as 0.0031.")
		return ""
	}
	return n.Value
}

// isDecimal reports whether s is digits with at most one point among them.
func isDecimal(s string) bool {
	whole, fraction, point := strings.Cut(s, ".")
	digits := func(s string) bool {
		return s != "" && strings.Trim(s, "0123456789") == ""
	}
	return len(s) <= 100 && digits(whole) && (!point || digits(fraction))
}
