package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/result"
)

// narrow fills in --failed and --shard.
func (c *command) narrow(config *harness.Config, root string, s *selectFlags) error {
	if s.failed {
		config.Failed = func(reportsDir string) (result.Reader, error) {
			return lastRun(filepath.Join(root, filepath.FromSlash(reportsDir), "run.json"))
		}
	}
	if s.shard == "" {
		return nil
	}
	shard, err := plan.ParseShard(s.shard)
	if err != nil {
		return usage("--shard "+err.Error(), "2/8 is the second of eight parts.")
	}
	config.Shard = shard
	return nil
}

// lastRun opens the record that the last test or apply wrote.
func lastRun(path string) (result.Reader, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, diag.NewError(diag.BadRunRecord, "--failed: there is no last run", "`assay test` writes "+quoted(path)+". Run it once without --failed.")
	}
	return result.Open(path, func() (io.ReadCloser, error) { return os.Open(path) })
}

// narrowed says what --failed and --shard leave. When nothing failed, the command
// is done: that is what everybody hopes for, and no error.
func (c *command) narrowed(config harness.Config, p *harness.Project) error {
	switch left := p.Plan().Size().Instances; {
	case !config.Shard.IsAll() && config.Failed != nil && left == 0:
		// The last run's record stays: what failed in it is other shards' work.
		c.note("Shard %s has no case that failed in the last run: there is nothing to do.", config.Shard)
		return exitError(diag.ExitOK)
	case !config.Shard.IsAll() && left == 0:
		c.note("Shard %s has no cases: there are fewer cases than shards.", config.Shard)
	case !config.Shard.IsAll():
		c.note("Shard %s: %s.", config.Shard, counted(left, "case"))
	case config.Failed != nil && left == 0:
		c.note("Nothing that is selected failed in the last run: there is nothing to do.")
		return exitError(diag.ExitOK)
	}
	return nil
}
