package check

import "github.com/assay-harness/assay/harness/spec"

func finishReasonKind() Kind {
	of := &Of{name: "finish_reason", read: finishReason}
	return Kind{
		Name:    "finish_reason",
		Doc:     "Passes when the model stopped for that reason, such as stop or length.",
		Example: "finish_reason: stop",
		Schema:  nonEmptySchema,
		Fixed:   true,
		Parse: func(p *Parser, n *spec.Node) Check {
			want := p.text(n)
			if want == nil {
				return nil
			}
			if want.literal && want.value == "" {
				p.Error(n.Range, "finish_reason can't be empty", "A reply that gives none fails every finish_reason.")
				return nil
			}
			return FromRule(lookingAt{equals{byteForByte, want}, of})
		},
	}
}
