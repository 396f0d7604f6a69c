package provider

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// ParseBaseURL reads a base URL: http or https, with a host, without user,
// query and fragment. A slash at its end is dropped.
func ParseBaseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		// The URL itself may hold a password; url.Error would repeat it.
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, fmt.Errorf("the base URL can't be read: %w", err)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the base URL %q must start with https:// or http://", u.Redacted())
	case u.Hostname() == "":
		return nil, fmt.Errorf("the base URL %q has no host", u.Redacted())
	case u.User != nil:
		return nil, errors.New("the base URL must not hold a user or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("the base URL %q must not have a query or fragment", u.Redacted())
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}

// target gives the URL of a request. Whatever the path is, the host stays the
// base URL's.
func target(baseURL string, r *exchange.Request) (*url.URL, error) {
	u, err := ParseBaseURL(baseURL)
	if err != nil {
		return nil, err
	}
	below, err := url.PathUnescape(r.Path)
	if err != nil { // a stray %: it is sent as %25
		u.Path, u.RawPath = u.Path+r.Path, ""
	} else {
		u.RawPath = u.EscapedPath() + r.Path
		u.Path += below
	}
	u.RawQuery = strings.ReplaceAll(strings.ReplaceAll(r.Query, " ", "%20"), "#", "%23")
	return u, nil
}

// KeyMayGo reports whether a kind's key from the environment may be sent to a
// base URL, so that an edited assay.yaml cannot carry it off: to the kind's own
// hosts by https on its usual port, to loopback, and to what allowed names.
//
// An entry of allowed is a host ("llm.example.com", "llm.example.com:8443"),
// which means https, on any port where none is written; or a URL
// ("http://llm.internal:8000"), which means its scheme, host and port. Hosts are
// compared whole: no wildcards, and a name that merely resolves to a loopback
// address is not loopback, but localhost is.
func KeyMayGo(kind Kind, baseURL string, allowed []string) bool {
	u, err := ParseBaseURL(baseURL)
	if err != nil {
		return false
	}
	host := plainHost(u.Hostname())
	if isLoopback(host) {
		return true
	}
	if u.Scheme == "https" && portOf(u) == "443" {
		for _, h := range kind.Hosts {
			if plainHost(h) == host {
				return true
			}
		}
	}
	for _, entry := range allowed {
		if allows(strings.TrimSpace(entry), u, host) {
			return true
		}
	}
	return false
}

func allows(entry string, u *url.URL, host string) bool {
	anyPort := false
	if !strings.Contains(entry, "://") {
		entry = "https://" + entry
		e, err := url.Parse(entry)
		anyPort = err == nil && e.Port() == ""
	}
	e, err := ParseBaseURL(entry)
	return err == nil && e.Scheme == u.Scheme && plainHost(e.Hostname()) == host && (anyPort || portOf(e) == portOf(u))
}

// plainHost folds what makes no difference in a host name: ASCII case and the
// dot of the root. Other letters are not folded: some of them fold to ASCII.
func plainHost(host string) string {
	return strings.TrimSuffix(strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, host), ".")
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "http" {
		return "80"
	}
	return "443"
}

// isLoopback reports whether a host is this machine: an address written as one,
// or localhost.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
