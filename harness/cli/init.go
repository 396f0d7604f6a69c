package cli

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/internal/disk"
	"github.com/assay-harness/assay/harness/mock"
	"github.com/assay-harness/assay/harness/result"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

//go:embed starter
var starter embed.FS

type initFlags struct{ kind, model string }

// starterKind is what init writes for a kind of provider.
type starterKind struct {
	name, model, baseURL, env, extra string
	// limits stands before the budget. Where neither replies nor a price tell the
	// cost, no budget can be kept.
	limits      string
	tellsNoCost bool
}

var starterKinds = map[string]starterKind{
	"segmind": {
		name: "grok-2", model: "grok-2", baseURL: "https://api.segmind.com/v1", env: "SEGMIND_API_KEY",
		extra: "    rate: 5/m\n    price: {call: 0.003, max_call: 0.02}\n",
	},
	"openai": {
		name: "openai", model: "gpt-4o-mini", baseURL: "https://api.openai.com/v1", env: "OPENAI_API_KEY",
		tellsNoCost: true,
		extra:       "    params: {max_tokens: 400}\n    price: {input: 0.15, output: 0.60}    # credits (US dollars) a million tokens\n",
	},
}

// of is the same API with another model, whose price nobody here knows: a wrong
// one would make a wrong budget.
func (k starterKind) of(model string) starterKind {
	if k.name == k.model {
		k.name = providerName(model)
	}
	k.model = model
	k.extra = strings.Replace(k.extra, "    price:", "    # as the model's page says, for estimates and budgets:\n    # price:", 1)
	if k.tellsNoCost {
		k.limits = "# with a price: "
	}
	return k
}

// providerName makes a name of a model's.
func providerName(model string) string {
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, model)
	if name[0] == '-' || name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return name
}

