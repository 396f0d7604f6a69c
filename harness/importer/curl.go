package importer

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// readCurl reads command lines of curl, one or more in a file.
func readCurl(sources []Source, notes *Notes) ([]*Question, error) {
	var all mail
	found := false
	for _, s := range sources {
		data, err := readAll(s)
		if err != nil {
			return nil, err
		}
		text := string(data)
		if isPowerShell(text) {
			return nil, fmt.Errorf("%s is written for PowerShell, which is not read: copy the request as cURL (bash)", s.Name)
		}
		commands := splitShell
		if isCmd(text) {
			commands = splitCmd
		}
		for _, command := range commands(text) {
			if c, ok := curlCommand(command, s, notes); ok {
				found = true
				c.requests(&all)
			}
		}
	}
	if !found {
		return nil, errors.New("there is no curl command in it")
	}
	return all.questions(notes)
}

func isPowerShell(text string) bool {
	return strings.Contains(text, "Invoke-WebRequest") || strings.Contains(text, "Invoke-RestMethod") || strings.Contains(text, "$session.")
}

// curl is one command line, option by option.
type curl struct {
	source Source
	notes  *Notes
	place  Place
	stdin  *string

	method  string
	urls    []string
	header  []exchange.Field
	data    []string
	joined  string // between pieces of data: & for -d, nothing for --json
	asQuery bool
	media   string // the content type that the options imply
	losses  []string
	noBody  string // why the body is not there, if there is one
}

