package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Compiler compiles expectations for one project.
type Compiler struct {
	Kinds map[string]Kind
	Named map[string]*spec.Node // lists of expectations from assay.yaml, for use
	Known expr.Known            // what templates may refer to, self and replies included
}

// maxExpectations bounds what one list may grow to through `use`, which named
// lists that use each other several times would make exponential.
const maxExpectations = 10_000

// envelope are the keys that stand beside the check, outermost.
var envelope = []string{"of", "when", "severity", "message"}

// reserved are kinds that a later version brings.
var reserved = []string{"judge", "similar", "refusal", "gate", "tool_call", "first_token"}

// Compile compiles the entries of an expect list (a List node; nil is none).
// Reserved kinds (judge, similar, refusal, gate, tool_call, first_token) are
// "not supported yet"; an unknown kind gets a suggestion. A `use` is replaced
// by what the named list holds.
func (c *Compiler) Compile(list *spec.Node) ([]*Expectation, diag.Diagnostics) {
	var ds diag.Diagnostics
	p := &Parser{kinds: c.Kinds, named: c.Named, known: closeSelf(c.Known), ds: &ds, budget: new(int)}
	*p.budget = maxExpectations
	out := p.list(list)
	if ds.HasErrors() {
		return nil, ds
	}
	return out, ds
}

// closeSelf names what self has, where the caller left it open: a misspelt
// self.txt is then known at load time.
func closeSelf(known expr.Known) expr.Known {
	names, found := known["self"]
	if !found || names != nil {
		return known
	}
	known = maps.Clone(known)
	known["self"] = SelfNames()
	return known
}

// list compiles an outermost list, of a suite or of assay.yaml.
func (p *Parser) list(n *spec.Node) []*Expectation {
	var out []*Expectation
	for entry := range p.entries(n) {
		if e := p.expectation(entry.parser, entry.node); e != nil {
			out = append(out, e)
		}
	}
	return out
}

// entry is one entry of a list with the parser that is to read it: one inside
// a named list knows the names that led there.
type entry struct {
	parser *Parser
	node   *spec.Node
}

// entries gives the entries of a list, those of named lists in place of `use`.
func (p *Parser) entries(n *spec.Node) func(yield func(entry) bool) {
	return func(yield func(entry) bool) { p.walk(n, yield) }
}

func (p *Parser) walk(n *spec.Node, yield func(entry) bool) bool {
	if n == nil || n.Kind == spec.Null {
		return true
	}
	if n.Kind != spec.List {
		p.add(diag.WrongType, n.Range, "expectations are a list, not "+kindWord(n), "Put a dash before each: - contains: dogs.")
		return true
	}
	for _, item := range n.Items {
		if *p.budget--; *p.budget < 0 {
			p.tooMany(item)
			return false
		}
		if use := useOf(item); use != nil {
			if inner, list := p.use(item, use); inner != nil && !inner.walk(list, yield) {
				return false
			}
			continue
		}
		if !yield(entry{p, item}) {
			return false
		}
	}
	return true
}

// tooMany is said once, however many entries follow.
func (p *Parser) tooMany(n *spec.Node) {
	if *p.budget == -1 {
		p.add(diag.BadCheck, n.Range, fmt.Sprintf("more than %d expectations in one list", maxExpectations),
			"Named lists that use each other may multiply: use each once.")
	}
}

func useOf(n *spec.Node) *spec.Node {
	if n.Kind != spec.Map {
		return nil
	}
	for _, pair := range n.Pairs {
		if pair.Key.Value == "use" {
			return pair.Value
		}
	}
	return nil
}

// use finds the list that an entry names, and the parser to read it with.
func (p *Parser) use(entry, name *spec.Node) (*Parser, *spec.Node) {
	if len(entry.Pairs) != 1 {
		p.add(diag.BadCheck, entry.Range, "use stands alone in its entry",
			"Write - use: NAME as an entry of its own; what the list says of of, when, severity and message holds.")
		return nil, nil
	}
	list, found := p.named[name.Value]
	if name.Kind != spec.Text || !found {
		names := slices.Sorted(maps.Keys(p.named))
		p.add(diag.UnknownNamed, name.Range, fmt.Sprintf("no list of expectations is named %q", name.Value),
			sentences(diag.Suggest(name.Value, names), "Named lists stand in assay.yaml under expectations."))
		return nil, nil
	}
	if slices.Contains(p.using, name.Value) {
		p.add(diag.BadCheck, name.Range, fmt.Sprintf("the list %q uses itself", name.Value),
			"It goes round: "+strings.Join(append(slices.Clone(p.using), name.Value), " → ")+".")
		return nil, nil
	}
	inner := *p
	inner.using = append(slices.Clone(p.using), name.Value)
	return &inner, list
}

// expectation compiles one outermost entry; nil when it is wrong.
func (p *Parser) expectation(at *Parser, n *spec.Node) *Expectation {
	q := *at
	q.late, q.fixed = new(bool), new([]*Text)
	kind, arg, ok := q.check(n)
	e := &Expectation{}
	q.envelope(n, e)
	if !ok {
		return nil
	}
	if e.of != nil && kind.Fixed {
		q.add(diag.BadCheck, arg.Range, kind.Name+" does not look at a text: of has no meaning beside it", "Leave of out.")
	}
	e.Check = q.parse(kind, arg)
	if e.Check == nil {
		return nil
	}
	e.Name, e.Range, e.Late, e.fixed = q.name(kind, e.Check), arg.Range, *q.late, *q.fixed
	return e
}

