package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/suite"
)

// Selection says which case instances and samples are asked. The zero value
// selects all.
type Selection struct {
	Include   []Selector // any of them; none: all
	Exclude   []address.Pattern
	Tags      Tags
	Providers []string // any of them; none: all
}

// IsAll reports whether nothing is left out.
func (s Selection) IsAll() bool {
	return len(s.Include) == 0 && len(s.Exclude) == 0 && len(s.Providers) == 0 && s.Tags.isZero()
}

// Selector is one positional argument: an address pattern, or a place.
type Selector struct {
	Source  string
	Pattern address.Pattern
	File    string // slash path below the root; "" for a pattern
	Line    int    // 0: the whole file
}

// Tags are tags that a case must have one of, and tags that it must not have.
type Tags struct{ Any, None []string }

func (t Tags) isZero() bool { return len(t.Any) == 0 && len(t.None) == 0 }

// ParseTags reads smoke,!slow.
func ParseTags(s string) Tags {
	var out Tags
	for tag := range strings.SplitSeq(s, ",") {
		tag = strings.TrimSpace(tag)
		if name, no := strings.CutPrefix(tag, "!"); no {
			out.None = append(out.None, strings.TrimSpace(name))
		} else if tag != "" {
			out.Any = append(out.Any, tag)
		}
	}
	return out
}

// ParseSelector reads an address with globs, or a place: suites/jokes.yaml:24.
func ParseSelector(s string) (Selector, error) {
	file, line, _ := strings.Cut(s, ":")
	if strings.HasSuffix(file, ".yaml") || strings.HasSuffix(file, ".yml") {
		out := Selector{Source: s, File: strings.TrimPrefix(file, "./")}
		if line == "" {
			return out, nil
		}
		n, err := strconv.Atoi(line)
		if err != nil || n < 1 {
			return Selector{}, fmt.Errorf("%q is no line number in %q", line, s)
		}
		out.Line = n
		return out, nil
	}
	p, err := address.ParsePattern(s)
	return Selector{Source: s, Pattern: p}, err
}

// samples gives the numbers of the instance's selected samples; none when the
// instance is not selected.
func (s Selection) samples(i *Instance) []int {
	if !s.takes(i) {
		return nil
	}
	out := make([]int, 0, i.Case.Source.Samples)
	for n := range i.Case.Source.Samples {
		if s.takesSample(i, n+1) {
			out = append(out, n+1)
		}
	}
	return out
}

// takes judges what is the same for all samples.
func (s Selection) takes(i *Instance) bool {
	if len(s.Providers) > 0 && !slices.Contains(s.Providers, i.Address.Provider) {
		return false
	}
	has := func(tag string) bool { return slices.Contains(i.Case.Source.Tags, tag) }
	if len(s.Tags.Any) > 0 && !slices.ContainsFunc(s.Tags.Any, has) {
		return false
	}
	return !slices.ContainsFunc(s.Tags.None, has)
}

func (s Selection) takesSample(i *Instance, sample int) bool {
	a := i.Conversation(sample)
	if slices.ContainsFunc(s.Exclude, func(p address.Pattern) bool { return p.Match(a) }) {
		return false
	}
	if len(s.Include) == 0 {
		return true
	}
	return slices.ContainsFunc(s.Include, func(sel Selector) bool { return sel.takes(i, a) })
}

// takes matches a conversation; a selector that names a turn takes the whole
// conversation, for a turn is nothing without those before it.
func (s Selector) takes(i *Instance, a address.Address) bool {
	if s.File == "" {
		return s.Pattern.Conversation().Match(a)
	}
	if i.Case.Suite.File != s.File {
		return false
	}
	return s.Line == 0 || caseAt(i.Case.Suite, s.Line) == i.Case.Source
}

// caseAt finds the case that a line belongs to: the last that starts at or before it.
func caseAt(s *suite.Suite, line int) *suite.Case {
	var found *suite.Case
	for _, c := range s.Cases {
		if c.Range.Start.Line <= line {
			found = c
		}
	}
	return found
}

// AllowEmptyHint ends what Unmatched says, for commands that have the flag.
const AllowEmptyHint = "--allow-empty makes this no error."

// Unmatched reports every selector and tag that matches nothing, each with the
// nearest that exists. The whole selection may still be empty when each part
// matches something.
func (p *Plan) Unmatched() diag.Diagnostics {
	var ds diag.Diagnostics
	for _, sel := range p.selection.Include {
		p.unmatchedSelector(sel, &ds)
	}
	for _, pattern := range p.selection.Exclude {
		p.unmatchedExclude(pattern, &ds)
	}
	p.unmatchedTags(&ds)
	if len(ds) == 0 && p.size.Instances == 0 {
		ds.Add(diag.SelectedNothing, diag.Range{}, "the selection matches nothing", "Each part of it matches something, but nothing matches all of them. "+AllowEmptyHint)
	}
	return ds
}

