package exchange

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Secret is a value that must reach no file and no screen.
type Secret struct{ Name, Value string }

// MinSecret is the least length of a secret in bytes: a shorter one is found by
// chance in texts that have nothing to do with it.
const MinSecret = 8

// ErrWeakSecret is a secret that cannot be told apart from other text.
var ErrWeakSecret = errors.New("secret too weak to be redacted")

// Redactor replaces secrets by (sensitive:NAME), in any of their forms: plain,
// base64 in both alphabets and all three alignments, URL-escaped (also twice)
// and JSON-escaped, in any mixture of escapes. The nil Redactor changes nothing.
// It is safe for many goroutines.
//
// Of base64 it replaces the characters that carry bits of the secret, and the
// padding: the rest of a long run (an image, a token around it) stays. A JSON
// text stays one: an escape is replaced whole or not at all.
type Redactor struct {
	patterns []pattern
	// ascii and wide say which characters occur in patterns, so that an escape
	// of any other is passed over.
	ascii [128]bool
	wide  bool
}

// NewRedactor makes one. A secret shorter than 8 bytes is an error that wraps
// ErrWeakSecret, as is one that is a part of "(sensitive)". Without secrets it
// gives nil.
func NewRedactor(secrets ...Secret) (*Redactor, error) {
	r := new(Redactor)
	for _, s := range secrets {
		if len(s.Value) < MinSecret {
			return nil, fmt.Errorf("%w: %s has %d bytes, at least %d are needed", ErrWeakSecret, s.Name, len(s.Value), MinSecret)
		}
		if strings.Contains(withheld, s.Value) {
			return nil, fmt.Errorf("%w: %s is a word that reports use", ErrWeakSecret, s.Name)
		}
		r.add(s)
	}
	if len(r.patterns) == 0 {
		return nil, nil
	}
	for i := range r.patterns {
		r.patterns[i].mask = r.maskOf(r.patterns[i].name)
	}
	return r, nil
}

// add takes a secret's forms, but those that another secret has already.
func (r *Redactor) add(s Secret) {
	for _, p := range formsOf(s) {
		if slices.ContainsFunc(r.patterns, func(q pattern) bool { return bytes.Equal(p.text, q.text) }) {
			continue
		}
		r.patterns = append(r.patterns, p)
		for _, c := range p.text {
			if c < 128 {
				r.ascii[c] = true
			} else {
				r.wide = true
			}
		}
	}
}

// withheld stands for a secret whose name must not be shown.
const withheld = "(sensitive)"

// maskOf gives what stands in a secret's place. A name that would break a JSON
// string, or that holds a secret itself, is left out.
func (r *Redactor) maskOf(name string) []byte {
	mask := []byte("(sensitive:" + name + ")")
	breaks := strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c == '"' || c == '\\' || c == 0x7f })
	if _, found := r.Finds(mask); name == "" || breaks || found {
		return []byte(withheld)
	}
	return mask
}

// maxRounds bounds how often a text is gone through again because a mask and
// its neighbours spell another secret.
const maxRounds = 8

// Bytes gives b without secrets; b itself when there is none in it. What it
// gives holds none: Finds says so.
func (r *Redactor) Bytes(b []byte) []byte {
	if r == nil {
		return b
	}
	for range maxRounds {
		spans := r.spans(b)
		if len(spans) == 0 {
			return b
		}
		b = r.replace(b, spans)
	}
	return []byte(withheld)
}

// String is Bytes for a string.
func (r *Redactor) String(s string) string {
	if r == nil || len(s) < minForm {
		return s
	}
	b := []byte(s)
	if out := r.Bytes(b); len(out) != len(b) || &out[0] != &b[0] {
		return string(out)
	}
	return s
}

// Finds reports the name of a secret that is still in b.
func (r *Redactor) Finds(b []byte) (name string, found bool) {
	if r == nil {
		return "", false
	}
	escaped := r.relevantEscape(b)
	for i := range r.patterns {
		p := &r.patterns[i]
		if bytes.Contains(b, p.text) {
			return p.name, true
		}
		if escaped {
			if start, _ := p.findEscaped(b, 0); start >= 0 {
				return p.name, true
			}
		}
	}
	return "", false
}

// span is a place of b that a pattern matched.
type span struct{ start, end, pattern int }

// spans gives all places to replace, in order, those that overlap made one.
func (r *Redactor) spans(b []byte) []span {
	var out []span
	escaped := r.relevantEscape(b)
	for i := range r.patterns {
		p := &r.patterns[i]
		first := len(out)
		for from := 0; ; {
			at := bytes.Index(b[from:], p.text)
			if at < 0 {
				break
			}
			start := from + at
			out = joined(out, first, span{start, start + len(p.text), i})
			from = start + p.period
		}
		exact := len(out)
		for from := 0; escaped; {
			start, end := p.findEscaped(b, from)
			if start < 0 {
				break
			}
			out = joined(out, exact, span{start, end, i})
			from = start + 1
		}
		for j := range out[first:] {
			out[first+j] = p.whole(b, out[first+j])
		}
	}
	return merged(out)
}

// joined appends a span, or makes it one with the last from `first` on: a text
// that repeats itself matches at every byte.
func joined(spans []span, first int, s span) []span {
	if last := len(spans) - 1; last >= first && s.start < spans[last].end {
		spans[last].end = max(spans[last].end, s.end)
		return spans
	}
	return append(spans, s)
}

func merged(spans []span) []span {
	if len(spans) < 2 {
		return spans
	}
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(a.pattern, b.pattern))
	})
	out := spans[:1]
	for _, s := range spans[1:] {
		if last := &out[len(out)-1]; s.start < last.end {
			last.end = max(last.end, s.end)
		} else {
			out = append(out, s)
		}
	}
	return out
}

func (r *Redactor) replace(b []byte, spans []span) []byte {
	out := make([]byte, 0, len(b)+len(spans)*16)
	from := 0
	for _, s := range spans {
		out = append(out, b[from:s.start]...)
		out = append(out, r.patterns[s.pattern].mask...)
		from = s.end
	}
	return append(out, b[from:]...)
}
