package harness

import (
	"context"
	"errors"
	"io/fs"

	"github.com/assay-harness/assay/harness/fixture"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/run"
)

// Test replays the selected cases, or asks the providers when the Config says
// Live, and judges the replies. Recordings are left alone.
func (p *Project) Test(ctx context.Context) (*Report, error) {
	if p.config.Live == nil {
		replay := fixture.Replay(p.store)
		if p.config.UseStale {
			replay = fixture.ReplayStale(p.store)
		}
		return p.execute(ctx, result.Replay, run.Config{Clients: p.replayClients(replay)})
	}
	return p.ask(ctx, result.LiveRun, run.Config{})
}

// execute runs the plan and keeps the record.
func (p *Project) execute(ctx context.Context, mode result.Mode, c run.Config) (*Report, error) {
	sink := newSink(p.config, mode)
	c.Concurrency, c.FailFast, c.Drain, c.Source = p.concurrency(), p.config.FailFast, p.config.Drain, p.Source
	c.Emit = sink.event
	summary, err := run.Run(ctx, p.plan, c)
	if err != nil {
		return nil, err
	}
	return sink.close(summary, c.Books)
}

// openStore makes the store of the project's recordings, for reading.
func (p *Project) openStore() *fixture.Store {
	return fixture.Open(fixture.Options{
		Folder: readOnly{p.config.FS}, Dir: p.suites.Config.FixturesDir,
		Redactor: p.secrets.redactor, InUse: p.inUse(), Moves: p.moves(),
	})
}

// readOnly is a tree that nothing is written to.
type readOnly struct{ fs.FS }

var errReadOnly = errors.New("the project was opened for reading only")

// WriteFile refuses.
func (readOnly) WriteFile(string, []byte) error { return errReadOnly }

// Remove refuses.
func (readOnly) Remove(string) error { return errReadOnly }

// Append refuses.
func (readOnly) Append(string) (fixture.Log, error) { return nil, errReadOnly }
