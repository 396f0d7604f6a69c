package provider_test

import (
	"testing"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/openai"
	"github.com/assay-harness/assay/harness/provider/segmind"
)

func amount(t *testing.T, s string) *credit.Amount {
	t.Helper()
	if s == "" {
		return nil
	}
	a, err := credit.ParseAmount(s)
	if err != nil {
		t.Fatal(err)
	}
	return &a
}

func prices(t *testing.T, call, maxCall, input, output string) provider.Config {
	t.Helper()
	return provider.Config{Price: provider.Price{Call: amount(t, call), MaxCall: amount(t, maxCall), Input: amount(t, input), Output: amount(t, output)}}
}

// same compares by value; "" is unknown.
func same(t *testing.T, name string, got *credit.Amount, want string) {
	t.Helper()
	w := amount(t, want)
	if (got == nil) != (w == nil) || got != nil && !got.Equal(*w) {
		t.Errorf("%s: got %v, want %q", name, got, want)
	}
}

func TestMaxCost(t *testing.T) {
	body := `{"max_tokens":400,"messages":[]}` // 32 bytes
	tests := []struct {
		name                         string
		call, maxCall, input, output string
		body, want                   string
	}{
		{"nothing is known", "", "", "", "", body, ""},
		{"a usual price is no bound", "0.003", "", "", "", body, ""},
		{"the greatest price", "0.003", "0.02", "1", "1", body, "0.02"},
		{"tokens", "", "", "0.5", "1.5", body, "0.000616"}, // 32 × 0.5 + 400 × 1.5 millionths
		{"the newer name", "", "", "0.5", "1.5", `{"max_completion_tokens":400}  `, "0.0006155"},
		{"several replies", "", "", "0", "1", `{"max_tokens":400,"n":3}`, "0.0012"},
		{"no bound on the reply", "", "", "0.5", "1.5", `{"messages":[]}`, ""},
		{"garbage for a bound", "", "", "0.5", "1.5", `{"max_tokens":"400"}`, ""},
		{"a body that is no JSON", "", "", "0.5", "1.5", `{`, ""},
		{"replies cost nothing", "", "", "1", "0", `{"messages":[]}`, "0.000015"},
		{"free", "", "", "0", "0", `{}`, "0"},
		{"half a price", "", "", "1", "", body, ""},
	}
	for _, tt := range tests {
		same(t, tt.name, provider.MaxCost(prices(t, tt.call, tt.maxCall, tt.input, tt.output), []byte(tt.body)), tt.want)
	}
}

func TestBillOfSegmind(t *testing.T) {
	tests := []struct {
		name          string
		status        int
		header        []exchange.Field
		cost, balance string
	}{
		{"both said", 200, fields("x-cost", "0.00310", "x-remaining-credits", "9.9969"), "0.0031", "9.9969"},
		{"the balance alone", 200, fields("x-remaining-credits", "-0.25"), "", "-0.25"},
		{"nothing said", 200, nil, "", ""},
		{"garbage", 200, fields("x-cost", "free", "x-remaining-credits", "NaN"), "", ""},
		{"a negative cost", 200, fields("x-cost", "-1"), "", ""},
		{"only a 200 is billed", 500, fields("x-remaining-credits", "1e1"), "0", "10"},
		{"unless it says so", 422, fields("x-cost", "0.001"), "0.001", ""},
	}
	for _, tt := range tests {
		got := segmind.Kind().Bill(provider.Config{}, response(tt.status, grok, tt.header...))
		same(t, tt.name+": cost", got.Cost, tt.cost)
		same(t, tt.name+": balance", got.Balance, tt.balance)
	}
}

func TestBillOfOpenAI(t *testing.T) {
	usage := func(s string) string { return `{"choices":[{"message":{"content":"x"}}],"usage":` + s + `}` }
	tests := []struct {
		name   string
		config provider.Config
		status int
		body   string
		want   string
	}{
		{"ticks", prices(t, "1", "1", "1", "1"), 200, usage(`{"cost_in_usd_ticks":31000000,"prompt_tokens":1,"completion_tokens":1}`), "0.0031"},
		{"tokens", prices(t, "1", "", "0.15", "0.60"), 200, usage(`{"prompt_tokens":1000,"completion_tokens":10}`), "0.000156"},
		{"no usage", prices(t, "", "", "0.15", "0.60"), 200, usage("null"), ""},
		{"no usage, but a price of a call", prices(t, "0.01", "", "0.15", "0.60"), 200, usage("null"), "0.01"},
		{"free", prices(t, "", "", "0", "0"), 200, usage("null"), "0"},
		{"no prices", prices(t, "", "", "", ""), 200, usage(`{"prompt_tokens":1000,"completion_tokens":10}`), ""},
		{"garbage", prices(t, "", "", "", ""), 200, usage(`{"cost_in_usd_ticks":"x"}`), ""},
		{"an error", prices(t, "0.01", "", "1", "1"), 500, "", "0"},
	}
	for _, tt := range tests {
		got := openai.Kind().Bill(tt.config, response(tt.status, tt.body))
		same(t, tt.name, got.Cost, tt.want)
	}
}
