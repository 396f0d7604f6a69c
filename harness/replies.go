package harness

import (
	"net/http"
	"time"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/run"
)

// DefaultKeepReplies is how many paid replies are kept where nobody says.
const DefaultKeepReplies = 10_000

// RepliesDir is where paid replies are kept.
const RepliesDir = ".assay/replies"

// openReplies opens what is kept below .assay/replies, for writing when the
// folder is. Nothing is read before something is looked up.
func (p *Project) openReplies(folder fixture.Folder) *fixture.Replies {
	limit := p.config.KeepReplies
	switch {
	case limit < 0:
		limit = 0
	case limit == 0:
		limit = DefaultKeepReplies
	}
	o := fixture.ReplyOptions{Folder: folder, Dir: RepliesDir, Limit: limit, Redactor: p.secrets.redactor, Now: p.config.Now}
	if p.config.Live != nil {
		o.Server = p.config.Live.BaseURL
	}
	return fixture.OpenReplies(o)
}

// isBroken reports whether a recording must be mended before anything is asked.
func isBroken(s fixture.State) bool {
	switch s {
	case fixture.Conflicted, fixture.Damaged, fixture.Newer, fixture.Secret, fixture.Duplicate:
		return true
	default:
		return false
	}
}

// keepers are one Keeper for each provider: they share the replies, and differ
// in what sends for them.
type keepers struct {
	replies *fixture.Replies
	all     map[string]*fixture.Keeper
}

// keeper gives a provider's Keeper on top of its other transports.
func (k *keepers) keeper(name string, next http.RoundTripper, now func() time.Time) *fixture.Keeper {
	k.all[name] = fixture.NewKeeper(k.replies, next, now)
	return k.all[name]
}

// Keep has a reply kept.
func (k *keepers) Keep(c *exchange.Call) error { return k.all[c.Address.Provider].Keep(c) }

// Reject drops one.
func (k *keepers) Reject(c *exchange.Call) { k.all[c.Address.Provider].Reject(c) }

// Finish notes what the replies of an instance cost.
func (k *keepers) Finish(i *plan.Instance, costs run.Costs) error {
	return k.all[i.Address.Provider].Finish(i.Address, settled(costs))
}

func settled(costs run.Costs) map[string]fixture.Cost {
	out := make(map[string]fixture.Cost, len(costs))
	for name, cost := range costs {
		out[name] = fixture.Cost{Credits: cost.Credits, Unsure: cost.Unsure}
	}
	return out
}
