package suite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-harness/assay/harness/diag"
	"github.com/assay-harness/assay/harness/suite"
)

const okSuite = "cases: [{name: c, conversation: [user: hi]}]\n"

func configured(config string) map[string]string {
	return map[string]string{"assay.yaml": config, "suites/s.yaml": okSuite}
}

// facts shows a provider, all but its templates and places.
func facts(p *suite.Provider) string {
	return fmt.Sprintln(p.Name, p.Kind, p.Model, p.BaseURL, p.RateCount, p.RatePer, p.Concurrency, p.Timeout, p.Retries, p.PriceCall, p.PriceMaxCall, p.PriceInput, p.PriceOutput)
}

const grok2 = "grok-2 segmind grok-2 https://api.segmind.com/v1 5 1m0s 4 2m0s 2 0.003 0.02  \n"

func TestBuiltInProvider(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no file":         {"suites/s.yaml": okSuite},
		"no providers":    configured("version: 1\n"),
		"empty providers": configured("providers: {}\n"),
		"null providers":  configured("providers:\n"),
	} {
		c := load(t, files).Config
		if len(c.Providers) != 1 {
			t.Errorf("%s: got %d providers", name, len(c.Providers))
			continue
		}
		if got := facts(c.Providers[0]); got != grok2 {
			t.Errorf("%s: got %s, want %s", name, got, grok2)
		}
		refs := c.Providers[0].APIKey.References()
		if len(refs) != 1 || refs[0].Root != "env" || refs[0].Name != "SEGMIND_API_KEY" {
			t.Errorf("%s: api_key reads %v", name, refs)
		}
		if c.SuitesDir != "suites" || c.FixturesDir != "fixtures" || c.ReportsDir != "reports" || c.MaxCredits != "" {
			t.Errorf("%s: got %+v", name, c)
		}
	}
}

func TestConfig(t *testing.T) {
	p := load(t, map[string]string{
		"assay.yaml": `version: 1
providers:
  grok-2:    # built in: this is what you get with no file at all
    kind: segmind
    model: grok-2
    base_url: https://api.segmind.com/v1/
    api_key: ${env.SEGMIND_API_KEY}    # env is available here and nowhere else
    rate: 5/m
    concurrency: 4
    timeout: 120s
    retries: 2
    price: {call: 0.003, max_call: 0.02}
  local:
    kind: openai    # any OpenAI-compatible server
    base_url: http://127.0.0.1:11434/v1
    model: llama3.2
    params: {max_tokens: 400, stop: ['$${x}']}
    price: {input: 0, output: 0}    # credits a million tokens
    retries: 0
defaults: {provider: grok-2, tags: [nightly]}
variables:
  audience: {default: adults}
expectations:
  house_style:
    - not: {icontains: as an AI language model}
    - length: {max: 2000}
limits: {credits: 1.00}    # a command
suites: tests/suites/
fixtures: tests/fixtures
reports: ./out
`,
		"tests/suites/s.yaml": "variables: {audience: {}}\n" + okSuite,
	})
	c := p.Config
	want := []string{grok2, "local openai llama3.2 http://127.0.0.1:11434/v1 0 0s 0 0s 0   0 0\n"}
	if d := cmp.Diff(want, []string{facts(c.Providers[0]), facts(c.Providers[1])}); d != "" {
		t.Error(d)
	}
	if c.Providers[1].APIKey != nil || len(c.Providers[1].Fields) != 2 {
		t.Errorf("got %+v", c.Providers[1])
	}
	if v, _ := c.Providers[1].Fields[1].Value.Value(nil); fmt.Sprint(v) != "[${x}]" {
		t.Errorf("params.stop: got %v", v)
	}
	got := fmt.Sprintln(c.Defaults.Providers, c.Defaults.Tags, c.MaxCredits, c.SuitesDir, c.FixturesDir, c.ReportsDir, len(c.Expectations["house_style"].Items))
	if want := "[grok-2] [nightly] 1.00 tests/suites tests/fixtures out 2"; strings.Join(strings.Fields(got), " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if p.Suites[0].Name != "s" || p.Suites[0].Tags[0] != "nightly" {
		t.Errorf("got %s %v", p.Suites[0].Name, p.Suites[0].Tags)
	}
}

