package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// sendHTTP sends one request, as any client would: stdout then holds status,
// headers and body, a line each. A field is Name:value; a body starts with {.
func sendHTTP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: http METHOD URL [NAME:VALUE…] [BODY]")
	}
	var body io.Reader
	if last := args[len(args)-1]; len(args) > 2 && strings.HasPrefix(last, "{") {
		body, args = strings.NewReader(last), args[:len(args)-1]
	}
	req, err := http.NewRequest(args[0], args[1], body)
	ts.Check(err)
	for _, field := range args[2:] {
		name, value, _ := strings.Cut(field, ":")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	ts.Check(err)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), resp.StatusCode)
	ts.Check(resp.Header.WriteSubset(ts.Stdout(), map[string]bool{"Date": true}))
	fmt.Fprintf(ts.Stdout(), "\n%s\n", content)
}
