package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/run"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// selectFlags choose among the cases.
type selectFlags struct {
	exclude    []string
	tags       string
	failed     bool
	shard      string
	allowEmpty bool
}

func (s *selectFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&s.exclude, "exclude", nil, "leave out cases by `ADDRESS`, globs allowed (repeatable)")
	f.StringVar(&s.tags, "tags", "", "only cases with one of these `TAGS`, and none after a !: smoke,!slow")
	f.BoolVar(&s.failed, "failed", false, "only cases that did not pass in the last run (reports/run.json)")
	f.StringVar(&s.shard, "shard", "", "only part `I/N` of the cases, such as 2/8; parts take about equally long, by the recordings")
	f.BoolVar(&s.allowEmpty, "allow-empty", false, "a selection that matches nothing is no error")
}

// liveFlags say how providers are asked.
type liveFlags struct {
	baseURL      string
	concurrency  int
	maxCredits   string
	maxCalls     int
	retryUnknown bool
	keepReplies  int
}

func (l *liveFlags) add(cmd *cobra.Command) {
	l.addAsked(cmd)
	f := cmd.Flags()
	f.StringVar(&l.maxCredits, "max-credits", "", "spend at most this `AMOUNT` of credits")
	f.IntVar(&l.maxCalls, "max-calls", 0, "send at most `N` requests")
	f.IntVar(&l.keepReplies, "keep-replies", harness.DefaultKeepReplies, "keep the last `N` paid replies below .assay/replies, so that no question is paid for twice; 0 keeps none")
}

// addAsked adds the flags that say what is asked, and of whom: a plan has them too.
func (l *liveFlags) addAsked(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.baseURL, "base-url", "", "ask the server at `URL` in place of every provider's own")
	f.IntVar(&l.concurrency, "concurrency", 0, "`N` conversations at once (default: the CPUs in replay, the provider's when live)")
	f.BoolVar(&l.retryUnknown, "retry-unknown", false, "ask again also where the first request may have been paid for")
}

// workers gives --concurrency, checked.
func (l *liveFlags) workers() (int, error) {
	if l.concurrency < 0 {
		return 0, usage("--concurrency can't be negative", "")
	}
	return l.concurrency, nil
}

// replies gives --keep-replies, checked, as the Config has it.
func (l *liveFlags) replies() (int, error) {
	switch {
	case l.keepReplies < 0:
		return 0, usage("--keep-replies can't be negative", "0 keeps none.")
	case l.keepReplies == 0:
		return -1, nil
	default:
		return l.keepReplies, nil
	}
}

// live gives what the flags say, checked.
func (l *liveFlags) live(c *command) (*harness.Live, error) {
	out := &harness.Live{BaseURL: strings.TrimRight(l.baseURL, "/"), Env: c.Env, MaxCalls: l.maxCalls, AllowHosts: splitList(c.Env("ASSAY_ALLOW_HOSTS"))}
	if l.retryUnknown {
		out.Retry = run.RetryUnknown
	}
	if l.maxCalls < 0 {
		return nil, usage("--max-calls can't be negative", "")
	}
	if l.maxCredits != "" {
		a, err := credit.ParseAmount(l.maxCredits)
		if err != nil || a.Sign() < 0 {
			return nil, usage("--max-credits "+quoted(l.maxCredits)+" is no amount", "Write a decimal such as 0.50.")
		}
		out.MaxCredits = &a
	}
	if l.baseURL != "" && !strings.HasPrefix(l.baseURL, "http://") && !strings.HasPrefix(l.baseURL, "https://") {
		return nil, usage("--base-url "+quoted(l.baseURL)+" is no http or https URL", "")
	}
	return out, nil
}