func TestConfigProblems(t *testing.T) {
	provider := func(keys string) string { return "providers: {p: {kind: openai, model: m, " + keys + "}}\n" }
	for name, p := range map[string]problem{
		"unknown key":             {src: "provider: {}\n", code: diag.UnknownKey, says: `"providers"`, mark: "provider"},
		"version":                 {src: "version: 2\n", code: diag.BadVersion, mark: "2"},
		"not a map":               {src: "- a\n", code: diag.WrongType},
		"provider key":            {src: provider("modell: x"), code: diag.UnknownKey, says: `"model"`},
		"no kind":                 {src: "providers: {p: {model: m}}\n", code: diag.MissingKey, says: "kind"},
		"no model":                {src: "providers: {p: {kind: openai}}\n", code: diag.MissingKey, says: "model"},
		"provider no map":         {src: "providers: {p: openai}\n", code: diag.WrongType},
		"providers no map":        {src: "providers: [p]\n", code: diag.WrongType},
		"provider name":           {src: "providers: {1p: {kind: openai, model: m}}\n", code: diag.BadName},
		"base_url":                {src: provider("base_url: localhost"), code: diag.BadProvider, mark: "localhost"},
		"base_url scheme":         {src: provider("base_url: 'file:///etc'"), code: diag.BadProvider},
		"base_url template":       {src: provider("base_url: '${env.URL}'"), code: diag.BadProvider},
		"base_url password":       {src: provider("base_url: 'http://u:p@host/'"), code: diag.SecretUnsafe},
		"base_url query":          {src: provider("base_url: 'http://host/?a=b'"), code: diag.BadProvider},
		"literal key":             {src: provider("api_key: sk-12345678"), code: diag.SecretUnsafe, says: "${env."},
		"key without env":         {src: provider("api_key: '${upper(\"sk\")}'"), code: diag.SecretUnsafe},
		"key reads var":           {src: provider("api_key: '${var.x}'"), code: diag.UndefinedName},
		"key a list":              {src: provider("api_key: [a]"), code: diag.WrongType},
		"rate":                    {src: provider("rate: 5"), code: diag.BadProvider, says: "5/m"},
		"rate zero":               {src: provider("rate: 0/m"), code: diag.BadProvider},
		"rate unit":               {src: provider("rate: 5/week"), code: diag.BadProvider},
		"concurrency":             {src: provider("concurrency: 0"), code: diag.BadValue},
		"timeout":                 {src: provider("timeout: 0s"), code: diag.BadValue},
		"retries":                 {src: provider("retries: -1"), code: diag.BadValue},
		"price":                   {src: provider("price: {call: -1}"), code: diag.BadValue},
		"price key":               {src: provider("price: {cal: 1}"), code: diag.UnknownKey},
		"price of nothing shared": {src: provider("price: {shared: true, max_call: 1}"), code: diag.BadProvider},
		"params expression":       {src: provider("params: {a: '${env.X}'}"), code: diag.BadProvider},
		"params messages":         {src: provider("params: {messages: []}"), code: diag.BadValue},
		"defaults provider":       {src: "defaults: {provider: grok2}\n", code: diag.UnknownProvider, says: "grok-2"},
		"defaults key":            {src: "defaults: {tag: [a]}\n", code: diag.UnknownKey},
		"defaults request":        {src: "defaults: {request: {methd: GET}}\n", code: diag.UnknownKey},
		"variable without value":  {src: "variables: {a: {}}\n", code: diag.MissingKey},
		"variable type":           {src: "variables: {a: {type: string, default: x}}\n", code: diag.UnknownKey},
		"expectations":            {src: "expectations: {a: {contains: b}}\n", code: diag.WrongType},
		"expectations name":       {src: "expectations: {a b: []}\n", code: diag.BadName},
		"limits":                  {src: "limits: {credits: lots}\n", code: diag.BadValue},
		"limits key":              {src: "limits: {credit: 1}\n", code: diag.UnknownKey},
		"suites outside":          {src: "suites: ../x\n", code: diag.OutsideProject},
		"suites the root":         {src: "suites: .\n", code: diag.BadValue},
		"fixtures in suites":      {src: "fixtures: suites/fixtures\n", code: diag.BadValue, says: "share"},
		"reports are fixtures":    {src: "reports: fixtures\n", code: diag.BadValue},
		"matrix":                  {src: "matrix: {}\n", code: diag.NotSupported},
		"gate":                    {src: "gate: {}\n", code: diag.NotSupported},
	} {
		p.name, p.files = name, configured(p.src)
		p.run(t)
	}
}

func TestWrittenSecretsAreNotShown(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"api_key":  configured("providers: {p: {kind: openai, model: m, api_key: hunter2hunter2}}\n"),
		"base_url": configured("providers:\n  p: {kind: openai, model: m, base_url: 'http://u:hunter2hunter2@x/'}\n"),
		"suite":    {"suites/s.yaml": "variables: {token: {sensitive: true, default: hunter2hunter2}}\n" + okSuite},
		"project":  {"suites/s.yaml": "variables: {token: {sensitive: true}}\n" + okSuite, "assay.yaml": "variables: {token: {default: hunter2hunter2}}\n"},
	} {
		p, ds := suite.Load(suite.Options{FS: project(files)})
		if !has(ds, diag.SecretUnsafe) {
			t.Errorf("%s: got\n%s", name, describe(ds))
		}
		var shown strings.Builder
		diag.Write(&shown, ds, p.Files.Source, diag.WriterOptions{})
		if strings.Contains(shown.String(), "hunter2") || !strings.Contains(shown.String(), "****") {
			t.Errorf("%s: got\n%s", name, shown.String())
		}
	}
}

func TestUnusedProjectVariableWarns(t *testing.T) {
	_, ds := suite.Load(suite.Options{FS: project(configured("variables: {audience: {default: x}}\n"))})
	if len(ds) != 1 || ds[0].Severity != diag.Warning || ds[0].Code != diag.BadVariable {
		t.Errorf("got\n%s", describe(ds))
	}
}
