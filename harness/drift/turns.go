package drift

import (
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/result"
)

// turnName gives turn[1], or turn["name"].
func turnName(t *result.Turn) string {
	if i := strings.LastIndex(t.Address, ".turn["); t.Name == "" && i >= 0 {
		return t.Address[i+1:]
	}
	if t.Name != "" {
		return "turn[" + fmt.Sprintf("%q", t.Name) + "]"
	}
	return fmt.Sprintf("turn[%d]", t.Number)
}

func placeKey(p result.Place) string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// turns compares the replies turn by turn, those of all samples together: which
// sample is which says nothing.
func turns(recorded, live []*result.Sample, followed func(string) bool, rules Rules) []Turn {
	before, now := byTurn(recorded), byTurn(live)
	var out []Turn
	for _, s := range recorded {
		for i := range s.Turns {
			t := &s.Turns[i]
			old, fresh := before[t.Number], now[t.Number]
			if len(old) == 0 {
				continue
			}
			delete(before, t.Number)
			out = append(out, compareTurn(t, old, fresh, followed, rules))
		}
	}
	return out
}

// byTurn gives the turns that were answered, by number.
func byTurn(samples []*result.Sample) map[int][]*result.Turn {
	out := map[int][]*result.Turn{}
	for _, s := range samples {
		for i := range s.Turns {
			if t := &s.Turns[i]; t.Status != 0 {
				out[t.Number] = append(out[t.Number], t)
			}
		}
	}
	return out
}

func compareTurn(about *result.Turn, old, fresh []*result.Turn, followed func(string) bool, rules Rules) Turn {
	out := Turn{Turn: turnName(about), Number: about.Number}
	for _, t := range fresh {
		out.Followed = out.Followed || followed != nil && followed(t.Address)
	}
	if len(fresh) == 0 {
		out.Changes = []Change{{Kind: "asked", Recorded: "asked", Live: "not asked", Drift: true}}
		return out
	}
	out.Changes = shape(old, fresh, out.Followed)
	out.texts(old, fresh, rules)
	return out
}

// texts compares each new text with the recorded one that is most like it, and
// keeps the pair that differs most.
func (t *Turn) texts(old, fresh []*result.Turn, rules Rules) {
	bags := make([]*bag, len(old))
	for i, o := range old {
		bags[i] = newBag(said(o))
	}
	sum, least := 0.0, 2.0
	for _, f := range fresh {
		best, like := bestMatch(bags, said(f))
		sum += best
		if like.text == said(f) {
			continue
		}
		t.TextChanged = t.TextChanged || rules.Similarity >= 1 || best < rules.Similarity
		if best < least {
			least, t.Recorded, t.Live = best, like.text, said(f)
		}
	}
	mean := sum / float64(len(fresh))
	t.Similarity = &mean
}

func bestMatch(bags []*bag, text string) (float64, *bag) {
	for _, b := range bags {
		if b.text == text {
			return 1, b
		}
	}
	mine := newBag(text)
	best, like := -1.0, bags[0]
	for _, b := range bags {
		if s := similarity(b, mine); s > best {
			best, like = s, b
		}
	}
	return best, like
}

// said gives a reply's text; of an error, the provider's words.
func said(t *result.Turn) string {
	if t.Text == "" {
		return t.Error
	}
	return t.Text
}