func (p *Plan) unmatchedSelector(sel Selector, ds *diag.Diagnostics) {
	var names []string
	files := map[string]bool{}
	for inst := range p.all() {
		for n := range inst.Case.Source.Samples {
			if sel.takes(inst, inst.Conversation(n+1)) && sel.hasTurn(inst, n+1) {
				return
			}
		}
		names = p.appendNames(names, inst)
		files[inst.Case.Suite.File] = true
	}
	nearest := ""
	if sel.File != "" {
		nearest = address.Nearest(sel.File, slices.Sorted(maps.Keys(files)))
	} else {
		nearest = address.Nearest(sel.Source, names)
	}
	detail := AllowEmptyHint
	if nearest == "" {
		nearest = endingIn(names, "."+sel.Source)
	}
	if nearest != "" {
		detail = fmt.Sprintf("The nearest is %s. %s", nearest, detail)
	} else {
		detail = fmt.Sprintf("Nothing is near. The suites are %s. %s", p.someSuites(), detail)
	}
	ds.Add(diag.SelectedNothing, diag.Range{}, "'"+diag.Visible(sel.Source)+"' matches nothing", detail)
}

// hasTurn reports whether the turn that a selector names, if it names one, is in
// the conversation.
func (s Selector) hasTurn(i *Instance, sample int) bool {
	if s.File != "" || s.Pattern == s.Pattern.Conversation() {
		return true
	}
	return slices.ContainsFunc(i.Case.Turns, func(t *Turn) bool {
		a := address.Turn{Number: t.Source.Number, Name: t.Source.Name}
		return t.mayBeAsked() && s.Pattern.Match(i.Conversation(sample).WithTurn(a))
	})
}

// endingIn gives the first name with that end, for those who leave out a suite.
func endingIn(names []string, end string) string {
	for _, name := range names {
		if strings.HasSuffix(name, end) {
			return name
		}
	}
	return ""
}

// appendNames adds the words by which a selector may have meant an instance.
func (p *Plan) appendNames(names []string, i *Instance) []string {
	suite := i.Address.Suite
	for _, name := range []string{suite, suite + "." + i.Address.Case, suite + "." + i.Address.CaseName(), i.Address.Display(p.ambiguity)} {
		if !slices.Contains(names[max(0, len(names)-4):], name) {
			names = append(names, name)
		}
	}
	return names
}

// unmatchedExclude: what is to be left out and is not there was misspelt, and
// would be run.
func (p *Plan) unmatchedExclude(pattern address.Pattern, ds *diag.Diagnostics) {
	var names []string
	for inst := range p.all() {
		for n := range inst.Case.Source.Samples {
			if pattern.Match(inst.Conversation(n + 1)) {
				return
			}
		}
		names = p.appendNames(names, inst)
	}
	detail := AllowEmptyHint
	if nearest := address.Nearest(pattern.String(), names); nearest != "" {
		detail = fmt.Sprintf("The nearest is %s. %s", nearest, detail)
	}
	ds.Add(diag.SelectedNothing, diag.Range{}, "--exclude '"+diag.Visible(pattern.String())+"' matches nothing", detail)
}

// someSuites names the suites, if they are not too many.
func (p *Plan) someSuites() string {
	const most = 12
	names := make([]string, 0, len(p.suites))
	for _, s := range p.suites {
		names = append(names, s.source.Name)
	}
	slices.Sort(names)
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}

func (p *Plan) unmatchedTags(ds *diag.Diagnostics) {
	known := map[string]bool{}
	for _, s := range p.suites {
		for _, c := range s.cases {
			for _, tag := range c.Source.Tags {
				known[tag] = true
			}
		}
	}
	for _, tag := range slices.Concat(p.selection.Tags.Any, p.selection.Tags.None) {
		if !known[tag] {
			ds.Add(diag.SelectedNothing, diag.Range{}, fmt.Sprintf("no case has the tag %q", tag), "Tags are listed under `tags` in suites and cases."+diag.Suggest(tag, slices.Sorted(maps.Keys(known))))
		}
	}
}

// Names reports whether the selection's addresses take a case instance, also
// one that is in no suite any more.
func (p *Plan) Names(a address.Address) bool {
	s := p.selection
	if len(s.Providers) > 0 && !slices.Contains(s.Providers, a.Provider) {
		return false
	}
	if slices.ContainsFunc(s.Exclude, func(p address.Pattern) bool { return p.Match(a) }) {
		return false
	}
	return len(s.Include) == 0 || slices.ContainsFunc(s.Include, func(sel Selector) bool {
		return sel.File == "" && sel.Pattern.Match(a)
	})
}
