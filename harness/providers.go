package harness

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/plan"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/suite"
)

// bindProviders gives the configured providers their kinds, and checks that
// those selected exist.
func bindProviders(p *suite.Project, c Config) (map[string]*plan.Provider, diag.Diagnostics) {
	var ds diag.Diagnostics
	out := map[string]*plan.Provider{}
	for _, source := range p.Config.Providers {
		kind, ok := c.Kinds[source.Kind]
		switch {
		case !ok && source.Kind == "":
			continue // that it is missing was said
		case !ok:
			names := slices.Sorted(maps.Keys(c.Kinds))
			ds.Add(diag.BadProvider, source.KindRange, fmt.Sprintf("provider %q is of the unknown kind %q", source.Name, source.Kind),
				fmt.Sprintf("The kinds are %s.%s", strings.Join(names, ", "), diag.Suggest(source.Kind, names)))
			continue
		}
		config, more := configOf(source, kind)
		ds = append(ds, more...)
		if c.Live != nil && c.Live.BaseURL != "" {
			config.BaseURL = c.Live.BaseURL
		}
		out[source.Name] = &plan.Provider{Kind: kind, Config: config}
	}
	known := slices.Sorted(maps.Keys(out))
	for _, name := range c.Providers {
		if out[name] == nil {
			ds.Add(diag.BadFlag, diag.Range{}, fmt.Sprintf("there is no provider %q", name), fmt.Sprintf("The providers are: %s.%s", strings.Join(known, ", "), diag.Suggest(name, known)))
		}
	}
	return out, ds
}

func configOf(p *suite.Provider, kind provider.Kind) (provider.Config, diag.Diagnostics) {
	var ds diag.Diagnostics
	out := provider.Config{
		Name: p.Name, Kind: p.Kind, Model: p.Model, BaseURL: p.BaseURL,
		Rate:        provider.Rate{Count: p.RateCount, Per: p.RatePer},
		Concurrency: p.Concurrency, Timeout: p.Timeout, Retries: max(0, p.Retries),
	}
	if out.BaseURL == "" {
		out.BaseURL = kind.BaseURL
	}
	if p.Retries < 0 {
		out.Retries = defaultRetries
	}
	if out.Timeout == 0 {
		out.Timeout = defaultTimeout
	}
	if out.Concurrency == 0 {
		out.Concurrency = defaultConcurrency
	}
	out.Price = provider.Price{
		Call: amountOf(p.PriceCall, p, &ds), MaxCall: amountOf(p.PriceMaxCall, p, &ds),
		Input: amountOf(p.PriceInput, p, &ds), Output: amountOf(p.PriceOutput, p, &ds),
		Shared: p.PriceShared,
	}
	for _, f := range p.Fields {
		v, more := f.Value.Value(nil)
		ds = append(ds, more...)
		raw, err := plan.AppendJSON(nil, v)
		if err != nil {
			ds.Add(diag.BadValue, f.Range, fmt.Sprintf("parameter %q can't be sent as JSON", f.Name), err.Error())
			continue
		}
		out.Params = append(out.Params, provider.Param{Name: f.Name, Value: raw})
	}
	return out, ds
}

// What a provider gets when assay.yaml does not say.
const (
	defaultRetries     = 2
	defaultConcurrency = 4
	defaultTimeout     = 120 * time.Second
)

// amountOf reads a price; "" is none.
func amountOf(text string, p *suite.Provider, ds *diag.Diagnostics) *credit.Amount {
	if text == "" {
		return nil
	}
	a, err := credit.ParseAmount(text)
	if err != nil || a.Sign() < 0 {
		ds.Add(diag.BadProvider, p.Range, fmt.Sprintf("the price %q of provider %q is no amount of credits", text, p.Name), "Write a decimal such as 0.003.")
		return nil
	}
	return &a
}

// Paths gives the paths below the base URL where the project's providers take
// questions, in order: those that a server in their place must know.
func (p *Project) Paths() []string {
	bound, _ := bindProviders(p.suites, p.config) // what is wrong with them Load has said
	paths := map[string]bool{}
	for _, b := range bound {
		r, err := b.Kind.Build(b.Config, provider.Question{Messages: []exchange.Message{{Role: "user", Text: "hello"}}})
		if err == nil {
			paths[r.Path] = true
		}
	}
	return slices.Sorted(maps.Keys(paths))
}
