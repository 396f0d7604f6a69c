package report

import (
	"strings"

	"github.com/assay-harness/assay/harness/result"
)

// causes gathers problems that are alike, so that one cause is one page. What
// it keeps is bounded: so many causes a code, so many addresses a cause.
type causes struct {
	groups  groups
	by      map[*group]*cause
	perCode map[string]int
	rest    map[string]*group // by code: those beyond the limit
	codes   []string          // of rest, in order
}

// cause is the page of the first problem of a group, in two halves: between
// them stands who else is concerned.
type cause struct{ head, foot string }

// add counts a problem of a case, or of one of its turns.
func (cs *causes) add(f *failures, c *result.Case, t *result.Turn, q *result.Problem) {
	display, at := c.Display, c.Place
	if t != nil {
		display, at = t.Display, t.Place
	}
	key := q.Code + "\x00" + withoutNames(q.Summary, c, t)
	if _, known := cs.groups.by[key]; !known && cs.perCode[q.Code] >= maxCauses && !f.o.All {
		cs.overflow(q.Code, visible(display))
		return
	}
	g := cs.groups.add(key, visible(display), 1<<30)
	if g == nil {
		return
	}
	if cs.by == nil {
		cs.by, cs.perCode = make(map[*group]*cause), make(map[string]int)
	}
	cs.perCode[q.Code]++
	cs.by[g] = causePages(f, c, t, q, at, display)
}

func causePages(f *failures, c *result.Case, t *result.Turn, q *result.Problem, at result.Place, display string) *cause {
	head, foot := terminalPage(f.o), terminalPage(f.o)
	head.problem(q, at, display)
	if t != nil {
		head.reply(t)
	}
	foot.commands(f.run.Mode, c, display)
	return &cause{head: head.String(), foot: foot.String()}
}

func (cs *causes) overflow(code, display string) {
	if cs.rest == nil {
		cs.rest = make(map[string]*group)
	}
	g := cs.rest[code]
	if g == nil {
		g = &group{key: code}
		cs.rest[code] = g
		cs.codes = append(cs.codes, code)
	}
	g.count++
	if len(g.first) < shownAddresses {
		g.first = append(g.first, display)
	}
}

// write writes a page a cause.
func (cs *causes) write(f *failures) {
	for _, g := range cs.groups.list {
		p := terminalPage(f.o)
		p.WriteString(cs.by[g].head)
		if others := (&group{count: g.count - 1, first: g.first[1:]}); others.count > 0 {
			p.field("also", others.where())
		}
		p.WriteString(cs.by[g].foot)
		f.done(p)
	}
	for _, code := range cs.codes {
		g := cs.rest[code]
		f.put("… and " + plural(g.count, "more problem", "more problems") + " (" + visible(code) + "): " + g.where() + "\n\n")
	}
}

// withoutNames takes out of a summary what differs from case to case though the
// cause is the same.
func withoutNames(summary string, c *result.Case, t *result.Turn) string {
	names := []string{c.Address, c.Display, c.Name}
	if t != nil {
		names = append([]string{t.Address, t.Display}, names...)
	}
	for _, name := range names {
		if name != "" {
			summary = strings.ReplaceAll(summary, name, "…")
		}
	}
	return summary
}
