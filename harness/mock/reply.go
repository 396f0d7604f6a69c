package mock

import (
	"net/http"
	"time"

	"github.com/assay-harness/assay/harness/credit"
	"github.com/assay-harness/assay/harness/exchange"
)

// reply is what the server is about to say.
type reply struct {
	*exchange.Exchange
	account string         // who is charged; "": nobody, and the balance shown is the house's
	price   credit.Amount  // what is charged
	left    *credit.Amount // the balance to show, where nothing is charged
	latency time.Duration  // to pass before
	header  http.Header    // set last; an empty value takes one away
}

// said is a reply that is not recorded: a status and a JSON body.
func said(status int, body string) *reply {
	return &reply{Exchange: &exchange.Exchange{
		Response: exchange.Response{
			Status: status,
			Header: []exchange.Field{{Name: "content-type", Value: "application/json"}},
			Body:   []byte(body),
		},
		Meta: exchange.Meta{Origin: exchange.Scripted},
	}}
}

// of makes it a reply to a question whose key is accepted.
func (r *reply) of(q *question) *reply {
	r.account = q.account()
	return r
}

// refusal is an error in the API's shape: {"error": "<string>"}.
func refusal(status int, message string) *reply {
	return said(status, string(append(exchange.AppendString([]byte(`{"error":`), message), '}')))
}

func notAllowed(account, method string) *reply {
	r := refusal(http.StatusMethodNotAllowed, "The HTTP method is not allowed")
	r.account = account
	r.header = http.Header{"Allow": {method}}
	return r
}

func insufficient(account string) *reply {
	r := refusal(http.StatusNotAcceptable, "Insufficient credits")
	r.account = account
	return r
}
