package check

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/spec"
)

func regexKind() Kind {
	return Kind{
		Name:    "regex",
		Doc:     "Passes when the regular expression (RE2) matches somewhere in the text.",
		Example: `regex: '(?i)\b(why|what)\b'`,
		Schema:  nonEmptySchema,
		Parse: func(p *Parser, n *spec.Node) Check {
			pattern := p.Pattern(n)
			if pattern == nil {
				return nil
			}
			return textRule(matches{pattern})
		},
	}
}

type matches struct{ pattern *Pattern }

func (m matches) Holds(s *Subject) (bool, error) {
	text, err := s.Target()
	if err != nil {
		return false, err
	}
	re, err := m.pattern.Eval(s)
	if err != nil {
		return false, err
	}
	return re.MatchString(text), nil
}

func (m matches) Describe(s *Subject) (expected, actual string) {
	return s.TargetName() + " matches " + m.pattern.shown(s), s.actual()
}

// Pattern is an argument that is a regular expression: compiled once when it
// is written out, else for each reply.
type Pattern struct {
	text *Text
	re   *regexp.Regexp // of a literal
}

// Pattern reads a regular expression; nil when it is none.
func (p *Parser) Pattern(n *spec.Node) *Pattern {
	text := p.NonEmpty(n)
	if text == nil {
		return nil
	}
	if strings.ContainsRune(n.Value, '\b') {
		p.ds.Warn(diag.BadPattern, n.Range, "the pattern holds a backspace character",
			`In double quotes YAML reads \b as one; a word boundary is written in single quotes: '\b'.`)
	}
	if !text.literal {
		return &Pattern{text: text}
	}
	re, err := compilePattern(text.value)
	switch {
	case errors.Is(err, errEmpty):
		p.alwaysPasses(n, "the pattern matches the empty text everywhere")
		return nil
	case err != nil:
		p.badPattern(n, text.value, err)
		return nil
	}
	return &Pattern{text, re}
}

func compilePattern(pattern string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	// (?i) and () are as empty as the empty pattern.
	if tree, err := syntax.Parse(pattern, syntax.Perl); err == nil && tree.Simplify().Op == syntax.OpEmptyMatch {
		return nil, errEmpty
	}
	return re, nil
}

// Eval gives the regular expression for a reply.
func (p *Pattern) Eval(s *Subject) (*regexp.Regexp, error) {
	if p.re != nil {
		return p.re, nil
	}
	pattern, err := p.text.evalNonEmpty(s)
	if err != nil {
		return nil, err
	}
	re, err := compilePattern(pattern)
	if err == nil || errors.Is(err, errEmpty) {
		return re, err
	}
	if _, plain := p.text.plain(s); !plain {
		return nil, fmt.Errorf("the pattern %s does not compile", p.shown(s))
	}
	summary, detail := explainPattern(err)
	return nil, fmt.Errorf("the pattern came out as %s: %s", quote(pattern), sentences(summary+".", detail))
}

func (p *Pattern) shown(s *Subject) string {
	pattern, _ := p.text.plain(s)
	return "/" + visible(pattern) + "/"
}

// visible shows control characters of a pattern as escapes and leaves its
// backslashes single.
func visible(pattern string) string {
	quoted := quote(pattern)
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(quoted[1 : len(quoted)-1])
}

func (p *Parser) badPattern(n *spec.Node, pattern string, err error) {
	summary, detail := explainPattern(err)
	place := n.Range
	var refused *syntax.Error
	if errors.As(err, &refused) && refused.Expr != pattern && pattern == n.Value {
		if i := strings.Index(n.Value, refused.Expr); i >= 0 && refused.Expr != "" {
			place = n.At(i, i+len(refused.Expr))
		}
	}
	p.add(diag.BadPattern, place, summary, detail)
}

// explainPattern says what RE2 refuses and what to write instead.
func explainPattern(err error) (summary, detail string) {
	var refused *syntax.Error
	if !errors.As(err, &refused) {
		return "the pattern does not compile", err.Error()
	}
	summary = fmt.Sprintf("the pattern does not compile: %s: %s", refused.Code, quote(refused.Expr))
	for _, l := range lacks {
		if l.code == refused.Code && strings.HasPrefix(refused.Expr, l.prefix) {
			return fmt.Sprintf("RE2 has no %s: %s", l.name, quote(refused.Expr)), l.instead
		}
	}
	return summary, patternHelp[refused.Code]
}

