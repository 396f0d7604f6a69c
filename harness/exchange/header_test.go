package exchange_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/assay-harness/assay/harness/exchange"
)

func TestStoredHeader(t *testing.T) {
	h := http.Header{
		"Content-Type": {"application/json"}, "X-Request-Id": {"b", "a"}, "X-Remaining-Credits": {"12.5"}, "Set-Cookie": {"sid=1"}, "Date": {"today"},
		"X-Ratelimit-Remaining": {"4"}, "X-Rate-Limit-Reset-At-Utc": {"2026-11-22"}, "X-Cost": {"0.003"}, "Retry-After": {"s3cr3t-token"},
		"Openai-Organization": {"acme"}, "X-Assay-Origin": {"live"},
	}
	got := exchange.StoredHeader(h, redactor(t, "T", "s3cr3t-token"))
	want := []exchange.Field{
		{"content-type", "application/json"},
		{"retry-after", "(sensitive:T)"},
		{"x-cost", "0.003"},
		{"x-rate-limit-reset-at-utc", "2026-11-22"},
		{"x-ratelimit-remaining", "4"},
		{"x-request-id", "b"},
		{"x-request-id", "a"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if all := exchange.Fields(h); len(all) != 12 || all[0].Name != "content-type" {
		t.Errorf("Fields gave %v", all)
	}
}

func TestIsStored(t *testing.T) {
	for name, want := range map[string]bool{
		"Content-Type": true, "X-REQUEST-ID": true, "x-ratelimit-limit-requests": true, "Allow": true,
		"x-remaining-credits": false, "set-cookie": false, "authorization": false, "x-api-key": false, "openai-organization": false,
	} {
		if got := exchange.IsStored(name); got != want {
			t.Errorf("IsStored(%q) = %v", name, got)
		}
	}
}

func TestLookup(t *testing.T) {
	r := exchange.Response{Header: []exchange.Field{{"x-a", "1"}, {"x-a", "2"}, {"x-b", ""}}}
	if got := r.Get("X-A"); got != "1" {
		t.Errorf("got %q", got)
	}
	if _, found := exchange.Lookup(r.Header, "x-b"); !found {
		t.Error("an empty field is there")
	}
	if _, found := exchange.Lookup(r.Header, "x-c"); found {
		t.Error("x-c is not there")
	}
}
