package expr

import (
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// literals gives the exact text of a template's literal parts by the byte at
// which they start. HCL's tree has them too, but go-cty has normalised them. The
// rules are those of hclsyntax's parseTemplateParts: a ~ trims the nearest token
// (a line at most), then neighbours are joined.
func literals(src string, start hcl.Pos) map[int]string {
	if isASCII(src) {
		return nil
	}
	tokens, _ := hclsyntax.LexTemplate([]byte(src), "", start)
	w := literalWalk{out: make(map[int]string)}
	for _, tok := range tokens {
		w.token(tok)
	}
	w.flush()
	return w.out
}

type literalWalk struct {
	out      map[int]string
	depth    int
	start    int
	run      strings.Builder
	last     string // the newest token of the run, not yet in it
	open     bool   // a run has begun
	trimNext bool
}

func (w *literalWalk) token(tok hclsyntax.Token) {
	switch tok.Type {
	case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		if w.depth == 0 {
			if w.open && strings.HasSuffix(string(tok.Bytes), "~") {
				w.last = strings.TrimRightFunc(w.last, unicode.IsSpace)
			}
			w.flush()
		}
		w.depth++
	case hclsyntax.TokenTemplateSeqEnd:
		w.depth--
		w.trimNext = w.depth == 0 && len(tok.Bytes) == 2
	case hclsyntax.TokenStringLit:
		if w.depth == 0 {
			w.literal(tok)
		}
	}
}

func (w *literalWalk) literal(tok hclsyntax.Token) {
	text, _ := hclsyntax.ParseStringLiteralToken(tok)
	if w.trimNext {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
	}
	w.trimNext = false
	if !w.open {
		w.open, w.start = true, tok.Range.Start.Byte
	}
	w.run.WriteString(w.last)
	w.last = text
}

func (w *literalWalk) flush() {
	if w.open {
		w.run.WriteString(w.last)
		w.out[w.start] = w.run.String()
	}
	w.run.Reset()
	w.open, w.last = false, ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
