package check

import "github.com/assay-harness/assay/harness/spec"

// affixKinds are the kinds that look at either end of the text.
func affixKinds() []Kind {
	return []Kind{
		{
			Name:    "starts_with",
			Doc:     "Passes when the text starts with the string.",
			Example: "starts_with: Dear",
			Schema:  nonEmptySchema,
			Parse:   func(p *Parser, n *spec.Node) Check { return parseFind(p, n, starting) },
		},
		{
			Name:    "ends_with",
			Doc:     "Passes when the text ends with the string.",
			Example: "ends_with: '.'",
			Schema:  nonEmptySchema,
			Parse:   func(p *Parser, n *spec.Node) Check { return parseFind(p, n, ending) },
		},
	}
}