const (
	lookahead  = "Match what you want and put what must not be there in a second expectation: - not: {regex: …}; what must also be there in another: - regex: …."
	lookbehind = "Match what comes before as well, or look at a part by of: '${regex(…)[0]}'."
	backref    = "RE2 can't compare two parts of a match. Use a condition with regex(…) and == between its parts."
	possessive = "RE2 never backtracks, so it is not needed: write the plain +, * or ?."
	lineEnds   = `Write \z for the end of the text, \A for its start, and (?m)$ for the end of a line.`
)

// lacks is what other engines have and RE2 has not, by how it is written.
// Longer prefixes stand first.
var lacks = []struct {
	code                  syntax.ErrorCode
	prefix, name, instead string
}{
	{syntax.ErrInvalidPerlOp, "(?<=", "lookbehind", lookbehind},
	{syntax.ErrInvalidPerlOp, "(?<!", "lookbehind", lookbehind},
	{syntax.ErrInvalidPerlOp, "(?=", "lookahead", lookahead},
	{syntax.ErrInvalidPerlOp, "(?!", "lookahead", lookahead},
	{syntax.ErrInvalidPerlOp, "(?>", "atomic groups", possessive + " A group is (?:…)."},
	{syntax.ErrInvalidPerlOp, "(?(", "conditionals", "Write the cases as alternatives: (?:a|b)."},
	{syntax.ErrInvalidPerlOp, "(?#", "comments", "Leave it out; a YAML comment can stand above."},
	{syntax.ErrInvalidPerlOp, "(?|", "branch reset", "Use (?:…|…)."},
	{syntax.ErrInvalidPerlOp, "(?R", "recursion", "RE2 can't match nested brackets; decode the text, or use a condition."},
	{syntax.ErrInvalidPerlOp, "(?x", "flag x", "Write the pattern without white space and comments. The flags are i, m, s and U."},
	{syntax.ErrInvalidPerlOp, "(?P", "backreferences and no recursion", backref},
	{syntax.ErrInvalidNamedCapture, "(?<=", "lookbehind", lookbehind},
	{syntax.ErrInvalidNamedCapture, "(?<!", "lookbehind", lookbehind},
	{syntax.ErrInvalidEscape, `\1`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\2`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\3`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\4`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\5`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\6`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\7`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\8`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\9`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\k`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\g`, "backreferences", backref},
	{syntax.ErrInvalidEscape, `\Z`, `\Z`, lineEnds},
	{syntax.ErrInvalidEscape, `\G`, `\G`, lineEnds},
	{syntax.ErrInvalidEscape, `\K`, `\K`, lookbehind},
	{syntax.ErrInvalidEscape, `\R`, `\R`, `Write \r?\n.`},
	{syntax.ErrInvalidEscape, `\h`, `\h`, `Write [ \t].`},
	{syntax.ErrInvalidEscape, `\H`, `\H`, `Write [^ \t].`},
	{syntax.ErrInvalidEscape, `\X`, `\X`, "RE2 has no grapheme clusters; the check length counts them."},
	{syntax.ErrInvalidEscape, `\N`, `\N`, `Write [^\n].`},
	{syntax.ErrInvalidEscape, `\u`, `\u`, `Write \x{20AC}, or the character itself.`},
	{syntax.ErrInvalidEscape, `\U`, `\U`, `Write \x{1F600}, or the character itself.`},
	{syntax.ErrInvalidEscape, `\e`, `\e`, `Write \x1b.`},
	{syntax.ErrInvalidRepeatOp, "", "possessive or doubled repetition", possessive},
}

var patternHelp = map[syntax.ErrorCode]string{
	syntax.ErrMissingParen:          `A ( has no ). A bracket that is meant as such is written \(.`,
	syntax.ErrUnexpectedParen:       `A ) has no (. A bracket that is meant as such is written \).`,
	syntax.ErrMissingBracket:        `A [ has no ]. A bracket that is meant as such is written \[.`,
	syntax.ErrMissingRepeatArgument: `Nothing stands before it to repeat. A * that is meant as such is written \*.`,
	syntax.ErrInvalidRepeatSize:     "RE2 repeats at most 1000 times; the check length bounds the whole text.",
	syntax.ErrTrailingBackslash:     `A backslash that is meant as such is written \\.`,
	syntax.ErrInvalidCharRange:      "The first character of a range stands before the last.",
	syntax.ErrInvalidUTF8:           "The pattern is no UTF-8.",
	syntax.ErrLarge:                 "The pattern is too large: split it over several expectations.",
	syntax.ErrNestingDepth:          "The pattern is nested too deep: split it over several expectations.",
	syntax.ErrInvalidEscape:         "RE2 does not know this escape. A backslash stands before punctuation and before letters that mean something, such as \\d.",
}