// curlCommand reads a command if it is one of curl.
func curlCommand(command shellCommand, s Source, notes *Notes) (*curl, bool) {
	words := command.words
	for len(words) > 0 && isBeforeCurl(words[0].text) {
		words = words[1:]
	}
	if len(words) == 0 {
		return nil, false
	}
	c := &curl{source: s, notes: notes, place: Place{File: s.Name, Line: words[0].line}, stdin: command.stdin, joined: "&"}
	name := strings.TrimSuffix(strings.ToLower(path.Base(strings.ReplaceAll(words[0].text, `\`, "/"))), ".exe")
	if name != "curl" {
		notes.Add(c.place, "skipped: the command %s is none of curl", clip(words[0].text))
		return nil, false
	}
	if command.open {
		notes.Add(c.place, "a quote is not closed: all that follows it was read as one text")
	}
	c.options(words[1:])
	return c, true
}

// isBeforeCurl matches what may stand before the command: a prompt's sign, an
// assignment, time and the like.
func isBeforeCurl(text string) bool {
	switch text {
	case "$", "%", ">", "time", "sudo", "exec", "!":
		return true
	}
	name, _, found := strings.Cut(text, "=")
	return found && name != "" && !strings.ContainsAny(name, "/.:-\"' ")
}

// redirection matches what sends output elsewhere.
var redirection = regexp.MustCompile(`^([0-9]?>{1,2}|<)`)

func (c *curl) options(words []word) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		value := func() word {
			if i+1 < len(words) {
				i++
				return words[i]
			}
			c.lose("an option without its value: " + clip(w.text))
			return word{}
		}
		switch {
		case redirection.MatchString(w.text):
			if strings.HasSuffix(w.text, ">") || w.text == "<" {
				value() // the file's name
			}
		case w.text == "-" || !strings.HasPrefix(w.text, "-"):
			c.add(w)
		case strings.HasPrefix(w.text, "--"):
			c.long(w, value)
		default:
			c.short(w, value)
		}
	}
}

// add takes a URL.
func (c *curl) add(w word) {
	switch {
	case w.text == "":
	case !strings.Contains(w.text, "://"):
		c.urls = append(c.urls, "http://"+w.text) // as curl does
	default:
		c.urls = append(c.urls, w.text)
	}
}

// shortNames are curl's short options, by the long ones that they stand for.
var shortNames = map[byte]string{
	'X': "request", 'H': "header", 'd': "data", 'u': "user", 'b': "cookie", 'A': "user-agent", 'e': "referer", 'G': "get",
	'o': "output", 'O': "remote-name", 's': "silent", 'S': "show-error", 'L': "location", 'i': "include", 'k': "insecure",
	'v': "verbose", 'N': "no-buffer", 'f': "fail", 'I': "head", 'F': "form", 'm': "max-time", 'x': "proxy", 'T': "upload-file",
	'w': "write-out", 'c': "cookie-jar", 'D': "dump-header", 'K': "config", 'E': "cert", 'r': "range", 'U': "proxy-user",
	'y': "speed-time", 'Y': "speed-limit", 'z': "time-cond", '#': "progress-bar", 'g': "globoff", 'j': "junk-session-cookies",
	'n': "netrc", 'q': "disable", '0': "http1.0", '4': "ipv4", '6': "ipv6", 'C': "continue-at", 't': "telnet-option", 'Z': "parallel",
}

// takesValue are the long options with a value.
var takesValue = []string{
	"request", "header", "data", "data-raw", "data-binary", "data-ascii", "data-urlencode", "json", "url", "url-query", "user", "cookie", "user-agent",
	"referer", "output", "form", "form-string", "max-time", "proxy", "upload-file", "write-out", "cookie-jar", "dump-header", "config", "cert",
	"range", "proxy-user", "speed-time", "speed-limit", "time-cond", "continue-at", "telnet-option", "connect-timeout", "retry", "retry-delay",
	"retry-max-time", "cacert", "capath", "key", "cert-type", "key-type", "ciphers", "resolve", "connect-to", "interface", "limit-rate", "max-redirs",
	"noproxy", "oauth2-bearer", "output-dir", "stderr", "trace", "trace-ascii", "tls-max", "unix-socket", "dns-servers", "proto", "proto-default",
	"max-filesize", "rate", "aws-sigv4", "netrc-file", "pinnedpubkey", "socks5", "socks5-hostname", "preproxy", "keepalive-time", "expect100-timeout",
}

// harmless are the options that change nothing about question and reply.
var harmless = []string{
	"output", "remote-name", "silent", "show-error", "location", "include", "verbose", "no-buffer", "fail", "fail-with-body", "write-out", "progress-bar",
	"globoff", "compressed", "no-progress-meter", "cookie-jar", "dump-header", "disable", "parallel", "http1.1", "http2", "http2-prior-knowledge",
	"output-dir", "stderr", "trace", "trace-ascii", "no-keepalive", "tcp-nodelay", "path-as-is", "junk-session-cookies",
}

// short reads a group of short options: -sSL, -XPOST, -d'…'.
func (c *curl) short(w word, value func() word) {
	for i := 1; i < len(w.text); i++ {
		name, known := shortNames[w.text[i]]
		switch {
		case !known:
			c.lose("option -" + clip(w.text[i:i+1]) + ", which is not known here")
		case !slices.Contains(takesValue, name):
			c.option(name, word{})
		case i+1 < len(w.text):
			c.option(name, word{w.text[i+1:], w.line, w.expands})
			return
		default:
			c.option(name, value())
			return
		}
	}
}

func (c *curl) long(w word, value func() word) {
	name := w.text[2:]
	switch before, after, found := strings.Cut(name, "="); {
	case found && slices.Contains(takesValue, before): // curl itself has no such form, but people write it
		c.option(before, word{after, w.line, w.expands})
	case slices.Contains(takesValue, name):
		c.option(name, value())
	default:
		c.option(name, word{})
	}
}

// option applies one option.
func (c *curl) option(name string, v word) {
	switch name {
	case "request":
		c.method = v.text
	case "url":
		c.add(v)
	case "header":
		c.addHeader(v.text)
	case "user":
		c.header = append(c.header, exchange.Field{Name: "authorization", Value: basicOf(v.text)})
	case "oauth2-bearer":
		c.header = append(c.header, exchange.Field{Name: "authorization", Value: "Bearer " + v.text})
	case "cookie":
		c.header = append(c.header, exchange.Field{Name: "cookie", Value: v.text})
	case "user-agent", "referer":
		c.header = append(c.header, exchange.Field{Name: name, Value: v.text})
	case "get":
		c.asQuery = true
	case "head":
		c.method = "HEAD"
	case "data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json":
		c.addData(name, v)
	case "form", "form-string", "upload-file":
		c.noBody = "what --" + name + " sends is no JSON"
	default:
		if !slices.Contains(harmless, name) {
			c.lose("option --" + clip(name) + ": it belongs to the way, not to the question")
		}
	}
}

func (c *curl) lose(what string) { c.losses = append(c.losses, "left out: "+what) }

func (c *curl) addHeader(text string) {
	if name, ok := strings.CutPrefix(text, "@"); ok {
		c.lose("the headers in the file " + clip(name))
		return
	}
	name, value, found := strings.Cut(text, ":")
	if !found {
		if name, found = strings.CutSuffix(text, ";"); !found {
			c.lose("a header that is no NAME: VALUE")
			return
		}
	}
	c.header = append(c.header, exchange.Field{Name: strings.ToLower(strings.TrimSpace(name)), Value: strings.TrimSpace(value)})
}

// addData takes a piece of the body.
func (c *curl) addData(option string, v word) {
	text := v.text
	if v.expands {
		c.losses = append(c.losses, "a shell would fill in a variable or a command in the body: its sign stands there as it is")
	}
	switch {
	case option == "data-raw":
	case option == "data-urlencode":
		text = c.urlencoded(text)
	case strings.HasPrefix(text, "@"):
		var ok bool
		if text, ok = c.file(text[1:]); !ok {
			return
		}
		if option == "data" || option == "data-ascii" {
			text = strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(text)
		}
	}
	if option == "json" {
		c.joined, c.media = "", "application/json"
	}
	c.data = append(c.data, text)
}

// file gives the text of a file inside the project, or what is fed to curl.
func (c *curl) file(name string) (string, bool) {
	if name == "-" && c.stdin != nil {
		return *c.stdin, true
	}
	if name == "-" || c.source.File == nil {
		c.noBody = "the body comes from another program"
		return "", false
	}
	data, err := c.source.File(name)
	if err != nil {
		c.noBody = fmt.Sprintf("the body in the file %s is not read: %v", clip(name), err)
		return "", false
	}
	return string(data), true
}

// urlencoded gives what --data-urlencode sends.
func (c *curl) urlencoded(text string) string {
	at := strings.IndexAny(text, "=@")
	if at < 0 {
		return url.QueryEscape(text)
	}
	name, content := text[:at], text[at+1:]
	if text[at] == '@' {
		content, _ = c.file(content)
	}
	if name == "" {
		return url.QueryEscape(content)
	}
	return name + "=" + url.QueryEscape(content)
}

// requests gives the command's requests, one a URL.
func (c *curl) requests(all *mail) {
	body := strings.Join(c.data, c.joined)
	if len(c.urls) == 0 {
		c.notes.Add(c.place, "skipped: the command names no URL")
	}
	header := c.header
	if c.media != "" && !slices.ContainsFunc(header, func(f exchange.Field) bool { return f.Name == "content-type" }) {
		header = append(header, exchange.Field{Name: "content-type", Value: c.media})
	}
	for _, address := range c.urls {
		s := &sent{place: c.place, method: c.method, url: address, header: header, losses: c.losses, noBody: c.noBody}
		if c.asQuery && body != "" {
			sign := "?"
			if strings.Contains(address, "?") {
				sign = "&"
			}
			s.url += sign + body
		} else {
			s.body = []byte(body)
		}
		if s.method == "" && len(s.body) > 0 {
			s.method = "POST"
		} else if s.method == "" {
			s.method = "GET"
		}
		all.add(s)
	}
}
