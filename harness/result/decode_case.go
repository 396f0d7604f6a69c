package result

import (
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/verdict"
)

// The fields of a case, type by type, under the names that the tags of the
// types give them. A test fails when one is forgotten.

func (d *decoder) wholeCase(c *Case) {
	d.object(func(key []byte) {
		switch string(key) {
		case "address":
			d.text(&c.Address)
		case "display":
			d.text(&c.Display)
		case "suite":
			d.name(&c.Suite)
		case "name":
			d.text(&c.Name)
		case "provider":
			d.name(&c.Provider)
		case "tags":
			list(d, &c.Tags, d.text)
		case "place":
			d.place(&c.Place)
		case "verdict":
			d.verdict(&c.Verdict)
		case "reason":
			d.text(&c.Reason)
		case "known_failure":
			d.bool(&c.KnownFailure)
		case "flaky":
			d.bool(&c.Flaky)
		case "pass":
			d.int(&c.Pass)
		case "problem":
			pointer(d, &c.Problem, d.problem)
		case "samples":
			list(d, &c.Samples, d.sample)
		case "sum":
			d.sum(&c.Sum)
		default:
			d.skip()
		}
	})
}

func (d *decoder) verdict(to *verdict.Verdict) {
	if d.null() {
		return
	}
	text, plain := d.scan()
	if !plain {
		text = []byte(d.escaped())
	}
	if d.err != nil {
		return
	}
	if err := to.UnmarshalText(text); err != nil {
		d.fail("%v", err)
	}
}

func (d *decoder) place(p *Place) {
	d.object(func(key []byte) {
		switch string(key) {
		case "file":
			d.name(&p.File)
		case "line":
			d.int(&p.Line)
		case "column":
			d.int(&p.Column)
		case "end_line":
			d.int(&p.EndLine)
		case "end":
			d.int(&p.End)
		default:
			d.skip()
		}
	})
}

func (d *decoder) problem(p *Problem) {
	d.object(func(key []byte) {
		switch string(key) {
		case "code":
			d.name(&p.Code)
		case "summary":
			d.text(&p.Summary)
		case "detail":
			d.text(&p.Detail)
		case "place":
			d.place(&p.Place)
		case "warning":
			d.bool(&p.Warning)
		default:
			d.skip()
		}
	})
}

func (d *decoder) sample(s *Sample) {
	d.object(func(key []byte) {
		switch string(key) {
		case "number":
			d.int(&s.Number)
		case "verdict":
			d.verdict(&s.Verdict)
		case "turns":
			list(d, &s.Turns, d.turn)
		case "total":
			list(d, &s.Total, d.check)
		default:
			d.skip()
		}
	})
}

func (d *decoder) check(c *Check) {
	d.object(func(key []byte) {
		switch string(key) {
		case "name":
			d.name(&c.Name)
		case "place":
			d.place(&c.Place)
		case "source":
			d.text(&c.Source)
		case "verdict":
			d.verdict(&c.Verdict)
		case "warned":
			d.bool(&c.Warned)
		case "expected":
			d.text(&c.Expected)
		case "actual":
			d.text(&c.Actual)
		case "reason":
			d.text(&c.Reason)
		case "message":
			d.text(&c.Message)
		default:
			d.skip()
		}
	})
}

func (d *decoder) turn(t *Turn) {
	d.object(func(key []byte) {
		if !d.turnText(t, key) && !d.turnFigure(t, key) {
			d.skip()
		}
	})
}

// turnText reads what a turn is and says.
func (d *decoder) turnText(t *Turn, key []byte) bool {
	switch string(key) {
	case "name":
		d.text(&t.Name)
	case "address":
		d.text(&t.Address)
	case "display":
		d.text(&t.Display)
	case "place":
		d.place(&t.Place)
	case "verdict":
		d.verdict(&t.Verdict)
	case "reason":
		d.text(&t.Reason)
	case "sent":
		list(d, &t.Sent, d.message)
	case "text":
		d.text(&t.Text)
	case "model":
		d.name(&t.Model)
	case "finish_reason":
		d.name(&t.Finish)
	case "class":
		d.name(&t.Class)
	case "error":
		d.text(&t.Error)
	case "problem":
		pointer(d, &t.Problem, d.problem)
	case "checks":
		list(d, &t.Checks, d.check)
	default:
		return false
	}
	return true
}

// turnFigure reads what was counted and measured.
func (d *decoder) turnFigure(t *Turn, key []byte) bool {
	switch string(key) {
	case "number":
		d.int(&t.Number)
	case "status":
		d.int(&t.Status)
	case "latency_ns":
		pointer(d, &t.Latency, d.duration)
	case "credits":
		pointer(d, &t.Credits, d.amount)
	case "unsure":
		d.bool(&t.Unsure)
	case "stale":
		d.bool(&t.Stale)
	case "spent":
		d.bool(&t.Spent)
	case "tokens":
		pointer(d, &t.Tokens, d.tokens)
	case "requests":
		d.int(&t.Requests)
	case "recording":
		pointer(d, &t.Recording, d.recording)
	default:
		return false
	}
	return true
}

func (d *decoder) message(m *Message) {
	d.object(func(key []byte) {
		switch string(key) {
		case "role":
			d.name(&m.Role)
		case "text":
			d.text(&m.Text)
		default:
			d.skip()
		}
	})
}

func (d *decoder) tokens(t *Tokens) {
	d.object(func(key []byte) {
		switch string(key) {
		case "input":
			pointer(d, &t.Input, d.int)
		case "output":
			pointer(d, &t.Output, d.int)
		default:
			d.skip()
		}
	})
}

func (d *decoder) recording(r *Recording) {
	d.object(func(key []byte) {
		switch string(key) {
		case "file":
			d.name(&r.File)
		case "at":
			if !d.null() {
				d.self(&r.At)
			}
		case "origin":
			d.name(&r.Origin)
		default:
			d.skip()
		}
	})
}

func (d *decoder) amount(a *credit.Amount) { d.self(a) }

func (d *decoder) sum(s *CaseSum) {
	d.object(func(key []byte) {
		switch string(key) {
		case "turns":
			d.int(&s.Turns)
		case "checks":
			d.int(&s.Checks)
		case "checks_passed":
			d.int(&s.ChecksPassed)
		case "warnings":
			d.int(&s.Warnings)
		case "requests":
			d.int(&s.Requests)
		case "latency_ns":
			d.duration(&s.Latency)
		case "spent":
			d.amount(&s.Spent)
		case "recorded":
			d.amount(&s.Recorded)
		case "unknown_costs":
			d.int(&s.Unknown)
		case "stale":
			d.int(&s.Stale)
		case "tokens":
			d.int(&s.Tokens)
		default:
			d.skip()
		}
	})
}
