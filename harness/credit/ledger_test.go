package credit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/credit"
)

// book collects what a ledger settles.
type book struct {
	ledger *credit.Ledger
	costs  map[credit.Ticket]credit.Cost
}

func newBook(t testing.TB, o credit.LedgerOptions) *book {
	b := &book{costs: map[credit.Ticket]credit.Cost{}}
	o.OnSettled = func(ticket credit.Ticket, c credit.Cost) {
		if _, twice := b.costs[ticket]; twice {
			t.Errorf("ticket %s was settled twice", ticket)
		}
		b.costs[ticket] = c
	}
	b.ledger = credit.NewLedger(o)
	return b
}

// write gives a cost as the tests write it: "0.003", "0.003?" when unsure, "-" for unknown,
// "?" for unknown because the balance can't be trusted, "…" for not settled.
func (b *book) write(ticket credit.Ticket) string {
	c, settled := b.costs[ticket]
	if !settled {
		return "…"
	}
	text := "-"
	if c.Credits != nil {
		text = c.Credits.String()
	}
	if c.Unsure {
		text = strings.TrimPrefix(text+"?", "-")
	}
	return text
}

// TestLedger plays short stories. A step is "a>" (a is sent), "a=9.5" (a 200 with that
// balance arrived for a), "a!9.5" (an error that is not billed), "a=" (a 200 without a
// balance), "a!", "a=9.5$0.5" (with x-cost), "a?" (lost), "a:0.5" (what a's cost must be
// now), "close", "open=10".
func TestLedger(t *testing.T) {
	for _, c := range []struct {
		name, story string
		notes       []string // words of each note
		options     credit.LedgerOptions
		greatest    string
	}{
		{name: "one after the other", story: "open=10 a> a=9.997 a:0.003 b> b=9.990 b:0.007"},
		{name: "the first has no balance before it", story: "a> a=9 a:- b> b=8.5 b:0.5"},
		{name: "digits of balances", story: "open=10.0000 a> a=9.9970 a:0.003 b> b=9.99 b:0.007"},
		{name: "out of order", story: "open=10 a> b> c> c=9.4 c:… a=9.9 a:… b=9.7 a:0.1 b:0.2 c:0.3"},
		{name: "settled while later calls fly", story: "open=10 a> b> a=9.9 c> b=9.7 a:0.1 b:… d> c=9.6 b:0.2 c:… d=9.5 c:0.1 d:0.1"},
		{name: "errors are not billed", story: "open=10 a> a!10 a:0 b> c> b!9.5 b:0 c=9.5 c:0.5 d> d! d:0"},
		{name: "below zero", story: "open=0.1 a> a=-0.2 a:0.3 b> b=-0.25 b:0.05"},
		{name: "a cost in the reply is preferred and settles at once", story: "open=10 a> b> a=9.5$0.5 a:0.5 b=9.2 b:0.3"},
		{name: "no balances at all", story: "a> b> a= a:- b= b:- c> c! c:0"},
		{name: "a free model", story: "open=1 a> b> a=1.00 b=1 c> c=1 a:0 b:0 c:0"},

		{name: "the only 200 of a balance takes the drop", story: "open=10 a> b> c> a!9.5 b=9.5 c!9.5 a:0 b:0.5 c:0"},
		{name: "two 200s with one balance", story: "open=10 a> b> a=9.5 b=9.5 a:0.5? b:0? c> c=9 c:0.5", notes: []string{"2 billed replies carried the same balance"}},
		{name: "a later 200 with the same balance", story: "open=10 a> a=9.5 a:0.5 b> b=9.5 b:0? c> c=9 c:0.5", notes: []string{"1 billed reply carried the same balance"}},
		{name: "a 200 without a balance between", story: "open=10 a> b> a= b=9 a:- b:1? c> c=8 c:1? d> d=7 d:1", notes: []string{"1 billed reply carried no balance"}},
		{name: "a 200 without a balance long ago", story: "open=10 a> a= b> b=9 b:1? c> c=8 c:1", notes: []string{"carried no balance"}},
		{name: "a 200 without a balance long before", story: "open=10 a> a=9 b> b=8 b:1 c> c= d> d=6 d:2?", notes: []string{"carried no balance"}},
		{name: "a lost reply between", story: "open=10 a> a=9.9 a:0.1 b> c> b? b:? c=9 c:0.9? d> d=8 d:1?", notes: []string{"1 call has no known outcome"}},
		{name: "a lost reply explains a drop", story: "open=10 a> a? b> b!9.5 b:0", notes: []string{"1 call has no known outcome"}},
		{name: "never ended", story: "open=10 a> b> b=9 b:… close a:? b:1?", notes: []string{"1 call has no known outcome"}},

		{name: "a top-up", story: "open=10 a> a=9 a:1 b> b=18 b:? c> c=17 c:1", notes: []string{"rose by at least 9 during"}},
		{name: "a top-up amid calls", story: "open=10 a> b> c> a=9 b=108 c=8.5 a:? b:? c:? d> d=107 d:1? e> e=106 e:1", notes: []string{"rose by at least 98"}},
		{name: "a top-up before the first", story: "open=1 a> a=2 a:?", notes: []string{"rose by at least 1"}},
		{name: "two top-ups", story: "open=1 a> a=2 b> b=3 c> c=2.5 c:0.5", notes: []string{"rose by at least 2"}},
		{name: "a top-up and a cost in the reply", story: "open=1 a> a=5$0.5 a:0.5 b> b=4 b:1", notes: []string{"rose by at least 4"}},

		{name: "a stranger, seen by an error", story: "open=10 a> a!9.5 a:0 b> b=9 b:0.5?", notes: []string{"fell by 0.5 that no call of this run explains"}},
		{name: "a stranger, seen once", story: "open=10 a> b> c> a!9.5 b!9.5 c!9.5", notes: []string{"fell by 0.5 that"}},
		{name: "a stranger beside a cost in the reply", story: "open=10 a> a=9$0.25 a:0.25", notes: []string{"fell by 0.75 that"}},
		{name: "a stranger beyond the greatest price", story: "open=10 a> a=9 a:? b> b=8.9 b:0.1?", greatest: "0.5", notes: []string{"fell by 0.5 that"}},
		{name: "rounding is nobody's spending", story: "open=10 a> a=9.899999999999999$0.1 a:0.1"},
		{name: "a negative cost is garbage", story: "open=10 a> a=9$-1 a:1"},
		{name: "unknown names change nothing", story: "open=10 a> a=9 a=5 zz=1 b> b=8 b:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBook(t, c.options)
			tell(t, b, c.story, c.greatest)
			b.ledger.Close()
			notes := b.ledger.Notes()
			if len(notes) != len(c.notes) {
				t.Fatalf("notes: got %q, want %q", notes, c.notes)
			}
			for i, words := range c.notes {
				if !strings.Contains(notes[i], words) {
					t.Errorf("note: got %q, want %q in it", notes[i], words)
				}
			}
		})
	}
}