func splitList(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// open opens the project and says what of it a command is about.
func (c *command) open(s *selectFlags, selectors []string) (*disk.Folder, string, harness.Config, error) {
	folder, root, err := c.openRoot()
	if err != nil {
		return nil, "", harness.Config{}, err
	}
	config, err := c.config(folder, root, s, selectors)
	if err != nil {
		closing(folder)
	}
	return folder, root, config, err
}

// openRoot finds and opens the project: the folder of the nearest assay.yaml
// upwards, else the working folder.
func (c *command) openRoot() (*disk.Folder, string, error) {
	dir := c.workdir()
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, "", usage(fmt.Sprintf("there is no folder %s", quoted(dir)), "")
	}
	root := dir
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, "assay.yaml")); err == nil {
			root = at
			break
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	folder, err := disk.Open(root)
	if err != nil {
		return nil, "", diag.NewError(diag.FileUnreadable, fmt.Sprintf("the project's folder %s can't be opened", quoted(root)), err.Error())
	}
	return folder, root, nil
}

// below turns a path as typed into a slash path below the project's root.
func (c *command) below(root, name string) (string, error) {
	rel, err := filepath.Rel(root, c.path(name))
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", diag.NewError(diag.OutsideProject, fmt.Sprintf("%s is outside the project %s", quoted(name), quoted(root)), "")
	}
	return filepath.ToSlash(rel), nil
}

// config fills in what flags and arguments select.
func (c *command) config(folder *disk.Folder, root string, s *selectFlags, selectors []string) (harness.Config, error) {
	out := harness.Config{
		FS: folder, Exclude: s.exclude, Tags: s.tags, Providers: c.flags.providers, AllowEmpty: s.allowEmpty,
		Version: version(), Now: c.Now, Drain: c.drain,
	}
	if err := c.narrow(&out, root, s); err != nil {
		return out, err
	}
	for _, arg := range selectors {
		sel, err := c.selector(root, arg)
		if err != nil {
			return out, err
		}
		out.Select = append(out.Select, sel)
	}
	values, err := c.variables()
	out.Variables = values
	return out, err
}

// selector makes the file of a place relative to the root.
func (c *command) selector(root, arg string) (string, error) {
	file, line, has := strings.Cut(arg, ":")
	if !strings.HasSuffix(file, ".yaml") && !strings.HasSuffix(file, ".yml") {
		return arg, nil
	}
	rel, err := c.below(root, file)
	if has {
		rel += ":" + line
	}
	return rel, err
}

// variables reads --var-file and --var; the latter wins.
func (c *command) variables() (map[string]suite.VariableValue, error) {
	out := map[string]suite.VariableValue{}
	var ds diag.Diagnostics
	for _, name := range c.flags.varFiles {
		data, err := os.ReadFile(c.path(name))
		if err != nil {
			ds.Add(diag.BadFlag, diag.Range{}, fmt.Sprintf("--var-file %s can't be read", quoted(name)), err.Error())
			continue
		}
		node, more := spec.Parse(name, data)
		ds = append(ds, more...)
		if node == nil {
			continue
		}
		if node.Kind != spec.Map {
			ds.Add(diag.WrongType, node.Range, "a file of variables must be a map", "Write `name: value` lines.")
			continue
		}
		for _, pair := range node.Pairs {
			out[pair.Key.Value] = suite.VariableValue{Node: pair.Value, From: "--var-file " + name}
		}
	}
	for _, arg := range c.flags.vars {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			ds.Add(diag.BadFlag, diag.Range{}, fmt.Sprintf("--var %s is not NAME=VALUE", quoted(name)), "")
			continue
		}
		out[name] = suite.VariableValue{Text: value, From: "--var"}
	}
	return out, ds.Err()
}

// load loads the project and says what is wrong with it.
func (c *command) load(config harness.Config) (*harness.Project, error) {
	p, ds := harness.Load(config)
	if p != nil {
		c.source = p.Source
	}
	if ds.HasErrors() {
		c.say(ds)
		return nil, exitError(ds.Exit())
	}
	c.say(ds)
	return p, c.narrowed(config, p)
}

// closing closes something at the end of a command, where no error matters.
func closing(x io.Closer) { _ = x.Close() }
