package address

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse reads an address, whole or partial: a suite, suite.case,
// suite.case["key"], each perhaps with @provider, #sample and .turn[1] or
// .turn["name"]. Quotes within brackets may be left out where the text has no
// bracket and does not start with a quote. A case named turn is no turn:
// jokes.turn[1] is the key 1 of the case turn.
func Parse(s string) (Address, error) {
	p := parser{rest: s}
	a, err := p.address()
	if err != nil {
		return Address{}, fmt.Errorf("address %q: %w", s, err)
	}
	return a, nil
}

// parser reads an address, or a pattern, from left to right.
type parser struct {
	rest  string
	globs bool // * and ? may stand in names
	plain bool // the last bracketed text had no quotes
}

func (p *parser) address() (Address, error) {
	var a Address
	var err error
	if a.Suite, err = p.name("a suite"); err != nil {
		return a, err
	}
	if p.take('.') {
		if a.Case, err = p.name("a case"); err != nil {
			return a, err
		}
		if strings.HasPrefix(p.rest, "[") {
			a.Keyed = true
			if a.Key, err = p.bracketed(); err != nil {
				return a, err
			}
		}
	}
	return a, p.tail(&a)
}

// tail reads provider, sample and turn.
func (p *parser) tail(a *Address) (err error) {
	if p.take('@') {
		if a.Provider, err = p.name("a provider"); err != nil {
			return err
		}
	}
	if p.take('#') {
		if a.Sample, err = p.number("a sample"); err != nil {
			return err
		}
	}
	if rest, ok := strings.CutPrefix(p.rest, ".turn["); ok {
		p.rest = "[" + rest
		if a.Turn, err = p.turn(); err != nil {
			return err
		}
	}
	if p.rest != "" {
		return fmt.Errorf("%q is not understood", p.rest)
	}
	return nil
}

func (p *parser) take(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// name reads [A-Za-z_][A-Za-z0-9_-]*, or a glob for it.
func (p *parser) name(what string) (string, error) {
	n := 0
	for n < len(p.rest) && (isNameByte(p.rest[n], n == 0) || p.globs && isGlob(p.rest[n])) {
		n++
	}
	if n == 0 {
		return "", fmt.Errorf("%s is missing at %q", what, p.rest)
	}
	name := p.rest[:n]
	p.rest = p.rest[n:]
	return name, nil
}

func isGlob(c byte) bool { return c == '*' || c == '?' }

func isNameByte(c byte, first bool) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		return true
	case c >= '0' && c <= '9', c == '-':
		return !first
	}
	return false
}

func (p *parser) number(what string) (int, error) {
	n := 0
	for n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9' {
		n++
	}
	v, err := strconv.Atoi(p.rest[:n])
	if err != nil || v < 1 {
		return 0, fmt.Errorf("%s is a number from 1, not %q", what, p.rest)
	}
	p.rest = p.rest[n:]
	return v, nil
}

// bracketed reads ["key"] or [key].
func (p *parser) bracketed() (text string, err error) {
	p.rest = p.rest[1:]
	if p.plain = !strings.HasPrefix(p.rest, `"`); p.plain {
		end := strings.IndexByte(p.rest, ']')
		if end < 0 {
			return "", errBracket
		}
		text, p.rest = p.rest[:end], p.rest[end:]
		if text == "" {
			return "", fmt.Errorf(`nothing stands between the brackets: the empty key is [""]`)
		}
	} else if text, p.rest, err = unquote(p.rest); err != nil {
		return "", err
	}
	if !p.take(']') {
		return "", errBracket
	}
	return text, nil
}

var errBracket = fmt.Errorf("a bracket is not closed")

// turn reads [1], ["name"] or [name].
func (p *parser) turn() (Turn, error) {
	text, err := p.bracketed()
	if err != nil {
		return Turn{}, err
	}
	if p.plain {
		if n, err := strconv.Atoi(text); err == nil {
			if n < 1 {
				return Turn{}, fmt.Errorf("turns count from 1, not from %d", n)
			}
			return Turn{Number: n}, nil
		}
	}
	if text == "" {
		return Turn{}, fmt.Errorf("a turn has no empty name")
	}
	return Turn{Name: text}, nil
}