func newInit(c *command) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a small working project",
		Long: `Writes a suite, its recordings, assay.yaml, a JSON Schema for editors, a .gitignore
and a .gitattributes into DIR (default: the working folder). The project's tests pass at
once: its recordings are scripted, and say so. Files that are there are never
overwritten.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.init(cmd.Context(), &f, args) },
	}
	cmd.Flags().StringVar(&f.kind, "provider", "segmind", "the kind of `API`: segmind or openai (any compatible server)")
	cmd.Flags().StringVar(&f.model, "model", "", "the model's name (default: that of the kind)")
	return cmd
}

func (c *command) init(ctx context.Context, f *initFlags, args []string) error {
	chosen, ok := starterKinds[f.kind]
	if !ok {
		return usage("init does not know the provider "+quoted(f.kind), "It knows segmind and openai (any OpenAI-compatible server: change base_url in assay.yaml)."+diag.Suggest(f.kind, []string{"segmind", "openai"}))
	}
	if f.model != "" && f.model != chosen.model {
		chosen = chosen.of(f.model)
	}
	dir := c.workdir()
	if len(args) == 1 {
		dir = c.path(args[0])
	}
	files, kept := besideGit(dir, starterFiles(f.kind, chosen))
	if err := refuseToOverwrite(dir, files); err != nil {
		return err
	}
	for _, file := range files {
		if err := writeNew(filepath.Join(dir, file.path), file.data); err != nil {
			return diag.NewError(diag.CannotWrite, fmt.Sprintf("%s can't be written", quoted(file.path)), err.Error())
		}
	}
	if err := c.recordStarter(ctx, dir); err != nil {
		return err
	}
	in := ""
	if len(args) == 1 && dir != c.workdir() {
		in = "-C " + shellWord(args[0]) + " "
	}
	for _, name := range kept {
		c.note("The %s that is there was left alone. Add to it: %s", name, gitFiles[name])
	}
	_, err := fmt.Fprintf(c.Stdout, `A small project is in %s: suites/jokes.yaml and its recordings (scripted, not a model's).

  assay %stest       replays them: offline, free
  assay %sapply      asks %s for what you change or add (needs %s)
`, dir, in, in, chosen.name, chosen.env)
	return err
}

type starterFile struct {
	path string
	data []byte
}

func starterFiles(kind string, k starterKind) []starterFile {
	read := func(name string) []byte {
		b, err := starter.ReadFile("starter/" + name)
		if err != nil {
			panic(err) // embedded: it is there or the program does not build
		}
		return b
	}
	config := fmt.Sprintf(`# yaml-language-server: $schema=assay.config.schema.json
version: 1
providers:
  %s:
    kind: %s
    model: %s
    base_url: %s
    api_key: ${env.%s}  # read only when something is sent
%sdefaults: {provider: %s}
%slimits: {credits: 1.00}  # the most that one command may spend
`, k.name, kind, spec.AppendScalar(nil, k.model, 0), k.baseURL, k.env, k.extra, k.name, k.limits)
	return []starterFile{
		{"assay.yaml", []byte(config)},
		{"suites/jokes.yaml", read("suite.yaml")},
		{".gitignore", read("gitignore")},
		{".gitattributes", read("gitattributes")},
		{"assay.schema.json", suite.Schema(checkSchemas())},
		{"assay.config.schema.json", suite.ConfigSchema(checkSchemas())},
	}
}

func checkSchemas() map[string]string {
	out := map[string]string{}
	for name, kind := range harness.DefaultChecks() {
		out[name] = kind.Schema
	}
	return out
}

// gitFiles are files for git, which a repository often has, and what is to be
// added to one that is there.
var gitFiles = map[string]string{
	".gitignore":     "two lines, /reports/ and /.assay/",
	".gitattributes": "/fixtures/** text eol=lf merge=text -whitespace linguist-generated=false",
}

// besideGit leaves what is there for git alone.
func besideGit(dir string, files []starterFile) (out []starterFile, kept []string) {
	for _, f := range files {
		if _, git := gitFiles[f.path]; git {
			if _, err := os.Lstat(filepath.Join(dir, f.path)); err == nil {
				kept = append(kept, f.path)
				continue
			}
		}
		out = append(out, f)
	}
	return out, kept
}

func refuseToOverwrite(dir string, files []starterFile) error {
	var there []string
	for _, file := range files {
		if _, err := os.Lstat(filepath.Join(dir, file.path)); !errors.Is(err, fs.ErrNotExist) {
			there = append(there, file.path)
		}
	}
	if len(there) > 0 {
		return diag.NewError(diag.CannotWrite, fmt.Sprintf("there already: %s", diag.Visible(strings.Join(there, ", "))),
			"init overwrites nothing. Name another folder: assay init DIR.")
	}
	return nil
}

func writeNew(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// recordStarter records the new project's replies from a script, within the
// process: nothing is sent.
func (c *command) recordStarter(ctx context.Context, dir string) error {
	source, err := starter.ReadFile("starter/script.yaml")
	if err != nil {
		return err
	}
	script, ds := mock.ParseScript("script.yaml", source)
	if ds.HasErrors() {
		return ds.Err()
	}
	folder, err := disk.Open(dir)
	if err != nil {
		return err
	}
	defer closing(folder)
	p, ds := harness.Load(harness.Config{FS: folder, Version: version(), Now: c.Now})
	if ds.HasErrors() {
		return ds.Err()
	}
	server := mock.New(mock.Options{Script: script, Paths: p.Paths(), Now: c.Now})
	p, ds = harness.Load(harness.Config{
		FS: folder, Version: version(), Now: c.Now, Drain: c.drain,
		Live: &harness.Live{
			BaseURL: "http://127.0.0.1/v1", Transport: mock.Transport(server),
			Env: func(string) string { return "no-key-is-needed" },
		},
	})
	if ds.HasErrors() {
		return ds.Err()
	}
	s, err := p.Survey(ctx)
	if err != nil {
		return err
	}
	report, err := p.Apply(ctx, s, harness.Recording{Folder: folder, Origin: exchange.Scripted})
	if err == nil && report.Exit() != diag.ExitOK {
		err = diag.NewError(diag.Internal, "the starter project does not pass its own tests", firstProblem(report))
	}
	return err
}

// firstProblem says why a run that can only pass did not.
func firstProblem(r result.Reader) string {
	for _, problem := range r.Run().Problems {
		return problem.Summary
	}
	for c, err := range r.Cases() {
		if err != nil {
			return err.Error()
		}
		for _, s := range c.Samples {
			for _, t := range s.Turns {
				if t.Problem != nil {
					return c.Display + ": " + t.Problem.Summary
				}
			}
		}
	}
	return ""
}
