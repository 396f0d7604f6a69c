package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/internal/disk"
)

func newState(c *command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "state",
		Short: "Look after recordings by address: list, show, mv, rm, verify, resolve, recover",
		Long: `Recordings are the state of a project: what the model last said to each question.
These commands handle them by address. None of them asks a provider.`,
		Args: cobra.ArbitraryArgs,
	}
	cmd.AddCommand(newStateList(c), newStateShow(c), newStateMv(c), newStateRm(c), newStateVerify(c), newStateResolve(c), newStateRecover(c))
	cmd.RunE = onlySubcommands("command of state")
	return cmd
}

// opened is a project with its folder.
type opened struct {
	project *harness.Project
	folder  *disk.Folder
	root    string
	// wanted are the patterns that choose among the turns of what is selected;
	// none: all are wanted.
	wanted []address.Pattern
}

func (o *opened) close() { closing(o.folder) }

// openState loads the project for a command of state. What the selectors name
// may be in no suite any more, so they are held to what is recorded later.
func (c *command) openState(s *selectFlags, selectors []string) (*opened, error) {
	folder, root, err := c.openRoot()
	if err != nil {
		return nil, err
	}
	all := *s
	all.allowEmpty = true
	config, err := c.config(folder, root, &all, selectors)
	if err == nil {
		var p *harness.Project
		if p, err = c.load(config); err == nil {
			return &opened{project: p, folder: folder, root: root, wanted: patternsOf(selectors)}, nil
		}
	}
	closing(folder)
	return nil, err
}

// patternsOf gives the selectors as patterns; none where one is a place, which
// takes whole cases.
func patternsOf(selectors []string) []address.Pattern {
	var out []address.Pattern
	for _, s := range selectors {
		p, err := address.ParsePattern(s)
		if err != nil || isPlace(s) {
			return nil
		}
		out = append(out, p)
	}
	return out
}

func isPlace(selector string) bool {
	file, _, _ := strings.Cut(selector, ":")
	return strings.HasSuffix(file, ".yaml") || strings.HasSuffix(file, ".yml")
}

// wants tells whether a turn is selected, not only its case.
func (o *opened) wants(a address.Address) bool {
	if len(o.wanted) == 0 {
		return true
	}
	for _, p := range o.wanted {
		if p.Match(a) {
			return true
		}
	}
	return false
}

// narrow drops the turns that are not wanted; it reports whether any is left.
func (o *opened) narrow(h *harness.Held) bool {
	if h.Broken != nil && len(h.Turns) == 0 {
		return true
	}
	kept := h.Turns[:0]
	for _, t := range h.Turns {
		if o.wants(t.Address) {
			kept = append(kept, t)
		}
	}
	h.Turns = kept
	return len(kept) > 0
}

// selectedNothing says that a selection matches no recording and no case.
func selectedNothing(selectors []string, near []string) error {
	return matchesNothing(selectors, near, "no recording", "assay state list shows what is recorded.")
}

// matchesNothing says of what there is nothing, and what came near.
func matchesNothing(selectors, near []string, what, detail string) error {
	for _, s := range selectors {
		if nearest := address.Nearest(s, near); nearest != "" {
			detail = fmt.Sprintf("The nearest is %s. %s", nearest, detail)
			break
		}
	}
	return diag.NewError(diag.SelectedNothing, "'"+diag.Visible(strings.Join(selectors, "' '"))+"' matches "+what, detail)
}

// appendNear adds the words by which a selector may have meant a recording.
func appendNear(near []string, a address.Address) []string {
	for _, name := range []string{a.Suite, a.Suite + "." + a.Case, a.Suite + "." + a.CaseName(), a.String()} {
		if !slices.Contains(near[max(0, len(near)-4):], name) {
			near = append(near, name)
		}
	}
	return near
}

// age says how long ago something was, in the largest unit that fits.
func age(now, at time.Time) string {
	if at.IsZero() {
		return "unknown"
	}
	d := now.Sub(at)
	switch {
	case d < 0:
		return "in the future"
	case d < time.Minute:
		return counted(int(d/time.Second), "second")
	case d < time.Hour:
		return counted(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return counted(int(d/time.Hour), "hour")
	case d < 60*24*time.Hour:
		return counted(int(d/(24*time.Hour)), "day")
	case d < 730*24*time.Hour:
		return counted(int(d/(30*24*time.Hour)), "month")
	default:
		return counted(int(d/(365*24*time.Hour)), "year")
	}
}

// shortKey is as much of a key as tells it from others.
func shortKey(k exchange.Key) string { return strings.TrimPrefix(k.String(), "sha256:")[:8] }

// costs adds up what recordings cost.
type costs struct {
	sum     credit.Amount
	paid    int // with a known cost
	unknown int
}

func (s *costs) add(e *exchange.Exchange) {
	if e.Credits == nil {
		s.unknown++
		return
	}
	s.paid++
	s.sum = s.sum.Add(*e.Credits)
}

// String says the sum, and how much of it nobody knows.
func (s *costs) String() string {
	switch {
	case s.paid+s.unknown == 0:
		return "0"
	case s.paid == 0:
		return "unknown"
	case s.unknown > 0:
		return fmt.Sprintf("%s and %d unknown", s.sum, s.unknown)
	}
	return s.sum.String()
}

func creditsOf(e *exchange.Exchange) string {
	if e.Credits == nil {
		return "unknown"
	}
	if e.Unsure {
		return "about " + e.Credits.String()
	}
	return e.Credits.String()
}

// modelName is the model that a reply names.
func modelName(e *exchange.Exchange) string { return cmp.Or(e.Model, "-") }
