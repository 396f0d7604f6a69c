package suite

import "github.com/assay-harness/assay/harness/spec"

// Order gives the canonical order of a suite's keys, at every level: what it
// is, who is asked, what with, what is expected. Maps whose keys are the
// author's own (params, locals, headers, …) have none: they stay as written.
func Order() *spec.Order {
	return &spec.Order{
		Keys: []string{"suite", "description", "tags", "provider", "params", "variables", "locals", "request", "expect", "cases", "moved"},
		Below: map[string]*spec.Order{
			"variables": each(variableOrder()),
			"request":   requestOrder(),
			"expect":    expectationOrder(),
			"cases":     caseOrder(),
			"moved":     {Keys: []string{"from", "to"}},
		},
	}
}

// ConfigOrder gives the canonical order of the keys of assay.yaml.
func ConfigOrder() *spec.Order {
	return &spec.Order{
		Keys: []string{"version", "providers", "defaults", "variables", "expectations", "limits", "suites", "fixtures", "reports"},
		Below: map[string]*spec.Order{
			"providers": each(providerOrder()),
			"defaults": {
				Keys:  []string{"provider", "tags", "params", "request", "expect"},
				Below: map[string]*spec.Order{"request": requestOrder(), "expect": expectationOrder()},
			},
			"variables":    each(variableOrder()),
			"expectations": each(expectationOrder()),
		},
	}
}

// each is the order of every value of a map whose keys are names.
func each(order *spec.Order) *spec.Order {
	return &spec.Order{Below: map[string]*spec.Order{spec.AnyKey: order}}
}

func caseOrder() *spec.Order {
	return &spec.Order{
		Apart: true,
		Keys: []string{
			"name", "description", "tags", "skip", "known_failure", "live", "provider", "params", "request", "inherit",
			"for_each", "rows", "key", "samples", "pass", "on_failure", "total", "expect", "conversation",
		},
		Below: map[string]*spec.Order{
			"request":      requestOrder(),
			"total":        {Keys: []string{"credits", "latency", "tokens"}},
			"expect":       expectationOrder(),
			"conversation": turnOrder(),
		},
	}
}

func turnOrder() *spec.Order {
	content := &spec.Order{Keys: []string{"raw", "file", "template", "delimiters", "vars"}}
	return &spec.Order{
		Keys: []string{string(System), string(User), string(Assistant), string(History), "ask", "name", "expect", "capture", "params", "request"},
		Below: map[string]*spec.Order{
			string(System): content, string(User): content, string(Assistant): content,
			string(History): {Keys: []string{"role", "content", "file"}},
			"expect":        expectationOrder(),
			"capture":       each(&spec.Order{Keys: []string{"regex", "group", "header"}}),
			"request":       requestOrder(),
		},
	}
}

// expectationOrder puts the check first and what qualifies it behind. Of what
// the checks take, only bounds and a header's name have an order.
func expectationOrder() *spec.Order {
	arguments := &spec.Order{Keys: []string{"name", "min", "max", "input_max", "output_max"}}
	order := &spec.Order{Keys: []string{"use", spec.AnyKey, "of", "when", "severity", "message"}}
	order.Below = map[string]*spec.Order{"not": order, "all": order, "any": order, spec.AnyKey: arguments}
	return order
}

func requestOrder() *spec.Order {
	return &spec.Order{Keys: []string{"api_key", "method", "path", "headers", "body", "timeout"}}
}

func variableOrder() *spec.Order {
	return &spec.Order{Keys: []string{"type", "default", "description", "sensitive"}}
}

func providerOrder() *spec.Order {
	return &spec.Order{
		Keys:  []string{"kind", "model", "base_url", "api_key", "params", "rate", "concurrency", "timeout", "retries", "price"},
		Below: map[string]*spec.Order{"price": {Keys: []string{"call", "max_call", "shared", "input", "output"}}},
	}
}
