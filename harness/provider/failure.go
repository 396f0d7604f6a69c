package provider

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// ReadError reads the error that a response with a status other than 2xx is, in
// any of its shapes: {"error": "…"} (Segmind), {"code", "error"} (xAI),
// {"error": {"message", "type", "code"}} (OpenAI, Anthropic), {"message"} or
// {"detail"} (gateways), HTML, plain text, or nothing.
func ReadError(r *exchange.Response) *Error {
	message, code := errorText(r)
	e := &Error{Class: classOf(r.Status, message, code), Message: message}
	if message == "" {
		e.Message = statusText(r.Status) + ", with nothing said of the reason"
	}
	if to := r.Get("location"); r.Status/100 == 3 && to != "" {
		e.Message = fmt.Sprintf("the server sends us on to %s, which is not followed: correct base_url", to)
	}
	return e
}

func errorText(r *exchange.Response) (message, code string) {
	b, ok := exchange.Pick(r.Body, "error", "code", "message", "detail", "errors")
	if !ok {
		return plainText(r), ""
	}
	message, code, found := errorIn(b[0], b[1], b[2])
	for _, raw := range b[3:] {
		if !found && !isNull(raw) {
			message, found = said(raw), true
		}
	}
	if !found {
		message = brief(string(bytes.TrimSpace(r.Body)))
	}
	return message, code
}

// isError reports whether the value of an error member says that there is one.
func isError(raw []byte) bool {
	return !isNull(raw) && string(raw) != "false" && string(raw) != `""`
}

// errorIn reads an error member and what may stand beside it.
func errorIn(raw, code, beside []byte) (message, kind string, found bool) {
	kind = wordOf(code)
	if !isError(raw) {
		message = textOf(beside)
		return message, kind, message != ""
	}
	// status is Gemini's word for the code.
	inner, ok := exchange.Pick(raw, "message", "code", "type", "status")
	if !ok {
		return said(raw), kind, true
	}
	kind = strings.Join([]string{kind, wordOf(inner[1]), wordOf(inner[2]), wordOf(inner[3])}, " ")
	if message = textOf(inner[0]); message == "" {
		message = said(raw)
	}
	return message, kind, true
}

// said gives a string's text, and anything else as the JSON it is.
func said(raw []byte) string {
	if text := textOf(raw); text != "" {
		return text
	}
	return brief(string(raw))
}

// wordOf gives a code that may be a string or a number.
func wordOf(raw []byte) string {
	if text := textOf(raw); text != "" {
		return text
	}
	if len(raw) > 0 && len(raw) < 20 && strings.IndexByte("-0123456789", raw[0]) >= 0 {
		return string(raw)
	}
	return ""
}

// classOf classes an error by its status, and by its words where the status is
// used for several things. The words are those that the vendors were seen to use.
func classOf(status int, message, code string) Class {
	says := phrases(strings.ToLower(code + " " + message))
	switch {
	case status == 401:
		return Auth
	case status == 402:
		return Credits
	case status == 403:
		return says.or(Auth, creditWords)
	case status == 404:
		return says.or(NotFound, retiredWords)
	case status == 406:
		return says.notAcceptable()
	case status == 408:
		return Timeout
	case status == 410:
		return Retired
	case status == 429:
		return says.or(RateLimited, quotaWords)
	case status >= 500:
		return Server
	case status == 400:
		return says.or(BadRequest, keyWords, retiredWords)
	case status/100 == 2:
		return says.or(MalformedReply, keyWords, creditWords, rateWords, retiredWords)
	}
	return BadRequest
}

// words are phrases that tell one class.
type words struct {
	class   Class
	phrases []string
}

var (
	keyWords = words{Auth, []string{
		"incorrect api key", "invalid api key", "api key not valid", "api key is invalid", "invalid_api_key", "no api key",
		"missing api key", "api key provided", "authentication_error", "unauthorized", "unauthenticated", "x-api-key",
	}}
	creditWords = words{Credits, []string{
		"insufficient credit", "not enough credit", "out of credit", "no credits", "insufficient balance", "insufficient funds",
		"insufficient_quota", "used all available credits", "credit balance",
	}}
	quotaWords   = words{Credits, []string{"insufficient_quota", "check your plan and billing", "insufficient credit", "not enough credit"}}
	rateWords    = words{RateLimited, []string{"rate limit", "rate_limit", "too many requests", "resource_exhausted"}}
	retiredWords = words{Retired, []string{
		"deprecated", "retired", "decommissioned", "shut down", "sunset", "discontinued", "no longer available",
		"no longer supported", "no longer exists", "has been removed",
	}}
)

// phrases is a text in lower case.
type phrases string

func (p phrases) has(any ...string) bool {
	for _, s := range any {
		if strings.Contains(string(p), s) {
			return true
		}
	}
	return false
}

// or gives the first class whose words are said, else usual.
func (p phrases) or(usual Class, lists ...words) Class {
	for _, w := range lists {
		if p.has(w.phrases...) {
			return w.class
		}
	}
	return usual
}

// notAcceptable tells the uses of Segmind's 406 apart: not enough credits, as
// its page says, unless the text names something else.
func (p phrases) notAcceptable() Class {
	switch {
	case p.has(creditWords.phrases...):
		return Credits
	case p.has("content type", "content-type", "team", "limit", "parameter", "param", "invalid", "must be", "not allowed",
		"unsupported", "required", "not acceptable", "validation"):
		return BadRequest
	}
	return Credits
}
