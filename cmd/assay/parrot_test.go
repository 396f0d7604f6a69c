package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// canaryForms are the forms that no file and no output may have, with their
// names. Of base64 they are the characters that depend on the secret alone.
func canaryForms() map[string]string {
	out := map[string]string{}
	for name, secret := range map[string]string{"the key": canaryKey, "the token": canaryToken} {
		add := func(form, what string) { out[form] = name + ", " + what }
		add(secret, "plain")
		add(url.QueryEscape(secret), "escaped for a query")
		add(url.PathEscape(secret), "escaped for a path")
		add(allEscaped(secret), "all of it URL-escaped")
		add(strings.ToLower(allEscaped(secret)), "all of it URL-escaped in lower case")
		add(jsonEscaped(secret), "JSON-escaped")
		add(html.EscapeString(secret), "escaped for XML")
		for before := range 3 {
			for alphabet, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
				text := encoding.EncodeToString(append(make([]byte, before), secret...))
				whole := (before + len(secret)) * 8 / 6
				add(text[[...]int{0, 2, 3}[before]:whole], fmt.Sprintf("%s behind %d bytes", alphabet, before))
			}
		}
	}
	return out
}

func allEscaped(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// jsonEscaped is how it stands between the quotes of a JSON string.
func jsonEscaped(s string) string {
	quoted, _ := json.Marshal(s) // a string can always be written
	return strings.Trim(string(quoted), `"`)
}

// readingsOf gives a text as it stands, and as readers of XML, JSON or YAML see it.
func readingsOf(text string) []string {
	unescaped := strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\/`, "/", `''`, `'`)
	once := unescaped.Replace(text)
	return []string{text, html.UnescapeString(text), once, unescaped.Replace(once)}
}

// parrot is a server that repeats the canaries.
type parrot struct {
	*httptest.Server
	hanging chan struct{} // a question came, and gets no answer

	mu     sync.Mutex
	manner parrotManner
	seen   int
}

type parrotManner int

const (
	parrotRepeats parrotManner = iota
	parrotRefuses              // with an error
	parrotCloses               // in the middle of the reply
	parrotHangs
)

func newParrot(t *testing.T) *parrot {
	t.Helper()
	s := &parrot{hanging: make(chan struct{}, 64)}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *parrot) behave(m parrotManner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manner = m
}

// carried counts the questions that came with the key.
func (s *parrot) carried() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// forget drops what was said of questions that hang no more.
func (s *parrot) forget() {
	for {
		select {
		case <-s.hanging:
		default:
			return
		}
	}
}

func (s *parrot) serve(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	s.mu.Lock()
	manner := s.manner
	if r.Header.Get("X-Api-Key") == canaryKey {
		s.seen++
	}
	s.mu.Unlock()
	if r.Method == http.MethodGet {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, repeated(repetition()))
		return
	}
	s.headers(w.Header())
	switch {
	case manner == parrotHangs:
		s.hanging <- struct{}{}
		<-r.Context().Done()
	case manner == parrotCloses:
		w.Header().Set("Content-Length", "100000")
		_, _ = io.WriteString(w, repeated(repetition()))
		panic(http.ErrAbortHandler)
	case manner == parrotRefuses:
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<html><p>"+canaryKey+" "+html.EscapeString(canaryToken)+"</p></html>")
	case bytes.Contains(body.Bytes(), []byte("be refused")):
		w.WriteHeader(http.StatusNotFound)
		answer, _ := json.Marshal(map[string]any{"error": "no model for " + repetition(), "code": canaryKey})
		_, _ = w.Write(answer)
	default:
		_, _ = io.WriteString(w, repeated(repetition()))
	}
}

func (s *parrot) headers(h http.Header) {
	h.Set("Content-Type", "application/json")
	h.Set("X-Request-Id", "r-"+canaryKey+"-"+url.QueryEscape(canaryToken)+"-"+base64.StdEncoding.EncodeToString([]byte("a"+canaryKey)))
	h.Set("X-Rate-Limit-Of", canaryKey)
	h.Set("Location", "https://example.com/?key="+url.QueryEscape(canaryKey))
	h.Set("X-Other", canaryToken)
}

// repetition has every form, in words.
func repetition() string {
	var b strings.Builder
	b.WriteString("I said:")
	for _, secret := range []string{canaryKey, canaryToken} {
		for _, form := range []string{secret, jsonEscaped(secret), url.QueryEscape(secret), url.PathEscape(secret), allEscaped(secret), strings.ToLower(allEscaped(secret))} {
			fmt.Fprintf(&b, " [%s]", form)
		}
		for _, before := range []string{"", "a", "ab"} {
			for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
				fmt.Fprintf(&b, " [%s]", encoding.EncodeToString([]byte(before+secret+"z")))
			}
		}
	}
	return b.String()
}

// repeated is a reply that says so, in its text and beside it.
func repeated(text string) string {
	body, _ := json.Marshal(map[string]any{
		"id": canaryKey, "model": "m-" + canaryKey, canaryKey: canaryToken,
		"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": text}, "finish_reason": canaryKey}},
	})
	return string(body)
}
