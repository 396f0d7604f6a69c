package importer

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-harness/assay/harness/exchange"
	"github.com/assay-harness/assay/harness/spec"
)

// Target is a configured provider, as the questions of a suite reach it.
type Target struct {
	Name, Kind, Model string
	URL               string  // where questions go
	Path              string  // the part of it below the base URL
	Fields            []Param // what a question's body holds besides its messages when the suite adds nothing
	// Unknown are fields of assay.yaml's defaults whose values only a run knows.
	Unknown []string
}

// Missing is an address that no provider of the project asks.
type Missing struct {
	At     []Place
	Method string
	URL    string
	Model  string
	// Snippet is what to write under providers in assay.yaml; "" where no kind
	// of provider could ask it.
	Snippet string
}

// Bind says for each question which provider asks it. chosen, if not "", is the
// one that the person named; fallback is asked where a source does not say. The
// questions that no provider asks come back as Missing.
func Bind(questions []*Question, targets []Target, chosen, fallback string, notes *Notes) (bound []*Question, missing []Missing) {
	b := binder{targets: targets, notes: notes}
	for _, q := range questions {
		name := chosen
		if q.Request == nil {
			name = cmp.Or(chosen, fallback)
		}
		if err := b.bind(q, name); err != nil {
			notes.Add(q.Place, "skipped: %v", err)
			continue
		}
		if q.provider != "" {
			bound = append(bound, q)
		}
	}
	return bound, b.missing
}

type binder struct {
	targets []Target
	notes   *Notes
	missing []Missing
}

func (b *binder) bind(q *Question, name string) error {
	if name != "" {
		i := slices.IndexFunc(b.targets, func(t Target) bool { return t.Name == name })
		t := &b.targets[i]
		if q.Request != nil && sameAddress(q.Request.URL, t.URL) && (q.Model == "" || q.Model == t.Model) {
			return b.exactly(q, t)
		}
		return b.instead(q, t)
	}
	t := b.find(q)
	if t == nil {
		b.miss(q)
		return nil
	}
	return b.exactly(q, t)
}

// find gives the provider that asks at the question's address: one of its model,
// else any, whose model the suite then overrides.
func (b *binder) find(q *Question) *Target {
	var found *Target
	for i := range b.targets {
		t := &b.targets[i]
		if !sameAddress(q.Request.URL, t.URL) {
			continue
		}
		if q.Model == t.Model || q.Model == "" {
			return t
		}
		if found == nil {
			found = t
		}
	}
	return found
}

// sameAddress compares addresses without their queries.
func sameAddress(u *url.URL, other string) bool {
	o, err := url.Parse(other)
	return err == nil && strings.EqualFold(u.Scheme, o.Scheme) && strings.EqualFold(hostPort(u), hostPort(o)) &&
		strings.TrimRight(u.EscapedPath(), "/") == strings.TrimRight(o.EscapedPath(), "/")
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" && u.Scheme == "https" {
		port = "443"
	} else if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// exactly has a question sent as it was: same address, same body.
func (b *binder) exactly(q *Question, t *Target) error {
	q.provider = t.Name
	q.setting = settingOf(q)
	b.tellKey(q)
	if q.Request.URL.RawQuery != "" {
		q.setting.Path = t.Path + "?" + q.Request.URL.RawQuery
	}
	if q.shape == wrapped || q.shape == gemini {
		text := string(q.Request.Body)
		q.body, q.Params = &text, nil
		b.notes.Add(q.Place, "the body in Gemini's form is carried over as it stands, in request.body: changes to the turns do not change it")
		return nil
	}
	fields := q.Params
	if q.Model != "" {
		fields = append(fields, Param{"model", exchange.AppendString(nil, q.Model)})
	}
	if q.Model != "" && t.Model != q.Model {
		b.notes.Add(q.Place, "the model %s is asked through the provider %s: params.model in the suite says so", clip(q.Model), t.Name)
	}
	q.Params = against(fields, t)
	return nil
}

// against gives what a suite must say so that the body has exactly these
// fields: those that differ from the provider's own, and null for those of the
// provider that the body has not.
func against(fields []Param, t *Target) []Param {
	var out []Param
	for _, f := range fields {
		i := slices.IndexFunc(t.Fields, func(own Param) bool { return own.Name == f.Name })
		if i < 0 || !sameJSON(t.Fields[i].Value, f.Value) || slices.Contains(t.Unknown, f.Name) {
			out = append(out, f)
		}
	}
	has := func(name string) bool {
		return slices.ContainsFunc(fields, func(f Param) bool { return f.Name == name })
	}
	for _, own := range t.Fields {
		if !has(own.Name) {
			out = append(out, Param{own.Name, []byte("null")})
		}
	}
	for _, name := range t.Unknown {
		if !has(name) && !slices.ContainsFunc(t.Fields, func(f Param) bool { return f.Name == name }) {
			out = append(out, Param{name, []byte("null")})
		}
	}
	return out
}

