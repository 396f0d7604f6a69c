package address

import (
	"fmt"
	"strconv"
	"strings"
)

// Pattern selects addresses: jokes, jokes.changes_*, 'jokes.*[d*]',
// '*.greets@grok-2', 'jokes.greets#2', 'jokes.greets.turn[1]'. A part that is
// absent matches everything, so a suite selects all its cases and a case all
// its instances, providers, samples and turns. * stands for any text and ? for
// one character. In quotes they stand for themselves: jokes.*["d*"] is the key
// d* and no other.
type Pattern struct {
	text     string
	suite    glob
	name     glob
	key      glob
	provider glob
	sample   int
	turn     glob
	number   int // of the turn; a name may also be a number's digits
}

// ParsePattern reads a pattern.
func ParsePattern(s string) (Pattern, error) {
	p := parser{rest: s, globs: true}
	pattern, err := p.pattern()
	if err != nil {
		return Pattern{}, fmt.Errorf("selector %q: %w", s, err)
	}
	pattern.text = s
	return pattern, nil
}

// String gives the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Match reports whether the pattern selects the address. A part that the
// address itself lacks is selected by an absent part or by *.
func (p Pattern) Match(a Address) bool {
	return p.suite.match(a.Suite) && p.name.match(a.Case) && p.key.matchKey(a) && p.provider.match(a.Provider) &&
		(p.sample == 0 || p.sample == a.Sample) && p.matchTurn(a.Turn)
}

// Conversation gives the pattern without its turn: what selects the
// conversations that a turn's pattern is about.
func (p Pattern) Conversation() Pattern {
	p.turn, p.number = glob{}, 0
	return p
}

// Instance gives the pattern without its sample and its turn: what selects the
// case instances that the pattern is about.
func (p Pattern) Instance() Pattern {
	p = p.Conversation()
	p.sample = 0
	return p
}

// Exact gives the address that the pattern names, when it has no globs.
func (p Pattern) Exact() (Address, bool) {
	if p.suite.wild || p.name.wild || p.key.wild || p.provider.wild || p.turn.wild {
		return Address{}, false
	}
	a, err := Parse(p.text)
	return a, err == nil
}

func (p Pattern) matchTurn(t Turn) bool {
	switch {
	case p.number != 0:
		return t.Number == p.number
	case t.Name == "" && t.Number != 0:
		return p.turn.match(strconv.Itoa(t.Number))
	}
	return p.turn.match(t.Name)
}

func (p *parser) pattern() (Pattern, error) {
	var out Pattern
	suite, err := p.name("a suite")
	if err != nil {
		return out, err
	}
	out.suite = newGlob(suite)
	if p.take('.') {
		name, err := p.name("a case")
		if err != nil {
			return out, err
		}
		out.name = newGlob(name)
		if strings.HasPrefix(p.rest, "[") {
			if out.key, err = p.bracketedGlob(); err != nil {
				return out, err
			}
		}
	}
	return out, p.patternTail(&out)
}

func (p *parser) patternTail(out *Pattern) error {
	if p.take('@') {
		provider, err := p.name("a provider")
		if err != nil {
			return err
		}
		out.provider = newGlob(provider)
	}
	if p.take('#') {
		var err error
		if strings.HasPrefix(p.rest, "*") {
			p.rest = p.rest[1:]
		} else if out.sample, err = p.number("a sample"); err != nil {
			return err
		}
	}
	if rest, ok := strings.CutPrefix(p.rest, ".turn["); ok {
		p.rest = "[" + rest
		if err := p.patternTurn(out); err != nil {
			return err
		}
	}
	if p.rest != "" {
		return fmt.Errorf("%q is not understood", p.rest)
	}
	return nil
}

func (p *parser) patternTurn(out *Pattern) error {
	g, err := p.bracketedGlob()
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(g.text); err == nil && p.plain {
		if n < 1 {
			return fmt.Errorf("turns count from 1, not from %d", n)
		}
		out.number = n
		return nil
	}
	if g.text == "" {
		return fmt.Errorf("a turn has no empty name")
	}
	out.turn = g
	return nil
}

func (p *parser) bracketedGlob() (glob, error) {
	text, err := p.bracketed()
	if err != nil {
		return glob{}, err
	}
	if p.plain {
		return newGlob(text), nil
	}
	return glob{set: true, text: text}, nil
}

// glob matches one part. The zero glob matches everything.
type glob struct {
	set  bool
	wild bool
	text string
}

func newGlob(text string) glob {
	return glob{set: true, wild: strings.ContainsAny(text, "*?"), text: text}
}

func (g glob) matchKey(a Address) bool {
	if g.set && !a.Keyed {
		return g.wild && strings.Trim(g.text, "*") == ""
	}
	return g.match(a.Key)
}

func (g glob) match(s string) bool {
	switch {
	case !g.set:
		return true
	case !g.wild:
		return g.text == s
	}
	return matchGlob(g.text, s)
}

// matchGlob goes back only to the newest *, so it takes no more than
// len(pattern)·len(s) steps.
func matchGlob(pattern, s string) bool {
	star, back := -1, 0
	i, j := 0, 0
	for j < len(s) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, back = i, j
			i++
		case i < len(pattern) && pattern[i] == '?':
			i++
			j += characterSize(s[j:])
		case i < len(pattern) && pattern[i] == s[j]:
			i++
			j++
		case star >= 0:
			back += characterSize(s[back:])
			i, j = star+1, back
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}
