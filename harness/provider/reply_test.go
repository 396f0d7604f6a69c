package provider_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/provider"
	"github.com/assay-harness/assay/harness/provider/openai"
	"github.com/assay-harness/assay/harness/provider/segmind"
)

func response(status int, body string, header ...exchange.Field) *exchange.Response {
	return &exchange.Response{Status: status, Header: header, Body: []byte(body)}
}

const grok = `{"id":"2b1c0e6c-8a77-4c1e-9a93-0d6f6f2c7f0e","object":"chat.completion","created":1732286591,"model":"grok-2-1212",
"choices":[{"index":0,"message":{"role":"assistant","content":"Why did the dog sit in the shade?\nIt didn't want to be a hot dog. 🌭","refusal":null},"finish_reason":"stop"}],
"usage":{"prompt_tokens":31,"completion_tokens":17,"total_tokens":90,"prompt_tokens_details":{"text_tokens":31,"cached_tokens":0}},"system_fingerprint":"fp_1"}`

func TestReadReply(t *testing.T) {
	tests := []struct {
		name, body           string
		text, model, finish  string
		input, output, total int // -1: not given
	}{
		{"a real grok-2 body", grok, "Why did the dog sit in the shade?\nIt didn't want to be a hot dog. 🌭", "grok-2-1212", "stop", 31, 17, 90},
		{"nothing but a text", `{"choices":[{"message":{"content":"hi"}}]}`, "hi", "", "", -1, -1, -1},
		{"null content", `{"choices":[{"message":{"content":null},"finish_reason":"length"}],"usage":null,"error":null}`, "", "", "length", -1, -1, -1},
		{"tool calls", `{"choices":[{"message":{"content":null,"tool_calls":[{"id":"1"}]},"finish_reason":"tool_calls"}]}`, "", "", "tool_calls", -1, -1, -1},
		{"a refusal", `{"choices":[{"message":{"content":null,"refusal":"I can't help with that."},"finish_reason":"stop"}]}`, "I can't help with that.", "", "stop", -1, -1, -1},
		{"a refusal beside a text", `{"choices":[{"message":{"content":"a","refusal":"b"}}]}`, "a", "", "", -1, -1, -1},
		{"a list of parts", `{"choices":[{"message":{"content":[{"type":"text","text":"a "},{"type":"image_url"},{"type":"text","text":"b"},{"type":"thinking","text":"c"}]}}]}`, "a b", "", "", -1, -1, -1},
		{"a refusal as a part", `{"choices":[{"message":{"content":[{"type":"refusal","refusal":"no"}]}}]}`, "no", "", "", -1, -1, -1},
		{"no message content at all", `{"choices":[{"message":{"role":"assistant"},"finish_reason":"content_filter"}]}`, "", "", "content_filter", -1, -1, -1},
		{"odd types elsewhere", `{"id":1,"model":7,"created":"x","choices":[{"index":"a","message":{"role":5,"content":"hi"},"finish_reason":9}],"usage":{"prompt_tokens":1.5,"completion_tokens":"2","total_tokens":-1}}`, "hi", "", "", -1, -1, -1},
		{"usage that is no object", `{"choices":[{"message":{"content":"hi"}}],"usage":[1]}`, "hi", "", "", -1, -1, -1},
		{"several choices", `{"choices":[{"message":{"content":"first"}},{"message":{"content":"second"}}]}`, "first", "", "", -1, -1, -1},
		{"the older completions", `{"choices":[{"text":"hi","finish_reason":"stop"}]}`, "hi", "", "stop", -1, -1, -1},
		{"white space around", "\r\n " + `{"choices":[{"message":{"content":"hi"}}]}` + "\n", "hi", "", "", -1, -1, -1},
		{"control characters", `{"choices":[{"message":{"content":"a\u0000b\u001b[31m\r\n"}}]}`, "a\x00b\x1b[31m\r\n", "", "", -1, -1, -1},
		{"a lone surrogate", "{\"choices\":[{\"message\":{\"content\":\"a\\ud800\"}}]}", "a\uFFFD", "", "", -1, -1, -1},
		{"an empty error", `{"choices":[{"message":{"content":"hi"}}],"error":""}`, "hi", "", "", -1, -1, -1},
		{"xAI's code null", `{"code":null,"choices":[{"message":{"content":"hi"}}]}`, "hi", "", "", -1, -1, -1},

		{"Anthropic", `{"id":"msg_1","type":"message","role":"assistant","model":"claude-3","content":[{"type":"text","text":"Hello"},{"type":"text","text":" there"}],"stop_reason":"end_turn","usage":{"input_tokens":5,"output_tokens":7}}`, "Hello there", "claude-3", "end_turn", 5, 7, -1},
		{"Anthropic thinks and calls", `{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"x"},{"type":"tool_use","id":"1"}],"stop_reason":"tool_use"}`, "x", "", "tool_use", -1, -1, -1},
		{"Anthropic says nothing", `{"content":[],"stop_reason":"end_turn"}`, "", "", "end_turn", -1, -1, -1},

		{"Gemini", `{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"a"},{"text":"b"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":9},"modelVersion":"gemini-2.0"}`, "ab", "gemini-2.0", "STOP", 3, 4, 9},
		{"Gemini stops", `{"candidates":[{"finishReason":"SAFETY"}]}`, "", "", "SAFETY", -1, -1, -1},
		{"Gemini refuses the prompt", `{"promptFeedback":{"blockReason":"SAFETY"}}`, "", "", "SAFETY", -1, -1, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := provider.ReadReply(response(200, tt.body))
			if got.Error != nil {
				t.Fatal(got.Error)
			}
			if got.Text != tt.text || got.Model != tt.model || got.FinishReason != tt.finish {
				t.Errorf("got %q, %q, %q", got.Text, got.Model, got.FinishReason)
			}
			for name, pair := range map[string][2]int{
				"input": {number(got.Tokens.Input), tt.input}, "output": {number(got.Tokens.Output), tt.output}, "total": {number(got.Tokens.Total), tt.total},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s tokens: got %d, want %d", name, pair[0], pair[1])
				}
			}
		})
	}
}

