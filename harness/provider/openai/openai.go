// Package openai speaks to any server that understands OpenAI's chat
// completions: OpenAI's own, xAI's, Ollama, vLLM, llama.cpp and many more.
//
//	POST base_url/chat/completions
//	Authorization: Bearer …
//	{"model": "llama3.2", "messages": [{"role": "user", "content": "hello"}]}
//
// It opens no connection itself.
package openai

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
)

// Kind gives the kind of provider named openai. Its key may go to
// api.openai.com only; servers elsewhere (xAI's, a company's) the person who
// holds the key must allow. On loopback any server may have it.
func Kind() provider.Kind {
	return provider.Kind{
		Name:      "openai",
		Doc:       "Any OpenAI-compatible server: POST base_url/chat/completions with a bearer token.",
		Hosts:     []string{"api.openai.com"},
		BaseURL:   "https://api.openai.com/v1",
		KeyName:   "OPENAI_API_KEY",
		Build:     build,
		Authorize: func(h http.Header, key string) { h.Set("Authorization", "Bearer "+key) },
		Parse:     provider.ReadReply,
		Bill:      bill,
	}
}

func build(c provider.Config, q provider.Question) (*exchange.Request, error) {
	if c.Model == "" {
		return nil, errors.New("the provider has no model")
	}
	model := provider.Param{Name: "model", Value: exchange.AppendString(nil, c.Model)}
	body, err := provider.Body(c, q, model)
	if err != nil {
		return nil, err
	}
	return provider.Request(q, "/chat/completions", body)
}

// ticks is the power of ten of xAI's unit: 1 USD = 10,000,000,000 ticks.
const ticks = -10

// bill takes, in this order: the cost that the reply names (xAI's
// usage.cost_in_usd_ticks), its tokens at the configured prices, the configured
// price of a call. What is not a success costs nothing.
func bill(c provider.Config, r *exchange.Response) provider.Bill {
	if r.Status/100 != 2 {
		return provider.Bill{Cost: new(credit.Amount)}
	}
	if cost := namedCost(r.Body); cost != nil {
		return provider.Bill{Cost: cost}
	}
	reply := provider.ReadReply(r)
	if cost := provider.TokenCost(c.Price, reply.Tokens); cost != nil {
		return provider.Bill{Cost: cost}
	}
	if free(c.Price) {
		return provider.Bill{Cost: new(credit.Amount)}
	}
	return provider.Bill{Cost: c.Price.Call}
}

// free reports whether tokens cost nothing, however many there are.
func free(p provider.Price) bool {
	return p.Input != nil && p.Output != nil && p.Input.IsZero() && p.Output.IsZero()
}

func namedCost(body []byte) *credit.Amount {
	var b struct {
		Usage struct {
			Ticks json.Number `json:"cost_in_usd_ticks"`
		} `json:"usage"`
	}
	if json.Unmarshal(body, &b) != nil {
		return nil
	}
	cost := provider.AmountIn(b.Usage.Ticks.String())
	if cost == nil || cost.Sign() < 0 {
		return nil
	}
	shifted := cost.Shift(ticks)
	return &shifted
}
