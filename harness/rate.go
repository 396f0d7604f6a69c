package harness

// Rate gives how many requests a second the providers in use allow, taken
// together; 0 where nothing limits them, or nothing is sent.
func (p *Project) Rate() float64 {
	if p.config.Live == nil {
		return 0
	}
	sum := 0.0
	for name := range p.providersInUse() {
		rate := p.limits(p.plan.Provider(name).Config).Rate
		if rate.Count == 0 || rate.Per <= 0 {
			return 0
		}
		sum += float64(rate.Count) / rate.Per.Seconds()
	}
	return sum
}
