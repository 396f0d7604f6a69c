package plan

import (
	"github.com/assay-harness/assay/harness/address"
)

// TurnsUnlike gives the words for all that is selected, down to its turns, if a
// pattern matches no turn of it, else nil.
func (p *Plan) TurnsUnlike(pattern address.Pattern) []string {
	names := []string{}
	for inst, ds := range p.Instances() {
		if ds.HasErrors() || inst.Skip != "" {
			continue
		}
		names = p.appendNames(names, inst)
		for _, sample := range inst.Samples {
			for _, t := range inst.Case.Turns {
				if !t.mayBeAsked() {
					continue
				}
				a := inst.Conversation(sample).WithTurn(address.Turn{Number: t.Source.Number, Name: t.Source.Name})
				if pattern.Match(a) {
					return nil
				}
				names = append(names, a.Display(inst.Ambiguity))
			}
		}
	}
	return names
}
