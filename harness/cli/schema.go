package cli

import (
	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness"
	"github.com/assay-harness/assay/harness/suite"
)

func newSchema(c *command) *cobra.Command {
	return &cobra.Command{
		Use:   "schema [suite|config|events]",
		Short: "Print the JSON Schema of suites, of assay.yaml, or of what --json writes",
		Long: `Prints a JSON Schema (draft-07) for editors. A suite uses it with the first line

  # yaml-language-server: $schema=../assay.schema.json

With events it prints the schema (draft 2020-12) that every line of --json fits.`,
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"suite", "config", "events"},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] == "events" {
				_, err := c.Stdout.Write(eventsSchema)
				return err
			}
			checks := map[string]string{}
			for name, kind := range harness.DefaultChecks() {
				checks[name] = kind.Schema
			}
			schema := suite.Schema(checks)
			if len(args) == 1 && args[0] == "config" {
				schema = suite.ConfigSchema(checks)
			}
			_, err := c.Stdout.Write(schema)
			return err
		},
	}
}
