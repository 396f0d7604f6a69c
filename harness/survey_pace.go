package harness

import (
	"time"

	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/provider"
)

// Asked is what is asked of one provider.
type Asked struct {
	Provider  string
	BaseURL   string
	Calls     int
	RateCount int // requests in RatePer; 0: no rate holds
	RatePer   time.Duration
	Estimate  *credit.Amount
	Bound     *credit.Amount
	Time      *time.Duration // nil: not known
}

// pace fills in what is asked of whom and how long that will take: providers
// are asked side by side, the turns of a conversation one after the other, and
// no more requests than the provider's rate and its slots allow.
func (s *Survey) pace(p *Project, h *history) {
	var longest time.Duration
	known := true
	for _, source := range p.suites.Config.Providers {
		asked, ok := s.asked(p, h, source.Name)
		if !ok {
			continue
		}
		s.Asked = append(s.Asked, asked)
		if asked.Time == nil {
			known = false
			continue
		}
		longest = max(longest, *asked.Time)
	}
	if known {
		s.Time = &longest
	}
}

// asked sums up what is asked of one provider.
func (s *Survey) asked(p *Project, h *history, name string) (Asked, bool) {
	config := p.plan.Provider(name).Config
	if p.config.Live != nil {
		config = p.limits(config)
	}
	out := Asked{Provider: name, BaseURL: config.BaseURL, RateCount: config.Rate.Count, RatePer: config.Rate.Per, Estimate: &credit.Amount{}, Bound: &credit.Amount{}}
	turns := map[address.Address]int{}
	for i := range s.Changes {
		c := &s.Changes[i]
		if c.Address.Provider != name || c.State == fixture.Kept {
			continue
		}
		out.Calls++
		turns[c.Address.Conversation()]++
		out.Estimate, out.Bound = plus(out.Estimate, c.Estimate), plus(out.Bound, c.Bound)
	}
	out.Time = timeOf(turns, h.medianLatency(name), config.Rate, p.slots(config))
	return out, out.Calls > 0
}

// timeOf estimates how long conversations of so many turns take; nil where
// nothing is known of it.
func timeOf(turns map[address.Address]int, latency time.Duration, rate provider.Rate, slots int) *time.Duration {
	calls, most := 0, 0
	for _, n := range turns {
		calls, most = calls+n, max(most, n)
	}
	if latency == 0 && (rate.Count == 0 || calls < 2) {
		return nil
	}
	slots = max(1, min(slots, len(turns)))
	took := max(latency*time.Duration(most), latency*time.Duration((calls+slots-1)/slots))
	if rate.Count > 0 && calls > 0 {
		took = max(took, time.Duration(calls-1)*(rate.Per/time.Duration(rate.Count))+latency)
	}
	return &took
}
