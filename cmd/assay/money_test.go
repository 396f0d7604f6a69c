package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/verdict"
)

const moneyKey = "SEGMIND_API_KEY=SG_0123456789abcdef"

// moneyProject has so many conversations of one turn with a provider of that price.
func moneyProject(t *testing.T, conversations int, price string) *userProject {
	t.Helper()
	config := `version: 1
providers:
  grok-2:
    kind: segmind
    model: grok-2
    base_url: https://api.segmind.com/v1
    api_key: ${env.SEGMIND_API_KEY}
    retries: 0
`
	if price != "" {
		config += "    price: " + price + "\n"
	}
	suite := fmt.Sprintf(`suite: money
cases:
  - name: ask
    for_each: '${range(%d)}'
    conversation:
      - user: question ${each.key}
        expect:
          - contains: reply
`, conversations)
	return newUserProject(t, map[string]string{"assay.yaml": config, "suites/money.yaml": suite}, moneyKey)
}

// costsOf gives every call's cost as the run record has it, by turn.
func costsOf(t *testing.T, p *userProject) (result.Run, map[string]credit.Cost) {
	t.Helper()
	run, cases := runRecord(t, p.dir)
	costs := map[string]credit.Cost{}
	for _, c := range cases {
		for _, s := range c.Samples {
			for _, turn := range s.Turns {
				if turn.Requests > 0 {
					costs[turn.Address] = credit.Cost{Credits: turn.Credits, Unsure: turn.Unsure}
				}
			}
		}
	}
	return run, costs
}

// TestLedgerFindsEachCost has 64 calls in flight that are charged in one order
// and answered in another. Nothing but the balance tells what each cost.
func TestLedgerFindsEachCost(t *testing.T) {
	const inFlight, calls = 64, 192
	bank := newBank(t, bankOptions{balance: "25.0184921035", inFlight: inFlight, calls: calls, seed: 1})
	p := moneyProject(t, calls, "{max_call: 0.05}")
	p.run(t, 0, "apply", "--auto-approve", "--base-url", bank.URL+"/v1", "--concurrency", fmt.Sprint(inFlight), "--format", "none")
	run, costs := costsOf(t, p)
	if bank.most != inFlight {
		t.Errorf("%d calls were in flight at once, want %d", bank.most, inFlight)
	}
	if len(costs) != calls {
		t.Fatalf("%d calls are in the record, want %d", len(costs), calls)
	}
	for address, cost := range costs {
		if want := bank.charged[address]; cost.Credits == nil || cost.Credits.Cmp(want) != 0 || cost.Unsure {
			t.Errorf("%s cost %v (unsure: %t), was charged %s", address, cost.Credits, cost.Unsure, want)
		}
	}
	if len(run.Notes) > 0 {
		t.Errorf("notes on an account in order: %q", run.Notes)
	}
	if run.Sum.Spent.Cmp(bank.spent()) != 0 || run.Sum.Unknown != 0 {
		t.Errorf("spent %s, %d unknown; the account lost %s", run.Sum.Spent, run.Sum.Unknown, bank.spent())
	}
}

// TestLedgerSaysWhenUnsure disturbs the account: a cost may then be unknown or
// unsure, and the notes say why; what is given as sure is right.
func TestLedgerSaysWhenUnsure(t *testing.T) {
	const inFlight, calls = 64, 192
	tests := []struct {
		name    string
		trouble trouble
		exit    int
		note    string
	}{
		{"top-up", trouble{topUp: "50"}, 0, "top-up"},
		{"a stranger", trouble{stranger: "0.75"}, 0, "somebody else spends"},
		{"a lost reply", trouble{lose: true}, 7, "no known outcome"},
		{"all of it", trouble{topUp: "50", stranger: "0.75", lose: true}, 7, "top-up"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bank := newBank(t, bankOptions{balance: "25.5", inFlight: inFlight, calls: calls, seed: 7, trouble: test.trouble})
			p := moneyProject(t, calls, "{max_call: 0.05}")
			p.run(t, test.exit, "apply", "--auto-approve", "--base-url", bank.URL+"/v1", "--concurrency", fmt.Sprint(inFlight), "--format", "none")
			run, costs := costsOf(t, p)
			unsure := 0
			for address, cost := range costs {
				if cost.Credits == nil || cost.Unsure {
					unsure++
				} else if want := bank.charged[address]; cost.Credits.Cmp(want) != 0 {
					t.Errorf("%s is said to have cost %s for sure, was charged %s", address, cost.Credits, want)
				}
			}
			if unsure == 0 {
				t.Error("no cost is unsure")
			}
			if unsure == len(costs) && !test.trouble.lose { // before the trouble all was in order
				t.Error("every cost is unsure")
			}
			if notes := strings.Join(run.Notes, "\n"); !strings.Contains(notes, test.note) {
				t.Errorf("the notes do not say %q: %q", test.note, notes)
			}
		})
	}
}

