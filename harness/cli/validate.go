package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newValidate(c *command) *cobra.Command {
	return &cobra.Command{
		Use:   "validate [PATH…]",
		Short: "Check suites and configuration",
		Long: `Parses and type-checks assay.yaml and the suites (or the suite files and folders
named), reads every row of data, and evaluates what can be known without a
reply. All problems of all files are shown at once. Nothing is written or sent.`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.validate(args) },
	}
}

func (c *command) validate(args []string) error {
	folder, root, config, err := c.open(&selectFlags{allowEmpty: true}, nil)
	if err != nil {
		return err
	}
	defer closing(folder)
	for _, arg := range args {
		path, err := c.below(root, arg)
		if err != nil {
			return err
		}
		config.Suites = append(config.Suites, path)
	}
	p, err := c.load(config)
	if err != nil {
		return err
	}
	suites := 0
	for range p.Plan().Suites() {
		suites++
	}
	size := p.Plan().Size()
	_, err = fmt.Fprintf(c.Stdout, "Valid: %s, %s, %s, %s.\n", counted(suites, "suite"), counted(size.Instances, "case"),
		counted(size.Conversations, "conversation"), counted(size.Turns, "question"))
	return err
}
