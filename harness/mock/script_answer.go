package mock

import (
	"encoding/json"
	"net/http"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/expr"
)

// paths gives the paths that the script's conditions name.
func (s *Script) paths() []string {
	if s == nil {
		return nil
	}
	var out []string
	for _, r := range s.replies {
		if r.path != "" {
			out = append(out, r.path)
		}
	}
	return out
}

// answer gives the first reply that fits the question; nil when none does.
func (s *Script) answer(server *Server, q *question) *reply {
	if s == nil {
		return nil
	}
	for i := range s.replies {
		if r := &s.replies[i]; r.fits(q) {
			return r.answer(server, q)
		}
	}
	return nil
}

func (r *scripted) fits(q *question) bool {
	return (r.path == "" || r.path == q.path) && (r.says == nil || r.says(q.lastUser))
}

func (r *scripted) answer(s *Server, q *question) *reply {
	answer := r.reply(s, q)
	answer.latency = r.latency
	if r.status == http.StatusOK && r.credits != nil {
		answer.price = *r.credits
	}
	for _, f := range r.header {
		if answer.header == nil {
			answer.header = http.Header{}
		}
		answer.header.Add(f.Name, f.Value)
	}
	return answer
}

func (r *scripted) reply(s *Server, q *question) *reply {
	if r.body != nil {
		answer := said(r.status, string(r.body)).of(q)
		if !json.Valid(r.body) {
			answer.Header = []exchange.Field{{Name: "content-type", Value: http.DetectContentType(r.body)}}
		}
		if r.status == http.StatusOK {
			answer.price = s.price()
		}
		return answer
	}
	text, ds := r.text.Text(scope(q))
	switch {
	case ds.HasErrors():
		s.options.Log("script: " + ds.Err().Error())
		return refusal(http.StatusInternalServerError, "assay serve: the script's text can't be evaluated: "+ds[0].Summary).of(q)
	case r.status >= http.StatusBadRequest:
		return refusal(r.status, text).of(q)
	}
	answer := s.completion(q, text)
	if answer.Status = r.status; r.status != http.StatusOK {
		answer.price = answer.price.Sub(answer.price)
	}
	return answer
}

// scope is what a text sees of the question.
func scope(q *question) *expr.Scope {
	messages := make([]any, len(q.messages))
	for i, m := range q.messages {
		messages[i] = map[string]any{"role": m.Role, "content": m.Text}
	}
	return expr.NewScope(nil, expr.Roots{"last_user": q.lastUser, "messages": messages})
}
