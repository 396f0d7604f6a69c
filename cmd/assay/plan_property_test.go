package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/assay-harness/assay/harness/credit"
)

// TestPlanIsKept edits a project at random, many times over. Whatever was edited:
// plan exits 0 if and only if it says "No changes"; an apply asks at least what
// was known to be asked and at most what was planned, and spends no more than the
// bound; after it there are no changes, here and on another machine.
func TestPlanIsKept(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the program many times")
	}
	for _, seed := range []uint64{1, 20261122} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := &editedWorld{random: rand.New(rand.NewPCG(seed, 7))}
			server := httptest.NewServer(http.HandlerFunc(w.answer))
			defer server.Close()
			w.url = server.URL + "/v1"
			w.project = newUserProject(t, map[string]string{"assay.yaml": editedConfig}, "SEGMIND_API_KEY=SG_0123456789abcdef")
			for range 4 {
				w.add()
			}
			w.write(t)
			for step := range 14 {
				if t.Failed() {
					t.Fatalf("seed %d, step %d", seed, step)
				}
				w.step(t)
				for range 1 + w.random.IntN(2) {
					w.log = append(w.log, w.edit())
				}
				w.write(t)
			}
			if w.quiet == 0 || w.paid == 0 {
				t.Errorf("%d steps without changes, %d with questions: the edits prove nothing", w.quiet, w.paid)
			}
		})
	}
}

const editedConfig = `version: 1
providers:
  grok-2:
    kind: segmind
    model: grok-2
    base_url: https://api.segmind.com/v1
    api_key: ${env.SEGMIND_API_KEY}
    price: {call: 0.003, max_call: 0.02}
`

// editedWorld is a project that is edited, and a server that counts.
type editedWorld struct {
	random  *rand.Rand
	project *userProject
	url     string
	cases   []*editedCase
	names   int
	model   int // changes what the server replies
	asked   atomic.Int64
	log     []string

	quiet, paid int
}

type editedCase struct {
	suite, name string
	turns       []string
	keys        int // of for_each; 0: none
	samples     int
	temperature int // 0: none
	wants       string
}

func (w *editedWorld) answer(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.NotFound(rw, r) // no balance is told
		return
	}
	n := w.asked.Add(1)
	body, _ := io.ReadAll(r.Body)
	h := fnv.New32()
	fmt.Fprintf(h, "%d %s", w.model, body)
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("x-cost", fmt.Sprintf("0.00%d", 1+n%9))
	fmt.Fprintf(rw, `{"choices":[{"message":{"role":"assistant","content":"reply %d"},"finish_reason":"stop"}]}`, h.Sum32()%5)
}

func (w *editedWorld) word() string { return fmt.Sprintf("word %d", w.random.IntN(4)) }

func (w *editedWorld) any() *editedCase { return w.cases[w.random.IntN(len(w.cases))] }

func (w *editedWorld) add() string {
	w.names++
	c := &editedCase{suite: "one", name: fmt.Sprintf("case%d", w.names), samples: 1, wants: "reply", keys: w.random.IntN(3)}
	for range 1 + w.random.IntN(3) {
		c.turns = append(c.turns, w.word())
	}
	w.cases = append(w.cases, c)
	return "add " + c.name
}

// edit does one random edit and says which.
func (w *editedWorld) edit() string {
	c := w.any()
	switch w.random.IntN(12) {
	case 0:
		w.names++
		was := c.name
		c.name = fmt.Sprintf("case%d", w.names)
		return "rename " + was + " to " + c.name
	case 1, 2:
		c.turns[w.random.IntN(len(c.turns))] = w.word()
		return "edit a turn of " + c.name
	case 3:
		c.temperature = w.random.IntN(3)
		return "edit the params of " + c.name
	case 4:
		c.wants = []string{"reply", "nothing of that kind"}[w.random.IntN(2)]
		return "edit the expectation of " + c.name
	case 5:
		c.samples++
		return "raise the samples of " + c.name
	case 6:
		c.samples = max(1, c.samples-1)
		return "lower the samples of " + c.name
	case 7:
		if len(w.cases) > 1 {
			w.cases = slices.DeleteFunc(w.cases, func(other *editedCase) bool { return other == c })
		}
		return "delete " + c.name
	case 8:
		return w.add()
	case 9:
		c.suite = map[string]string{"one": "two", "two": "one"}[c.suite]
		return "move " + c.name + " to " + c.suite
	case 10:
		if c.turns = append(c.turns, w.word()); len(c.turns) > 3 {
			c.turns = c.turns[:1]
		}
		return "change the length of " + c.name
	default:
		w.model++
		c.keys = w.random.IntN(3)
		return "edit the keys of " + c.name + ", and the model answers otherwise"
	}
}

