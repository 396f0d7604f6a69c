package cli

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/fixture"
)

// heading says in one line what an edit makes necessary.
func heading(g harness.Group) string {
	n, c := len(g.Changes), g.Cause
	switch c.Kind {
	case harness.NewCase:
		return fmt.Sprintf("%s yet%s", toRecord(n), at(wholeFile(c.Place)))
	case harness.NewSample:
		return fmt.Sprintf("%s: the case has more samples than are recorded%s", toRecord(n), at(c.Place))
	case harness.NewTurn:
		return fmt.Sprintf("%s: the conversation is longer than its recording%s", toRecord(n), at(c.Place))
	case harness.Ambiguous:
		return fmt.Sprintf("%s: several recordings could have been moved here%s", toRecord(n), at(c.Place))
	case harness.PaidBefore:
		return fmt.Sprintf("%s paid for before and kept: recording %s is free", werePaid(n), them(n))
	case harness.Replaced:
		return fmt.Sprintf("%s asked again: --replace", again(n))
	default:
		return fmt.Sprintf("%s: %s%s", stale(n), whatChanged(c), at(c.Place))
	}
}

func whatChanged(c harness.Cause) string {
	switch c.Kind {
	case harness.SystemChanged:
		return "the system text changed"
	case harness.FileChanged:
		return "the prompt file changed"
	case harness.VariableEdited:
		return fmt.Sprintf("the variable %q changed", c.Name)
	case harness.LocalEdited:
		return fmt.Sprintf("the local %q changed", c.Name)
	case harness.ParamChanged:
		return fmt.Sprintf("the parameter %q changed", c.Name)
	case harness.ModelChanged:
		return "the model, or where it is asked, changed"
	case harness.RequestChanged:
		return "the request changed"
	case harness.ReplyChanged:
		return "an earlier reply of the conversation changed"
	case harness.RecordEdited:
		return "the file, or its key, was edited by hand"
	default:
		return "the prompt changed"
	}
}

func toRecord(n int) string {
	if n == 1 {
		return "1 question is not recorded"
	}
	return fmt.Sprintf("%d questions are not recorded", n)
}

func stale(n int) string {
	if n == 1 {
		return "1 recording is stale"
	}
	return fmt.Sprintf("%d recordings are stale", n)
}

func again(n int) string {
	if n == 1 {
		return "1 question is"
	}
	return fmt.Sprintf("%d questions are", n)
}

func werePaid(n int) string {
	if n == 1 {
		return "1 reply was"
	}
	return fmt.Sprintf("%d replies were", n)
}

// at gives a place in brackets; "" for none.
func at(r diag.Range) string {
	if place := placeText(r); place != "" {
		return " (" + place + ")"
	}
	return ""
}

// placeText gives a place as an editor takes it: suites/jokes.yaml:19.
func placeText(r diag.Range) string {
	switch {
	case r.Filename == "":
		return ""
	case r.Start.Line == 0:
		return diag.Visible(r.Filename)
	default:
		return fmt.Sprintf("%s:%d", diag.Visible(r.Filename), r.Start.Line)
	}
}

func wholeFile(r diag.Range) diag.Range { return diag.Range{Filename: r.Filename} }

// counts are the sums of a survey.
type counts struct {
	record, again, remove, move, reuse, unchanged, blocked, unknown int
}

func countsOf(s *harness.Survey) counts {
	out := counts{remove: len(s.Prunes), move: len(s.Moves), unchanged: s.Unchanged, blocked: len(s.Blocked), unknown: len(s.Unsure)}
	for i := range s.Changes {
		switch c := &s.Changes[i]; {
		case c.State == fixture.Kept:
			out.reuse++
		case c.IsAgain():
			out.again++
		default:
			out.record++
		}
	}
	return out
}

func (n counts) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d to record, %d to record again, %d to delete, %d to move, ", n.record, n.again, n.remove, n.move)
	for _, more := range []struct {
		n    int
		what string
	}{{n.reuse, "to reuse"}, {n.blocked, "blocked"}, {n.unknown, "of unknown outcome"}} {
		if more.n > 0 {
			fmt.Fprintf(&b, "%d %s, ", more.n, more.what)
		}
	}
	fmt.Fprintf(&b, "%d unchanged", n.unchanged)
	return b.String()
}

// sums tells how much there is to do, what it costs and how long it takes.
func (v *surveyView) sums() {
	fmt.Fprintf(v.b, "Plan: %s.\n", countsOf(v.s))
	fmt.Fprintf(v.b, "%s\n", priceLine(v.s))
	if len(v.s.Asked) == 1 {
		fmt.Fprintf(v.b, "Asks %s.\n", askedOf(v.s.Asked[0]))
	} else {
		for _, a := range v.s.Asked {
			fmt.Fprintf(v.b, "Asks %s: about %s credits, at most %s, %s.\n", askedOf(a), amountOr(a.Estimate), amountOr(a.Bound), timeText(a.Time, a))
		}
	}
}

func priceLine(s *harness.Survey) string {
	var of harness.Asked
	if len(s.Asked) == 1 {
		of = s.Asked[0]
	}
	return fmt.Sprintf("Credits: about %s, at most %s. Time: %s. Balance: not asked.", amountOr(s.Estimate), amountOr(s.Bound), timeText(s.Time, of))
}

func askedOf(a harness.Asked) string {
	host := a.BaseURL
	if u, err := url.Parse(a.BaseURL); err == nil && u.Host != "" {
		host = u.Host
	}
	return fmt.Sprintf("%s at %s, %s", a.Provider, host, counted(a.Calls, "question"))
}

// timeText says how long something takes, and at which rate.
func timeText(took *time.Duration, of harness.Asked) string {
	text := "unknown"
	if took != nil {
		text = "about " + roundly(*took)
		if *took == 0 {
			text = "none"
		}
	}
	if of.RateCount > 0 {
		text += fmt.Sprintf(" at %d %s", of.RateCount, perText(of.RatePer))
	}
	return text
}

func perText(per time.Duration) string {
	switch per {
	case time.Second:
		return "a second"
	case time.Minute:
		return "a minute"
	case time.Hour:
		return "an hour"
	default:
		return "in " + per.String()
	}
}

// roundly gives a duration as people say it.
func roundly(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return "0.1 s"
	case d < 10*time.Second:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Round(time.Second).Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	default:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

func amountOr(a *credit.Amount) string {
	if a == nil {
		return "unknown"
	}
	return a.String()
}

// costOfPrunes says what recordings cost.
func costOfPrunes(list []harness.Prune) string {
	var sum credit.Amount
	uncounted, replies := 0, 0
	for i := range list {
		sum = sum.Add(list[i].Credits)
		uncounted += list[i].Uncounted
		replies += list[i].Replies
	}
	switch {
	case uncounted == 0:
		return fmt.Sprintf("cost %s credits", sum)
	case uncounted == replies:
		return "cost unknown"
	default:
		return fmt.Sprintf("cost %s credits and more", sum)
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