func tell(t *testing.T, b *book, story, greatest string) {
	t.Helper()
	tickets := map[string]credit.Ticket{}
	for _, step := range strings.Fields(story) {
		i := strings.IndexAny(step, ">=!?:")
		if i < 0 {
			b.ledger.Close()
			continue
		}
		name, rest := step[:i], step[i+1:]
		var e credit.End
		if greatest != "" {
			e.Greatest = new(amount(t, greatest))
		}
		if before, cost, found := strings.Cut(rest, "$"); found {
			rest, e.Cost = before, new(amount(t, cost))
		}
		switch step[i] {
		case '>':
			tickets[name] = b.ledger.Sent()
			continue
		case ':':
			if got := b.write(tickets[name]); got != rest {
				t.Fatalf("at %s: got %s, want %s", step, got, rest)
			}
			continue
		case '?':
			e.Lost = true
		default:
			e.Billed = step[i] == '='
			if rest != "" {
				e.Balance = new(amount(t, rest))
			}
		}
		if name == "open" {
			b.ledger.Open(*e.Balance)
			continue
		}
		b.ledger.Ended(tickets[name], e)
	}
}

func TestLedgerBalance(t *testing.T) {
	l := credit.NewLedger(credit.LedgerOptions{})
	if l.Balance() != nil {
		t.Error("a balance from nowhere")
	}
	var seen []string
	look := func() { seen = append(seen, l.Balance().String()) }
	l.Open(credit.FromInt(10))
	look()
	a, b := l.Sent(), l.Sent()
	l.Ended(a, credit.End{Billed: true, Balance: new(credit.FromInt(7))})
	look()
	l.Ended(b, credit.End{Billed: true, Balance: new(credit.FromInt(9))}) // older
	look()
	l.Ended(l.Sent(), credit.End{Billed: true, Balance: new(credit.FromInt(50))}) // a top-up
	look()
	l.Open(credit.FromInt(1)) // too late
	*l.Balance() = credit.FromInt(99)
	look()
	if want := []string{"10", "7", "7", "50", "50"}; !slices.Equal(seen, want) {
		t.Errorf("got %v, want %v", seen, want)
	}
}
