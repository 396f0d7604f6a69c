package suite_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/assay-harness/assay/harness/check"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// schemas compiles both schemas with the built-in checks.
func schemas(t *testing.T) (suites, config *jsonschema.Schema) {
	t.Helper()
	checks := map[string]string{}
	for name, kind := range check.Default() {
		checks[name] = kind.Schema
	}
	compile := func(src []byte, url string) *jsonschema.Schema {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(url, doc); err != nil {
			t.Fatal(err)
		}
		s, err := c.Compile(url)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	return compile(suite.Schema(checks), "suite.json"), compile(suite.ConfigSchema(checks), "assay.json")
}

// validate compares YAML with a schema; what is no YAML is refused as well.
func validate(t *testing.T, s *jsonschema.Schema, src string) error {
	t.Helper()
	root, ds := spec.Parse("x.yaml", []byte(src))
	if ds.HasErrors() {
		return ds.Err()
	}
	text, err := json.Marshal(plainValue(root.Any()))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

// shapes are texts whose form the loader accepts: what they refer to is there.
var shapes = []string{
	okSuite,
	"suite: jokes\ndescription: 3.10\ntags: [a, b]\nprovider: grok-2\nparams: {temperature: 0.1, stop: null, stream: false}\nexpect: [contains: a]\n" + okSuite,
	"tags: a\nprovider: [grok-2]\ndescription:\nvariables: {a: {type: 'map( list(string) )', default: {}}, b: {default: 3, description: 7, sensitive: false}, c: {type: number, default: 1}}\nlocals: {x: [1, {y: '${var.a}'}], z: null}\n" + okSuite,
	"suite: true\nexpect: null\nparams: null\nrequest: null\nmoved: []\n" + okSuite,
	"moved: [{from: a, to: c}]\n" + okSuite,
	caseText("description: x\ntags: b\nskip: not yet\nknown_failure: 3\nlive: false\nprovider: grok-2\nparams: {}\ninherit: false\nsamples: 3\npass: 2\non_failure: continue\ntotal: {credits: {max: 0.5}, latency: {max: 1m30s}, tokens: {max: 5}}\nexpect: []"),
	caseText("skip: ''\non_failure: stop\ntotal: {credits: {max: '1'}, latency: null}\nsamples: null\nfor_each: null\nrows: null\nkey: null"),
	caseText("for_each: [a, 1, true]"),
	caseText("for_each: {a: 1, b: {c: d}}"),
	caseText("for_each: '${[\"a\"]}'"),
	caseText("for_each: [{id: a}]\nkey: '${each.value.id}'"),
	caseText("rows: data/x.csv\nkey: '${each.value.id}'"),
	caseText("request: {api_key: '', method: DELETE, path: /x, headers: {X-A: 1, content-type: null}, body: 'x', timeout: 250ms}"),
	turnText("- system: 3\n- user: true\n- assistant: ok\n- user: {raw: '${x}'}\n- user: {file: data/p.md}\n- user: {file: data/p.md, template: false}\n- user: {file: data/d.md, delimiters: '{{ }}', vars: {a: 1, b.c: x}}\n- user: [{text: a}, {text: 3}]"),
	turnText("- history: '${jsondecode(\"[]\")}'\n- history: {file: data/h.json}\n- history: [{role: user, content: a}, {role: assistant, content: [{text: b}, {type: text, text: c}]}, {role: user, content: 3}]\n- user: a\n  ask: true\n  name: the first\n  params: {a: 1}\n  request: {method: GET}\n  expect: [contains: x]\n  capture: {a: '${self.text}', b: {regex: 'x', group: 0}, c: {regex: x}, d: {header: x-y}}"),
	turnText("- {user: a, ask: false, expect: null, capture: null, name: null}\n- user: b"),
	turnText("- user: a\n  expect: [{contains: a, of: error, when: 'true', severity: warn, message: m}, {not: {any: [{equals: a}, {length: {max: 3}}]}}, {condition: 'true'}, {status: 401}, {status: 2xx}, {json: true}]"),
}

// misshapes are texts whose form the loader refuses.
var misshapes = []string{
	"[]", "3", "suite: x", "cases: {}", "cases: []", "cases: [x]",
	"suiet: x\n" + okSuite, "matrix: {}\n" + okSuite, "gate: 1\n" + okSuite,
	"suite: 1st\n" + okSuite, "suite: 12\n" + okSuite, "suite: [a]\n" + okSuite, "description: [a]\n" + okSuite,
	"tags: [a b]\n" + okSuite, "tags: [a, a]\n" + okSuite, "tags: {a: b}\n" + okSuite, "provider: {}\n" + okSuite, "provider: [grok-2, grok-2]\n" + okSuite,
	"params: []\n" + okSuite, "params: {messages: []}\n" + okSuite, "params: {stream: true}\n" + okSuite,
	"variables: []\n" + okSuite, "variables: {a: x}\n" + okSuite, "variables: {a: {type: text, default: x}}\n" + okSuite, "variables: {a: {defalt: x}}\n" + okSuite, "variables: {a b: {default: x}}\n" + okSuite, "variables: {a: {default: x, sensitive: maybe}}\n" + okSuite,
	"locals: []\n" + okSuite, "locals: {a b: x}\n" + okSuite, "expect: {}\n" + okSuite, "moved: {}\n" + okSuite, "moved: [{from: a}]\n" + okSuite, "moved: [{from: a, to: c, why: x}]\n" + okSuite,
	"cases: [{name: c}]", "cases: [{conversation: [user: hi]}]", "cases: [{name: null, conversation: [user: hi]}]", "cases: [{name: a.b, conversation: [user: hi]}]",
	caseText("tag: x"), caseText("matrix: 1"), caseText("gate: 1"), caseText("skip: true"), caseText("known_failure: false"), caseText("live: 3"), caseText("inherit: maybe"),
	caseText("samples: 0"), caseText("samples: x"), caseText("samples: 1.5"), caseText("pass: 0"), caseText("samples: 2\npass: 0.5"), caseText("samples: 2\npass: {rate: 1}"), caseText("on_failure: go"),
	caseText("total: {}"), caseText("total: {credits: {}}"), caseText("total: {credits: {max: -1}}"), caseText("total: {credits: {max: x}}"), caseText("total: {latency: {max: 20}}"), caseText("total: {tokens: {max: 1, min: 0}}"), caseText("total: {cost: {max: 1}}"),
	caseText("for_each: a"), caseText("for_each: 3"), caseText("for_each: []"), caseText("for_each: {}"), caseText("for_each: [a]\nrows: data/x.csv\nkey: '${each.value.id}'"), caseText("rows: data/x.csv"), caseText("rows: data/x.txt\nkey: '${each.value.id}'"), caseText("rows: data/x.csv\nkey: id"),
	caseText("conversation: []"), caseText("conversation: {}"), caseText("conversation: [hello]"),
	caseText("request: []"), caseText("request: {apikey: x}"), caseText("request: {api_key: [a]}"), caseText("request: {method: 'A B'}"), caseText("request: {headers: {'a b': c}}"), caseText("request: {headers: [a]}"), caseText("request: {timeout: 3}"), caseText("request: {timeout: soon}"), caseText("request: {body: {}}"),
	turnText("- {}"), turnText("- expect: []"), turnText("- usr: x"), turnText("- {user: a, assistant: b}"), turnText("- {user: a, expct: []}"), turnText("- {tool: x}"),
	turnText("- user:"), turnText("- user: ''"), turnText("- user: []"), turnText("- user: [a]"), turnText("- user: [{txt: a}]"), turnText("- user: [{text: ''}]"), turnText("- user: [{image: a}]"), turnText("- user: {}"), turnText("- user: {raw: ''}"), turnText("- user: {raw: [a]}"), turnText("- user: {raw: a, file: b}"), turnText("- user: {file: data/p.md, tmplate: false}"), turnText("- user: {file: data/p.md, vars: [a]}"), turnText("- user: {file: data/d.md, delimiters: '{{', vars: {a: b}}"),
	turnText("- {user: a, ask: maybe}"), turnText("- {user: a, name: ''}"), turnText("- {user: a, name: [b]}"), turnText("- {user: a, capture: [b]}"), turnText("- {user: a, capture: {b: c}}"), turnText("- {user: a, capture: {b: {}}}"), turnText("- {user: a, capture: {b: {regex: x, header: y}}}"), turnText("- {user: a, capture: {b: {json: x}}}"), turnText("- {user: a, capture: {b: {regex: x, group: -1}}}"),
	turnText("- history: x"), turnText("- history: []"), turnText("- history: {}"), turnText("- history: [{role: usr, content: a}]"), turnText("- history: [{role: user}]"), turnText("- history: [{role: user, content: ''}]"), turnText("- history: [{role: user, content: a, id: b}]"),
}

// around makes a project in which the shapes can be loaded.
func around(src string) map[string]string {
	return map[string]string{
		"suites/s.yaml": src, "data/x.csv": "id\n1\n", "data/x.txt": "x", "data/p.md": "hello",
		"data/d.md": "{{a}} {{b.c}}", "data/h.json": `[{"role":"user","content":"a"}]`,
	}
}

func TestSchemaAgreesWithTheLoader(t *testing.T) {
	suites, _ := schemas(t)
	for _, src := range shapes {
		if _, ds := suite.Load(suite.Options{FS: project(around(src))}); ds.HasErrors() {
			t.Errorf("the loader refuses:\n%s\n%s", src, describe(ds))
		}
		if err := validate(t, suites, src); err != nil {
			t.Errorf("the schema refuses:\n%s\n%v", src, err)
		}
	}
	for _, src := range misshapes {
		if _, ds := suite.Load(suite.Options{FS: project(around(src))}); !ds.HasErrors() {
			t.Errorf("the loader accepts:\n%s", src)
		}
		if err := validate(t, suites, src); err == nil {
			t.Errorf("the schema accepts:\n%s", src)
		}
	}
}

func TestConfigSchemaAgreesWithTheLoader(t *testing.T) {
	_, config := schemas(t)
	provider := func(keys string) string { return "providers: {p: {kind: openai, model: m, " + keys + "}}\n" }
	for _, src := range []string{
		"version: 1\n", "version: null\nproviders:\nlimits: {credits: 1.00}\nsuites: suites\nfixtures: f\nreports: r\n",
		provider("base_url: 'HTTP://x/v1', api_key: '${env.K}', params: {a: [1]}, rate: 10/s, concurrency: 4, timeout: 2m, retries: 0, price: {call: 0.1, max_call: '1', input: 0, output: 0}"),
		provider("api_key: ''"), "providers: {p: {kind: openai, model: 4}}\n",
		"defaults: {provider: grok-2, tags: nightly, params: {a: 1}, request: {method: GET}, expect: [contains: a]}\n",
		"variables: {a: {default: [1], description: x}}\nexpectations: {house: [{not: {contains: a}}]}\n",
	} {
		if _, ds := suite.Load(suite.Options{FS: project(configured(src))}); ds.HasErrors() {
			t.Errorf("the loader refuses:\n%s\n%s", src, describe(ds))
		}
		if err := validate(t, config, src); err != nil {
			t.Errorf("the schema refuses:\n%s\n%v", src, err)
		}
	}
	for _, src := range []string{
		"[]", "version: 2\n", "provider: x\n", "providers: [a]\n", "providers: {p: x}\n", "providers: {1p: {kind: a, model: b}}\n", "providers: {p: {kind: a}}\n", "providers: {p: {model: a}}\n",
		provider("base_url: x"), provider("api_key: sk-12345678"), provider("api_key: [a]"), provider("params: []"), provider("rate: 5"), provider("rate: 5/week"), provider("concurrency: 0"), provider("timeout: 3"), provider("retries: -1"), provider("retries: 11"), provider("price: {call: -1}"), provider("price: {cal: 1}"), provider("modell: x"),
		"defaults: []\n", "defaults: {tag: a}\n", "variables: {a: {}}\n", "variables: {a: {type: string, default: x}}\n", "variables: {a: x}\n", "expectations: {a: {}}\n", "expectations: {a b: []}\n", "limits: {credits: x}\n", "limits: {credit: 1}\n", "suites: [a]\n", "matrix: 1\n",
	} {
		if _, ds := suite.Load(suite.Options{FS: project(configured(src))}); !ds.HasErrors() {
			t.Errorf("the loader accepts:\n%s", src)
		}
		if err := validate(t, config, src); err == nil {
			t.Errorf("the schema accepts:\n%s", src)
		}
	}
}

func TestSchemaAcceptsTheProjectsOwnSuites(t *testing.T) {
	suites, config := schemas(t)
	root := os.DirFS("../..")
	seen := 0
	err := fs.WalkDir(root, "suites", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".yaml" {
			return nil //nolint:nilerr // no folder, no suites
		}
		src, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		seen++
		if err := validate(t, suites, string(src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if src, err := fs.ReadFile(root, "assay.yaml"); err == nil {
		if err := validate(t, config, string(src)); err != nil {
			t.Errorf("assay.yaml: %v", err)
		}
	}
	t.Logf("%d suites", seen)
}

func TestSchemaHoldsChecks(t *testing.T) {
	src := suite.Schema(map[string]string{"shout": `{"type": "string", "maxLength": 3}`})
	if !json.Valid(src) || !strings.Contains(string(src), `"shout"`) || !strings.Contains(string(src), "draft-07") {
		t.Errorf("got %s", src)
	}
}
