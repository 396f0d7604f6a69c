package check

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/expr"
	"github.com/assay-harness/assay/harness/provider"
)

// SelfNames lists what self has, sorted.
func SelfNames() []string {
	return []string{"body", "credits", "error", "finish_reason", "headers", "json", "latency", "model", "status", "text", "tokens"}
}

// ReplyScope gives the scope of a turn's checks: parent's names, self for the
// last of the replies, and replies. What nobody reads is not computed.
func ReplyScope(parent *expr.Scope, replies ...*provider.Reply) *expr.Scope {
	roots := expr.Roots{"replies": expr.Lazy(func() any {
		out := make([]any, len(replies))
		for i, r := range replies {
			out[i] = SelfValue(r)
		}
		return out
	})}
	if len(replies) > 0 {
		last := replies[len(replies)-1]
		roots["self"] = expr.Lazy(func() any { return SelfValue(last) })
	}
	return expr.NewScope(parent, roots)
}

// SelfValue gives a reply as expressions see it. What the reply did not say is
// expr.Missing: reading it fails because of the reply. error is null where the
// reply is none, json is null where the text is not one JSON value; of equal
// names in an object the last counts.
func SelfValue(r *provider.Reply) map[string]any {
	return map[string]any{
		"text":          r.Text,
		"status":        status(r),
		"body":          expr.Lazy(func() any { return string(r.Body) }),
		"json":          expr.Lazy(func() any { return decoded(r.Text) }),
		"headers":       expr.Lazy(func() any { return headers(r) }),
		"model":         said(r.Model, "the reply names no model"),
		"finish_reason": said(r.FinishReason, noFinishReason),
		"latency":       latency(r),
		"credits":       credits(r),
		"tokens":        tokens(r),
		"error":         errorText(r),
	}
}

func missing(code diag.Code, reason string) expr.Missing {
	return expr.Missing{Code: code, Reason: reason}
}

func said(text, reason string) any {
	if text == "" {
		return missing(diag.EvaluationFailed, reason)
	}
	return text
}

const noReply = "no reply came"

func status(r *provider.Reply) any {
	if r.Status == 0 {
		return missing(diag.EvaluationFailed, noReply)
	}
	return r.Status
}

const noLatency = "the latency was not recorded"

// latency is in seconds, exactly.
func latency(r *provider.Reply) any {
	if !r.LatencyKnown {
		return missing(diag.EvaluationFailed, noLatency)
	}
	return json.Number(strconv.FormatFloat(r.Latency.Seconds(), 'f', -1, 64))
}

const noCredits = "what the reply cost is not known"

func credits(r *provider.Reply) any {
	if r.Credits == nil {
		return missing(diag.CreditsTooSoon, noCredits)
	}
	return json.Number(r.Credits.String())
}

func tokens(r *provider.Reply) any {
	return map[string]any{
		"input":  tokenCount(r.Tokens.Input, "input"),
		"output": tokenCount(r.Tokens.Output, "output"),
	}
}

func tokenCount(n *int, what string) any {
	if n == nil {
		return missing(diag.EvaluationFailed, noTokens(what))
	}
	return *n
}

func noTokens(what string) string { return "the reply gives no count of " + what + " tokens" }

func errorText(r *provider.Reply) any {
	if r.Error == nil {
		return nil
	}
	return r.Error.Message
}

func headers(r *provider.Reply) map[string]any {
	out := make(map[string]any, len(r.Header))
	for _, field := range r.Header {
		out[field.Name], _ = header(r, field.Name)
	}
	return out
}

// decoded gives the one JSON value that a text is, or nil.
func decoded(text string) any {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil
	}
	return value
}