// name gives the dotted path of kinds: what stands under `not` counts, what
// stands in a list does not.
func (p *Parser) name(kind Kind, c Check) string {
	if n, is := c.(*not); is {
		return kind.Name + "." + n.name
	}
	return kind.Name
}

// envelope reads what stands beside the check.
func (p *Parser) envelope(n *spec.Node, e *Expectation) {
	if n.Kind != spec.Map {
		return
	}
	for _, pair := range n.Pairs {
		if pair.Value.Kind == spec.Null {
			continue
		}
		switch pair.Key.Value {
		case "of":
			e.of = p.of(pair.Value)
		case "when":
			if e.when = p.Condition(pair.Value); e.when != nil {
				e.When = e.when.template
			}
		case "message":
			if e.message = p.text(pair.Value); e.message != nil {
				e.Message = e.message.template
			}
		case "severity":
			e.Severity = p.severity(pair.Value)
		}
	}
}

func (p *Parser) severity(n *spec.Node) Severity {
	switch {
	case n.Kind == spec.Text && n.Value == "error":
		return Error
	case n.Kind == spec.Text && n.Value == "warn":
		return Warn
	}
	p.add(diag.BadValue, n.Range, fmt.Sprintf("severity can't be %s", shortly(n)),
		sentences(diag.Suggest(n.Value, []string{"error", "warn"}), "It is error (the default) or warn."))
	return Error
}

// check finds the one check of an entry. It reports what is wrong with the
// entry's keys.
func (p *Parser) check(n *spec.Node) (Kind, *spec.Node, bool) {
	if n.Kind != spec.Map {
		p.add(diag.WrongType, n.Range, "an expectation is a map, not "+kindWord(n), "Write the check, a colon and its value: contains: dogs.")
		return Kind{}, nil, false
	}
	var found []spec.Pair
	unknown := false
	for _, pair := range n.Pairs {
		switch key := pair.Key.Value; {
		case slices.Contains(envelope, key):
		case p.isKind(key):
			found = append(found, pair)
		default:
			unknown = true
			p.unknownKey(n, pair.Key)
		}
	}
	switch {
	case len(found) > 1:
		p.split(found)
		return Kind{}, nil, false
	case len(found) == 0:
		if !unknown {
			p.add(diag.BadCheck, n.Range, "no check in this expectation", "Say what the reply must be, such as contains: dogs.")
		}
		return Kind{}, nil, false
	}
	return p.kinds[found[0].Key.Value], found[0].Value, !unknown
}

func (p *Parser) isKind(name string) bool {
	_, found := p.kinds[name]
	return found
}

// split says how to write two checks that stand in one map.
func (p *Parser) split(found []spec.Pair) {
	names := make([]string, len(found))
	for i, pair := range found {
		names[i] = pair.Key.Value
	}
	p.add(diag.BadCheck, found[1].Key.Range, "two checks in one expectation: "+strings.Join(names, " and "),
		"Split them, a dash before each: - "+strings.Join(names, ": …  - ")+": ….")
}

// unknownKey reports a key that is neither a check nor stands beside one.
func (p *Parser) unknownKey(n, key *spec.Node) {
	if slices.Contains(reserved, key.Value) {
		p.add(diag.NotSupported, key.Range, fmt.Sprintf("%s is not supported yet", key.Value), "The name is kept for a later version.")
		return
	}
	names := slices.Sorted(maps.Keys(p.kinds))
	if hasKind := slices.ContainsFunc(n.Pairs, func(x spec.Pair) bool { return p.isKind(x.Key.Value) }); hasKind {
		p.add(diag.UnknownKey, key.Range, fmt.Sprintf("unknown key %q in an expectation", key.Value),
			sentences(diag.Suggest(key.Value, append(slices.Clone(envelope), names...)), "Beside the check stand "+strings.Join(envelope, ", ")+"."))
		return
	}
	detail := "The checks are " + strings.Join(names, ", ") + "."
	if nearest := diag.Nearest(key.Value, append(names, append(slices.Clone(envelope), "use")...)); nearest != "" {
		detail = fmt.Sprintf("Did you mean %q?", nearest)
	}
	p.add(diag.UnknownCheck, key.Range, fmt.Sprintf("unknown check %q", key.Value), detail)
}

// parse lets the kind read its argument.
func (p *Parser) parse(kind Kind, arg *spec.Node) Check {
	inner := *p
	inner.kind = kind.Name
	if kind.Name == "any" {
		inner.fixed = nil // what stands beside it may decide, so that it is never needed
	}
	before := len(*p.ds)
	check := kind.Parse(&inner, arg)
	if check == nil && !(*p.ds)[before:].HasErrors() {
		p.add(diag.BadCheck, arg.Range, kind.Name+" does not accept this", "Example: "+kind.Example+".")
	}
	return check
}
