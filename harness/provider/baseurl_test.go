package provider_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/provider"
)

func TestKeyMayGo(t *testing.T) {
	kind := provider.Kind{Hosts: []string{"api.segmind.com"}}
	tests := []struct {
		url     string
		allowed []string
		want    bool
	}{
		{"https://api.segmind.com/v1", nil, true},
		{"https://API.Segmind.COM:443/v1", nil, true},
		{"https://api.segmind.com./v1", nil, true},
		{"http://api.segmind.com/v1", nil, false},
		{"https://api.segmind.com:8443/v1", nil, false},
		{"https://api.segmind.com.evil.example/v1", nil, false},
		{"https://evil.example/api.segmind.com", nil, false},
		{"https://evilapi.segmind.com/v1", nil, false},
		{"https://x.api.segmind.com/v1", nil, false},
		{"https://segmind.com/v1", nil, false},
		{"https://api.segmind.com@evil.example/v1", nil, false},
		{"https://user:pass@api.segmind.com/v1", nil, false},
		{`https://api.segmind.com\@evil.example/v1`, nil, false},
		{"https://evil.example#@api.segmind.com/v1", nil, false},
		{"https://evil.example?api.segmind.com", nil, false},
		{"https://api.ſegmind.com/v1", nil, false},
		{"https://api%2esegmind.com/v1", nil, false},
		{"https://api.segmind.com%00.evil.example/v1", nil, false},
		{"https://api.segmind.com..", nil, false},
		{"//api.segmind.com/v1", nil, false},
		{"api.segmind.com/v1", nil, false},
		{"ftp://api.segmind.com/v1", nil, false},
		{"https:///v1", nil, false},
		{"", nil, false},

		{"http://127.0.0.1:8787/v1", nil, true},
		{"http://127.9.9.9", nil, true},
		{"http://[::1]:8787/v1", nil, true},
		{"http://[::ffff:127.0.0.1]/v1", nil, true},
		{"http://localhost:11434/v1", nil, true},
		{"http://LOCALHOST/v1", nil, true},
		{"http://localhost.evil.example/v1", nil, false},
		{"http://127.0.0.1.evil.example/v1", nil, false},
		{"http://0.0.0.0:8787/v1", nil, false},
		{"http://127.1/v1", nil, false},
		{"http://2130706433/v1", nil, false},
		{"http://10.0.0.1/v1", nil, false},
		{"http://[::]/v1", nil, false},

		{"https://llm.example.com:8443/v1", []string{" llm.example.com "}, true},
		{"https://llm.example.com/v1", []string{"LLM.example.com."}, true},
		{"http://llm.example.com/v1", []string{"llm.example.com"}, false},
		{"http://llm.internal:8000/v1", []string{"http://llm.internal:8000"}, true},
		{"http://llm.internal:8001/v1", []string{"http://llm.internal:8000"}, false},
		{"http://llm.internal/v1", []string{"http://llm.internal/anything"}, true},
		{"https://llm.example.com:8443/v1", []string{"llm.example.com:8443"}, true},
		{"https://llm.example.com/v1", []string{"llm.example.com:8443"}, false},
		{"https://llm.example.com/v1", []string{"*.example.com", "example.com", "", "https://", ".", "*"}, false},
		{"https://[2001:db8::1]:8443/v1", []string{"[2001:db8::1]"}, true},
	}
	for _, tt := range tests {
		if got := provider.KeyMayGo(kind, tt.url, tt.allowed); got != tt.want {
			t.Errorf("KeyMayGo(%q, %q) = %v", tt.url, tt.allowed, got)
		}
	}
}

func TestParseBaseURLHidesPasswords(t *testing.T) {
	for _, s := range []string{"ftp://user:hunter22@host", "https://user:hunter22@host", "https://user:hunter22@ho st", "https://user:hunter22@/?a"} {
		_, err := provider.ParseBaseURL(s)
		if err == nil || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: got %v", s, err)
		}
	}
}
