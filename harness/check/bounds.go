package check

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

// quantity is a sort of figure that is bounded: how it is written and compared.
type quantity[T any] struct {
	want    string    // what a bound must be, in messages
	kind    spec.Kind // how one is written
	parse   func(string) (T, error)
	compare func(a, b T) int
	show    func(T) string
}

func counts() quantity[int] {
	return quantity[int]{"a whole number, not negative", spec.Number, parseCount, cmp.Compare[int], strconv.Itoa}
}

func durations() quantity[time.Duration] {
	return quantity[time.Duration]{"a time such as 20s or 1m30s", spec.Text, parseDuration, cmp.Compare[time.Duration], time.Duration.String}
}

func amounts() quantity[credit.Amount] {
	return quantity[credit.Amount]{"a decimal number of credits, not negative", spec.Number, parseAmount, credit.Amount.Cmp, credit.Amount.String}
}

var errNegative = errors.New("it is negative")

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		f, ferr := strconv.ParseFloat(s, 64) // 1e3 and 600.0 are whole numbers too
		if ferr != nil || f != float64(int32(f)) {
			return 0, errors.New("it is no whole number")
		}
		n = int(f)
	}
	if n < 0 {
		return 0, errNegative
	}
	return n, nil
}

func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, errors.New("it is no time")
	}
	if d < 0 {
		return 0, errNegative
	}
	return d, nil
}

func parseAmount(s string) (credit.Amount, error) {
	a, err := credit.ParseAmount(s)
	if err != nil {
		return a, errors.New("it is no number")
	}
	if a.Sign() < 0 {
		return a, errNegative
	}
	return a, nil
}

// limit is one bound: a value, or a template that gives one for a reply.
type limit[T any] struct {
	value T
	text  *Text // nil of a literal
}

// limits are an upper and a lower bound, of which either may be nil.
type limits[T any] struct {
	quantity[T]
	min, max *limit[T]
}

// limitsOf reads two keys of a map.
func limitsOf[T any](p *Parser, o *spec.Object, minKey, maxKey string, q quantity[T]) limits[T] {
	l := limits[T]{quantity: q, min: limitOf(p, o.Node(minKey), minKey, q), max: limitOf(p, o.Node(maxKey), maxKey, q)}
	if l.min != nil && l.max != nil && l.min.text == nil && l.max.text == nil && q.compare(l.min.value, l.max.value) > 0 {
		p.add(diag.BadCheck, o.Node(minKey).Range, fmt.Sprintf("%s: %s %s is greater than %s %s", p.kind, minKey, q.show(l.min.value), maxKey, q.show(l.max.value)),
			"Nothing lies between them: swap or correct them.")
	}
	return l
}

func limitOf[T any](p *Parser, n *spec.Node, key string, q quantity[T]) *limit[T] {
	if n == nil {
		return nil
	}
	var t *Text
	if n.Kind == spec.Number || n.Kind == spec.Text {
		if t = p.text(n); t == nil {
			return nil
		}
	}
	if t != nil && !t.literal {
		return &limit[T]{text: t}
	}
	value, err := q.parse(n.Value)
	if n.Kind != q.kind || err != nil {
		p.add(diag.BadValue, n.Range, fmt.Sprintf("%s of %s can't be %s", key, p.kind, shortly(n)), "It is "+q.want+", or a template that gives one.")
		return nil
	}
	return &limit[T]{value: value}
}

// at gives a bound's value for a reply.
func (l limits[T]) at(b *limit[T], s *Subject) (T, error) {
	if b.text == nil {
		return b.value, nil
	}
	text, err := b.text.Eval(s)
	if err != nil {
		return b.value, err
	}
	value, err := l.parse(text)
	if err != nil {
		return value, fmt.Errorf("the bound %s came out as %s: %w", cut(b.text.source), b.text.shown(s), err)
	}
	return value, nil
}

// hold reports whether a figure lies within the bounds, ends included.
func (l limits[T]) hold(s *Subject, figure T) (bool, error) {
	low, high := figure, figure
	var err error
	if l.min != nil {
		if low, err = l.at(l.min, s); err != nil {
			return false, err
		}
	}
	if l.max != nil {
		if high, err = l.at(l.max, s); err != nil {
			return false, err
		}
	}
	if l.min != nil && l.max != nil && l.compare(low, high) > 0 {
		return false, fmt.Errorf("the bounds came out as min %s and max %s, and nothing lies between", l.show(low), l.show(high))
	}
	return l.compare(low, figure) <= 0 && l.compare(figure, high) <= 0, nil
}

// describe says the bounds: at most 600, at least 10, between 10 and 600.
func (l limits[T]) describe(s *Subject) string {
	switch {
	case l.min != nil && l.max != nil:
		return "between " + l.shown(l.min, s) + " and " + l.shown(l.max, s)
	case l.min != nil:
		return "at least " + l.shown(l.min, s)
	case l.max != nil:
		return "at most " + l.shown(l.max, s)
	}
	return ""
}

func (l limits[T]) shown(b *limit[T], s *Subject) string {
	value, err := l.at(b, s)
	if err != nil {
		return cut(b.text.source)
	}
	return l.show(value)
}

func (l limits[T]) none() bool { return l.min == nil && l.max == nil }

// trivial reports whether every figure that can't be negative is within.
func (l limits[T]) trivial() bool {
	var zero T
	return l.max == nil && l.min != nil && l.min.text == nil && l.compare(l.min.value, zero) == 0
}

// Bounds are a lower and an upper bound on a whole number.
type Bounds struct{ limits limits[int] }

// Bounds reads {min, max}, of which at least one is there; nil when it is wrong.
func (p *Parser) Bounds(n *spec.Node) *Bounds {
	l := boundsOf(p, n, counts())
	if l == nil {
		return nil
	}
	return &Bounds{*l}
}

func boundsOf[T any](p *Parser, n *spec.Node, q quantity[T]) *limits[T] {
	o := p.Object(n)
	if o == nil {
		return nil
	}
	before := len(*p.ds)
	l := limitsOf(p, o, "min", "max", q)
	o.Close()
	if (*p.ds)[before:].HasErrors() {
		return nil
	}
	if l.none() {
		p.Error(n.Range, p.kind+" has no bound", "Write min, max, or both.")
		return nil
	}
	return &l
}

// Holds reports whether n lies within the bounds, ends included.
func (b *Bounds) Holds(s *Subject, n int) (bool, error) { return b.limits.hold(s, n) }

// Describe says the bounds for people, such as "at most 600 words".
func (b *Bounds) Describe(s *Subject, unit string) string {
	text := b.limits.describe(s) + " " + unit
	if strings.HasSuffix(text, " 1 "+unit) {
		return text
	}
	return text + "s"
}
