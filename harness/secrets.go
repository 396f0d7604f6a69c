package harness

import (
	"fmt"
	"slices"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/suite"
)

// secrets are the providers' keys and the sensitive variables, and the one
// redactor that knows them.
type secrets struct {
	redactor *exchange.Redactor
	keys     map[string]string // by provider; only when live
}

// newSecrets collects the secrets. Keys are read from the environment only
// when something will be sent.
func newSecrets(p *suite.Project, c Config) (*secrets, diag.Diagnostics) {
	var ds diag.Diagnostics
	out := &secrets{keys: map[string]string{}}
	var list []exchange.Secret
	for _, s := range p.Secrets() {
		list = append(list, exchange.Secret{Name: s.Name, Value: s.Value})
	}
	if c.Live != nil {
		for _, source := range p.Config.Providers {
			key := keyOf(source, c.Live, &ds)
			if key != "" {
				out.keys[source.Name] = key
				list = append(list, exchange.Secret{Name: source.Name, Value: key})
			}
		}
	}
	for _, s := range list {
		if _, err := exchange.NewRedactor(s); err != nil {
			what := fmt.Sprintf("the sensitive variable %q", s.Name)
			if out.keys[s.Name] != "" {
				what = fmt.Sprintf("the key of provider %q", s.Name)
			}
			ds.Add(diag.WeakSecret, diag.Range{}, what+" is too short to be kept secret",
				"It has less than 8 bytes, so it would be found, and hidden, in texts that have nothing to do with it. Use a longer one.")
		}
	}
	if ds.HasErrors() || len(list) == 0 {
		return out, ds
	}
	slices.SortFunc(list, func(a, b exchange.Secret) int { return len(b.Value) - len(a.Value) })
	redactor, err := exchange.NewRedactor(list...)
	if err != nil {
		ds.Add(diag.WeakSecret, diag.Range{}, err.Error(), "")
	}
	out.redactor = redactor
	return out, ds
}

// keyOf evaluates a provider's api_key; "" when it has none or it is not set.
func keyOf(p *suite.Provider, live *Live, ds *diag.Diagnostics) string {
	if p.APIKey == nil || live.Env == nil {
		return ""
	}
	env := map[string]any{}
	for _, ref := range p.APIKey.References() {
		if ref.Root == "env" {
			env[ref.Name] = live.Env(ref.Name)
		}
	}
	key, more := p.APIKey.Text(expr.NewScope(nil, expr.Roots{"env": env}))
	*ds = append(*ds, more...)
	return key
}

// key gives the client's way to a provider's key: it is an error when there
// should be one and is none, and when it would go to a host that nobody allowed.
func (s *secrets) key(source *suite.Provider, kind provider.Kind, baseURL string, live *Live) func() (string, error) {
	if source.APIKey == nil {
		return nil
	}
	return func() (string, error) {
		key := s.keys[source.Name]
		if key == "" {
			return "", refuse(source, diag.NoKey, fmt.Sprintf("provider %q has no key", source.Name),
				fmt.Sprintf("Set %s in the environment, or name a file with --env-file.", envName(source.APIKey)))
		}
		if live.BaseURL == "" && !provider.KeyMayGo(kind, baseURL, live.AllowHosts) {
			return "", refuse(source, diag.HostNotAllowed, fmt.Sprintf("the key of provider %q would go to %s", source.Name, baseURL),
				"A key goes only to the host of its provider's kind, to loopback, and to hosts that you allow: ASSAY_ALLOW_HOSTS=host,host. Nothing was sent.")
		}
		return key, nil
	}
}

// refuse points at the provider where it is configured; the built-in one stands
// in no file.
func refuse(source *suite.Provider, code diag.Code, summary, detail string) error {
	d := diag.Diagnostic{Code: code, Summary: summary, Detail: detail}
	if source.Range.Filename == suite.ConfigFile {
		d.Range = source.Range
	}
	return &diag.Failure{Diagnostics: diag.Diagnostics{d}}
}

func envName(t *expr.Template) string {
	for _, ref := range t.References() {
		if ref.Root == "env" {
			return ref.Name
		}
	}
	return "the key"
}
