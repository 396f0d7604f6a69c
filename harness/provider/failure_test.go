package provider_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
)

func TestReadError(t *testing.T) {
	page := "<html>\r\n<head><title>405 Method Not Allowed</title></head><body><h1>x</h1></body></html>"
	tests := []struct {
		name    string
		status  int
		body    string
		class   provider.Class
		message string
	}{
		{"no key", 401, `{"error": "Missing Authorization or x-api-key in header"}`, provider.Auth, "Missing Authorization or x-api-key in header"},
		{"bad key", 401, `{"error":"Unauthorized. API key is invalid or may have expired"}`, provider.Auth, "Unauthorized. API key is invalid or may have expired"},
		{"xAI's bad key", 400, `{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***ey."}`, provider.Auth, "Incorrect API key provided: xa***ey."},
		{"Gemini's bad key", 400, `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}`, provider.Auth, "API key not valid. Please pass a valid API key."},
		{"a bad request", 400, `{"error":{"message":"temperature is too high","type":"invalid_request_error","param":"temperature","code":null}}`, provider.BadRequest, "temperature is too high"},
		{"no money", 402, `{"error":{"message":"Insufficient Balance"}}`, provider.Credits, "Insufficient Balance"},
		{"forbidden", 403, `{"error":"You may not"}`, provider.Auth, "You may not"},
		{"forbidden for want of credits", 403, `{"code":"x","error":"Your team has used all available credits"}`, provider.Credits, "Your team has used all available credits"},
		{"no such model", 404, `{"error":{"message":"The model does not exist","code":"model_not_found"}}`, provider.NotFound, "The model does not exist"},
		{"a model that is gone", 404, `{"error":"The model grok-2 has been retired"}`, provider.Retired, "The model grok-2 has been retired"},
		{"a web page", 405, page, provider.BadRequest, "405 Method Not Allowed"},
		{"no credits", 406, `{"error":"Insufficient credits"}`, provider.Credits, "Insufficient credits"},
		{"no credits, as the page says it", 406, `{"error":"not enough credits"}`, provider.Credits, "not enough credits"},
		{"406 without a word", 406, "", provider.Credits, "406 Not Acceptable, with nothing said of the reason"},
		{"content type", 406, `{"error":"Invalid content type"}`, provider.BadRequest, "Invalid content type"},
		{"team limit", 406, `{"error":"Team limit reached"}`, provider.BadRequest, "Team limit reached"},
		{"rejected parameter", 406, `{"error":"Parameter top_k is not allowed"}`, provider.BadRequest, "Parameter top_k is not allowed"},
		{"slow client", 408, "", provider.Timeout, "408 Request Timeout, with nothing said of the reason"},
		{"retired", 410, `{"error":"Gone"}`, provider.Retired, "Gone"},
		{"validation", 422, `{"detail":[{"loc":["body","messages"],"msg":"field required"}]}`, provider.BadRequest, `[{"loc":["body","messages"],"msg":"field required"}]`},
		{"a detail", 422, `{"detail":"field required"}`, provider.BadRequest, "field required"},
		{"too fast", 429, `{"error":"Too many requests"}`, provider.RateLimited, "Too many requests"},
		{"OpenAI's quota", 429, `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}`, provider.Credits, "You exceeded your current quota, please check your plan and billing details."},
		{"server", 500, `{"error":"server had some issue with processing"}`, provider.Server, "server had some issue with processing"},
		{"gateway", 502, "<html><body><script>x<y</script><style>b{}</style><p>Bad &amp; broken<br>gateway</p>", provider.Server, "Bad & broken gateway"},
		{"plain text", 503, " upstream connect error \n", provider.Server, "upstream connect error"},
		{"overloaded", 529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, provider.Server, "Overloaded"},
		{"empty", 500, "", provider.Server, "500 Internal Server Error, with nothing said of the reason"},
		{"a gateway's message", 404, `{"message":"no Route matched with those values"}`, provider.NotFound, "no Route matched with those values"},
		{"an object of no known shape", 500, `{"a":1}`, provider.Server, `{"a":1}`},
		{"a JSON string", 500, `"oops"`, provider.Server, `"oops"`},
		{"a teapot", 418, `{"error":"short and stout"}`, provider.BadRequest, "short and stout"},
		{"binary", 500, "\xff\x00", provider.Server, "\uFFFD\x00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := provider.ReadError(response(tt.status, tt.body))
			if got.Class != tt.class || got.Message != tt.message {
				t.Errorf("got %s: %q\nwant %s: %q", got.Class, got.Message, tt.class, tt.message)
			}
		})
	}
}

func TestReadErrorOfARedirect(t *testing.T) {
	got := provider.ReadError(response(301, "", exchange.Field{Name: "location", Value: "https://elsewhere.example/v1"}))
	if got.Class != provider.BadRequest || !strings.Contains(got.Message, "https://elsewhere.example/v1, which is not followed") {
		t.Errorf("got %v", got)
	}
}

func TestReadErrorIsBounded(t *testing.T) {
	for name, body := range map[string]string{
		"text": strings.Repeat("é", 1<<20), "page": "<html>" + strings.Repeat("<p>é", 1<<20), "tags": "<html>" + strings.Repeat("<", 1<<20), "comments": "<html>" + strings.Repeat("<!--", 1<<20),
		"object": `{"error":[` + strings.Repeat("1,", 1<<20) + `1]}`,
	} {
		if got := provider.ReadError(response(500, body)); len(got.Message) > 3000 || got.Message == "" {
			t.Errorf("%s: a message of %d bytes", name, len(got.Message))
		}
	}
	// A provider's own words are kept whole.
	if got := provider.ReadError(response(500, `{"error":"`+strings.Repeat("x", 5000)+`"}`)); len(got.Message) != 5000 {
		t.Errorf("a message of %d bytes", len(got.Message))
	}
}

func TestNotServed(t *testing.T) {
	served := map[provider.Class]bool{provider.NotFound: true, provider.BadRequest: true, "": true}
	for _, c := range []provider.Class{
		provider.Auth, provider.Credits, provider.RateLimited, provider.Retired, provider.Server, provider.Network, provider.Timeout,
		provider.MalformedReply, provider.NotFound, provider.BadRequest, "",
	} {
		if got := c.NotServed(); got == served[c] {
			t.Errorf("%q: got %v", c, got)
		}
	}
}
