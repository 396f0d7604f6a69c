package provider

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/assay-harness/assay/harness/exchange"
)

// isHTML reports whether a response is a web page: a gateway's, not the API's.
func isHTML(r *exchange.Response) bool {
	start := bytes.ToLower(bytes.TrimSpace(r.Body[:min(len(r.Body), 512)]))
	return bytes.HasPrefix(start, []byte("<!doctype")) || bytes.HasPrefix(start, []byte("<html")) ||
		strings.HasPrefix(r.Get("content-type"), "text/html") && bytes.HasPrefix(start, []byte("<"))
}

// plainText gives what a body that is no JSON says: of a web page its title, or
// else its visible text.
func plainText(r *exchange.Response) string {
	if !isHTML(r) {
		return brief(string(bytes.TrimSpace(r.Body)))
	}
	page := string(r.Body[:min(len(r.Body), maxPage)])
	if m := pageTitle.FindStringSubmatch(page); m != nil {
		if title := visible(m[1]); title != "" {
			return title
		}
	}
	return visible(unseen.ReplaceAllString(page, " "))
}

const (
	maxPage  = 64 << 10 // how much of a page is looked at, in bytes
	maxBrief = 2000     // how much of a text that is no message is shown, in bytes
)

var (
	pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)
	unseen    = regexp.MustCompile(`(?is)<(?:script|style|head|title)\b.*?(?:</(?:script|style|head|title)\s*>|$)|<!--.*?(?:-->|$)`)
	tag       = regexp.MustCompile(`(?s)<[^>]*(?:>|$)`)
)

// visible gives HTML's text on one line.
func visible(s string) string {
	return brief(strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(s, " "))), " "))
}

// brief cuts a long text, between characters, and makes it valid UTF-8.
func brief(s string) string {
	if len(s) <= maxBrief {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	cut := maxBrief
	for cut > maxBrief-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.ToValidUTF8(s[:cut], "\uFFFD") + "…"
}
