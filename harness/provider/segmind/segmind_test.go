package segmind_test

import (
	"net/http"
	"testing"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/segmind"
)

// The seed page: the URL's last part is the model, the body is messages alone.
func TestBuild(t *testing.T) {
	k := segmind.Kind()
	q := provider.Question{Messages: []exchange.Message{{Role: "user", Text: "tell me a joke on cats"}}}
	r, err := k.Build(provider.Config{Model: "grok-2"}, q)
	if err != nil {
		t.Fatal(err)
	}
	if r.Method != "POST" || r.Path != "/grok-2" || r.Query != "" || r.Credential != exchange.Own || r.Header != nil ||
		string(r.Body) != `{"messages":[{"role":"user","content":"tell me a joke on cats"}]}` {
		t.Errorf("got %+v %s", r, r.Body)
	}
	if r, err := k.Build(provider.Config{Model: "a/b?c"}, q); err != nil || r.Path != "/a%2Fb%3Fc" || r.Query != "" {
		t.Errorf("a model's name is one part of the path: got %+v, %v", r, err)
	}
	h := http.Header{}
	k.Authorize(h, "k")
	if len(h) != 1 || h.Get("x-api-key") != "k" {
		t.Errorf("got %v", h)
	}
}

func TestBalance(t *testing.T) {
	query := segmind.Kind().Balance
	if query.Path != "/get-user-credits" {
		t.Errorf("got %s", query.Path)
	}
	for body, want := range map[string]string{
		`{"credits": 0.0, "free-credits": 0.0184921035}`: "0.0184921035",
		`{"credits": -1.5, "free-credits": 1}`:           "-0.5",
		`{"credits": 12.5}`:                              "12.5",
		`{"free-credits": 3}`:                            "3.0",
		`{"credits": null, "free-credits": 3}`:           "3.0",
	} {
		got, err := query.Read(&exchange.Response{Status: 200, Body: []byte(body)})
		if err != nil || !got.Equal(*provider.AmountIn(want)) {
			t.Errorf("%s: got %v, %v, want %s", body, got, err, want)
		}
	}
	for _, body := range []string{"", "{}", "[]", `{"credits":"many"}`, `{"credits":true}`, `{"credits":null}`, `{"credits":1e99999}`} {
		if got, err := query.Read(&exchange.Response{Status: 200, Body: []byte(body)}); err == nil {
			t.Errorf("%s: got %v", body, got)
		}
	}
}