func (w *editedWorld) write(t *testing.T) {
	t.Helper()
	texts := map[string]*bytes.Buffer{}
	for _, c := range w.cases {
		b := texts[c.suite]
		if b == nil {
			b = &bytes.Buffer{}
			b.WriteString("cases:\n")
			texts[c.suite] = b
		}
		c.write(b)
	}
	dir := filepath.Join(w.project.dir, "suites")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, b := range texts {
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func (c *editedCase) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "  - name: %s\n    samples: %d\n", c.name, c.samples)
	if c.keys > 0 {
		fmt.Fprintf(b, "    for_each: [%s]\n", strings.Join([]string{"a", "b"}[:c.keys], ", "))
	}
	if c.temperature > 0 {
		fmt.Fprintf(b, "    params: {temperature: 0.%d}\n", c.temperature)
	}
	b.WriteString("    conversation:\n")
	for _, turn := range c.turns {
		fmt.Fprintf(b, "      - {user: %q, expect: [{contains: %q}]}\n", turn, c.wants)
	}
}

// plannedSums is the event that sums a plan up.
type plannedSums struct {
	Event string
	Empty bool
	Calls int
	Bound json.Number
}

var spentInAll = regexp.MustCompile(`(?m)^Apply complete: .* ([0-9.]+) credits spent\.$`)

// step plans, applies and plans again.
func (w *editedWorld) step(t *testing.T) {
	t.Helper()
	text := w.project.start(t, "plan", "--detailed-exitcode", "--base-url", w.url)
	code, said := text.end(t), strings.HasPrefix(text.stdout.String(), "No changes. Every question is recorded.\n")
	if code != 0 && code != 2 || said != (code == 0) {
		t.Fatalf("plan exits %d and says\n%s%s\nafter %q", code, text.stdout.String(), text.stderr.String(), w.log)
	}
	sums, least := w.planned(t, code)
	before := w.asked.Load()
	applied := w.project.start(t, "apply", "--auto-approve", "--base-url", w.url)
	if got := applied.end(t); got != 0 {
		t.Fatalf("apply exits %d after %q\n%s%s", got, w.log, applied.stdout.String(), applied.stderr.String())
	}
	asked := int(w.asked.Load() - before)
	if asked < least || asked > sums.Calls {
		t.Errorf("%d questions were asked, the plan said at least %d and at most %d\n%s\nafter %q", asked, least, sums.Calls, text.stdout.String(), w.log)
	}
	if asked > 0 {
		w.paid++
		w.checkSpent(t, applied.stdout.String(), sums)
	} else {
		w.quiet++
	}
	w.settled(t, w.project, text.stdout.String())
	w.settled(t, w.elsewhere(t), text.stdout.String())
}

// planned gives what the plan says as data: the sums, and the least that is asked.
func (w *editedWorld) planned(t *testing.T, code int) (sums plannedSums, least int) {
	t.Helper()
	run := w.project.run(t, code, "plan", "--detailed-exitcode", "--json", "--base-url", w.url)
	for line := range strings.Lines(run.stdout.String()) {
		var change struct{ Event, Action, After string }
		if err := json.Unmarshal([]byte(line), &change); err != nil {
			t.Fatal(err)
		}
		if asks := change.Action == "record" || change.Action == "record_again"; change.Event == "change" && asks && change.After == "" {
			least++
		}
		if change.Event == "plan" {
			if err := json.Unmarshal([]byte(line), &sums); err != nil {
				t.Fatal(err)
			}
		}
	}
	if sums.Event != "plan" || sums.Empty != (code == 0) {
		t.Fatalf("the events do not fit exit code %d:\n%s", code, run.stdout.String())
	}
	return sums, least
}

func (w *editedWorld) checkSpent(t *testing.T, text string, sums plannedSums) {
	t.Helper()
	m := spentInAll.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("apply does not say what was spent:\n%s", text)
	}
	spent, err := credit.ParseAmount(m[1])
	if err != nil {
		t.Fatal(err)
	}
	bound, err := credit.ParseAmount(sums.Bound.String())
	if err != nil {
		t.Fatal(err)
	}
	if spent.Cmp(bound) > 0 {
		t.Errorf("%s was spent, at most %s was planned", spent, bound)
	}
}

// settled wants no changes.
func (w *editedWorld) settled(t *testing.T, p *userProject, planned string) {
	t.Helper()
	run := p.start(t, "plan", "--detailed-exitcode", "--base-url", w.url)
	if code := run.end(t); code != 0 || !strings.HasPrefix(run.stdout.String(), "No changes. Every question is recorded.\n") {
		t.Errorf("after an apply plan exits %d and says\n%s%s\nit was planned:\n%s\nafter %q", code, run.stdout.String(), run.stderr.String(), planned, w.log)
	}
}

// elsewhere is another machine's checkout: what is committed, and no more.
func (w *editedWorld) elsewhere(t *testing.T) *userProject {
	t.Helper()
	other := newUserProject(t, nil, w.project.env...)
	for _, name := range []string{"suites", "fixtures"} {
		if err := os.CopyFS(filepath.Join(other.dir, name), os.DirFS(filepath.Join(w.project.dir, name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(other.dir, "assay.yaml"), []byte(editedConfig), 0o666); err != nil {
		t.Fatal(err)
	}
	return other
}