func number(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

// What comes with a 200 and is no reply.
func TestReadReplyRefuses(t *testing.T) {
	tests := []struct {
		name, body string
		class      provider.Class
		message    string
	}{
		{"empty", "", provider.MalformedReply, "the reply has an empty body"},
		{"blank", " \n", provider.MalformedReply, "the reply has an empty body"},
		{"a web page", "<!DOCTYPE html><html><head><title>Just a\n moment…</title></head><body>x</body></html>", provider.MalformedReply, "the reply is a web page: Just a moment…"},
		{"a text", "OK", provider.MalformedReply, "the reply is not the JSON of a chat model: it is no JSON object"},
		{"a stream", "data: {\"choices\":[]}\n\ndata: [DONE]\n", provider.MalformedReply, "the reply is a stream: streaming is not supported"},
		{"a list", `[{"choices":[]}]`, provider.MalformedReply, "the reply is not the JSON of a chat model: it is no JSON object"},
		{"cut JSON", `{"choices":[{"message":{"content":"hi`, provider.MalformedReply, "unexpected end of JSON input"},
		{"two values", `{"choices":[{"message":{"content":"hi"}}]}{}`, provider.MalformedReply, "after top-level value"},
		{"no UTF-8", "{\"choices\":[{\"message\":{\"content\":\"caf\xe9 and more\"}}]}", provider.MalformedReply, "the reply is not UTF-8: byte 39 is 0xE9"},
		{"a raw control character", "{\"choices\":[{\"message\":{\"content\":\"a\x1bb\"}}]}", provider.MalformedReply, "invalid character '\\x1b' in string literal"},
		{"nothing in it", `{}`, provider.MalformedReply, "the reply has none of choices, content and candidates"},
		{"no choices", `{"choices":[]}`, provider.MalformedReply, "the reply has no choices"},
		{"choices of another type", `{"choices":{"a":1}}`, provider.MalformedReply, "the reply has no choices"},
		{"choices of null", `{"choices":[null]}`, provider.MalformedReply, "the reply's first choice has no message"},
		{"content of another type", `{"choices":[{"message":{"content":5}}]}`, provider.MalformedReply, "the reply's content is neither a string nor a list of parts"},
		{"parts of another type", `{"choices":[{"message":{"content":["a"]}}]}`, provider.MalformedReply, "the reply's content has parts that can't be read"},
		{"a bare content", `{"content":"hi"}`, provider.MalformedReply, "the reply's content is no list of blocks"},
		{"no candidates", `{"candidates":[]}`, provider.MalformedReply, "the reply has no candidates"},
		{"xAI's error", `{"code":"The system is currently experiencing high load","error":"Try again later."}`, provider.MalformedReply, "Try again later."},
		{"xAI's bad key", `{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***ey. You can obtain an API key from https://console.x.ai."}`, provider.Auth, "Incorrect API key provided: xa***ey. You can obtain an API key from https://console.x.ai."},
		{"no credits", `{"error":"Insufficient credits"}`, provider.Credits, "Insufficient credits"},
		{"a rate limit", `{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}`, provider.RateLimited, "Rate limit reached"},
		{"retired", `{"error":"This model was deprecated on 2026-03-01"}`, provider.Retired, "This model was deprecated on 2026-03-01"},
		{"an error beside choices", `{"choices":[],"error":{"message":"overloaded"}}`, provider.MalformedReply, "overloaded"},
		{"an error inside a choice", `{"choices":[{"error":{"message":"upstream gone"},"message":{"content":""}}]}`, provider.MalformedReply, "upstream gone"},
		{"an error of no known shape", `{"error":{"reason":5}}`, provider.MalformedReply, `{"reason":5}`},
		{"Anthropic's error", `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, provider.MalformedReply, "Overloaded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := provider.ReadReply(response(200, tt.body))
			if got.Error == nil {
				t.Fatalf("got the text %q", got.Text)
			}
			if got.Error.Class != tt.class || !strings.HasSuffix(got.Error.Message, tt.message) || got.Error.Unknown {
				t.Errorf("got %v, want %s: %s", got.Error, tt.class, tt.message)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		grok, "", "<html><title>x", "{}", `{"choices":[null]}`, `{"choices":[{"message":{"content":[{"type":"text","text":1}]}}]}`, `{"error":{"message":null}}`,
		`{"content":[{"text":"x"}],"usage":{}}`, `{"candidates":[{"content":{"parts":[{}]}}]}`, `{"promptFeedback":1}`, "data: x", "\xff\xfe", `{"error":false,"code":1e9}`,
	} {
		for _, status := range []int{200, 406, 500} {
			f.Add(status, s, "application/json")
		}
	}
	f.Fuzz(func(t *testing.T, status int, body, contentType string) {
		r := response(status, body, exchange.Field{Name: "content-type", Value: contentType})
		got := provider.ReadReply(r)
		if status/100 != 2 && got.Error == nil {
			t.Errorf("%d is no reply", status)
		}
		if got.Error != nil && (got.Error.Class == "" || got.Error.Message == "" || got.Text != "") {
			t.Errorf("%d %q: %+v", status, body, got)
		}
		r.Header = append(r.Header, fields("x-cost", contentType, "x-remaining-credits", contentType)...)
		for _, kind := range []provider.Kind{segmind.Kind(), openai.Kind()} {
			if read := kind.Parse(r); (read.Error == nil) != (got.Error == nil) || read.Text != got.Text {
				t.Errorf("%s reads it otherwise", kind.Name)
			}
			if cost := kind.Bill(provider.Config{}, r).Cost; cost != nil && cost.Sign() < 0 {
				t.Errorf("%s: a cost of %v", kind.Name, cost)
			}
			if kind.Balance != nil {
				_, _ = kind.Balance.Read(r)
			}
		}
		if string(r.Body) != body {
			t.Error("the body was changed")
		}
	})
}

func BenchmarkReadReply(b *testing.B) {
	r := response(200, grok)
	b.SetBytes(int64(len(grok)))
	b.ReportAllocs()
	for b.Loop() {
		provider.ReadReply(r)
	}
}
