package check

import "slices"

// Default gives the built-in kinds in a fresh map.
func Default() map[string]Kind {
	kinds := slices.Concat(
		containsKinds(), listKinds(), equalKinds(), affixKinds(), measureKinds(), figureKinds(), logicKinds(),
		[]Kind{regexKind(), jsonKind(), statusKind(), headerKind(), finishReasonKind(), conditionKind()},
	)
	out := make(map[string]Kind, len(kinds))
	for _, kind := range kinds {
		out[kind.Name] = kind
	}
	return out
}
