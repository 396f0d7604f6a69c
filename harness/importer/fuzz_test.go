package importer_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/importer"
	"github.com/assay-harness/assay/harness/spec"
	"github.com/assay-harness/assay/harness/suite"
)

// fuzzed imports a text and holds what comes of it to what all imports must be:
// the suite loads (importText fails if not), is in the canonical form, holds no
// secret, and all that has a reply replays without a socket.
func fuzzed(t *testing.T, format, text string, o options) {
	w, err := importText(t, format, text, o)
	if err != nil {
		return // it is no such file, and that was said
	}
	tidy, ds := spec.Format("calls.yaml", w.suite.YAML, func([]string) *spec.Order { return suite.Order() })
	if ds.HasErrors() {
		t.Fatalf("the suite can't be formatted: %v\n%s", ds.Err(), w.suite.YAML)
	}
	if string(tidy) != string(w.suite.YAML) {
		t.Fatalf("the suite is not in the canonical form:\n%s\nbut\n%s", w.suite.YAML, tidy)
	}
	if len(w.filed.Unfiled) > 0 {
		t.Fatalf("a reply was not filed: %v\n%s", w.filed.Unfiled, w.suite.YAML)
	}
	if w.filed.Replies != w.suite.Replies {
		t.Fatalf("%d of %d replies were filed\n%s", w.filed.Replies, w.suite.Replies, w.suite.YAML)
	}
	if w.suite.Replies == w.suite.Questions && len(wanted(w)) == 0 && w.report.Exit() != 0 {
		t.Fatalf("the replay ends with %d\n%s", w.report.Exit(), w.suite.YAML)
	}
}

// wanted gives the checks that a source itself asked for: they may fail.
func wanted(w *world) []string {
	var out []string
	for line := range strings.Lines(string(w.suite.YAML)) {
		if strings.Contains(line, "- equals:") || strings.Contains(line, "- one_of:") {
			out = append(out, line)
		}
	}
	return out
}

