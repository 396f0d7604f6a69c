package harness

import (
	"github.com/assay-harness/assay/harness/address"
	"github.com/assay-harness/assay/harness/fixture"
)

// moves gives for the case instances that a suite's `moved` names where their
// recording is. Of a chain of moves it is the latest place that holds one: a
// branch may have made the first move and not the second.
func (p *Project) moves() map[address.Address]address.Address {
	all := p.plan.Moves()
	if len(all) == 0 {
		return nil
	}
	out := make(map[address.Address]address.Address, len(all))
	files := fixture.Open(fixture.Options{Folder: readOnly{p.config.FS}, Dir: p.suites.Config.FixturesDir})
	for to, places := range all {
		out[to] = places[0]
		for _, from := range places {
			if files.Has(from) {
				out[to] = from
				break
			}
		}
	}
	return out
}
