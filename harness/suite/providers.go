package suite

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/spec"
)

// Provider is one entry of providers, as written; package provider gives it meaning.
type Provider struct {
	Name, Kind, Model, BaseURL string
	APIKey                     *expr.Template // nil: none. It reads env, and only that
	Params                     *spec.Node
	Fields                     []Param // Params, parsed: plain data
	RateCount                  int
	RatePer                    time.Duration
	Concurrency                int // 0: not written
	Timeout                    time.Duration
	Retries                    int // -1: not written
	// Price, as exact decimals in text; "" where not written.
	PriceCall, PriceMaxCall, PriceInput, PriceOutput string
	PriceShared                                      bool       // others spend from the account too
	Range                                            diag.Range // of the name
	KindRange                                        diag.Range
}

const (
	maxConcurrency = 1024
	maxRetries     = 10
	maxRate        = 1_000_000
)

func (r *configReader) readProviderMap(n *spec.Node) []*Provider {
	if n == nil || len(n.Pairs) == 0 {
		own, _ := parseConfig(r.files, "built in", []byte(builtin))
		return own.Providers
	}
	providers := make([]*Provider, 0, len(n.Pairs))
	for _, pair := range n.Pairs {
		if p := r.readProvider(pair); p.Name != "" {
			providers = append(providers, p)
		}
	}
	return providers
}

func (r *configReader) readProvider(pair spec.Pair) *Provider {
	p := &Provider{Name: named(&r.ds, pair.Key, "provider name"), Range: pair.Key.Range, Retries: -1}
	o := spec.NewObject(pair.Value, "provider", &r.ds)
	if pair.Value.Kind == spec.Map {
		o.Require("kind", "model")
	}
	p.Kind, p.Model = o.Text("kind"), o.Text("model")
	if n := o.Node("kind"); n != nil {
		p.KindRange = n.Range
	}
	p.BaseURL = r.readBaseURL(o)
	p.APIKey = r.readKey(o.Node("api_key"))
	p.Params = o.Map("params")
	p.Fields = r.readPlainParams(p.Params)
	p.RateCount, p.RatePer = r.readRate(o.Node("rate"))
	p.Concurrency = o.Int("concurrency", 1, maxConcurrency)
	p.Timeout = readTimeout(&r.ds, o)
	if o.Has("retries") {
		p.Retries = o.Int("retries", 0, maxRetries)
	}
	if n := o.Map("price"); n != nil {
		price := spec.NewObject(n, "price", &r.ds)
		p.PriceCall, p.PriceMaxCall = readDecimal(&r.ds, price, "call"), readDecimal(&r.ds, price, "max_call")
		p.PriceInput, p.PriceOutput = readDecimal(&r.ds, price, "input"), readDecimal(&r.ds, price, "output")
		p.PriceShared = price.Bool("shared")
		if p.PriceShared && p.PriceCall == "" {
			r.ds.Add(diag.BadProvider, n.Range, "price.shared needs price.call", "Of a shared account the balance does not tell what a call cost: write its price.")
		}
		price.Close()
	}
	o.Close()
	return p
}

// readBaseURL reads an http or https address without anything that a request adds.
func (r *configReader) readBaseURL(o *spec.Object) string {
	n := o.Node("base_url")
	written := o.Text("base_url")
	if n == nil || !n.Scalar() {
		return ""
	}
	u, err := url.Parse(written)
	switch {
	case strings.Contains(written, "${"):
		r.ds.Add(diag.BadProvider, n.Range, "base_url is no template", "The environment is read for api_key alone. Ask another server with --base-url.")
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		r.ds.Add(diag.BadProvider, n.Range, fmt.Sprintf("%q is no base URL", written), "Write it with its scheme and host, such as https://api.segmind.com/v1.")
	case u.User != nil:
		r.files.hide(n.Range)
		r.ds.Add(diag.SecretUnsafe, n.Range, "base_url holds a user or password", "A secret never stands in assay.yaml. Use api_key: ${env.…}.")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		r.ds.Add(diag.BadProvider, n.Range, fmt.Sprintf("base URL %q has a query or a fragment", written), "Write the address up to the path. Extra fields of the request go into params.")
	default:
		return strings.TrimRight(written, "/")
	}
	return ""
}

// readKey reads api_key: text that takes the secret from the environment.
func (r *configReader) readKey(n *spec.Node) *expr.Template {
	if n == nil || n.Scalar() && n.Value == "" {
		return nil
	}
	before := len(r.ds)
	t := textTemplate(&r.ds, n, "api_key")
	if t == nil || len(r.ds) > before {
		return nil
	}
	fromEnv := false
	for _, ref := range t.References() {
		fromEnv = fromEnv || ref.Root == "env" && ref.Name != ""
	}
	if _, ok := t.IsLiteral(); ok {
		r.files.hide(n.Range)
		r.ds.Add(diag.SecretUnsafe, n.Range, "api_key is written out", "A secret never stands in assay.yaml, which is in git. Put it in the environment, and write api_key: ${env.NAME_OF_IT}. If this was a real key, replace it.")
		return nil
	}
	r.ds = append(r.ds, t.Check(expr.Known{"env": nil})...)
	if !fromEnv && len(r.ds) == before {
		r.ds.Add(diag.SecretUnsafe, n.Range, "api_key doesn't come from the environment", "Write api_key: ${env.NAME_OF_IT}.")
		return nil
	}
	return t
}

// readPlainParams reads a provider's own params: data without expressions, since
// a provider is the same for every suite.
func (r *configReader) readPlainParams(n *spec.Node) []Param {
	params := readParams(&r.ds, n)
	for _, p := range params {
		if p.Value != nil && !p.Value.IsPlain() {
			r.ds.Add(diag.BadProvider, p.Value.node.Range, fmt.Sprintf("field %q of params is an expression", p.Name), "A provider's params are plain data. Write expressions in the params of a suite, a case or a turn.")
		}
	}
	return params
}

// readRate reads 5/m: a count and s, m, h or d.
func (r *configReader) readRate(n *spec.Node) (count int, per time.Duration) {
	if n == nil {
		return 0, 0
	}
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	number, unit, _ := strings.Cut(n.Value, "/")
	count, err := strconv.Atoi(strings.TrimSpace(number))
	per, known := units[strings.TrimSpace(unit)]
	if !n.Scalar() || err != nil || count < 1 || count > maxRate || !known {
		r.ds.Add(diag.BadProvider, n.Range, fmt.Sprintf("%q is no rate", n.Value), "Write how many requests a second, minute, hour or day: 10/s, 5/m, 300/h, 5000/d.")
		return 0, 0
	}
	return count, per
}