func FuzzCurl(f *testing.F) {
	for _, name := range []string{"cmd_import_curl.txtar"} {
		script, err := os.ReadFile(filepath.Join("..", "..", "cmd", "assay", "testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range strings.Split(string(script), "\n-- ")[1:] {
			if _, text, found := strings.Cut(part, " --\n"); found && strings.Contains(text, "curl") {
				f.Add(text)
			}
		}
	}
	f.Add("curl -d '{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a ${b} $${c} %{d}\"}]}],\"x\":{\"y\":[1,{\"z\":\"$${\"}]}}' https://api.segmind.com/v1/grok-2")
	f.Add(`curl $'\u00e9\x41\101\cA\u{}' <<A <<-B` + "\nA\n\tB\n")
	f.Add("curl ^\n")
	f.Fuzz(func(t *testing.T, text string) { fuzzed(t, "curl", text, options{}) })
}

func FuzzHAR(f *testing.F) {
	f.Add(har(
		entry{url: chatURL, key: harKey, body: ask(user("one")), reply: completion("first")},
		entry{url: chatURL, key: harKey, body: ask(user("one") + "," + assistant("first") + "," + user("two\n #x: ")), reply: completion("second")},
		entry{url: chatURL, key: harKey, body: ask(user(" ")), reply: completion("${x}")},
		entry{url: chatURL, body: ask(user("- a")), status: 401, reply: `{"error":"no"}`},
		entry{url: chatURL, body: ask(user("a") + "," + user("b")), status: 500, reply: `oops`},
	))
	f.Add(har(entry{url: chatURL + "?key=abc&v=${1}", body: `{"messages":[{"role":"developer","content":"x"},{"role":"user","content":"y","name":"z"}],"model":"m2","":1,"<<":{"a":1},"null":null,"n":1e400,"t":["~",{}]}`, reply: completion("x"), encoding: "none"}))
	f.Add(har(entry{url: chatURL, body: `{"messages":{"contents":[{"role":"user","parts":[{"text":"x"}]}]}}`, reply: `{"candidates":[{"content":{"parts":[{"text":"y"}]}}]}`}))
	f.Fuzz(func(t *testing.T, text string) {
		fuzzed(t, "har", text, options{config: openAI("https://api.example.com/v1")})
	})
}

// longKeys has names that YAML takes behind a question mark only, wherever one
// may stand.
var longKeys = strings.NewReplacer("LONG", strings.Repeat("long ", 300)).Replace(
	`{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"LONG":"x","o":{"LONG":{"LONG":[1]},"LONG ":"y"},"l":[{"LONG":"z","b":1},{"a":2,"LONG":[{"LONG":{}}]}]}`)

// TestLongKeys imports them: the suite loads, is canonical, and replays.
func TestLongKeys(t *testing.T) {
	if w := mustImport(t, "jsonl", longKeys, options{}); w.suite.Questions != 1 {
		t.Errorf("%d questions, want 1\n%s", w.suite.Questions, w.suite.YAML)
	}
	fuzzed(t, "jsonl", longKeys, options{})
}

// FuzzConversation is FuzzHAR where it matters: what is said and answered.
func FuzzConversation(f *testing.F) {
	f.Add("be\n brief", "one", "first", "two ${x}", "second", "v", "max_tokens")
	f.Add("", "\n\n a", " ", "$${x}", "\u2028\ufeff", "%%{", "<<")
	f.Add("x", "- y", "\r\n", "a: b # c", "'\"", "*a &b !c", "")
	f.Fuzz(func(t *testing.T, system, first, reply, second, answer, value, name string) {
		say := func(role, text string) string { return `{"role":"` + role + `","content":` + quote(text) + `}` }
		answered := func(text string) string {
			return `{"choices":[{"message":{"role":"assistant","content":` + quote(text) + `}}]}`
		}
		fields := func(messages string) string {
			return `{"model":"m1",` + quote(name) + `:[` + quote(value) + `,{` + quote(value) + `:` + quote(name) + `}],"messages":[` + messages + `]}`
		}
		before := say("system", system) + "," + say("user", first)
		fuzzed(t, "har", har(
			entry{url: chatURL, key: harKey, body: fields(before), reply: answered(reply)},
			entry{url: chatURL, key: harKey, body: fields(before + "," + say("assistant", reply) + "," + say("user", second)), reply: answered(answer)},
		), options{config: openAI("https://api.example.com/v1")})
	})
}

func FuzzJSONL(f *testing.F) {
	f.Add(longKeys, 50)
	f.Add(longKeys, 0)
	script, err := os.ReadFile(filepath.Join("..", "..", "cmd", "assay", "testdata", "cmd_import_jsonl.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, part := range strings.Split(string(script), "\n-- ")[1:] {
		if name, text, found := strings.Cut(part, " --\n"); found && strings.HasSuffix(name, ".jsonl") {
			f.Add(text, 50)
			f.Add(text, 1)
		}
	}
	f.Add(`{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":" "}],"stop":null,"seed":1E2,"tools":[]}`+"\n"+`{"input":"x","ideal":["${a}","%{b}"]}`, 1)
	f.Fuzz(func(t *testing.T, text string, mostCases int) {
		fuzzed(t, "jsonl", text, options{mostCases: mostCases, provider: "grok-2"})
	})
}

func FuzzVCR(f *testing.F) {
	for _, name := range []string{"vcrpy.yaml", "vcrpy.json", "go-vcr-v2.yaml"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("interactions:\n- request: {body: {string: !!binary e30=}, url: 'http://x/', method: POST}\n  response: {code: 200, status: {code: 1}, headers: {a: [b, {}]}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		fuzzed(t, "vcr", text, options{config: openAI("https://api.example.com/v1") + "  grok-2:\n    kind: segmind\n    model: grok-2\n"})
	})
}

// TestSecretsEverywhere puts a key into every place that a request has.
func TestSecretsEverywhere(t *testing.T) {
	const key = "topsecret-0123456789"
	in := entry{
		url: "https://user:" + key + "1@api.example.com/v1/chat/completions?api_key=" + key + "2&x=1", key: key + "3",
		body:   `{"model":"m1","metadata":{"a":"` + key + `1","b":["` + key + `2"]},"messages":[` + user(key+"3 and "+key+"4") + `]}`,
		reply:  completion(key + "5 dG9wc2VjcmV0LTAxMjM0NTY3ODkz"), // the third in base64
		header: `,{"name":"X-Custom-Token","value":"` + key + `4"},{"name":"Cookie","value":"session=` + key + `5; theme=dark"}`,
	}
	w := mustImport(t, "har", har(in), options{config: openAI("https://api.example.com/v1")})
	refuseLines(t, w.everything(), key, "dG9wc2VjcmV0LTAxMjM0NTY3ODkz")
	wantLines(t, w.listed(), "header authorization", "header cookie", "header x-custom-token", "query parameter api_key", "user and password of the URL")
}

// TestPlaceholders leaves what documentation writes in the place of a key alone.
func TestPlaceholders(t *testing.T) {
	for _, shown := range []string{"YOUR_API_KEY", "$SEGMIND_API_KEY", "${API_KEY}", "<your key>", "{{apiKey}}", "xxxxxxxxxxxx", "%API_KEY%"} {
		w, err := importText(t, "curl", `curl https://api.segmind.com/v1/grok-2 -H 'x-api-key: `+shown+`' -d '{"messages":[{"role":"user","content":"What is `+shown+`?"}]}'`, options{})
		if err != nil {
			t.Errorf("%s: %v", shown, err)
			continue
		}
		if strings.Contains(string(w.suite.YAML), "sensitive") {
			t.Errorf("%s is taken for a secret:\n%s", shown, w.suite.YAML)
		}
	}
}

// TestRows imports more lines than people read as cases.
func TestRows(t *testing.T) {
	var text strings.Builder
	for i := range 60 {
		text.WriteString(`{"messages":[{"role":"user","content":"question ` + strings.Repeat("x", i) + ` ${y}"},{"role":"assistant","content":"answer"}]`)
		if i%2 == 1 {
			text.WriteString(`,"temperature":0.50,"tools":[{"a b":"${c}"}]`)
		}
		text.WriteString("}\n")
	}
	w := mustImport(t, "jsonl", text.String(), options{mostCases: 50})
	if w.suite.Cases != 60 || len(w.suite.Data) != 1 {
		t.Errorf("%s in %d files of rows, want 60 rows of one file", w.suite, len(w.suite.Data))
	}
	wantLines(t, string(w.suite.YAML), "rows: data/calls.jsonl", "history: ${each.value.messages}", `tools: ${each.value.params["tools"]}`)
}

// TestReadError passes on what a source's reader says.
func TestReadError(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, format := range importer.Formats() {
		_, err := format.Read([]importer.Source{{Name: "x", In: failing{broken}}}, &importer.Notes{})
		if !errors.Is(err, broken) {
			t.Errorf("%s: got %v, want %v", format.Name, err, broken)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
