package mock

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/exchange"
)

// completion wraps a text as Grok-2's API does (seen on xAI: a bare UUID as id,
// a null refusal, details of the prompt's tokens, a fingerprint).
func (s *Server) completion(q *question, text string) *reply {
	input, output := 0, tokens(text)
	for _, m := range q.messages {
		input += tokens(m.Text) + 4 // a role and its marks
	}
	n := strconv.Itoa
	b := append([]byte(`{"id":"`), s.id(q)...)
	b = append(b, `","object":"chat.completion","created":`+strconv.FormatInt(s.options.Now().Unix(), 10)+`,"model":`...)
	b = exchange.AppendString(b, q.modelName())
	b = append(b, `,"choices":[{"index":0,"message":{"role":"assistant","content":`...)
	b = exchange.AppendString(b, text)
	b = append(b, `,"refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":`+n(input)+`,"completion_tokens":`+n(output)+
		`,"total_tokens":`+n(input+output)+`,"prompt_tokens_details":{"text_tokens":`+n(input)+`,"audio_tokens":0,"image_tokens":0,"cached_tokens":0}},`+
		`"system_fingerprint":"fp_assay_mock"}`...)
	answer := said(http.StatusOK, string(b)).of(q)
	answer.price = s.price()
	return answer
}

// tokens estimates how many there are: about four characters each.
func tokens(text string) int { return (utf8.RuneCountInString(text) + 3) / 4 }

// modelName is what the reply says answered.
func (q *question) modelName() string {
	switch {
	case q.model != "":
		return q.model
	case q.path == "/grok-2":
		return "grok-2-1212"
	case q.path == chatPath:
		return "mock"
	}
	return strings.TrimPrefix(q.path, "/")
}

// id gives a UUID that depends on the question and on how often it was asked,
// so that a script records the same twice.
func (s *Server) id(q *question) string {
	h := sha256.New()
	for _, part := range []string{q.path, q.header.Get(exchange.HeaderAddress), string(q.body)} {
		fmt.Fprintf(h, "%d %s", len(part), part)
	}
	question := string(h.Sum(nil))
	fmt.Fprintf(h, "%d", s.count(question))
	sum := h.Sum(nil)
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80 // version 4, as a random one would be
	hexed := hex.EncodeToString(sum[:16])
	return hexed[:8] + "-" + hexed[8:12] + "-" + hexed[12:16] + "-" + hexed[16:20] + "-" + hexed[20:]
}

// keptQuestions bounds what a server that runs for weeks remembers.
const keptQuestions = 1 << 18

func (s *Server) count(question string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) >= keptQuestions {
		clear(s.asked)
	}
	s.asked[question]++
	return s.asked[question]
}