// instead has a question asked of a provider that a person chose, in that
// provider's own way.
func (b *binder) instead(q *Question, t *Target) error {
	q.provider = t.Name
	q.setting = settingOf(q)
	b.tellKey(q)
	plain := body{chat: chat{messages: q.Messages}, shape: q.shape, params: q.Params}
	if err := plain.plainly(); err != nil {
		return err
	}
	for _, loss := range plain.losses {
		b.notes.Add(q.Place, "left out: %s", loss)
	}
	q.Messages, q.Params = plain.messages, plain.params
	if t.Kind == "openai" || t.Kind == "segmind" {
		q.setting.Header = nil // those of another API
	}
	switch {
	case q.Request != nil:
		b.notes.Add(q.Place, "it was asked at %s%s; the suite asks the provider %s, as told by --provider", shown(q.Request.URL), ofModel(q.Model), t.Name)
	case q.Model != "" && q.Model != t.Model:
		b.notes.Add(q.Place, "the model %s was asked; the suite asks the provider %s (%s)", clip(q.Model), t.Name, t.Model)
	}
	return nil
}

func ofModel(model string) string {
	if model == "" {
		return ""
	}
	return " (model " + clip(model) + ")"
}

// shown is a URL for people: without its query.
func shown(u *url.URL) string {
	return clip(u.Scheme + "://" + u.Host + u.EscapedPath())
}

// settingOf says what bends the request so that the API answers as it did.
func settingOf(q *Question) setting {
	var s setting
	if q.Request != nil {
		s.Header = q.Request.Header
		if q.Request.Method != http.MethodPost {
			s.Method = q.Request.Method
		}
	}
	if q.Reply == nil {
		return s
	}
	switch status := q.Reply.Status; {
	case status == 401 || status == 403:
		key := ""
		if q.Request == nil || q.Request.Key == hasKey {
			key = "not-a-valid-key"
		}
		s.APIKey = &key
	case status == 402 || status == 406 || status == 408 || status == 409 || status == 410 || status == 425 || status == 429 || status >= 500:
		s.Offline = true // no request makes an API answer so
	}
	return s
}

// tellKey says what is sent in the place of a key that was refused.
func (b *binder) tellKey(q *Question) {
	if key := q.setting.APIKey; key != nil && *key != "" {
		b.notes.Add(q.Place, "its key was refused (%d): the suite sends one that is none, so that it is refused again", q.Reply.Status)
	}
}

// miss notes an address that no provider asks, each once.
func (b *binder) miss(q *Question) {
	u := *q.Request.URL
	u.RawQuery = ""
	address := u.String()
	for i := range b.missing {
		if m := &b.missing[i]; m.URL == address && m.Model == q.Model {
			m.At = append(m.At, q.Place)
			return
		}
	}
	b.missing = append(b.missing, Missing{
		At: []Place{q.Place}, Method: q.Request.Method, URL: address, Model: q.Model,
		Snippet: snippet(&u, q, b.targets),
	})
}

// snippet gives the lines that configure a provider for an address.
func snippet(u *url.URL, q *Question, targets []Target) string {
	kind, model, base := "", q.Model, ""
	trimmed := strings.TrimRight(u.String(), "/")
	switch {
	case q.shape == gemini || strings.HasSuffix(u.Path, "/v1/messages"):
		return "" // Gemini's and Anthropic's own APIs
	case strings.HasSuffix(trimmed, "/chat/completions") && model != "":
		kind, base = "openai", strings.TrimSuffix(trimmed, "/chat/completions")
	case strings.EqualFold(u.Hostname(), "api.segmind.com") && path.Dir(u.Path) != "/" && model == "":
		kind, model, base = "segmind", path.Base(u.Path), strings.TrimSuffix(trimmed, "/"+path.Base(u.EscapedPath()))
	default:
		return ""
	}
	name := freeName(nameOf(model), targets)
	lines := []string{
		"  " + string(spec.AppendFlowScalar(nil, name)) + ":",
		"    kind: " + kind,
		"    model: " + string(spec.AppendScalar(nil, model, 0)),
		"    base_url: " + string(spec.AppendScalar(nil, base, 0)),
	}
	if variable := keyVariable(u, kind, q); variable != "" {
		lines = append(lines, "    api_key: ${env."+variable+"}")
	}
	return strings.Join(lines, "\n") + "\n"
}

// keyVariable names the environment variable that people keep the key in.
func keyVariable(u *url.URL, kind string, q *Question) string {
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case local && q.Request.Key == noKey:
		return ""
	case kind == "segmind":
		return "SEGMIND_API_KEY"
	case u.Hostname() == "api.openai.com":
		return "OPENAI_API_KEY"
	}
	parts := strings.Split(u.Hostname(), ".")
	word := parts[0]
	if ip == nil && len(parts) > 1 {
		word = parts[len(parts)-2] // api.x.ai: X
	}
	return strings.ToUpper(strings.ReplaceAll(nameOf(word), "-", "_")) + "_API_KEY"
}

// nameOf makes a name of any text.
func nameOf(text string) string {
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, text)
	if name == "" || name[0] == '-' || name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return name
}

func freeName(name string, targets []Target) string {
	taken := func(n string) bool { return slices.ContainsFunc(targets, func(t Target) bool { return t.Name == n }) }
	for i, first := 2, name; taken(name); i++ {
		name = first + "_" + strconv.Itoa(i)
	}
	return name
}

// String says the address in a sentence.
func (m Missing) String() string {
	return fmt.Sprintf("%s %s%s", m.Method, clip(m.URL), ofModel(m.Model))
}
