package harness

import (
	"slices"
	"time"

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

// past is what one current recording cost and how long it took.
type past struct {
	provider string
	credits  *credit.Amount
	latency  time.Duration
}

func pastOf(s *Step) past {
	p := past{provider: s.Ask.Address.Provider, credits: s.Reply.Credits}
	if s.Reply.LatencyKnown {
		p.latency = s.Reply.Latency
	}
	return p
}

// history collects what recordings cost and how long they took, to estimate
// what new ones will.
type history struct {
	priceList
	latencies map[string][]time.Duration
}

func (h *history) add(list ...past) {
	if h.latencies == nil {
		h.latencies = map[string][]time.Duration{}
	}
	for _, p := range list {
		if p.credits != nil {
			h.priceList.add(recordedCost{p.provider, *p.credits})
		}
		if p.latency > 0 {
			h.latencies[p.provider] = append(h.latencies[p.provider], p.latency)
		}
	}
}

// medianLatency gives how long a provider's replies mostly took, 0 if nothing
// is recorded.
func (h *history) medianLatency(provider string) time.Duration {
	list := slices.Sorted(slices.Values(h.latencies[provider]))
	if len(list) == 0 {
		return 0
	}
	return list[len(list)/2]
}

// price fills in what the changes will cost: what each cost when last
// recorded, else the provider's median, else its configured price.
func (s *Survey) price(p *Project, h *history) {
	medians := map[string]*credit.Amount{}
	estimate, bound := &credit.Amount{}, &credit.Amount{}
	for i := range s.Changes {
		c := &s.Changes[i]
		if c.State == fixture.Kept {
			continue // it was paid for before
		}
		name := c.Address.Provider
		if _, ok := medians[name]; !ok {
			medians[name] = h.median(name)
		}
		c.Estimate = first(c.last, medians[name], p.plan.Provider(name).Config.Price.Call)
		estimate, bound = plus(estimate, c.Estimate), plus(bound, c.Bound)
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