// TestBudgetHolds has 32 workers spend from a budget that is smaller than what
// all calls cost together.
func TestBudgetHolds(t *testing.T) {
	const calls, workers = 96, 32
	limit, _ := credit.ParseAmount("1.00")
	dearest, _ := credit.ParseAmount("0.05")
	tests := []struct {
		name, price string
		most        credit.Amount
	}{
		{"with a greatest price", "{max_call: 0.05}", limit},
		{"without one", "", limit.Add(dearest)},
	}
	for _, test := range tests {
		for _, seed := range []uint64{3, 4} {
			t.Run(fmt.Sprint(test.name, ", seed ", seed), func(t *testing.T) {
				bank := newBank(t, bankOptions{balance: "25", calls: calls, seed: seed})
				p := moneyProject(t, calls, test.price)
				apply := []string{"apply", "--auto-approve", "--base-url", bank.URL + "/v1", "--concurrency", fmt.Sprint(workers)}
				first := p.run(t, 8, append(slices.Clone(apply), "--max-credits", "1.00")...)
				if spent := bank.spent(); spent.Cmp(test.most) > 0 {
					t.Errorf("%s left the account, at most %s may", spent, test.most)
				} else if spent.Cmp(limit.Sub(dearest).Sub(dearest)) < 0 {
					t.Errorf("only %s of %s was used", spent, limit)
				}
				run, cases := runRecord(t, p.dir)
				asked := wantRestListed(t, cases)
				if asked != len(bank.charged) {
					t.Errorf("%d cases were asked, the server had %d questions", asked, len(bank.charged))
				}
				if run.Sum.Spent.Cmp(bank.spent()) != 0 {
					t.Errorf("the record says %s was spent, the account lost %s", run.Sum.Spent, bank.spent())
				}
				if all := first.stdout.String() + first.stderr.String(); !strings.Contains(all, "budget is spent") {
					t.Errorf("nothing says that the budget is spent:\n%.2000s", all)
				}

				p.run(t, 0, append(slices.Clone(apply), "--max-credits", "10", "--format", "none")...)
				if len(bank.charged) != calls || bank.again > 0 {
					t.Errorf("after the second apply %d questions were asked (want %d), %d of them again", len(bank.charged), calls, bank.again)
				}
				p.run(t, 0, "test", "--format", "none")
			})
		}
	}
}

// wantRestListed holds the record to naming what was not asked, and why, and
// gives how many cases were asked.
func wantRestListed(t *testing.T, cases []*result.Case) (asked int) {
	t.Helper()
	left := 0
	for _, c := range cases {
		turn := c.Samples[0].Turns[0]
		switch {
		case turn.Requests > 0:
			asked++
		case turn.Problem != nil && turn.Problem.Code == "ASY8001":
			left++
		case c.Verdict == verdict.Skip && strings.Contains(c.Reason, "budget is spent"):
			left++
		default:
			t.Errorf("%s was not asked, and nothing says why: %s %q", c.Address, c.Verdict, c.Reason)
		}
	}
	if left == 0 {
		t.Error("every case was asked: the budget was not smaller than what all of them cost")
	}
	return asked
}
