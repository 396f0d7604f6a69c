package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-harness/assay/harness/diag"
)

func newExplain(c *command) *cobra.Command {
	return &cobra.Command{
		Use:     "explain CODE",
		Short:   "Print the cause of a diagnostic and its cure",
		Example: "  assay explain ASY4012",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			code := diag.Code("ASY" + strings.TrimPrefix(strings.ToUpper(args[0]), "ASY"))
			e, ok := diag.Explain(code)
			if !ok {
				var codes []string
				for _, e := range diag.Explanations() {
					codes = append(codes, string(e.Code))
				}
				return usage("there is no diagnostic "+quoted(args[0]), "Codes look like ASY4012."+diag.Suggest(string(code), codes))
			}
			_, err := fmt.Fprintf(c.Stdout, "%s: %s (exit %d)\n\nCause: %s\n\nCure: %s\n", e.Code, e.Title, e.Code.Exit(), e.Cause, e.Cure)
			return err
		},
	}
}
