package drift

import (
	"unicode"
	"unicode/utf8"
)

// A text as it is compared: how often each pair of neighbouring words stands in
// it. The ends count as words, so that even a text of one word has pairs.
type bag struct {
	text  string
	pairs map[[2]string]int
	total int
}

// ends stands before the first and behind the last word; no word is empty.
const ends = ""

func newBag(text string) *bag {
	b := &bag{text: text, pairs: map[[2]string]int{}}
	last := ends
	for word := range words(text) {
		b.add(last, word)
		last = word
	}
	b.add(last, ends)
	return b
}

func (b *bag) add(first, second string) {
	b.pairs[[2]string{first, second}]++
	b.total++
}

// Similarity says how alike two texts are, from 0 (no two neighbouring words in
// common) to 1 (the same words in the same order; only equal texts, and texts
// that differ in white space alone, have 1). It is the Sørensen–Dice coefficient
// over pairs of neighbouring words: twice the pairs that both have, by the pairs
// of both.
//
// It takes time in proportion to the texts, whatever they are, where matching
// blocks as Ratcliff and Obershelp do can take the square: a reply may have a
// megabyte. And it minds the order of words, as a set of words would not.
func Similarity(a, b string) float64 { return similarity(newBag(a), newBag(b)) }

func similarity(a, b *bag) float64 {
	if a.text == b.text {
		return 1
	}
	if len(b.pairs) < len(a.pairs) {
		a, b = b, a
	}
	common := 0
	for pair, n := range a.pairs {
		common += min(n, b.pairs[pair])
	}
	return 2 * float64(common) / float64(a.total+b.total)
}

// words gives a text's words: runs of letters, marks and digits; any other
// character that shows is a word by itself, and so is each one of the scripts
// that write without spaces.
func words(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start := -1 // of the run
		for i := 0; i < len(text); {
			r, size := utf8.DecodeRuneInString(text[i:])
			joins := isWordPart(r)
			if start >= 0 && !joins {
				if !yield(text[start:i]) {
					return
				}
				start = -1
			}
			switch {
			case joins && start < 0:
				start = i
			case !joins && !unicode.IsSpace(r):
				if !yield(text[i : i+size]) {
					return
				}
			}
			i += size
		}
		if start >= 0 {
			yield(text[start:])
		}
	}
}

func isWordPart(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
	}
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}
