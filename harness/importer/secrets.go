package importer

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
)

// vault collects the secrets of a source, so that none of them stands in what
// is written, wherever else the source repeats it.
type vault struct{ secrets []exchange.Secret }

// secretName matches names of headers, cookies and parameters that carry one.
var secretName = regexp.MustCompile(`(?i)(^|[-_.])(auth|authorization|api[-_]?key|apikey|key|token|secret|password|passwd|pwd|signature|sig|session|sid|credential|jwt|bearer|csrf|xsrf|code)s?($|[-_.])|apikey|accesstoken|(^|-)cookie`)

// stored reports whether a name says that its value is secret.
func isSecretName(name string) bool { return secretName.MatchString(name) }

// secretParam matches fields of a request's body that carry a key, as some APIs
// have it. It is narrower than secretName: max_tokens and prompt_cache_key are
// settings.
var secretParam = regexp.MustCompile(`(?i)^(x[-_]?)?(api[-_]?key|key|((access|auth|bearer|session|refresh|api)[-_]?)?token|authorization|bearer|password|passwd|((client|api)[-_]?)?secret|credentials?)$`)

// isSecretParam reports whether a field beside the messages holds a secret.
func isSecretParam(m exchange.Member) bool { return secretParam.MatchString(m.Name) && isText(m.Value) }

// body takes the secrets of a request's body.
func (v *vault) body(raw []byte) {
	list, _ := members(raw)
	for _, m := range list {
		if text, ok := exchange.Text(m.Value); ok && isSecretParam(m) {
			v.hide(m.Name, text)
		}
	}
}

// placeholder matches what documentation writes in the place of a key.
var placeholder = regexp.MustCompile(`(?i)^(\$\{?[a-z_]\w*\}?|<[^>]*>|\{\{?[^}]*\}\}?|%[a-z_]\w*%|\[[^\]]*\]|your[-_ ].*|x+|\*+|\.+|.*(your|my)[-_ ]?(api|token|key).*|redacted|\(sensitive.*)$`)

// hide takes a secret. What is too short to be told from other text, and what
// stands for a key in documentation, is only left out, not searched for.
func (v *vault) hide(name, value string) {
	value = strings.TrimSpace(value)
	if len(value) < exchange.MinSecret || placeholder.MatchString(value) || strings.Contains("(sensitive)", value) {
		return
	}
	secret := exchange.Secret{Name: name, Value: value}
	if !slices.ContainsFunc(v.secrets, func(s exchange.Secret) bool { return s.Value == value }) {
		v.secrets = append(v.secrets, secret)
	}
}

// header takes the secrets of a header, and reports whether it holds any.
func (v *vault) header(name, value string) bool {
	lower := strings.ToLower(name)
	switch {
	case lower == "cookie" || lower == "set-cookie":
		for pair := range strings.SplitSeq(value, ";") {
			if key, text, ok := strings.Cut(pair, "="); ok {
				v.cookie(strings.TrimSpace(key), text)
			}
			if lower == "set-cookie" {
				break // what follows are its attributes
			}
		}
	case lower == "authorization" || lower == "proxy-authorization":
		scheme, rest, found := strings.Cut(strings.TrimSpace(value), " ")
		if !found {
			scheme, rest = "", value
		}
		v.hide(lower, rest)
		if strings.EqualFold(scheme, "basic") {
			v.basic(lower, rest)
		}
	case isSecretName(lower):
		v.hide(lower, value)
		if _, rest, found := strings.Cut(value, " "); found {
			v.hide(lower, rest)
		}
	default:
		return false
	}
	return true
}

// basic takes user and password of a basic authorization.
func (v *vault) basic(name, encoded string) {
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return
	}
	v.user(name, string(plain))
}

// user takes what is written as user:password. A key may stand in either place.
func (v *vault) user(name, pair string) {
	user, password, found := strings.Cut(pair, ":")
	if found {
		v.hide(name, password)
		v.hide(name, pair)
	}
	if len(user) >= 16 || !found {
		v.hide(name, user)
	}
}

// cookie takes a cookie's value, unless it is a word that any text may have.
func (v *vault) cookie(name, value string) {
	value = strings.TrimSpace(value)
	if len(value) >= 16 || strings.ContainsAny(value, "0123456789") || isSecretName(name) {
		v.hide("cookie "+clip(name), value)
	}
}

// address takes the secrets out of a URL, and says by name what was taken.
func (v *vault) address(u *url.URL) (taken []string) {
	if u.User != nil {
		password, _ := u.User.Password()
		v.user("url", u.User.Username()+":"+password)
		u.User = nil
		taken = append(taken, "user and password of the URL")
	}
	u.Fragment, u.RawFragment = "", ""
	if u.RawQuery == "" {
		return taken
	}
	var kept []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if !isSecretName(plain) {
			kept = append(kept, pair)
			continue
		}
		if text, err := url.QueryUnescape(value); err == nil {
			value = text
		}
		v.hide("query "+clip(plain), value)
		taken = append(taken, "query parameter "+clip(plain))
	}
	u.RawQuery = strings.Join(kept, "&")
	return taken
}

// redactor gives what takes the secrets out of texts; nil for none.
func (v *vault) redactor() (*exchange.Redactor, error) { return exchange.NewRedactor(v.secrets...) }

// basicOf gives the header of a user and a password.
func basicOf(pair string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}
