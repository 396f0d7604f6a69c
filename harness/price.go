package harness

import (
	"slices"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/fixture"
)

// recordedCost is what one current recording cost.
type recordedCost struct {
	provider string
	credits  credit.Amount
}

// priceList collects what recordings cost, to estimate what new ones will.
type priceList struct{ costs map[string][]credit.Amount }

func (l *priceList) add(costs ...recordedCost) {
	if l.costs == nil && len(costs) > 0 {
		l.costs = map[string][]credit.Amount{}
	}
	for _, c := range costs {
		l.costs[c.provider] = append(l.costs[c.provider], c.credits)
	}
}

// median gives a provider's median cost, nil if nothing is recorded.
func (l *priceList) median(provider string) *credit.Amount {
	list := slices.SortedFunc(slices.Values(l.costs[provider]), credit.Amount.Cmp)
	if len(list) == 0 {
		return nil
	}
	return &list[len(list)/2]
}

// price fills in what the changes will cost: what each cost when last
// recorded, else the provider's median, else its configured price.
func (s *Survey) price(p *Project, recorded *priceList) {
	medians := map[string]*credit.Amount{}
	estimate, bound := &credit.Amount{}, &credit.Amount{}
	for _, c := range s.Changes {
		if c.State == fixture.Kept {
			continue // it was paid for before
		}
		name := c.Address.Provider
		if _, ok := medians[name]; !ok {
			medians[name] = recorded.median(name)
		}
		estimate = plus(estimate, first(c.last, medians[name], p.plan.Provider(name).Config.Price.Call))
		bound = plus(bound, c.bound)
	}
	s.Estimate, s.Bound = estimate, bound
}

// first gives the first amount that is known.
func first(amounts ...*credit.Amount) *credit.Amount {
	for _, a := range amounts {
		if a != nil {
			return a
		}
	}
	return nil
}

// plus adds; what is not known makes the sum unknown.
func plus(a, b *credit.Amount) *credit.Amount {
	if a == nil || b == nil {
		return nil
	}
	sum := a.Add(*b)
	return &sum
}
