package harness

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
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

// withKept walks through the conversations of an instance that has changes
// once more, and goes on where a reply is kept: a turn after it is known then.
func (p *Project) withKept(ctx context.Context, clients map[string]*provider.Client, inst *plan.Instance, without compared) compared {
	kept := &keptReplay{replay: fixture.Replay(p.store), replies: p.replies}
	client := *clients[inst.Address.Provider]
	client.Transport = kept
	if with := p.walk(ctx, &client, inst); kept.found {
		return with
	}
	return without
}

// keptReplay answers from the recordings, and with a kept reply where there is
// no current one. It goes through one conversation at a time.
type keptReplay struct {
	replay  http.RoundTripper
	replies *fixture.Replies
	found   bool // a kept reply
}

// RoundTrip looks the call up in both places.
func (k *keptReplay) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := k.replay.RoundTrip(req)
	var why *fixture.StateError
	if err == nil || !errors.As(err, &why) || isBroken(why.State) {
		return resp, err
	}
	call := exchange.FromContext(req.Context())
	e := k.replies.Find(call)
	if e == nil {
		return nil, err
	}
	meta := e.Meta
	call.Recorded, call.Kept = &meta, why
	k.found = true
	return fixture.Response(e, req), nil
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
