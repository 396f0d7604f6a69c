// Package segmind speaks to Segmind's model gateway, the API that assay was
// first made for:
//
//	POST https://api.segmind.com/v1/grok-2
//	x-api-key: …
//	{"messages": [{"role": "user", "content": "tell me a joke on cats"}]}
//
// It opens no connection itself.
package segmind

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
)

// Kind gives the kind of provider named segmind.
func Kind() provider.Kind {
	return provider.Kind{
		Name:      "segmind",
		Doc:       "Segmind's gateway: POST base_url/MODEL with the header x-api-key.",
		Hosts:     []string{"api.segmind.com"},
		BaseURL:   "https://api.segmind.com/v1",
		KeyName:   "SEGMIND_API_KEY",
		Build:     build,
		Authorize: func(h http.Header, key string) { h.Set("X-Api-Key", key) },
		Parse:     provider.ReadReply,
		Bill:      bill,
		Balance:   &provider.BalanceQuery{Path: "/get-user-credits", Read: readBalance},
	}
}

// build puts the messages first, as the API's page has them, and params behind.
func build(c provider.Config, q provider.Question) (*exchange.Request, error) {
	if c.Model == "" {
		return nil, errors.New("the provider has no model")
	}
	body, err := provider.Body(c, q)
	if err != nil {
		return nil, err
	}
	return provider.Request(q, "/"+url.PathEscape(c.Model), body)
}

// bill reads x-cost (seen on some replies; where it is, it is exact) and
// x-remaining-credits (on every reply). Only a 200 is billed. Garbage counts as
// not said.
func bill(c provider.Config, r *exchange.Response) provider.Bill {
	b := provider.Bill{
		Cost:    provider.AmountIn(r.Get("x-cost")),
		Balance: provider.AmountIn(r.Get("x-remaining-credits")),
	}
	switch {
	case b.Cost != nil && b.Cost.Sign() < 0:
		b.Cost = nil
	case b.Cost == nil && r.Status != http.StatusOK:
		b.Cost = new(credit.Amount)
	case b.Cost == nil && c.Price.Input != nil:
		b.Cost = provider.TokenCost(c.Price, provider.ReadReply(r).Tokens)
	}
	return b
}

// readBalance reads {"credits": 0.0, "free-credits": 0.0184921035}. Calls are
// paid from both, so that the account holds their sum.
func readBalance(r *exchange.Response) (credit.Amount, error) {
	var b struct {
		Credits *json.Number `json:"credits"`
		Free    *json.Number `json:"free-credits"`
	}
	if err := json.Unmarshal(r.Body, &b); err != nil {
		return credit.Amount{}, fmt.Errorf("the balance can't be read: %w", err)
	}
	if b.Credits == nil && b.Free == nil {
		return credit.Amount{}, errors.New("the balance can't be read: neither credits nor free-credits")
	}
	var sum credit.Amount
	for _, n := range []*json.Number{b.Credits, b.Free} {
		if n == nil {
			continue
		}
		a, err := credit.ParseAmount(n.String())
		if err != nil {
			return credit.Amount{}, fmt.Errorf("the balance can't be read: %w", err)
		}
		sum = sum.Add(a)
	}
	return sum, nil
}
