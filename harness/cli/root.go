package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
  assay plan        show what apply would ask, why, and what it costs
  assay apply       ask the provider for what is not recorded, and record it`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			c.beginEvents(cmd)
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
	if c.StdoutColumns > 0 {
		wrapped := fmt.Sprintf(".FlagUsagesWrapped %d", c.StdoutColumns)
		root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", wrapped))
	}
	root.SetOut(c.Stdout)
	root.SetErr(c.Stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		c.beginEvents(cmd)
		// What Go's parser of numbers says after it is no news to anyone else.
		text, _, _ := strings.Cut(err.Error(), ": strconv.")
		return usage(text, strings.TrimSpace(nearestFlag(cmd, text)+" See `"+cmd.CommandPath()+" --help`."))
	})
	f := root.PersistentFlags()
	f.StringVarP(&c.flags.dir, "dir", "C", "", "run in `DIR` instead of the working folder")
	f.StringSliceVar(&c.flags.providers, "provider", nil, "only cases of the provider `NAME` (repeatable)")
	f.StringArrayVar(&c.flags.vars, "var", nil, "set a suite variable, `NAME=VALUE` (repeatable)")
	f.StringArrayVar(&c.flags.varFiles, "var-file", nil, "set variables from a YAML `FILE` (repeatable)")
	f.StringArrayVar(&c.flags.envFiles, "env-file", nil, "read environment variables, such as keys, from `FILE`")
	f.StringVar(&c.flags.color, "color", "", "`WHEN` to use colours: auto, always or never")
	f.BoolVarP(&c.flags.quiet, "quiet", "q", false, "no progress and no remarks")
	root.AddCommand(
		newInit(c), newFmt(c), newValidate(c), newTest(c), newPlan(c), newApply(c), newDrift(c), newServe(c), newShow(c),
		newSchema(c), newExplain(c), newVersion(c), newImport(c), newState(c),
	)
	root.AddCommand(newWatch(c), newConsole(c))
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, sub := range root.Commands() {
		noStrayArgs(sub)
		switch sub.Name() {
		case "completion":
			sub.Short = "Print a completion script for a shell"
			sub.Args, sub.RunE = cobra.ArbitraryArgs, onlySubcommands("shell")
		case "help":
			sub.RunE, sub.Run = helpFor(root), nil
		}
	}
	return root
}

// onlySubcommands is what a command does that has no deed of its own.
func onlySubcommands(what string) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		names := subcommands(cmd)
		return usage("there is no "+what+" "+quoted(args[0]), "It is one of "+strings.Join(names, ", ")+"."+diag.Suggest(args[0], names))
	}
}

// helpFor is the help command: an unknown topic is an error, as an unknown command is.
func helpFor(root *cobra.Command) func(*cobra.Command, []string) error {
	return func(_ *cobra.Command, args []string) error {
		cmd, rest, err := root.Find(args)
		if err != nil || cmd == root && len(rest) > 0 {
			return unknownCommand(root, args[0])
		}
		return cmd.Help()
	}
}

func subcommands(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return names
}

// nearestFlag gives the flag that was probably meant.
func nearestFlag(cmd *cobra.Command, text string) string {
	if strings.HasPrefix(text, "unknown shorthand flag: 'y'") {
		text = "unknown flag: --yes"
	}
	name, unknown := strings.CutPrefix(text, "unknown flag: --")
	if !unknown {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if slices.Contains([]string{"yes", "force", "assume-yes"}, name) && slices.Contains(names, "auto-approve") {
		return ` Did you mean "--auto-approve"?`
	}
	return strings.Replace(diag.Suggest(name, names), `"`, `"--`, 1)
}

// noStrayArgs makes cobra's own complaints about arguments errors of usage.
func noStrayArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			err := check(cmd, args)
			if err == nil {
				return nil
			}
			detail := "See `" + cmd.CommandPath() + " --help`."
			if len(cmd.ValidArgs) > 0 && len(args) > 0 {
				detail = "It takes " + strings.Join(cmd.ValidArgs, ", ") + "." + diag.Suggest(args[0], cmd.ValidArgs) + " " + detail
			}
			return usage(err.Error(), detail)
		}
	}
	for _, sub := range cmd.Commands() {
		noStrayArgs(sub)
	}
}

func unknownCommand(root *cobra.Command, name string) error {
	names := subcommands(root)
	return usage("there is no command "+quoted(name), "The commands are "+strings.Join(names, ", ")+"."+diag.Suggest(name, names))
}

func quoted(s string) string { return `"` + diag.Visible(s) + `"` }
