package provider

import (
	"bytes"
	"strconv"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
)

// perMillion is the power of ten by which token prices are quoted.
const perMillion = -6

// MaxCost gives the greatest price of a request: price.max_call, else the
// token prices × (bytes of the request, of which no token has less than one, and
// max_tokens). nil: not known. body is the one that is sent.
func MaxCost(c Config, body []byte) *credit.Amount {
	p := c.Price
	switch {
	case p.MaxCall != nil:
		return p.MaxCall
	case p.Input == nil || p.Output == nil:
		return nil
	}
	sum := p.Input.Mul(credit.FromInt(int64(len(body))))
	if p.Output.Sign() != 0 {
		tokens, ok := maxTokens(body)
		if !ok {
			return nil
		}
		sum = sum.Add(p.Output.Mul(tokens))
	}
	sum = sum.Shift(perMillion)
	return &sum
}

// maxTokens gives how many tokens a reply may have at most: as the request
// says, times the number of replies (n) it asks for.
func maxTokens(body []byte) (credit.Amount, bool) {
	members, _ := exchange.Members(body)
	var most, replies int64 = 0, 1
	for _, m := range members {
		switch m.Name {
		case "max_tokens", "max_completion_tokens", "max_output_tokens":
			most = max(most, positive(m.Value))
		case "n":
			replies = max(1, positive(m.Value))
		}
	}
	return credit.FromInt(most).Mul(credit.FromInt(replies)), most > 0
}

func positive(raw []byte) int64 {
	n, err := strconv.ParseInt(string(bytes.TrimSpace(raw)), 10, 64)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// TokenCost gives what a reply's tokens cost at the configured prices; nil
// where prices or tokens are not known.
func TokenCost(p Price, t Tokens) *credit.Amount {
	if p.Input == nil || p.Output == nil || t.Input == nil || t.Output == nil {
		return nil
	}
	sum := p.Input.Mul(credit.FromInt(int64(*t.Input))).Add(p.Output.Mul(credit.FromInt(int64(*t.Output)))).Shift(perMillion)
	return &sum
}

// AmountIn reads an amount that a reply names; what is none counts as not said.
func AmountIn(text string) *credit.Amount {
	a, err := credit.ParseAmount(text)
	if err != nil {
		return nil
	}
	return &a
}
