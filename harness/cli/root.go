package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness/diag"
)

// newRoot builds the tree of commands.
func newRoot(c *command) *cobra.Command {
	root := &cobra.Command{
		Use:   "assay",
		Short: "Test chat models: suites say what is expected, recordings what was answered",
		Long: `assay tests chat models the way Terraform handles infrastructure: suites are the
configuration, recordings the state, and tests run offline, free and exact.

  assay init        a small working project
  assay test        replay, judge, report: no network, no key, no credits
  assay apply       ask the provider for what is not recorded, and record it`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			switch c.flags.color {
			case "", "auto", "always", "never":
			default:
				return usage("--color takes auto, always or never, not "+quoted(c.flags.color), "")
			}
			c.color = c.colors(strings.TrimPrefix(c.flags.color, "auto"))
			return c.loadEnvFiles()
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.SetOut(c.Stdout)
	root.SetErr(c.Stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		// What Go's parser of numbers says after it is no news to anyone else.
		text, _, _ := strings.Cut(err.Error(), ": strconv.")
		return usage(text, "See `"+cmd.CommandPath()+" --help`.")
	})
	f := root.PersistentFlags()
	f.StringVarP(&c.flags.dir, "dir", "C", "", "run in `DIR` instead of the working folder")
	f.StringSliceVar(&c.flags.providers, "provider", nil, "only cases of this provider (repeatable)")
	f.StringArrayVar(&c.flags.vars, "var", nil, "set a suite variable, `NAME=VALUE` (repeatable)")
	f.StringArrayVar(&c.flags.varFiles, "var-file", nil, "set variables from a YAML `FILE` (repeatable)")
	f.StringArrayVar(&c.flags.envFiles, "env-file", nil, "read environment variables, such as keys, from `FILE`")
	f.StringVar(&c.flags.color, "color", "", "auto, always or never")
	f.BoolVarP(&c.flags.quiet, "quiet", "q", false, "no progress and no remarks")
	root.AddCommand(
		newInit(c), newValidate(c), newTest(c), newApply(c), newServe(c), newShow(c),
		newSchema(c), newExplain(c), newVersion(c),
	)
	root.InitDefaultCompletionCmd()
	for _, sub := range root.Commands() {
		noStrayArgs(sub)
	}
	return root
}

// noStrayArgs makes cobra's own complaints about arguments errors of usage.
func noStrayArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usage(err.Error(), "See `"+cmd.CommandPath()+" --help`.")
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		noStrayArgs(sub)
	}
}

func unknownCommand(root *cobra.Command, name string) error {
	var names []string
	for _, sub := range root.Commands() {
		names = append(names, sub.Name())
	}
	return usage("there is no command "+quoted(name), "The commands are "+strings.Join(names, ", ")+"."+diag.Suggest(name, names))
}

func quoted(s string) string { return `"` + diag.Visible(s) + `"` }
